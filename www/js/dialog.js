// What the page's dialogs have in common. A question is modal, so the rest of the page keeps still;
// a sheet stands beside or above the call, whose buttons and shortcuts go on working.

import { icon, part } from './dom.js';
import { belongsToInputMethod } from './input-method.js';
import { loadStyle } from './loading.js';
import { t } from './strings.js';

let styled = null;
let rings = false;

const openOne = () => document.querySelector('dialog[open]');

/** Whether one locks the rest of the page. */
export const isModalOpen = () => document.querySelector('dialog:modal') !== null;

/** One at a time, and none stands before a ring: it covers the buttons of a call and locks them. */
export const mayOpenDialog = () => !rings && openOne() === null;

/** To be told the state as often as anybody likes: a ring that begins closes what is open. */
export function giveWayToRing(ringing) {
  if (ringing && !rings) openOne()?.close();
  rings = ringing;
}

/** The dialogs' style comes with the first of them; one that doesn't come is no reason to wait. */
function style() {
  styled ??= loadStyle('css/dialog.css').catch(() => { styled = null; });
  return styled;
}

/** One that is named by its heading and is gone once it is closed. */
async function make(className, heading, children) {
  await style();
  heading.id = 'dialog-heading';
  const dialog = part('dialog', { className }, ...children);
  dialog.setAttribute('aria-labelledby', heading.id);
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  return dialog;
}

export async function openDialog(heading, ...children) {
  const dialog = await make('dialog', heading, [heading, ...children]);
  dialog.showModal();
  if (rings) dialog.close(); // it began while the style was loading
  return dialog;
}

// A press there is for the call, and no sign that the sheet is to go.
const OF_THE_CALL = '.actions, .tray';

/** Closes it by Escape, and by a press beside it; whoever had the focus gets it back. */
function closeByItself(sheet) {
  const before = document.activeElement;
  const closing = new AbortController();
  const { signal } = closing;
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !belongsToInputMethod(event)) sheet.close();
  }, { signal });
  document.addEventListener('pointerdown', ({ target }) => {
    if (!sheet.contains(target) && !target.closest(OF_THE_CALL)) sheet.close();
  }, { signal });
  sheet.addEventListener('close', () => {
    const hadFocus = [document.body, null].includes(document.activeElement)
      || sheet.contains(document.activeElement);
    closing.abort();
    if (hadFocus) before?.focus();
  });
}

/** Its heading and the button that closes it stay in sight, however long it is. */
export async function openSheet(heading, ...children) {
  const close = part('button', {
    type: 'button', className: 'plain close', ariaLabel: t('close'), title: t('close'),
  }, icon('close'));
  Object.assign(close.dataset, { label: 'close', title: 'close' });
  const head = part('div', { className: 'sheet-head' }, heading, close);
  const sheet = await make('dialog sheet', heading, [head, ...children]);
  close.addEventListener('click', () => sheet.close());
  sheet.show();
  closeByItself(sheet);
  if (rings) sheet.close(); // it began while the style was loading
  return sheet;
}
