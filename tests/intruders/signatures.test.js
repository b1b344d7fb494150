// Random requests, right and tampered with, in the name of Twilio: our program decides about each
// exactly as Twilio's own library does. DIALPAD_SEED=… repeats a run.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import twilio from 'twilio';

import { direct } from '../endpoint/direct.js';
import { isCgi, randomSid, useLab } from '../endpoint/lib.js';
import { Random, seed } from './random.js';

const REQUESTS = isCgi ? 1000 : 10_000;
const AT_ONCE = 8;

const lab = useLab({ programs: ['caller-twiml', 'health'] });
const random = new Random();

// Names that begin alike or differ in case are where sorting goes wrong.
const NAMES = ['CallSid', 'From', 'To', 'Reason', 'ReasonConferenceEnded', 'reason', 'Digits', 'A',
  'AB', 'a', 'a.b', 'é', 'x[]', '1', '10', '2', 'CalledVia', 'Body'];
const LETTERS = [...'abcXYZ0189 +&=%;/?:@"\'<>\\\r\n\t~*()!', 'é', 'ß', '😀', '\u0301'];
// What a query may hold raw: the library rewrites the rest before it looks at the signature.
const RAW = [...'abcXYZ0189-_.~!*()+&=,:;@/?$', '%20', '%2B', '%26', '%c3%a9', '%C3%A9', '%27'];

function randomForm() {
  const form = {};
  for (let n = random.below(9); n > 0; n--) {
    const name = random.pick(NAMES);
    const value = random.text(LETTERS, 12);
    if (name in form) form[name] = [form[name], value].flat();
    else form[name] = value;
  }
  return form;
}

const pairsOf = (form) =>
  Object.entries(form).flatMap(([name, values]) => [values].flat().map((value) => [name, value]));

// Each byte in one of the ways in which a client may write it.
function encode(text) {
  return [...Buffer.from(text)].map((byte) => {
    const letter = String.fromCharCode(byte);
    if (letter === ' ' && random.chance(0.5)) return '+';
    if (/[A-Za-z0-9]/.test(letter) && random.chance(0.95)) return letter;
    const hex = byte.toString(16).padStart(2, '0');
    return `%${random.chance(0.5) ? hex : hex.toUpperCase()}`;
  }).join('');
}

function shuffled(list) {
  const left = [...list];
  return Array.from({ length: left.length }, () => left.splice(random.below(left.length), 1)[0]);
}

function randomRequest() {
  const query = random.pick(['', '?', `?taskSid=${randomSid('WT')}`, `?${random.text(RAW, 20)}`,
    `?taskSid=${randomSid('WT')}&${random.text(RAW, 10)}`]);
  const method = random.pick(['GET', 'POST', 'POST', 'POST']);
  return { method, query, form: method === 'POST' ? randomForm() : {} };
}

const mutate = (text) => {
  const at = random.below(text.length);
  const other = text[at] === 'A' ? 'B' : 'A';
  return text.slice(0, at) + other + text.slice(at + 1);
};

const moved = (name, [first = '', ...rest]) => [name + first, rest.join('')];

// What an intruder would try: {request, signature} of a request that was genuine before.
const TAMPERING = {
  nothing: (genuine) => genuine,
  'one letter of the signature': (genuine) =>
    ({ ...genuine, signature: mutate(genuine.signature) }),
  'no signature': (genuine) => ({ ...genuine, signature: '' }),
  'a longer signature': (genuine) => ({ ...genuine, signature: `${genuine.signature}=` }),
  'a shorter signature': (genuine) => ({ ...genuine, signature: genuine.signature.slice(0, -1) }),
  'another query': (genuine) => ({ ...genuine, query: `${genuine.query || '?'}x` }),
  'a value': ({ form, ...genuine }) => {
    const name = Object.keys(form)[0] ?? 'A';
    return { ...genuine, form: { ...form, [name]: `${[form[name] ?? ''].flat()[0]}x` } };
  },
  'a parameter more': ({ form, ...genuine }) =>
    ({ ...genuine, form: { ...form, [`${random.pick(NAMES)}${random.below(3) || ''}`]: '' } }),
  'a parameter less': ({ form, ...genuine }) =>
    ({ ...genuine, form: Object.fromEntries(Object.entries(form).slice(1)) }),
  'a value twice': ({ form, ...genuine }) => ({ ...genuine,
    form: Object.fromEntries(Object.entries(form).map(([name, value]) =>
      [name, [value, [value].flat()[0]].flat()])) }),
  // Name and value are signed without anything between them.
  'a letter that moves from value to name': ({ form, ...genuine }) => ({ ...genuine,
    form: Object.fromEntries(Object.entries(form).map(([name, value]) =>
      (typeof value === 'string' ? moved(name, [...value]) : [name, value]))) }),
};

// As Twilio signs it: with its own token or, where an intruder has none, with another.
function sign({ query, form }, wrongly) {
  const { TWILIO_AUTH_TOKEN: token, DIALPAD_PUBLIC_URL: base, TWILIO_API_SECRET } = lab.config;
  const bare = base.replace(/:\d+(?=\/)/, '');
  const [key, address] = random.pick(wrongly ? [
    ['', base], [TWILIO_API_SECRET, base], [token.toUpperCase(), base],
    [token, base.replace('https', 'http')], [token, `${base}/x`], [token, base.replace(/\d(?=\/)/, '')],
  ] : [[token, base], [token, bare]]);
  return twilio.getExpectedTwilioSignature(key || '0', `${address}/caller-twiml${query}`, form);
}

function randomCase() {
  const request = randomRequest();
  const wrongly = random.chance(0.1);
  const what = random.chance(0.5) ? 'nothing' : random.pick(Object.keys(TAMPERING));
  const given = TAMPERING[what]({ ...request, signature: sign(request, wrongly) });
  const body = given.method === 'POST' ? shuffled(pairsOf(given.form))
    .map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&') : '';
  return { what: wrongly ? `signed wrongly, ${what}` : what, ...given, body };
}

// A GET has no form, whatever the tampering has added to it.
function libraryAccepts({ method, query, form, signature }) {
  const { TWILIO_AUTH_TOKEN: token, DIALPAD_PUBLIC_URL: base } = lab.config;
  return twilio.validateRequest(token, signature, `${base}/caller-twiml${query}`,
    method === 'POST' ? form : {});
}

// Whether the signature holds: a genuine request may still have no pass, which is another 403.
async function weAccept({ method, query, signature, body }) {
  const { status, body: said } = await direct(lab.stack, 'caller-twiml', {
    REQUEST_METHOD: method,
    REQUEST_URI: `/any/path/caller-twiml${query}`,
    QUERY_STRING: query.slice(1),
    CONTENT_TYPE: method === 'POST' ? 'application/x-www-form-urlencoded; charset=UTF-8' : '',
    CONTENT_LENGTH: method === 'POST' ? String(Buffer.byteLength(body)) : '',
    HTTP_X_TWILIO_SIGNATURE: signature,
  }, body);
  // What is signed may still be no request that we understand.
  assert.ok([200, 400, 403].includes(status), `status ${status}`);
  return status !== 403 || !said.includes('isn\'t signed by Twilio');
}

test(`${REQUESTS} requests are decided as Twilio's library decides (seed ${seed})`, async () => {
  const cases = Array.from({ length: REQUESTS }, randomCase);
  const sum = { accepted: 0, refused: 0 };
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let one = cases.pop(); one; one = cases.pop()) {
      const expected = libraryAccepts(one);
      assert.equal(await weAccept(one), expected,
        `DIALPAD_SEED=${seed}: ${JSON.stringify(one)}`);
      sum[expected ? 'accepted' : 'refused'] += 1;
    }
  }));
  console.log(`seed ${seed}: ${sum.accepted} requests accepted, ${sum.refused} refused`);
  assert.ok(sum.accepted > REQUESTS / 4 && sum.refused > REQUESTS / 4, JSON.stringify(sum));
});
