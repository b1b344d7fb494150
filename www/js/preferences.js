// How this agent wants the page: language, colours, shortcuts. Kept under the Worker's SID; until
// the server has said who this is, as the last agent here wanted it.

import { useLanguage } from './language.js';
import { announceShortcuts, mountShortcuts } from './shortcuts.js';
import { openLatestStore, openStore } from './store.js';

/** @param {() => void} onChange the words may be others now */
export async function createPreferences(onChange) {
  let store = openLatestStore();

  async function apply() {
    const { documentElement: root } = document;
    const theme = store.get('theme');
    if (theme) root.dataset.theme = theme;
    else delete root.dataset.theme;
    announceShortcuts(store.get('shortcuts', true));
    await useLanguage(store.get('language'));
  }

  async function changed() {
    await apply();
    onChange();
  }

  mountShortcuts(() => store.get('shortcuts', true) && !document.querySelector('dialog[open]'));
  addEventListener('languagechange', changed);
  await apply();

  return {
    /** The store of the agent who has signed in. */
    belongTo({ sid }) {
      const same = store.sid === sid;
      store = openStore(sid);
      if (!same) changed();
      return store;
    },
    /** @param {HTMLElement[]} more what other modules have to set */
    async open(more) {
      const { openSettings } = await import('./settings.js');
      return openSettings(store, changed, more);
    },
  };
}
