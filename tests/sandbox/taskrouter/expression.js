import { badParameter } from '../twilio-error.js';

// One alternative per group of Parser.operand(), after any white space.
const TOKEN = new RegExp(
  String.raw`\s*(?:(?<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")`
  + String.raw`|(?<number>-?\d+(?:\.\d+)?)(?![\w.])`
  + String.raw`|(?<operator>==|!=|<>|<=|>=|=|<|>|\(|\)|\[|\]|,)`
  + String.raw`|(?<word>[A-Za-z_$][\w$-]*(?:\.[A-Za-z_$][\w$-]*)*))`, 'y');

const KEYWORDS = new Set(['AND', 'OR', 'NOT', 'IN', 'HAS', 'CONTAINS', 'TRUE', 'FALSE', 'NULL']);
const SYMBOLS = { '=': '==', '<>': '!=' };

function tokenize(text) {
  const tokens = [];
  TOKEN.lastIndex = 0;
  let end = 0;
  while (text.slice(end).trim() !== '') {
    const match = TOKEN.exec(text);
    if (!match) throw badParameter(`Invalid expression near "${text.slice(end, end + 20).trim()}"`);
    end = TOKEN.lastIndex;
    const { string, number, operator, word } = match.groups;
    if (string !== undefined) tokens.push({ value: string.slice(1, -1).replace(/\\(.)/g, '$1') });
    else if (number !== undefined) tokens.push({ value: Number(number) });
    else if (operator !== undefined) tokens.push({ symbol: SYMBOLS[operator] ?? operator });
    else if (KEYWORDS.has(word.toUpperCase())) tokens.push({ symbol: word.toUpperCase() });
    else tokens.push({ name: word });
  }
  return tokens;
}

/** An attribute that isn't there: equal to the literal null, and to nothing else. */
const MISSING = Symbol('missing');

const ordered = (test) => (a, b) => typeof a === typeof b && typeof a !== 'symbol' && test(a, b);

function equal(a, b) {
  if (a === MISSING || b === MISSING) return a === null || b === null;
  return a === b;
}

const within = (list, value) => (Array.isArray(list) ? list.some((x) => equal(x, value)) : false);

const COMPARE = {
  '==': equal,
  '!=': (a, b) => !equal(a, b),
  '<': ordered((a, b) => a < b),
  '>': ordered((a, b) => a > b),
  '<=': ordered((a, b) => a <= b),
  '>=': ordered((a, b) => a >= b),
  IN: (a, b) => within(b, a),
  'NOT IN': (a, b) => !within(b, a),
  HAS: within,
  CONTAINS: (a, b) => (typeof a === 'string' ? a.includes(String(b)) : within(a, b)),
};

function lookup(scope, path) {
  let value = scope;
  for (const key of path) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, key)) return MISSING;
    value = value[key];
  }
  return value;
}

/** Recursive descent over OR, AND, NOT, one comparison, and operands. */
class Parser {
  constructor(text) {
    this.text = text;
    this.tokens = tokenize(text);
    this.at = 0;
  }

  parse() {
    const test = this.either();
    if (this.at < this.tokens.length) throw this.failure();
    return test;
  }

  failure() {
    return badParameter(`Invalid expression: ${this.text}`);
  }

  accept(symbol) {
    if (this.tokens[this.at]?.symbol !== symbol) return false;
    this.at += 1;
    return true;
  }

  expect(symbol) {
    if (!this.accept(symbol)) throw this.failure();
  }

  either() {
    let left = this.both();
    while (this.accept('OR')) {
      const [a, b] = [left, this.both()];
      left = (scope) => a(scope) || b(scope);
    }
    return left;
  }

  both() {
    let left = this.negation();
    while (this.accept('AND')) {
      const [a, b] = [left, this.negation()];
      left = (scope) => a(scope) && b(scope);
    }
    return left;
  }

  negation() {
    if (this.accept('NOT')) {
      const inner = this.negation();
      return (scope) => !inner(scope);
    }
    if (this.accept('(')) {
      const inner = this.either();
      this.expect(')');
      return inner;
    }
    return this.comparison();
  }

  comparison() {
    const left = this.operand();
    const operator = this.operator();
    if (!operator) return (scope) => left(scope) === true;
    const right = this.operand();
    return (scope) => operator(left(scope), right(scope));
  }

  operator() {
    if (this.tokens[this.at]?.symbol === 'NOT' && this.tokens[this.at + 1]?.symbol === 'IN') {
      this.at += 2;
      return COMPARE['NOT IN'];
    }
    const found = COMPARE[this.tokens[this.at]?.symbol];
    if (found) this.at += 1;
    return found;
  }

  operand() {
    const token = this.tokens[this.at++];
    if (!token) throw this.failure();
    if ('value' in token) return () => token.value;
    if (token.name) {
      const path = token.name.split('.');
      return (scope) => lookup(scope, path);
    }
    if (token.symbol === 'TRUE') return () => true;
    if (token.symbol === 'FALSE') return () => false;
    if (token.symbol === 'NULL') return () => null;
    if (token.symbol === '[') return this.list();
    throw this.failure();
  }

  list() {
    const items = [];
    if (!this.accept(']')) {
      do items.push(this.operand()); while (this.accept(','));
      this.expect(']');
    }
    return (scope) => items.map((item) => item(scope));
  }
}

const compiled = new Map();

/**
 * Compiles a TaskRouter expression into a function of a scope (a plain object; dotted names walk
 * down it). A malformed one throws the TwilioError that Twilio's REST API answers with.
 */
export function compile(text) {
  let test = compiled.get(text);
  if (!test) {
    if (compiled.size > 1000) compiled.clear();
    test = new Parser(text).parse();
    compiled.set(text, test);
  }
  return test;
}

export const evaluate = (text, scope) => compile(text)(scope);
