// How this agent wants the page: language, colours, shortcuts. Kept under the Worker's SID; until
// the server has said who this is, as the last agent here wanted it.

import { useLanguage } from './language.js';
import { openLatestStore, openStore } from './store.js';

const LANGUAGE_AGAIN = 5000; // milliseconds until words that didn't come are asked for again

export async function createPreferences() {
  const followers = [];
  let store = openLatestStore();

  async function apply() {
    const { documentElement: root } = document;
    const theme = store.get('theme');
    if (theme) root.dataset.theme = theme;
    else delete root.dataset.theme;
    if (!await useLanguage(store.get('language'))) setTimeout(changed, LANGUAGE_AGAIN);
  }

  async function changed() {
    await apply();
    followers.forEach((follower) => follower());
  }

  addEventListener('languagechange', changed);
  await apply();

  return {
    /** @param {() => void} follower told of every change: the words may be others now, too */
    onChange: (follower) => followers.push(follower),
    get: (name, otherwise) => store.get(name, otherwise),
    /** Resolves once the page shows it. */
    set(name, value) {
      store.set(name, value);
      return changed();
    },
    /** The store of the agent who has signed in. */
    belongTo({ sid }) {
      const same = store.sid === sid;
      store = openStore(sid);
      if (!same) changed();
      return store;
    },
  };
}
