// Elements: finding them, making them, and changing them only where something is new.

import { t } from './strings.js';

export const byId = (id) => document.getElementById(id);

const told = new WeakMap(); // element → the text that it was given last
const ISOLATED = /\u2068([^\u2069]*)\u2069/;

/**
 * Changes the text only where ours is another one: a browser that translates the page has put its
 * own words there, and a status region that is rewritten is read out again. Names that are isolated
 * in it become elements of their own, which nobody translates.
 */
export function setText(element, text) {
  if ((told.get(element) ?? element.textContent) === text) return;
  told.set(element, text);
  element.replaceChildren(...text.split(ISOLATED).map((piece, i) => (
    i % 2 ? part('bdi', { translate: false }, piece) : piece)));
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
