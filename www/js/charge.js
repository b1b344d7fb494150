// Which tab of an agent is in charge. A Web Lock is held by one tab and goes with it, however it
// ends. Without locks (only where there is no secure context, and so no microphone either, or where
// the browser refuses them to an embedded page) every tab is in charge.

/**
 * @param {string} name of the lock
 * @param {{locks: ?LockManager, memory: ?Storage}} browser `memory`: what a tab keeps over a reload
 * @param {(inCharge: boolean) => void} onCharge told when it changes, and when it is first known
 */
export function createCharge(name, { locks, memory }, onCharge) {
  let inCharge = null;
  let queued = null;

  function set(now) {
    if (now === inCharge) return;
    inCharge = now;
    try {
      memory?.setItem(name, String(now));
    } catch {
      // Full. A reloaded tab may find another one in charge.
    }
    onCharge(now);
  }

  /** Resolves once it is known whether the lock was there to be had. */
  function ask(options) {
    return new Promise((asked) => {
      locks.request(name, options, (lock) => {
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

  return {
    isMine: () => inCharge === true,
    takeOver,
    /**
     * A reload gives the lock to another tab for a moment; whoever looked at this one still does.
     * @param {() => Promise<boolean>} isTalking whether another tab has the agent's leg
     */
    async begin(isTalking) {
      if (!locks) {
        set(true);
        return;
      }
      const mine = memory?.getItem(name) === 'true';
      await (mine && !await isTalking() ? takeOver() : ask({ ifAvailable: true }));
    },
  };
}
