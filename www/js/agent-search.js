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
    current = mine;
    try {
      const result = await find(q, { signal: mine.signal });
      if (current === mine) onResult(result, q);
    } catch (error) {
      if (current === mine) onError(error);
    }
  }

  function drop() {
    clearTimeout(timer);
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
  };
}
