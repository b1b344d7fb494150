// Several tabs of one agent: one is in charge, which rings aloud and comes back into a call. Each
// can answer and call all the same; whoever does takes charge.
//
// A Web Lock is held by one tab and goes with it, however it ends. Without locks (only where there
// is no secure context, and so no microphone either, or where the browser refuses them to an embedded
// page) every tab is in charge.

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
  const charge = `dialpad:${store.sid}:charge`;
  const leg = `dialpad:${store.sid}:leg`;
  let inCharge = null;
  let queued = null;
  let letGoOfLeg = null;
  let holds = false;

  function set(now) {
    if (now === inCharge) return;
    inCharge = now;
    try {
      memory?.setItem(charge, String(now));
    } catch {
      // Full. A reloaded tab may find another one in charge.
    }
    onCharge(now);
  }

  /** Resolves once it is known whether the lock was there to be had. */
  function ask(options) {
    return new Promise((asked) => {
      locks.request(charge, options, (lock) => {
        set(lock !== null);
        asked();
        return lock && new Promise(() => {}); // until this tab goes, or another one takes it
      }).then(() => queue(), (error) => {
        asked();
        if (options.signal?.aborted) return;
        set(error.name !== 'AbortError'); // locks that are refused are as good as none
        queue();
      });
    });
  }

  function queue() {
    if (inCharge) return;
    queued = new AbortController();
    ask({ signal: queued.signal });
  }

  function takeOver() {
    if (!locks || inCharge) return Promise.resolve();
    queued?.abort();
    return ask({ steal: true });
  }

  const isHeld = async (name) => (
    (await locks?.query().catch(() => null))?.held.some((lock) => lock.name === name) ?? false
  );

  async function begin() {
    if (!locks) {
      set(true);
      return;
    }
    // A reload gives the lock to another tab for a moment; whoever looked at this one still does.
    const mine = memory?.getItem(charge) === 'true';
    await (mine && !await isHeld(leg) ? takeOver() : ask({ ifAvailable: true }));
  }

  function holdLeg(hold) {
    if (hold === holds) return;
    holds = hold;
    letGoOfLeg?.();
    letGoOfLeg = null;
    if (!hold || !locks) return;
    const waiting = new AbortController();
    letGoOfLeg = () => waiting.abort();
    locks.request(leg, { signal: waiting.signal }, () => (
      waiting.signal.aborted || new Promise((resolve) => { letGoOfLeg = resolve; })
    )).catch(() => {}); // it was let go of while another tab still had it
  }

  /** A page that goes loses its leg first: which one it was must be known after that, too. */
  function rememberLegs({ taskSid, callSids, muted }) {
    const kept = store.get('leg');
    const had = kept?.taskSid === taskSid ? kept.callSids : [];
    const all = [...new Set([...had, ...callSids])];
    if (all.length === had.length && (had.length === 0 || kept.muted === muted)) return;
    store.set('leg', { taskSid, callSids: all, muted });
  }

  const forgetLegs = () => store.get('leg') && store.set('leg', null);

  /** All legs that the agent has in this call are, or were, of this browser. */
  function wasHere(taskSid, legs) {
    const had = store.get('leg');
    return had?.taskSid === taskSid && legs.every((callSid) => had.callSids.includes(callSid));
  }

  const known = begin();

  return {
    known,
    inCharge: () => inCharge === true,
    takeOver,

    /** @param {object} call its state: this tab has the agent's leg in it, or not */
    follow(call) {
      if (call.mine && call.phase !== 'ended') rememberLegs(call);
      if (call.phase === 'ended' && call.taskSid === store.get('leg')?.taskSid) forgetLegs();
      holdLeg(call.mine && call.leg === 'open');
    },

    /** The server knows of no call of this agent's; unless a tab of this browser is in one. */
    async hasNoCall() {
      if (!await isHeld(leg)) forgetLegs();
    },

    /** Whoever had muted himself in this browser isn't heard because his page was loaded anew. */
    wasMuted(taskSid) {
      const had = store.get('leg');
      return had?.taskSid === taskSid && had.muted === true;
    },

    /** Where the agent's leg is: in another 'window' of this browser, or on another 'device'. */
    async locate(taskSid, legs) {
      return await isHeld(leg) || wasHere(taskSid, legs) ? 'window' : 'device';
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
      const free = async () => inCharge && wasHere(taskSid, legs) && !await isHeld(leg);
      if (!await free()) return false;
      if (!patiently) return true;
      await pause(returnWithin);
      return free();
    },
  };
}
