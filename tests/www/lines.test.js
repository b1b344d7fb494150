// A line with the ring, its answers, and being told when somebody is free.

import assert from 'node:assert/strict';
import test from 'node:test';

import { initialState, reduce } from '../../www/js/call-state.js';
import { detailText } from '../../www/js/call-text.js';
import { mountFreeAgain } from '../../www/js/free-again.js';
import { labelWith } from '../../www/js/isolated-name.js';
import { toLine } from '../../www/js/line.js';
import { openStore } from '../../www/js/store.js';
import { createWishes } from '../../www/js/wishes.js';
import './english.js';
import { element, useFakeDocument } from './fake-document.js';

const read = (text) => text.replace(/[\u2068\u2069]/g, '');
const bob = { sid: 'WKbob', name: 'Bob' };

test('what is typed becomes a line that the programs take', () => {
  const rows = {
    ' Refund for ACME ': 'Refund for ACME', 'two\nlines\t!': 'two lines !',
    '\u202eevil\u2069': 'evil', Café: 'Caf\u00e9', '': '', ' \u0007 ': '',
  };
  for (const [typed, line] of Object.entries(rows)) assert.equal(toLine(typed), line);
  assert.equal([...toLine('🙂'.repeat(200))].length, 140);
});

test('it goes with the call, and what the colleague answers is shown at the end', () => {
  const play = (state, ...events) => events.reduce(
    (last, event) => reduce(last.state, { now: 1000, ...event }), { state });
  const placed = play(initialState, { type: 'dial', agent: bob, note: 'ACME?' },
    { type: 'mic-open', attempt: 1 });
  assert.equal(placed.effects[0].note, 'ACME?');
  const said = (reply) => read(detailText(play(placed.state,
    { type: 'task-created', attempt: 1, taskSid: 'WT1' },
    { type: 'server-state', taskSid: 'WT1', answer: { state: 'ended', outcome: 'declined', reply } }
  ).state));
  assert.equal(said('in5'), 'Bob: In 5 minutes');
  assert.equal(said('after lunch'), 'Bob: after lunch');
  assert.equal(said('constructor'), 'Bob: constructor');
  assert.equal(said(undefined), '');
});

test('five at most are waited for, for an hour, and told of once', () => {
  const kept = new Map();
  const storage = {
    getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value),
  };
  let now = 0;
  const open = () => {
    const wishes = createWishes(() => now);
    wishes.belongTo(openStore('WKme', storage));
    return wishes;
  };
  const wishes = open();
  for (const sid of ['a', 'b', 'c', 'd', 'e', 'f', 'f']) wishes.add(sid);
  assert.deepEqual(open().sids(), ['f', 'e', 'd', 'c', 'b']);
  const agent = (sid, available, busy) => ({ sid, available, busy });
  const list = [agent('f', true, true), agent('e', false, false), agent('d', true, null),
    agent('c', true, false), agent('x', true, false)];
  assert.deepEqual(wishes.met(list).map(({ sid }) => sid), ['c']);
  assert.deepEqual(wishes.met(list), []);
  const other = open();
  wishes.drop('b');
  other.learn('dialpad:WKme:calls');
  assert.equal(other.has('b'), true);
  other.learn('dialpad:WKme:wishes');
  assert.equal(other.has('b'), false);
  assert.deepEqual(open().sids(), ['f', 'e', 'd']);
  wishes.add('c', true);
  assert.deepEqual(wishes.met(list), [], 'said to be free, and declined a moment ago');
  now = 300_000;
  assert.deepEqual(wishes.met(list).map(({ sid }) => sid), ['c']);
  now = 3_600_001;
  assert.deepEqual([wishes.sids(), open().sids()], [[], []]);
});

test('who is free is told by a name that keeps its direction to itself', () => {
  useFakeDocument();
  const hint = element('div');
  globalThis.document.getElementById = () => hint;
  const noted = [];
  const wishes = createWishes(() => 0);
  const free = mountFreeAgain(wishes,
    { chime() {}, notify: (text) => noted.push(text), ring() {} });
  wishes.add('WKbob');
  free.seen([{ ...bob, name: '\u202eBob', friendlyName: 'b2', available: true, busy: false }]);
  assert.deepEqual(noted, ['\u2068Bob (b2)\u2069 is free. Call now']);
  const [button] = hint.children;
  assert.equal(button.textContent, 'Bob (b2) is free. Call now');
  assert.equal(button.children[0].name, 'bdi');
  labelWith(button, 'ringNamed', { ...bob, friendlyName: 'b2' });
  assert.deepEqual([button.ariaLabel, button.title],
    ['Ring Bob (b2)', 'Ring \u2068Bob (b2)\u2069']);
});
