// Elements: finding them, making them, and changing them only where something is new.

import { t } from './strings.js';

export const byId = (id) => document.getElementById(id);

export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** An element with children, and words if `words` is a key of the language tables. */
export function part(name, { words, ...properties } = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  if (words) {
    element.dataset.text = words;
    element.textContent = t(words);
  }
  element.append(...children);
  return element;
}
