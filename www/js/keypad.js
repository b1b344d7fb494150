// Twelve keys and the digits sent so far, also by the keyboard. The Voice SDK makes each of them
// heard. Announces `digit` and `keypad-close` on its root.

import { part } from './dom.js';
import { t } from './strings.js';

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'];
const KEPT = 18;
const TYPES_ITSELF = 'input, select, textarea, dialog';

/** @param {{root: HTMLElement, keys: HTMLElement, digits: HTMLElement}} elements */
export function mountKeypad({ root, keys, digits }) {
  root.setAttribute('aria-label', t('keys'));

  function press(key) {
    digits.textContent = (digits.textContent + key).slice(-KEPT);
    root.dispatchEvent(new CustomEvent('digit', { detail: { digit: key } }));
  }

  keys.replaceChildren(...KEYS.map((key) => (
    part('button', { type: 'button', textContent: key, onclick: () => press(key) }))));
  document.addEventListener('keydown', ({ key, target, ctrlKey, metaKey, altKey }) => {
    if (root.hidden || ctrlKey || metaKey || altKey || target.closest(TYPES_ITSELF)) return;
    if (KEYS.includes(key)) press(key);
    if (key === 'Escape') root.dispatchEvent(new CustomEvent('keypad-close'));
  });

  return {
    update(open) {
      if (open === !root.hidden) return;
      root.hidden = !open;
      digits.textContent = '';
      if (open) keys.firstChild.focus();
    },
  };
}
