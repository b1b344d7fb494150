// Who this agent is, and the tokens that prove it: fetched once, renewed before they run out and
// whenever somebody finds one refused. Renewals at the same moment are one request.

// Seconds.
const EARLY = 60;
const RETRY = 5;

export function createSession(api) {
  let followed = { onRenewed() {}, onLost() {} };
  let last = null; // tells a follower what came of the last request
  let pending = null;
  let timer = null;
  let due = Infinity;
  let signedIn;
  const first = new Promise((resolve) => { signedIn = resolve; });

  function renewIn(seconds) {
    clearTimeout(timer);
    due = Date.now() + seconds * 1000;
    timer = setTimeout(() => renew().catch(() => {}), seconds * 1000);
  }

  function report(telling) {
    last = telling;
    telling();
  }

  async function fetchSession() {
    try {
      const session = await api.session();
      renewIn(Math.max(session.expiresIn - EARLY, session.expiresIn / 2, RETRY));
      report(() => followed.onRenewed(session));
      signedIn(session);
    } catch (error) {
      // A refusal is final: the web server or the administrator has to do something first.
      if (error.status < 400 || error.status >= 500 || error.status === 429) renewIn(RETRY);
      report(() => followed.onLost(error));
      throw error;
    }
  }

  function renew() {
    pending ??= fetchSession().finally(() => { pending = null; });
    return pending;
  }

  return {
    renew,
    /** Resolves to the first session there is. */
    first,
    /**
     * @param {{onRenewed: (session: object) => void, onLost: (error: Error) => void}} handlers told
     *   from now on, and at once what came of the last request
     */
    follow(handlers) {
      followed = handlers;
      last?.();
    },
    /** Timers stand still while a laptop sleeps: to be called when it may have. */
    look() {
      if (Date.now() > due) renew().catch(() => {});
    },
    stop: () => clearTimeout(timer),
  };
}
