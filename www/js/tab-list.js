// The lists at the side, one behind the other, with tabs above them after the ARIA Authoring
// Practices. While there is only one list there are no tabs.

import { icon, part, setText } from './dom.js';
import { belongsToInputMethod } from './input-method.js';

const STEPS = { ArrowRight: 1, ArrowLeft: -1 };

/**
 * @param {HTMLElement} root gets the lists
 * @returns {{add: Function}}
 */
export function createTabList(root) {
  const list = part('div', { className: 'tabs', role: 'tablist', hidden: true });
  const tabs = [];
  root.before(list);

  function select(chosen) {
    for (const one of tabs) {
      const is = one === chosen;
      one.tab.ariaSelected = String(is);
      one.tab.tabIndex = is ? 0 : -1;
      one.panel.hidden = !is;
    }
    chosen.onShow?.();
  }

  list.addEventListener('keydown', (event) => {
    const step = STEPS[event.key] * (document.dir === 'rtl' ? -1 : 1);
    if (!step || belongsToInputMethod(event)) return;
    const at = tabs.findIndex(({ tab }) => tab === document.activeElement);
    const next = tabs[(at + step + tabs.length) % tabs.length];
    select(next);
    next.tab.focus();
  });

  return {
    /**
     * Adds one more list.
     * @param {{id: string, words: string, picture: string, onShow: ?() => void}} what `words` is a
     *   key of the language tables, `onShow` told each time that the list comes to the front
     * @returns {{panel: HTMLElement, isShown: () => boolean,
     *   count: (number: string, label: string) => void}} `count` shows a number beside the word,
     *   and says what it counts; '' shows none
     */
    add({ id, words, picture, onShow }) {
      const badge = part('span', { className: 'count', hidden: true });
      const tab = part('button', { id: `${id}-tab`, type: 'button', role: 'tab' },
        icon(picture), part('span', { words }), badge);
      const panel = part('div', { id, className: 'list', role: 'tabpanel', tabIndex: 0 });
      tab.setAttribute('aria-controls', id);
      panel.setAttribute('aria-labelledby', tab.id);
      const one = { tab, panel, onShow };
      tab.addEventListener('click', () => select(one));
      tabs.push(one);
      list.append(tab);
      root.append(panel);
      list.hidden = tabs.length < 2;
      select(tabs[0]);
      return {
        panel,
        isShown: () => !panel.hidden,
        count(number, label) {
          badge.hidden = number === '';
          setText(badge, number);
          badge.ariaLabel = label;
          badge.role = 'img';
        },
      };
    },
  };
}
