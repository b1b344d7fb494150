// Asks the server about one Task again and again, one question at a time, and at once when
// something happened. An answer to a question that was asked before that is thrown away, unless it
// is one that nothing changes any more. What TaskRouter tells comes in flocks: one question is
// enough for what comes within a moment.

const MOMENT = 300; // milliseconds

/** Milliseconds that are left of the moment that began then; the clock may have been set back. */
function leftOfMoment(since) {
  const left = since + MOMENT - Date.now();
  return left > MOMENT ? 0 : Math.max(0, left);
}

/** What comes of a question, unless something has happened since that it may not have seen. */
async function hear(asked, question, isCurrent, { onAnswer, onError, isFinal }) {
  try {
    const answer = await asked;
    if (isCurrent() && (!question.outdated || isFinal(answer))) onAnswer(question.taskSid, answer);
  } catch (error) {
    if (isCurrent() && !question.outdated) onError(question.taskSid, error);
  }
}

/**
 * @param {(taskSid: string, signal: AbortSignal) => Promise<object>} ask
 * @param {{onAnswer: (taskSid: string, answer: object) => void,
 *   onError: (taskSid: string, error: Error) => void,
 *   isFinal: (answer: object) => boolean}} handlers
 */
export function createPoller(ask, handlers) {
  let plan = null;
  let timer = null;
  let current = null; // the question under way: {taskSid, abort, askedAt, outdated}
  let toldAt = -Infinity;
  let hurried = false; // the next question is about something that happened

  function stop() {
    hurried = false;
    clearTimeout(timer);
    current?.abort();
    current = null;
  }

  async function poll() {
    stop();
    if (!plan) return;
    const { taskSid } = plan;
    const call = new AbortController();
    const mine = { taskSid, abort: () => call.abort(), askedAt: Date.now(), outdated: false };
    current = mine;
    await hear(ask(taskSid, call.signal), mine, () => current === mine, handlers);
    if (current !== mine) return;
    current = null;
    if (mine.outdated) soon();
    else if (plan) timer = setTimeout(poll, plan.every);
  }

  /** A question that was asked only now goes on: it may have seen already what happened. */
  function outdate() {
    if (!current || leftOfMoment(current.askedAt) === 0) return false;
    current.outdated = true;
    return true;
  }

  function soon() {
    if (outdate()) return;
    const wait = leftOfMoment(toldAt);
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
    once: () => outdate() || poll(),
    /** About something that is told in several events: at once, and then not before a moment. */
    soon,
  };
}
