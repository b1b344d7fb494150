// Turns typing into answers: waits for a pause, gives up what is no longer wanted, and hands over
// only the answer to the newest question.

const PAUSE = 120; // milliseconds

/**
 * @param {(q: string, options: {signal: AbortSignal}) => Promise<object>} find
 * @param {{onResult: (result: object, q: string) => void, onError: (error: Error) => void}} to
 */
export function createAgentSearch(find, { onResult, onError }) {
  let timer = null;
  let current = null;

  async function ask(q) {
    const mine = new AbortController();
    timer = null;
    current = mine;
    let tell = () => {};
    try {
      const result = await find(q, { signal: mine.signal });
      tell = () => onResult(result, q);
    } catch (error) {
      tell = () => onError(error);
    }
    if (current !== mine) return;
    current = null;
    tell();
  }

  function drop() {
    clearTimeout(timer);
    timer = null;
    current?.abort();
    current = null;
  }

  return {
    /** Asks after a pause in typing. */
    type(q) {
      drop();
      timer = setTimeout(ask, PAUSE, q);
    },
    /** Asks at once. */
    now(q) {
      drop();
      return ask(q);
    },
    drop,
    /** Whether a question will be answered, or is about to be asked. */
    isAsking: () => timer !== null || current !== null,
  };
}
