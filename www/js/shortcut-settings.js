// The shortcuts in the settings: which keys they are, and how to choose others.

import { part } from './dom.js';
import { belongsToInputMethod } from './input-method.js';
import { canBeShortcut, keysOf, shortcutsWith } from './shortcuts.js';
import { t } from './strings.js';

const MODIFIER_KEYS = ['Control', 'Alt', 'Shift', 'Meta', 'AltGraph'];

/**
 * What becomes of the keys if `button` gets `keys`: {changes}, or {refused}, a key of the strings,
 * with the words of the button that has them already. Pure.
 */
export function changeShortcut(changes, button, event) {
  if (!canBeShortcut(event)) return { refused: 'keysNotAllowed' };
  const keys = keysOf(event);
  const other = shortcutsWith(changes).find((one) => one.keys === keys && one.button !== button);
  return other ? { refused: 'keysTaken', words: other.words }
    : { changes: { ...changes, [button]: keys } };
}

/** One shortcut: its button waits for the next key that can be one. */
function row({ button, words, keys }, { getChanges, setChanges, say }) {
  const name = part('dt', { words, id: `shortcut-${button}` });
  const change = part('button', { type: 'button', id: `keys-${button}`, textContent: keys });
  change.setAttribute('aria-labelledby', `${name.id} ${change.id}`);
  let listens = false;

  function listen(on) {
    listens = on;
    change.ariaPressed = String(on);
    if (on) say(t('pressKeys'));
  }

  function take(event) {
    const { refused, words: taken, changes } = changeShortcut(getChanges(), button, event);
    if (refused) {
      say(t(refused, taken && { what: t(taken) }));
      return;
    }
    listen(false);
    setChanges(changes);
    change.textContent = keysOf(event);
    say('');
  }

  change.addEventListener('click', () => listen(!listens));
  change.addEventListener('blur', () => {
    if (listens) say('');
    listen(false);
  });
  change.addEventListener('keydown', (event) => {
    if (!listens || belongsToInputMethod(event) || MODIFIER_KEYS.includes(event.key)) return;
    if (['Tab', 'Enter', ' '].includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation(); // it presses nothing now, and Escape closes nothing
    if (event.key !== 'Escape') take(event);
    else change.blur();
  });
  return [name, part('dd', {}, change)];
}

/** @param {{get, set}} preferences @returns {HTMLElement[]} for the settings */
export function shortcutSettings(preferences) {
  const box = part('input', {
    type: 'checkbox', checked: preferences.get('shortcuts', true),
    onchange: () => preferences.set('shortcuts', box.checked),
  });
  const said = part('p', { className: 'note', role: 'status' });
  const tools = {
    getChanges: () => preferences.get('keys', {}),
    setChanges: (changes) => preferences.set('keys', changes),
    say: (text) => { said.textContent = text; },
  };
  return [
    part('h3', { words: 'shortcuts' }),
    part('label', { className: 'check' }, box, part('span', { words: 'useShortcuts' })),
    part('dl', { className: 'keys-list' },
      ...shortcutsWith(tools.getChanges()).flatMap((shortcut) => row(shortcut, tools))),
    said,
  ];
}
