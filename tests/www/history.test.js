// The list of past calls: what this browser saw and what the server knows become one.

import assert from 'node:assert/strict';
import test from 'node:test';

import {
  countMissed, isMissed, merge, remember, rowOf, rowOfState, whyNot,
} from '../../www/js/history.js';
import { createPastCalls } from '../../www/js/past-calls.js';
import { fakeTime } from './fake-time.js';

const BOB = { sid: 'WKbob', name: 'Bob Baker' };
const NOW = 1e12;
const row = (taskSid, at, more = {}) => ({
  taskSid, at, role: 'callee', other: BOB, outcome: 'cancel', seconds: 0, note: null, reply: null,
  ...more,
});
const ended = (more) => ({
  phase: 'ended', taskSid: 'WT1', role: 'callee', other: BOB, outcome: 'cancel', duration: null,
  ...more,
});
const call = (taskSid, at, more) => ({ ...row(taskSid, at, more), at: new Date(at).toISOString() });

test('a row of the server is taken as it is, and what is none is left out', () => {
  assert.deepEqual(rowOf(call('WT1', NOW)), row('WT1', NOW));
  for (const wrong of [null, {}, { ...call('WT1', NOW), at: 'today' },
    { ...call('WT1', NOW), other: null }, { ...call('WT1', NOW), taskSid: 7 }]) {
    assert.equal(rowOf(wrong), null);
  }
});

test('what a page sees of a call becomes a row, unless nobody could have heard it', () => {
  assert.deepEqual(rowOfState(ended(), NOW), row('WT1', NOW));
  assert.equal(rowOfState(ended({ duration: 61_400, outcome: 'hangup' }), NOW).seconds, 61);
  assert.equal(rowOfState(ended({ duration: 10, outcome: 'hangup' }), NOW).seconds, 1);
  const { note, reply } = rowOfState(ended({ note: 'ACME?', reply: '' }), NOW);
  assert.deepEqual([note, reply], ['ACME?', null]);
  for (const more of [{ phase: 'ringing' }, { taskSid: null }, { other: null },
    { outcome: 'refused' }, { outcome: 'unknown' }, { outcome: 'glare' }]) {
    assert.equal(rowOfState(ended(more), NOW), null);
  }
});

test('one row a call, the server\'s first, newest first, for thirty days', () => {
  const seen = [row('WT1', NOW - 10), row('WT2', NOW - 30, { seconds: 5, outcome: 'hangup' })];
  const told = [row('WT2', NOW - 31, { outcome: 'hangup', note: 'hi' }),
    row('WT3', NOW - 5, { outcome: 'declined' }), row('WT4', NOW - 31 * 86_400_000)];
  assert.deepEqual(merge(seen, told, NOW).map(({ taskSid, at, seconds, note }) =>
    [taskSid, at, seconds, note]), [['WT3', NOW - 5, 0, null], ['WT1', NOW - 10, 0, null],
    ['WT2', NOW - 30, 5, 'hi']]);
  assert.equal(merge([row('WT1', NOW)], [row('WT1', NOW - 60_000)], NOW)[0].at, NOW - 60_000);
  const many = Array.from({ length: 300 }, (_, n) => row(`WT${n}`, NOW - n));
  assert.equal(merge([], many, NOW).length, 200);
  assert.equal(many.reduce(remember, []).length, 100);
  assert.equal(remember(seen, row('WT1', NOW)).length, 2);
});

test('missed is what rang here and came to no talk, unless it was declined', () => {
  const rows = [['cancel', 0, true], ['no-answer', 0, true], ['failed', 0, true],
    ['declined', 0, false], ['hangup', 9, false]]
    .map(([outcome, seconds, missed]) => [row('WT1', NOW, { outcome, seconds }), missed]);
  for (const [one, missed] of rows) assert.equal(isMissed(one), missed, one.outcome);
  assert.equal(isMissed(row('WT1', NOW, { role: 'caller' })), false);
  assert.equal(countMissed(rows.map(([one]) => one), NOW - 1), 3);
  assert.equal(countMissed(rows.map(([one]) => one), NOW), 0);
});

test('why two did not talk', () => {
  const of = (more) => whyNot(row('WT1', NOW, more));
  assert.equal(of({ seconds: 3, outcome: 'hangup' }), null);
  assert.equal(of({}), 'chipMissed');
  assert.equal(of({ outcome: 'declined' }), 'chipDeclined');
  assert.equal(of({ role: 'caller' }), 'historyCanceled');
  assert.equal(of({ role: 'caller', outcome: 'something new' }), 'chipUnreached');
});

function storeOf(values = {}) {
  const tabs = [];
  return {
    values,
    tabs,
    keyOf: (name) => `kept:${name}`,
    get: (name, otherwise = null) => values[name] ?? otherwise,
    set(name, value) {
      values[name] = structuredClone(value);
      tabs.forEach((tab) => tab.learn(this.keyOf(name)));
    },
  };
}

test('a missed call stays counted over a reload until the agent looks', (t) => {
  const time = fakeTime(t);
  const store = storeOf();
  const open = () => {
    const calls = createPastCalls(() => Promise.reject(new Error('unreachable')));
    calls.belongTo(store);
    return calls;
  };
  const first = open();
  time.tick(1000);
  assert.equal(first.follow({ phase: 'ringing', taskSid: 'WT1', other: BOB }), null);
  time.tick(30_000);
  const { taskSid, at } = first.follow(ended());
  assert.deepEqual([taskSid, at], ['WT1', Date.now() - 30_000]);
  assert.equal(first.follow(ended({ notice: 'more' })), null, 'told once');
  assert.equal(first.missed(), 1);
  const again = open();
  assert.equal(again.missed(), 1);
  again.look();
  assert.equal(again.missed(), 0);
  assert.equal(open().missed(), 0);
  assert.equal(open().rows().length, 1);
});

test('who has looked a moment before a call can still miss it, in whole seconds', async (t) => {
  const time = fakeTime(t);
  time.tick(200);
  const cut = Math.floor(Date.now() / 1000) * 1000;
  const calls = createPastCalls(async () => ({ answer: { calls: [call('WT1', cut)] } }));
  calls.belongTo(storeOf());
  time.tick(300);
  calls.look();
  time.tick(300);
  calls.follow({ phase: 'ringing', taskSid: 'WT1', other: BOB });
  calls.follow(ended());
  assert.equal(calls.missed(), 1);
  await calls.refresh();
  assert.equal(calls.missed(), 1);
});

test('each of two tabs notices a missed call; looking at it in one is enough', (t) => {
  const time = fakeTime(t);
  const store = storeOf();
  const [one, other] = [1, 2].map(() => {
    const calls = createPastCalls(() => Promise.reject(new Error('unreachable')));
    calls.belongTo(store);
    store.tabs.push(calls);
    return calls;
  });
  time.tick(1000);
  for (const tab of [one, other]) tab.follow({ phase: 'ringing', taskSid: 'WT1', other: BOB });
  assert.equal(one.follow(ended()).taskSid, 'WT1');
  assert.equal(other.follow(ended())?.taskSid, 'WT1', 'although the first has kept it');
  assert.deepEqual([one.missed(), other.missed()], [1, 1]);
  time.tick(1000);
  one.look();
  assert.deepEqual([one.missed(), other.missed()], [0, 0]);
});

test('what came while the page was closed is counted; what was before the first visit isn\'t',
  async (t) => {
    const time = fakeTime(t);
    const answer = { calls: [call('WT8', Date.now() - 60_000)], complete: false };
    const asked = [];
    const calls = createPastCalls(async (...question) => {
      asked.push(question);
      return { answer };
    });
    calls.belongTo(storeOf());
    await calls.refresh();
    assert.deepEqual(asked, [['GET', 'call-history', { query: { days: 30 } }]]);
    assert.deepEqual([calls.missed(), calls.rows().length, calls.isComplete()], [0, 1, false]);
    time.tick(60_000);
    answer.calls.push(call('WT9', Date.now() - 1000));
    await calls.refresh();
    assert.equal(calls.missed(), 1);
  });

test('an answer that comes after another agent has signed in is not theirs', async () => {
  let give;
  const calls = createPastCalls(() => new Promise((resolve) => { give = resolve; }));
  calls.belongTo(storeOf());
  const refreshed = calls.refresh();
  calls.belongTo(storeOf());
  give({ answer: { calls: [call('WT1', Date.now())], complete: true } });
  await refreshed;
  assert.deepEqual(calls.rows(), []);
});
