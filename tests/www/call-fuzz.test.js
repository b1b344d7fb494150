// Many calls in which everything comes late, twice, in any order or never.

import assert from 'node:assert/strict';
import test from 'node:test';

import { initialState, pollPlan, reduce } from '../../www/js/call-state.js';
import { detailText, statusText } from '../../www/js/call-text.js';
import './english.js';

const CALLS = 1500;
const EVENTS = 30;
const BOB = { sid: 'WKbob', name: 'Bob' };
const BEGINNINGS = ['dial', 'offer', 'found'];
const SERVER = ['calling', 'ringing', 'connected', 'reconnecting', 'ended', 'none'];

/** The same numbers in each run, so that what fails once fails again. */
function createChance(seed) {
  let last = seed;
  const below = (limit) => {
    last = (Math.imul(last, 1664525) + 1013904223) >>> 0;
    return Math.floor((last / 2 ** 32) * limit);
  };
  return { pick: (list) => list[below(list.length)], maybe: () => below(2) === 0 };
}

/** @param {number[]} opening the attempts whose microphone hasn't been heard of: each is once */
function anyEvent(state, opening, { pick, maybe }) {
  const taskSid = (maybe() && state.taskSid) || pick(['WT1', 'WT2', 'WT3']);
  const attempt = maybe() ? state.attempt : state.attempt - 1;
  const callSid = pick(['CA1', 'CA2']);
  return pick([
    { type: 'dial', agent: BOB }, { type: 'cancel' }, { type: 'answer' }, { type: 'decline' },
    { type: 'hang-up' }, { type: 'rejoin' }, { type: 'toggle-hold' }, { type: 'toggle-mute' },
    ...opening.flatMap((of) => [
      { type: 'mic-open', attempt: of }, { type: 'mic-failed', attempt: of, code: 'mic_blocked' }]),
    { type: 'task-created', attempt, taskSid: pick(['WT1', 'WT2', 'WT3']) },
    { type: 'task-refused', attempt, code: 'callee_busy' }, { type: 'task-unknown', attempt },
    { type: 'offer', taskSid, other: BOB }, { type: 'taken', taskSid },
    { type: 'found', taskSid, role: pick(['caller', 'callee']), other: BOB, back: maybe() },
    { type: 'returning' }, { type: 'not-returning' }, { type: 'charge', inCharge: maybe() },
    { type: 'rejoin-failed', taskSid, code: 'rejoin_failed' },
    { type: 'located', taskSid, place: pick(['window', 'device']) },
    { type: 'dial-failed', taskSid, taken: maybe() }, { type: 'leg-named', taskSid, callSid },
    { type: 'leg-open', taskSid, callSid }, { type: 'leg-closed', taskSid, dropped: maybe() },
    { type: 'line', taskSid, lost: maybe() }, { type: 'muted', muted: maybe() },
    { type: 'warning', taskSid, name: 'low-mos', on: maybe() },
    { type: 'held', taskSid, hold: maybe() },
    { type: 'hold-failed', taskSid, code: 'hold_failed' }, { type: 'ring-time-over', taskSid },
    { type: 'server-state', taskSid,
      answer: { state: pick(SERVER), outcome: 'hangup', other: BOB, legs: [callSid] } },
  ]);
}

/** What holds whatever comes: of the state before, the event, and what came of it. */
const RULES = {
  'a call that is over stays as it is': ({ before, begins, event, state, effects }) => (
    before.phase !== 'ended' || begins || state === before || effects[0]?.type === 'release-mic'
    || event.type === 'leg-open'),
  'an event of another call changes nothing of this one': ({ before, begins, event, state }) => (
    !event.taskSid || event.taskSid === before.taskSid || begins || event.type === 'task-created'
    || JSON.stringify(state) === JSON.stringify(before)),
  'an effect is about this call, or about what the event is about': (
    { event, state, effects }) => effects.every(({ type, taskSid }) => (
    !taskSid || type === 'check-offer' || [state.taskSid, event.taskSid].includes(taskSid))),
  'nothing is done twice': ({ effects }) => (
    new Set(effects.map((effect) => JSON.stringify(effect))).size === effects.length),
  'the server is asked until it says that the call is over': ({ state }) => (
    ['idle', 'preparing', 'ended'].includes(state.phase) || state.creating
    || pollPlan(state) !== null),
  'only a page that has the call has a leg': ({ state }) => state.leg !== 'open' || state.mine,
  'nothing of a call is left after its end': ({ state }) => (
    state.phase !== 'ended' || (state.leg === 'closed' && !state.waiting && !state.notice
      && !state.holdPending && !state.lineLost && state.warnings.length === 0)),
  'no call begins with what the last one had': ({ before, begins, state }) => (
    !begins || state.attempt === before.attempt
    || (state.callSids.length === 0 && !state.muted && state.outcome === null)),
  'there are words for it': ({ state }) => (
    statusText(state) !== '' && typeof detailText(state) === 'string'),
};

/** The names of the rules that don't hold. */
function broken(before, event, { state, effects }) {
  const begins = BEGINNINGS.includes(event.type);
  const what = { before, begins, event, state, effects };
  return Object.keys(RULES).filter((rule) => !RULES[rule](what));
}

test('whatever comes, in whatever order, the rules of a call hold', () => {
  const chance = createChance(4711);
  const ways = new Set();
  for (let call = 0; call < CALLS; call += 1) {
    let state = initialState;
    let opening = [];
    const events = [];
    for (let now = 0; now < EVENTS; now += 1) {
      const event = { now, ...anyEvent(state, opening, chance) };
      events.push(event);
      const result = reduce(state, event);
      const failed = broken(state, event, result);
      if (failed.length > 0) assert.fail(`${failed}\n${events.map(JSON.stringify).join('\n')}`);
      state = result.state;
      const asked = result.effects.filter(({ type }) => type === 'open-mic');
      const told = event.type.startsWith('mic-') ? event.attempt : null;
      opening = [...opening.filter((of) => of !== told), ...asked.map(({ attempt }) => attempt)];
      ways.add(`${state.phase} ${state.mine} ${state.leg}`);
    }
  }
  assert.ok(ways.size > 20, `only ${[...ways]}`);
});
