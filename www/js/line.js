// A line for a colleague, as the programs take it (base/line.h): pure.

const LINE_MAX = 140; // code points

// What breaks a line, or turns its direction.
const REFUSED = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+/g;

/** What is typed or pasted, as a line. */
export const toLine = (text) => [...text.replace(REFUSED, ' ').normalize('NFC').trim()]
  .slice(0, LINE_MAX).join('').trim();
