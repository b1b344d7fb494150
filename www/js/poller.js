// Asks the server about one Task again and again, one question at a time, and at once when
// something happened. An answer to a question that was asked before that is thrown away, unless it
// is one that nothing changes any more. What TaskRouter tells comes in flocks: one question is
// enough for what comes within a moment.

const MOMENT = 300; // milliseconds

/**
 * @param {(taskSid: string, signal: AbortSignal) => Promise<object>} ask
 * @param {{onAnswer: (taskSid: string, answer: object) => void,
 *   onError: (taskSid: string, error: Error) => void,
 *   isFinal: (answer: object) => boolean}} handlers
 */
export function createPoller(ask, { onAnswer, onError, isFinal }) {
  let plan = null;
  let timer = null;
  let current = null;
  let askedAt = -Infinity;
  let toldAt = -Infinity;
  let hurried = false; // the next question is about something that happened
  let outdated = false; // something has happened since the question under way was asked

  function stop() {
    hurried = false;
    outdated = false;
    clearTimeout(timer);
    current?.abort();
    current = null;
  }

  async function poll() {
    stop();
    if (!plan) return;
    const { taskSid } = plan;
    const mine = new AbortController();
    current = mine;
    askedAt = Date.now();
    try {
      const answer = await ask(taskSid, mine.signal);
      if (current === mine && (!outdated || isFinal(answer))) onAnswer(taskSid, answer);
    } catch (error) {
      if (current === mine && !outdated) onError(taskSid, error);
    }
    if (current !== mine) return;
    current = null;
    if (outdated) soon();
    else if (plan) timer = setTimeout(poll, plan.every);
  }

  /** Milliseconds; the clock may have been set back. */
  function leftOfMoment(since) {
    const left = since + MOMENT - Date.now();
    return left > MOMENT ? 0 : Math.max(0, left);
  }

  /** A question that was asked only now goes on: it may have seen already what happened. */
  function isOutdated() {
    outdated = current !== null && leftOfMoment(askedAt) > 0;
    return outdated;
  }

  function soon() {
    const wait = leftOfMoment(toldAt);
    if (isOutdated()) return;
    if (wait > 0) {
      stop();
      hurried = true;
      timer = setTimeout(poll, wait);
      return;
    }
    toldAt = Date.now();
    poll();
  }

  return {
    /**
     * The first question comes after the first wait, unless `now` asks it.
     * @param {{taskSid: string, every: number} | null} next
     */
    follow(next) {
      const known = plan;
      plan = next;
      const same = next && next.taskSid === known?.taskSid;
      if (!same) stop();
      if (next && (!same || (next.every !== known.every && current === null && !hurried))) {
        clearTimeout(timer);
        timer = setTimeout(poll, next.every);
      }
    },
    now: poll,
    /** The same, about what a question under way may have seen already. */
    once: () => isOutdated() || poll(),
    /** About something that is told in several events: at once, and then not before a moment. */
    soon,
  };
}
