// What the page's dialogs have in common. They are modal, so the rest of the page keeps still.

import { part } from './dom.js';
import { loadStyle } from './loading.js';

let styled = null;
let rings = false;

const openOne = () => document.querySelector('dialog[open]');

export const isDialogOpen = () => openOne() !== null;

/** One at a time, and none stands before a ring: it covers the buttons of a call and locks them. */
export const mayOpenDialog = () => !rings && !isDialogOpen();

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

/** A dialog that is named by its heading and is gone once it is closed. */
export async function openDialog(heading, ...children) {
  await style();
  heading.id = 'dialog-heading';
  const dialog = part('dialog', { className: 'dialog' }, heading, ...children);
  dialog.setAttribute('aria-labelledby', heading.id);
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  if (rings) dialog.close(); // it began while the style was loading
  return dialog;
}
