// Keys that press the buttons of a call from anywhere in the page. They are keys that no text
// field, browser or screen reader wants, and none with Alt and Shift: that switches the keyboard
// layout on Windows, as Control and Shift does. Each can be changed.

import { belongsToInputMethod } from './input-method.js';

export const SHORTCUTS = [
  { button: 'answer', words: 'answer', keys: 'F2' },
  { button: 'decline', words: 'decline', keys: 'Shift+F2' },
  { button: 'hang-up', words: 'hangUp', keys: 'F4' },
  { button: 'mute', words: 'mute', keys: 'F8' },
  { button: 'hold', words: 'hold', keys: 'F9' },
];

const MODIFIERS = [
  ['ctrlKey', 'Control'], ['altKey', 'Alt'], ['shiftKey', 'Shift'], ['metaKey', 'Meta'],
];
const FUNCTION_KEY = /^F([1-9]|1\d|2[0-4])$/;
const CHARACTER = /^(Key|Digit)(?<sign>.)$/;

/** A key by its place on the keyboard, with its modifiers, as in `aria-keyshortcuts`; pure. */
export function keysOf(event) {
  const held = MODIFIERS.filter(([flag]) => event[flag]).map(([, name]) => name);
  return [...held, CHARACTER.exec(event.code)?.groups.sign ?? event.code].join('+');
}

/**
 * Whether a key can be a shortcut: nothing that is typed, nothing that switches the keyboard's
 * layout, nothing that is AltGr. Pure.
 */
export function canBeShortcut(event) {
  const { code, ctrlKey, altKey, shiftKey, metaKey } = event;
  const modifiers = [ctrlKey, altKey, shiftKey, metaKey].filter(Boolean).length;
  if (belongsToInputMethod(event) || (shiftKey && (altKey || ctrlKey))) return false;
  if (FUNCTION_KEY.test(code)) return modifiers < 2;
  return CHARACTER.test(code) && modifiers === 1 && !shiftKey;
}

/** The shortcuts as they are with the agent's changes; pure. */
export const shortcutsWith = (changes) => (
  SHORTCUTS.map((shortcut) => ({ ...shortcut, keys: changes[shortcut.button] ?? shortcut.keys })));

/** The id of the button that a key press means, or undefined; pure. */
export function shortcutFor(event, changes = {}) {
  if (belongsToInputMethod(event)) return undefined;
  const keys = keysOf(event);
  return shortcutsWith(changes).find((shortcut) => shortcut.keys === keys)?.button;
}

/**
 * @param {() => boolean} isOn whether the agent wants shortcuts
 * @param {() => object} changes button → keys
 */
export function mountShortcuts(isOn, changes) {
  document.addEventListener('keydown', (event) => {
    const id = isOn() && !event.repeat && shortcutFor(event, changes());
    if (!id) return;
    event.preventDefault();
    const button = document.getElementById(id);
    if (!button.hidden) button.click();
  });
}

/** Tells assistive technology which keys there are, or that there are none. */
export function announceShortcuts(on, changes) {
  for (const { keys, button } of shortcutsWith(changes)) {
    document.getElementById(button).ariaKeyShortcuts = on ? keys : null;
  }
}
