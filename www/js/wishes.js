// "Tell me when free": whom this agent waits for, kept in the browser for an hour. Pure but for the
// store; whoever asks for the list tells what it says.

const WISHES_MAX = 5;
const LASTS = 3_600_000; // milliseconds
const PATIENCE = 300_000; // and as long as "In 5 minutes" says

export const isFree = ({ available, busy }) => available && busy === false;

/** @param {() => number} [clock] */
export function createWishes(clock = Date.now) {
  const followers = [];
  let store = null;
  let wishes = []; // {sid, from, until}, the newest first

  const live = () => wishes.filter(({ until }) => until > clock());

  function know(next) {
    wishes = next;
    followers.forEach((follower) => follower());
  }

  function change(next) {
    store?.set('wishes', next);
    know(next);
  }

  const without = (sid) => live().filter((wish) => wish.sid !== sid);

  return {
    onChange: (follower) => followers.push(follower),
    /** @param {{get, set, keyOf}} kept the store of the agent who has signed in */
    belongTo(kept) {
      store = kept;
      know(store.get('wishes', []));
    },
    /** Another tab has written into the browser's store: whoever is free is told of once. */
    learn(key) {
      if (store && key === store.keyOf('wishes')) know(store.get('wishes', []));
    },
    sids: () => live().map(({ sid }) => sid),
    has: (sid) => live().some((wish) => wish.sid === sid),
    /**
     * @param {boolean} [patient] the colleague was said to be free, and could not take the call:
     *   that this is still said is no news for a while
     */
    add(sid, patient = false) {
      const wish = { sid, from: clock() + (patient ? PATIENCE : 0), until: clock() + LASTS };
      change([wish, ...without(sid)].slice(0, WISHES_MAX));
    },
    drop: (sid) => change(without(sid)),
    /** @returns {object[]} who of these agents was waited for and is free: no longer waited for */
    met(agents) {
      const waited = live();
      const come = agents.filter((agent) => isFree(agent)
        && waited.some(({ sid, from }) => sid === agent.sid && from <= clock()));
      if (come.length > 0) {
        change(waited.filter(({ sid }) => come.every((agent) => agent.sid !== sid)));
      }
      return come;
    },
  };
}
