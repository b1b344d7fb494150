// What a browser knows of the agent's leg in a call: a lock that the tab with the leg holds, and in
// the store, which legs it has had.

/**
 * @param {{sid: string, get: Function, set: Function}} store of this agent
 * @param {?LockManager} locks
 */
export function createKeptLeg(store, locks) {
  const name = `dialpad:${store.sid}:leg`;
  let letGo = null;
  let holds = false;

  const kept = (taskSid) => {
    const leg = store.get('leg');
    return leg?.taskSid === taskSid ? leg : null;
  };

  return {
    /** A tab of this browser has it. */
    isHeld: async () => (
      (await locks?.query().catch(() => null))?.held.some((lock) => lock.name === name) ?? false
    ),

    /** This tab has it, or not. */
    hold(hold) {
      if (hold === holds) return;
      holds = hold;
      letGo?.();
      letGo = null;
      if (!hold || !locks) return;
      const waiting = new AbortController();
      letGo = () => waiting.abort();
      locks.request(name, { signal: waiting.signal }, () => (
        waiting.signal.aborted || new Promise((resolve) => { letGo = resolve; })
      )).catch(() => {}); // it was let go of while another tab still had it
    },

    /** A page that goes loses its leg first: which one it was must be known after that, too. */
    remember({ taskSid, callSids, muted }) {
      const last = kept(taskSid);
      const had = last?.callSids ?? [];
      const all = [...new Set([...had, ...callSids])];
      if (all.length === had.length && (had.length === 0 || last.muted === muted)) return;
      store.set('leg', { taskSid, callSids: all, muted });
    },
    /** @param {?string} taskSid unless it is of another call; without: whatever it is of */
    forget(taskSid = store.get('leg')?.taskSid) {
      if (kept(taskSid)) store.set('leg', null);
    },

    /** All legs that the agent has in this call are, or were, of this browser. */
    wasHere(taskSid, legs) {
      const had = kept(taskSid);
      return had !== null && legs.every((callSid) => had.callSids.includes(callSid));
    },
    /** Whoever had muted himself in this browser isn't heard because his page was loaded anew. */
    wasMuted: (taskSid) => kept(taskSid)?.muted === true,
  };
}
