// Which letters of a name were asked for. Names are folded as the server's search folds them:
// case, accents, widths and punctuation taken away. Pure.

const LETTERS = {
  ł: 'l', ø: 'o', đ: 'd', ð: 'd', þ: 'th', æ: 'ae', œ: 'oe', ħ: 'h', ı: 'i', ß: 'ss',
};
const APOSTROPHES = /['’‘ʼ`´]/u;

function foldLetter(letter) {
  if (APOSTROPHES.test(letter)) return '';
  const bare = letter.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const plain = [...bare].map((part) => LETTERS[part] ?? part).join('');
  return plain.replace(/[^\p{L}\p{N}\p{S}]/gu, ' ');
}

/** The folded name, and for each of its units where the letter that it comes from stands. */
function foldName(name) {
  const units = [];
  let text = '';
  let at = 0;
  for (const letter of name) {
    const folded = foldLetter(letter);
    text += folded;
    for (let i = 0; i < folded.length; i += 1) units.push([at, at + letter.length]);
    at += letter.length;
    // What stands on a letter, or in it, is marked with it.
    if (folded === '' && /\p{M}/u.test(letter) && units.length > 0) units.at(-1)[1] = at;
  }
  return { text, units };
}

export const foldText = (text) => foldName(text).text.trim().replace(/ +/g, ' ');

/** Where a word stands: at the beginning of words of the name or, failing that, inside. */
function placesOf(word, text) {
  const all = [];
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) all.push(at);
  const first = all.filter((at) => at === 0 || text[at - 1] === ' ');
  return first.length > 0 ? first : all;
}

const wordsOf = (asked) => foldText(asked).split(' ').filter(Boolean);

/** Whether the server would find this name too. */
export function isMatch(name, asked) {
  const text = foldText(name);
  return wordsOf(asked).every((word) => text.includes(word));
}

/**
 * The name in pieces, those asked for marked.
 * @returns {{text: string, marked: boolean}[]}
 */
export function markedPieces(name, asked) {
  const { text, units } = foldName(name);
  const marked = new Array(name.length).fill(false);
  for (const word of wordsOf(asked)) {
    for (const at of placesOf(word, text)) {
      marked.fill(true, units[at][0], units[at + word.length - 1][1]);
    }
  }
  const pieces = [];
  for (let from = 0; from < name.length;) {
    let to = from + 1;
    while (to < name.length && marked[to] === marked[from]) to += 1;
    pieces.push({ text: name.slice(from, to), marked: marked[from] });
    from = to;
  }
  return pieces;
}
