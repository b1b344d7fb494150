// Keeps an agent's past calls: in the browser what it has seen, from the server the rest, and when
// the agent last looked at what was missed.

import { countMissed, isMissed, merge, remember, rowOf, rowOfState } from './history.js';

const DAYS = 30;
const isKept = (store, key) => ['calls', 'lookedAt'].some((name) => store?.keyOf(name) === key);
const RESTING = ['idle', 'ended'];

/** Gives the row of a call when it is over, once, if there is somebody whose call it was. */
function createWatch() {
  let resting = true;
  let began = 0;
  let last = null;
  return (state, isKnown) => {
    const rests = RESTING.includes(state.phase);
    if (resting && !rests) began = Date.now();
    resting = rests;
    const row = isKnown ? rowOfState(state, began || Date.now()) : null;
    if (!row || (row.taskSid === last?.taskSid && row.outcome === last.outcome)) return null;
    last = row;
    return row;
  };
}

/** Which calls have been told of already: by this page, or by one before it; not by another tab. */
function createNotices() {
  let told = new Set();
  return {
    begin(rows) { told = new Set(rows.map(({ taskSid }) => taskSid)); },
    isFirst({ taskSid }) {
      const isFirst = !told.has(taskSid);
      told.add(taskSid);
      return isFirst;
    },
  };
}

/**
 * @param {(method: string, program: string, options: object) => Promise<{answer: object}>} ask
 */
export function createPastCalls(ask) {
  const followers = [];
  const watch = createWatch();
  let store = null;
  const notices = createNotices();
  let [seen, told] = [[], []]; // by this browser, by the server
  let lookedAt = 0;
  let complete = true;

  const rows = () => merge(seen, told, Date.now());
  const changed = () => followers.forEach((follower) => follower());

  /** A call that is missed has to be noticed, not only listed: it is given back once. */
  function keep(row) {
    // Another tab may have written meanwhile.
    seen = remember(store.get('calls', seen), row);
    store.set('calls', seen);
    changed();
    return notices.isFirst(row) && isMissed(row) ? row : null;
  }

  return {
    onChange: (follower) => followers.push(follower),
    rows,
    missed: () => countMissed(rows(), lookedAt),
    isComplete: () => complete,

    /** @param {{get, set, keyOf}} kept the store of the agent who has signed in */
    belongTo(kept) {
      store = kept;
      seen = store.get('calls', []);
      notices.begin(seen);
      // Whoever comes for the first time has missed nothing here.
      lookedAt = store.get('lookedAt') ?? Date.now();
      store.set('lookedAt', lookedAt);
      told = [];
      changed();
    },

    /** Another tab has kept something under `key`: what it has seen, or that it was looked at. */
    learn(key) {
      if (!isKept(store, key)) return;
      seen = store.get('calls', []);
      lookedAt = store.get('lookedAt', lookedAt);
      changed();
    },

    /**
     * To be told every state of the call.
     * @returns {?object} the row of a call that has just been missed
     */
    follow(state) {
      const row = watch(state, store !== null);
      return row ? keep(row) : null;
    },

    /** Asks the server; whoever shows the list is told. A failure leaves what is known. */
    async refresh() {
      const kept = store;
      try {
        const { answer } = await ask('GET', 'call-history', { query: { days: DAYS } });
        if (kept !== store) return;
        told = answer.calls.map(rowOf).filter(Boolean);
        complete = answer.complete !== false;
        changed();
      } catch {
        // What this browser has seen is shown all the same.
      }
    },

    /** The agent looks at the list now: nothing in it is new any more. */
    look() {
      if (!store) return;
      lookedAt = Date.now();
      store.set('lookedAt', lookedAt);
      changed();
    },
  };
}
