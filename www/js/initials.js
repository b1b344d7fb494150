// What stands for a person where there is no picture: one or two letters, and a tint. Pure.

import { language } from './strings.js';

const TINTS = 8;

/** The first sign as a reader counts: a flag is one. */
function firstSign(text) {
  const [first] = globalThis.Intl?.Segmenter
    ? [...new Intl.Segmenter(language).segment(text)].map(({ segment }) => segment) : [...text];
  return first ?? '';
}

const IN_PARENTHESES = /\p{Ps}[^\p{Pe}]*\p{Pe}/gu;

/**
 * One or two letters that stand for a name: of the first and the last of its words that begin with
 * a letter, without what stands in parentheses or isn't seen. Without such a word, the first sign.
 */
export function initials(name) {
  const words = (name.replace(IN_PARENTHESES, ' ').trim() || name.trim()).split(/\s+/u)
    .map((word) => word.replace(/^\p{Cf}+/u, ''));
  const named = words.filter((word) => /^\p{L}/u.test(word));
  if (named.length === 0) return firstSign(/\p{L}.*/u.exec(name)?.[0] ?? words[0]);
  const ends = named.length > 1 ? [named[0], named.at(-1)] : named;
  return ends.map((word) => firstSign(word).toLocaleUpperCase(language)).join('');
}

/** The same for a Worker wherever they are seen, whatever their name becomes. */
export const tintOf = (sid = '') => String(
  [...sid].reduce((sum, sign) => (sum * 31 + sign.codePointAt()) % 65_521, 0) % TINTS);
