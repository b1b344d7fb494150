// A name with the parts marked that were asked for. Which these are the server says: it alone
// knows how names are compared. Pure.

/**
 * The name in pieces, those asked for marked.
 * @param {string} name
 * @param {[number, number][]} [match] as list-agents has it: where a part begins, and its length
 * @returns {{text: string, marked: boolean}[]}
 */
export function markedPieces(name, match = []) {
  const pieces = [];
  let at = 0;
  const add = (to, marked) => {
    if (to > at) pieces.push({ text: name.slice(at, to), marked });
    at = Math.max(at, to);
  };
  for (const [start, length] of match) {
    add(start, false);
    add(start + length, true);
  }
  add(name.length, false);
  return pieces;
}

/** The name, and what tells two people of one name apart. */
export const toldName = ({ name, friendlyName }) => (
  friendlyName ? `${name} (${friendlyName})` : name);

/** What stands beside the name, each value isolated as in isolated-name.js. */
export const toldFields = ({ fields = {} }) => (
  Object.values(fields).map((value) => `\u2068${value}\u2069`).join(' · '));
