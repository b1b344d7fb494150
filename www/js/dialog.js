// What the page's dialogs have in common. They are modal, so the rest of the page keeps still.

import { part } from './dom.js';
import { loadStyle } from './later.js';

let styled = null;

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
  return dialog;
}
