// A name that is to stand in a sentence: pure.

const DIRECTIONS = /[\u202a-\u202e\u2066-\u2069]/g;

/**
 * The name, kept from turning the words around it by FSI and PDI; where an element shows it,
 * setText of dom.js makes a <bdi> of it.
 */
export const isolate = (name) => `\u2068${name.replace(DIRECTIONS, '')}\u2069`;
