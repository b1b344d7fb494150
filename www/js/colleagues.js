// Whom this agent calls often: favourites and recents, kept in the browser, and in which order
// people stand in the list.

const RECENTS = 8;
const LOOKED_UP = 80; // as many as are asked for by SID at once

/** Favourites, then recents, then the rest; within each as the server had them. Pure. */
export function arrange(agents, { favourites, recents }) {
  const rank = ({ sid }) => (favourites.includes(sid) ? 0 : recents.includes(sid) ? 1 : 2);
  return agents.map((agent, i) => [rank(agent), i, agent])
    .sort((a, b) => a[0] - b[0] || a[1] - b[1])
    .map(([, , agent]) => agent);
}

/**
 * What is shown, brought up to date without moving anybody. New people come below. Who isn't in
 * the answer any more stays with a status that nobody knows, unless the answer holds only a part of
 * all that there are. Pure.
 */
export function merge(shown, fresh, limit, isPart = false) {
  const bySid = new Map(fresh.map((agent) => [agent.sid, agent]));
  const left = (agent) => (isPart ? agent : { ...agent, activity: '', busy: null });
  const kept = shown.map((agent) => bySid.get(agent.sid) ?? left(agent));
  const known = new Set(shown.map(({ sid }) => sid));
  const added = fresh.filter(({ sid }) => !known.has(sid));
  return [...kept, ...added].slice(0, Math.max(limit, kept.length));
}

/** Asks for those, of `sids`, whom an answer that is only a part leaves out. */
export async function lookUp(result, sids, find) {
  if (result.total <= result.agents.length) return result;
  const known = new Set(result.agents.map(({ sid }) => sid));
  const missing = [...new Set(sids)].filter((sid) => !known.has(sid)).slice(0, LOOKED_UP);
  if (missing.length === 0) return result;
  const { agents } = await find(missing.join(' '), { limit: LOOKED_UP })
    .catch(() => ({ agents: [] }));
  return { ...result, agents: [...agents, ...result.agents] };
}

/** They are the agent's whom `belongTo` names; until then there are none. */
export function createColleagues() {
  const followers = [];
  let store = null;
  let favourites = [];
  let recents = [];

  function change(name, value) {
    store?.set(name, value);
    followers.forEach((follower) => follower());
  }

  return {
    /** @param {() => void} follower told of every change */
    onChange: (follower) => followers.push(follower),
    /** @param {{get, set}} kept the store of the agent who has signed in */
    belongTo(kept) {
      store = kept;
      favourites = store.get('favourites', []);
      recents = store.get('recents', []);
      followers.forEach((follower) => follower());
    },
    isFavourite: (sid) => favourites.includes(sid),
    isRecent: (sid) => recents.includes(sid),
    toggleFavourite(sid) {
      favourites = favourites.includes(sid) ? favourites.filter((other) => other !== sid)
        : [...favourites, sid];
      change('favourites', favourites);
    },
    /** There has been a call with this agent. */
    met({ sid }) {
      if (!sid || recents[0] === sid) return;
      recents = [sid, ...recents.filter((other) => other !== sid)].slice(0, RECENTS);
      change('recents', recents);
    },
    arrange: (agents) => arrange(agents, { favourites, recents }),
    kept: () => ({ favourites, recents }),

    /**
     * Adds the favourites and recents whom a long directory's first page leaves out.
     * @param {(q: string, options: object) => Promise<object>} find list-agents, which also finds
     *   agents by their SIDs
     * @param {string[]} shown SIDs of those who are waited for or listed
     */
    complete: (result, find, shown = []) => (
      lookUp(result, [...shown, ...favourites, ...recents], find)),
  };
}
