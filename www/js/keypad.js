// Twelve keys and the digits sent so far, also by the keyboard. The Voice SDK makes each of them
// heard.

import { part } from './dom.js';
import { belongsToInputMethod } from './input-method.js';
import { t } from './strings.js';

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'];
const KEPT = 18;
const TYPES_ITSELF = 'input, select, textarea, dialog';

/**
 * @param {{toggle: HTMLElement, tray: HTMLElement}} elements the keys stand in `tray`
 * @param {(digit: string) => void} onDigit
 */
export function mountKeypad({ toggle, tray }, onDigit) {
  const digits = part('p', { id: 'digits', className: 'digits', ariaLive: 'off' });
  const keys = part('div', { id: 'keys', className: 'keys' }, ...KEYS.map((key) => (
    part('button', { type: 'button', textContent: key, onclick: () => press(key) }))));
  const root = part('div', {
    id: 'keypad', className: 'keypad', role: 'group', ariaLabel: t('keys'),
  }, digits, keys);
  root.dataset.label = 'keys';
  tray.append(root);
  toggle.setAttribute('aria-controls', root.id);

  function show(open) {
    root.hidden = !open;
    toggle.ariaExpanded = String(open);
    toggle.classList.toggle('on', open);
    digits.textContent = '';
    if (open) keys.firstChild.focus();
  }

  function press(key) {
    digits.textContent = (digits.textContent + key).slice(-KEPT);
    onDigit(key);
  }

  show(false);
  toggle.addEventListener('click', () => show(root.hidden));
  const isForUs = (event) => !root.hidden && !belongsToInputMethod(event)
    && !event.ctrlKey && !event.metaKey && !event.altKey && !event.target.closest(TYPES_ITSELF);

  document.addEventListener('keydown', (event) => {
    if (!isForUs(event)) return;
    const { key } = event;
    if (KEYS.includes(key)) press(key);
    if (key !== 'Escape') return;
    show(false);
    toggle.focus();
  });

  return {
    /** @param {boolean} usable whether digits can be sent */
    update(usable) {
      if (!usable && !root.hidden) show(false);
    },
  };
}
