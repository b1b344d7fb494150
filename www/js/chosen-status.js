// The status that the agent had here last. TaskRouter may set a Worker offline whose last page
// goes, so a reload or a lost network would cost it: it is set again, unless somebody chose
// something else meanwhile.

import { kindOfActivity } from './presence.js';

const SESSION = 600000; // whoever was away for longer starts anew
const SOON = 90000; // milliseconds within which TaskRouter notices that a page has gone
const SKEW = 5000;
const SETTLING = 10000; // TaskRouter's notice of the old connection may come after the new one

/** @param {{get: Function, set: Function}} store of this agent */
export function createChosenStatus(store, clock = Date.now) {
  let connectedAt = null;
  let leftAt = -Infinity;

  const choose = (sid) => store.set('status', { sid, seen: clock() });

  function touch() {
    const kept = store.get('status');
    if (kept && connectedAt !== null) choose(kept.sid);
  }

  return {
    /** Chosen here, or about to be. */
    choose,
    /** To be called every few seconds: until when this page was there. */
    touch,
    left() {
      touch();
      connectedAt = null;
    },

    /**
     * The page is connected (again).
     * @param {{sid: string, name: string, available: boolean}} current
     * @param {number} changedAt when that began, by this page's clock; NaN if it isn't known
     * @returns {?string} the sid of the status to set again
     */
    back(current, changedAt) {
      const kept = store.get('status');
      connectedAt = clock();
      leftAt = kept?.seen ?? -Infinity;
      const automatic = kept && kept.sid !== current.sid && kindOfActivity(current) === 'offline'
        && connectedAt - leftAt < SESSION
        && changedAt > leftAt - SKEW && changedAt < leftAt + SOON;
      choose(automatic ? kept.sid : current.sid);
      return automatic ? kept.sid : null;
    },

    /** The status changed while the page is connected. Returns the same as `back`. */
    changed(current) {
      const kept = store.get('status');
      if (connectedAt === null || kept?.sid === current.sid) return null;
      const late = kept && kindOfActivity(current) === 'offline'
        && clock() - connectedAt < SETTLING && connectedAt - leftAt < SOON;
      if (!late) choose(current.sid);
      return late ? kept.sid : null;
    },
  };
}
