// What may come from outside: links, embedding pages and keys.

import assert from 'node:assert/strict';
import test from 'node:test';

import { addressIn, takeFromAddress } from '../../www/js/call-link.js';
import { initialState } from '../../www/js/call-state.js';
import { mountEmbedding, reportOf, requestIn } from '../../www/js/embed.js';

const WK = `WK${'0'.repeat(32)}`;
const CRM = 'https://crm.example';
const parent = {};
const message = (data, more) =>
  requestIn({ origin: CRM, source: parent, data, ...more }, parent, [CRM]);

test('the page around may ask for a call, a search and the focus', () => {
  assert.deepEqual(message({ type: 'dialpad:call', to: WK }), { type: 'call', to: WK });
  assert.deepEqual(
    message({ type: 'dialpad:call', to: 'client:bob' }), { type: 'call', to: 'client:bob' });
  assert.deepEqual(
    message({ type: 'dialpad:search', text: 'ana' }), { type: 'search', text: 'ana' });
  assert.deepEqual(message({ type: 'dialpad:focus' }), { type: 'focus' });
});

test('nobody else is listened to, and nothing else is understood', () => {
  const call = { type: 'dialpad:call', to: WK };
  for (const origin of ['https://crm.example.evil', 'https://crm.example:8443', 'http://crm.example', 'null', '']) {
    assert.equal(message(call, { origin }), null, origin);
  }
  assert.equal(message(call, { source: {} }), null);
  for (const data of [null, 'dialpad:call', 7, [], {}, { type: 'call', to: WK },
    { type: 'dialpad:call' },
    { type: 'dialpad:call', to: 'Bob' }, { type: 'dialpad:call', to: [WK] },
    { type: 'dialpad:call', to: '+4930123' }, { type: 'dialpad:search', text: 7 },
    { type: 'dialpad:search', text: 'x'.repeat(201) }]) {
    assert.equal(message(data), null, JSON.stringify(data));
  }
  assert.equal(requestIn({ origin: CRM, source: parent, data: call }, parent, []), null);
});

test('the page around is told how the call stands, once, and only a name', () => {
  const bob = { sid: WK, name: 'Bob' };
  const calling = { ...initialState, phase: 'calling', role: 'caller', taskSid: 'WT1', other: bob };
  const report = reportOf(calling, null);
  assert.deepEqual(report, {
    type: 'dialpad:state', state: 'calling', direction: 'out', name: 'Bob', outcome: null,
  });
  assert.equal(reportOf({ ...calling, muted: true }, report), null);
  assert.equal(reportOf({ ...calling, phase: 'ending' }, report), null);
  const ended = reportOf({ ...calling, phase: 'ended', outcome: 'declined' }, report);
  assert.deepEqual([ended.state, ended.outcome], ['ended', 'declined']);
  assert.deepEqual(reportOf(initialState, ended).name, null);
  assert.equal(reportOf({ ...calling, role: 'callee', phase: 'ringing' }, null).direction, 'in');
});

test('a page around that hides who it is hears all of it once it has spoken', (t) => {
  const told = [];
  const frame = { postMessage: (...values) => told.push(values) };
  let listener;
  const { window, document, location } = globalThis;
  t.after(() => Object.assign(globalThis, { window, document, location }));
  Object.assign(
    globalThis, { window: { parent: frame }, document: { referrer: '' }, location: {} });
  globalThis.addEventListener = (name, heard) => { listener = heard; };
  t.after(() => { delete globalThis.addEventListener; });
  const embedding = mountEmbedding([CRM], { focus() {} });
  embedding.ready();
  embedding.update(initialState);
  assert.deepEqual(told, []);
  listener({ origin: 'https://evil.example', source: frame, data: { type: 'dialpad:focus' } });
  assert.deepEqual(told, []);
  const asked = { origin: CRM, source: frame, data: { type: 'dialpad:focus' } };
  listener(asked);
  listener(asked);
  assert.deepEqual(told.map(([{ type, state }, origin]) => [type, state, origin]),
    [['dialpad:ready', undefined, CRM], ['dialpad:state', 'idle', CRM]]);
});

test('a call is taken out of the address, and only an address calls', () => {
  const rows = [
    [`?call=${WK}`, WK, ''], [`?a=1&call=${WK}#x`, WK, '?a=1#x'],
    ['?call=client%3Abob', 'client:bob', ''],
    ['?call=Bob', 'Bob', '', null], ['?call=', '', '', null], [`?call=${WK}0`, `${WK}0`, '', null],
  ];
  for (const [search, expected, left, address = expected] of rows) {
    const location = { href: `https://calls.example/${search}` };
    let shown = null;
    const history = { state: null, replaceState: (state, title, url) => { shown = String(url); } };
    assert.equal(takeFromAddress(location, history), expected, search);
    assert.equal(shown, `https://calls.example/${left}`);
    assert.equal(addressIn(expected), address);
  }
  assert.equal(takeFromAddress({ href: 'https://calls.example/?x=1' }, null), null);
  assert.equal(addressIn(null), null);
});
