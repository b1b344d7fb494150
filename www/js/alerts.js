// What makes a ring seen by somebody who looks elsewhere: the title, the icon of the tab, the badge
// of an installed page, and a notification. `update` is told the state as often as anybody likes.

const RINGING_ICON = 'icon-ringing.svg';

function setBadge(count) {
  const set = count ? navigator.setAppBadge?.(count) : navigator.clearAppBadge?.();
  set?.catch(() => {});
}

const isLookedAt = () => document.hasFocus() && !document.hidden;

/**
 * @param {object} words
 * @param {() => string} words.quiet the title while nothing rings
 * @param {(name: string) => string} words.ringing
 */
export function createAlerts({ quiet, ringing }) {
  const icon = document.querySelector('link[rel~="icon"]');
  const calm = icon?.getAttribute('href');
  let shown = null;
  let badge = null;
  let notification = null;
  let missedOnes = [];

  /** In the system, if the page isn't looked at. Phones allow it only to service workers. */
  function notify(text, picture, what, body = '') {
    if (isLookedAt() || globalThis.Notification?.permission !== 'granted') return null;
    try {
      const made = new Notification(text, {
        tag: `dialpad-${what}`, body, icon: new URL(picture, document.baseURI).href,
        requireInteraction: true, silent: what === 'ring',
      });
      made.onclick = () => {
        window.focus();
        made.close();
      };
      return made;
    } catch {
      return null;
    }
  }

  function showBadge(count) {
    if (count !== badge) setBadge(count);
    badge = count;
  }

  function clear() {
    notification?.close();
    notification = null;
  }

  function clearMissed(missed) {
    if (missed) return;
    for (const one of missedOnes) one?.close();
    missedOnes = [];
  }

  return {
    /** Something that the agent waits for. */
    tell: (text) => notify(text, 'icon.svg', 'free'),
    /**
     * @param {?string} name who calls
     * @param {boolean} aloud this tab is the one that calls for attention
     * @param {number} missed calls that nobody has looked at yet
     * @param {string} note the caller's line, with the ring
     */
    update(name, aloud, missed, note) {
      showBadge(name === null ? missed : 1);
      const title = name === null ? quiet() : ringing(name);
      if (document.title !== title) document.title = title;
      if (!aloud) clear();
      clearMissed(missed);
      if (name === shown) return;
      shown = name;
      icon?.setAttribute('href', name === null ? calm : RINGING_ICON);
      clear();
      if (name !== null && aloud) notification = notify(title, RINGING_ICON, 'ring', note);
    },

    /** A call was missed while nobody looked: said until somebody has seen it. */
    missed(text) {
      missedOnes.push(notify(text, 'icon.svg', `missed-${Date.now()}`));
    },
  };
}

/** 'granted', 'denied', 'default', or 'unsupported'. */
export const notificationPermission = () => globalThis.Notification?.permission ?? 'unsupported';

export async function askForNotifications() {
  if (notificationPermission() === 'default') await Notification.requestPermission();
}
