// Asks the server about one Task again and again, one question at a time, and at once when
// something happened. An answer to a question that was asked before that is thrown away.

/**
 * @param {(taskSid: string, signal: AbortSignal) => Promise<object>} ask
 * @param {{onAnswer: (taskSid: string, answer: object) => void,
 *   onError: (taskSid: string, error: Error) => void}} handlers
 */
export function createPoller(ask, { onAnswer, onError }) {
  let plan = null;
  let timer = null;
  let current = null;

  function stop() {
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
      if (next && (!same || (next.every < known.every && current === null))) {
        clearTimeout(timer);
        timer = setTimeout(poll, next.every);
      }
    },
    now: poll,
  };
}
