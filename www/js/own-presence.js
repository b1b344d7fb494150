// Tells the server how this agent is, as TaskRouter has pushed it, so that colleagues see it at
// once: on change only, at most once a second, and the last state always arrives.

const PAUSE = 1000; // milliseconds between two, as the server wants it
const FIRST = 1500; // before the first one: another page's last may be on its way
const AGAIN = 5000; // until what failed is tried again

const isSame = (a, b) => Boolean(a && b) && a.activity === b.activity && a.name === b.name
  && a.available === b.available && a.busy === b.busy;

/**
 * @param {(state: object) => Promise<void>} send
 * @returns {{tell: (state: ?object) => void}} to be told the state as often as anybody likes; null
 *   while it isn't known, or another page tells it
 */
export function createOwnPresence(send) {
  let wanted = null;
  let told = null;
  let waiting = false;

  function rest(ms) {
    waiting = true;
    setTimeout(() => {
      waiting = false;
      work();
    }, ms);
  }

  async function work() {
    if (waiting || !wanted || isSame(wanted, told)) return;
    const state = wanted;
    waiting = true;
    try {
      await send(state);
      told = state;
      rest(PAUSE);
    } catch {
      rest(AGAIN);
    }
  }

  return {
    tell(state) {
      const isFirst = state && !wanted;
      wanted = state;
      // Another page may tell something else meanwhile: without a connection, or not in charge,
      // this one doesn't know.
      if (!state) told = null;
      // So may something else just now: by the page before a reload, or by a tab that has closed.
      if (isFirst && !waiting) rest(FIRST);
      else work();
    },
  };
}
