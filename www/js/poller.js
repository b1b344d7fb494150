// Asks the server about one Task again and again, one question at a time, and at once when
// something happened. An answer to a question that was asked before that is thrown away. What
// TaskRouter tells comes in flocks: one question is enough for what comes within a moment.

const MOMENT = 300; // milliseconds

/**
 * @param {(taskSid: string, signal: AbortSignal) => Promise<object>} ask
 * @param {{onAnswer: (taskSid: string, answer: object) => void,
 *   onError: (taskSid: string, error: Error) => void}} handlers
 */
export function createPoller(ask, { onAnswer, onError }) {
  let plan = null;
  let timer = null;
  let current = null;
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
    const mine = new AbortController();
    current = mine;
    try {
      const answer = await ask(taskSid, mine.signal);
      if (current === mine) onAnswer(taskSid, answer);
    } catch (error) {
      if (current === mine) onError(taskSid, error);
    }
    if (current !== mine) return;
    current = null;
    if (plan) timer = setTimeout(poll, plan.every);
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
    /** About something that is told in several events: at once, and then not before a moment. */
    soon() {
      const wait = toldAt + MOMENT - Date.now();
      if (wait > 0 && wait <= MOMENT) {
        stop();
        hurried = true;
        timer = setTimeout(poll, wait);
        return;
      }
      toldAt = Date.now();
      poll();
    },
  };
}
