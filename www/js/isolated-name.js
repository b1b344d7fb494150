// A name that is to stand in a sentence.

import { toldName } from './marked-name.js';
import { t } from './strings.js';

const DIRECTIONS = /[\u202a-\u202e\u2066-\u2069]/g;

/**
 * The name, kept from turning the words around it by FSI and PDI; where an element shows it,
 * setText of dom.js makes a <bdi> of it. Pure.
 */
export const isolate = (name) => `\u2068${name.replace(DIRECTIONS, '')}\u2069`;

/** What a button does with somebody, for who listens and for who points at it. */
export function labelWith(button, words, agent) {
  const name = toldName(agent);
  const label = t(words, { name });
  if (button.ariaLabel === label) return;
  Object.assign(button, { ariaLabel: label, title: t(words, { name: isolate(name) }) });
}
