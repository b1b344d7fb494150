// What the browser keeps for an agent, under the Worker's SID: two agents may share a browser. One
// that keeps nothing costs the agent's choices at the next visit, and a click to come back into a
// call after a reload.

const keyOf = (sid, name) => `dialpad:${sid}:${name}`;
// Before the server has said who this is, the page shows itself as the last agent here wanted it.
const latestKey = () => `dialpad:latest:${globalThis.location?.pathname}`;

/** Inside another site's page a browser may refuse even to be asked. */
function localStorageIfAny() {
  try {
    return globalThis.localStorage;
  } catch {
    return null;
  }
}

export function openStore(sid, storage = localStorageIfAny()) {
  return {
    sid,
    keyOf: (name) => keyOf(sid, name),
    get(name, otherwise = null) {
      try {
        return JSON.parse(storage.getItem(keyOf(sid, name))) ?? otherwise;
      } catch {
        return otherwise;
      }
    },
    set(name, value) {
      try {
        storage.setItem(keyOf(sid, name), JSON.stringify(value));
        storage.setItem(latestKey(), sid);
      } catch {
        // Full, or switched off.
      }
    },
  };
}

export function openLatestStore(storage = localStorageIfAny()) {
  let sid = null;
  try {
    sid = storage.getItem(latestKey());
  } catch {
    // Switched off.
  }
  return openStore(sid, storage);
}
