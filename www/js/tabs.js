// Several tabs of one agent: one is in charge, which rings aloud and comes back into a call. Each
// can answer and call all the same; whoever does takes charge.

import { createCharge } from './charge.js';
import { createKeptLeg } from './kept-leg.js';
import { pause } from './pause.js';

const ORIGINAL_MAY_RETURN = 3000; // milliseconds that a reloaded tab has to fetch its call back

/** What a tab keeps over a reload, and no other tab sees. */
function sessionStore() {
  try {
    return globalThis.sessionStorage;
  } catch {
    return undefined; // switched off
  }
}

/**
 * @param {{sid: string, get: Function, set: Function}} store of this agent
 * @param {(inCharge: boolean) => void} onCharge told when it changes, and when it is first known
 * @param {{locks: ?LockManager, memory: ?Storage, returnWithin: number}} [browser]
 */
export function createTabs(store, onCharge, {
  locks = globalThis.navigator?.locks, memory = sessionStore(), returnWithin = ORIGINAL_MAY_RETURN,
} = {}) {
  const leg = createKeptLeg(store, locks);
  const charge = createCharge(`dialpad:${store.sid}:charge`, { locks, memory }, onCharge);
  const known = charge.begin(leg.isHeld);

  return {
    known,
    inCharge: charge.isMine,
    takeOver: charge.takeOver,
    wasMuted: leg.wasMuted,

    /** @param {object} call its state: this tab has the agent's leg in it, or not */
    follow(call) {
      if (call.mine && call.phase !== 'ended') leg.remember(call);
      if (call.phase === 'ended') leg.forget(call.taskSid);
      leg.hold(call.mine && call.leg === 'open');
    },

    /** The server knows of no call of this agent's; unless a tab of this browser is in one. */
    async hasNoCall() {
      if (!await leg.isHeld()) leg.forget();
    },

    /** Where the agent's leg is: in another 'window' of this browser, or on another 'device'. */
    async locate(taskSid, legs) {
      return await leg.isHeld() || leg.wasHere(taskSid, legs) ? 'window' : 'device';
    },

    /**
     * Whether a call that goes on without this page is for this page to come back into.
     * @param {string} taskSid
     * @param {string[]} legs CallSids of the agent's legs that the server knows of
     * @param {boolean} patiently this page didn't load just now: the tab that had the call may be
     *   loading again
     */
    async mayRejoin(taskSid, legs, patiently = false) {
      await known;
      const free = async () => (
        charge.isMine() && leg.wasHere(taskSid, legs) && !await leg.isHeld());
      if (!await free()) return false;
      if (!patiently) return true;
      await pause(returnWithin);
      return free();
    },
  };
}
