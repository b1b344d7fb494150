// What makes a ring seen by somebody who looks elsewhere: the title, the icon of the tab, the badge
// of an installed page, and a notification. `update` is told the state as often as anybody likes.

const RINGING_ICON = 'icon-ringing.svg';

function setBadge(rings) {
  const set = rings ? navigator.setAppBadge?.(1) : navigator.clearAppBadge?.();
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
  let notification = null;

  /** In the system, since the page isn't looked at. Phones allow it only to service workers. */
  function notify(text) {
    if (globalThis.Notification?.permission !== 'granted') return;
    try {
      notification = new Notification(text, {
        tag: 'dialpad-ring', icon: new URL(RINGING_ICON, document.baseURI).href,
        requireInteraction: true, silent: true,
      });
      notification.onclick = () => {
        window.focus();
        notification?.close();
      };
    } catch {
      notification = null;
    }
  }

  function clear() {
    notification?.close();
    notification = null;
  }

  return {
    /**
     * @param {?string} name who calls
     * @param {boolean} aloud this tab is the one that calls for attention
     */
    update(name, aloud) {
      const title = name === null ? quiet() : ringing(name);
      if (document.title !== title) document.title = title;
      if (!aloud) clear();
      if (name === shown) return;
      shown = name;
      icon?.setAttribute('href', name === null ? calm : RINGING_ICON);
      setBadge(name !== null);
      clear();
      if (name !== null && aloud && !isLookedAt()) notify(title);
    },
  };
}

/** 'granted', 'denied', 'default', or 'unsupported'. */
export const notificationPermission = () => globalThis.Notification?.permission ?? 'unsupported';

export async function askForNotifications() {
  if (notificationPermission() === 'default') await Notification.requestPermission();
}
