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

/** An element with children; `words` is a key of the language tables. */
export function part(name, { words, ...properties } = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  if (words) {
    element.dataset.text = words;
    element.textContent = t(words);
  }
  element.append(...children);
  return element;
}

const SVG = 'http://www.w3.org/2000/svg';
let icons = 'icons.svg#';
export const useIcons = (at) => { icons = at; };

/** Whenever its address is set, an icon is fetched again. */
export function setIcon(element, name) {
  const use = element.querySelector('use');
  const address = `${icons}${name}`;
  if (use.getAttribute('href') !== address) use.setAttribute('href', address);
}

/** A picture; the words stand beside it. */
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  svg.append(document.createElementNS(SVG, 'use'));
  setIcon(svg, name);
  return svg;
}
