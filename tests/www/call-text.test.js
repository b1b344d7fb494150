import assert from 'node:assert/strict';
import test from 'node:test';

import { initialState } from '../../www/js/call-state.js';
import {
  chipText, detailText, formatDuration, statusText, toneOf,
} from '../../www/js/call-text.js';
import { initials, tintOf } from '../../www/js/initials.js';
import { isolate } from '../../www/js/isolated-name.js';
import './english.js';

/** As it is read: the marks around names are for the browser. */
const read = (text) => text.replace(/[\u2068\u2069]/g, '');
const call = (changes) => ({ ...initialState, other: { sid: 'WK1', name: 'Bob' }, ...changes });

const caller = { role: 'caller', mine: true };
const callee = { role: 'callee', mine: true };
const ended = { phase: 'ended' };
const rung = { ...callee, ...ended, mine: false };

const STATUS = [
  [{ ...caller, phase: 'preparing' }, 'Calling Bob'],
  [{ ...caller, phase: 'calling' }, 'Calling Bob'],
  [{ ...callee, phase: 'ringing' }, 'Bob is calling'],
  [{ ...callee, phase: 'answering' }, 'Answering Bob'],
  [{ ...caller, phase: 'connected' }, 'In call with Bob'],
  [{ ...caller, phase: 'connected', hold: { me: false, other: true } }, 'Bob is on hold'],
  [{ ...caller, phase: 'connected', hold: { me: true, other: false } }, 'Bob put you on hold'],
  [{ ...caller, phase: 'connected', hold: { me: true, other: true } }, 'You and Bob are on hold'],
  [{ ...caller, phase: 'reconnecting' }, 'Bob is reconnecting'],
  [{ ...caller, phase: 'ending' }, 'Canceling the call'],
  [{ ...caller, phase: 'ending', connectedAt: 1 }, 'Ending the call'],
  [{ ...callee, phase: 'ending' }, 'Ending the call'],
  [{ ...caller, ...ended, outcome: 'declined' }, 'Bob declined'],
  [{ ...caller, ...ended, outcome: 'no-answer' }, 'Bob did not answer'],
  [{ ...caller, ...ended, outcome: 'busy' }, 'Bob is busy'],
  [{ ...caller, ...ended, outcome: 'hangup' }, 'Call ended'],
  [{ ...caller, ...ended, outcome: 'cancel' }, 'Call ended'],
  [{ ...caller, ...ended, outcome: 'failed' }, 'Bob could not be reached'],
  [{ ...caller, ...ended, outcome: 'failed', duration: 5 }, 'Call ended'],
  [{ ...callee, ...ended, outcome: 'failed' }, 'Call ended'],
  [{ ...caller, ...ended, outcome: 'glare' }, 'Call ended'],
  [{ ...caller, ...ended, outcome: 'refused', code: 'callee_busy' }, 'Bob is busy'],
  [{ ...caller, ...ended, outcome: 'refused', code: 'callee_offline' }, 'Bob is offline'],
  [{ ...caller, ...ended, outcome: 'refused', code: 'mic_blocked' }, 'The call was not placed'],
  [{ ...caller, ...ended, outcome: 'unknown' }, 'The server did not answer'],
  [{ ...callee, ...ended, outcome: 'declined' }, 'Call ended'],
  [{ ...callee, ...ended, outcome: 'no-answer' }, 'Call ended'],
  [{ ...rung, outcome: 'no-answer' }, 'Call ended'],
  [{ ...rung, outcome: 'hangup', duration: 4000 }, 'Call ended'],
  [{ ...rung, outcome: 'declined' }, 'Call ended'],
  [{ ...rung, outcome: 'glare' }, 'Call ended'],
  [{ phase: 'idle' }, 'No call'],
  [{ phase: 'idle', returning: true }, 'Coming back into the call…'],
  [{ ...caller, mine: false, place: 'window', phase: 'connected' }, 'In call with Bob'],
  [{ ...caller, mine: false, place: 'device', phase: 'connected' }, 'In call with Bob'],
  [{ ...caller, mine: false, place: 'device', phase: 'calling' }, 'Calling Bob'],
];

for (const [changes, text] of STATUS) {
  test(`status: ${JSON.stringify(changes)}`, () => assert.equal(read(statusText(call(changes))), text));
}

const DETAILS = [
  [{ ...rung, outcome: 'no-answer', endedAt: new Date(2026, 0, 2, 14, 5) },
    'Missed call from Bob · 2:05 PM'],
  [{ ...rung, outcome: 'failed' }, 'The connection could not be made.'],
  [{ ...rung, outcome: 'declined' }, 'You declined the call from Bob.'],
  [{ ...rung, outcome: 'hangup', duration: 4000 }, 'Lasted 0:04'],
  [{ ...callee, ...ended, outcome: 'cancel', endedAt: new Date(2026, 0, 2, 14, 5) },
    'Missed call from Bob · 2:05 PM'],
  [{ ...caller, ...ended, outcome: 'hangup', duration: 83000 }, 'Lasted 1:23'],
  [{ ...caller, ...ended, outcome: 'failed' }, 'The connection could not be made.'],
  [{ ...caller, ...ended, outcome: 'failed', duration: 5 },
    'The connection was lost. · Lasted 0:00'],
  [{ ...caller, ...ended, outcome: 'hangup', duration: 83000, endedBy: 'me' },
    'You hung up · Lasted 1:23'],
  [{ ...callee, ...ended, outcome: 'hangup', duration: 83000, endedBy: 'other' },
    'Bob hung up · Lasted 1:23'],
  [{ ...caller, ...ended, outcome: 'hangup', duration: 1000, endedBy: 'line' },
    'The connection was lost. · Lasted 0:01'],
  [{ ...caller, ...ended, outcome: 'cancel', endedBy: 'me' }, 'You canceled the call.'],
  [{ ...caller, ...ended, outcome: 'declined' }, ''],
  [{ ...caller, ...ended, outcome: 'refused', code: 'callee_busy' }, ''],
  [{ ...caller, ...ended, outcome: 'refused', code: 'unknown_agent' },
    'Bob is no longer in the directory.'],
  [{ ...caller, ...ended, outcome: 'refused', code: 'a_code_of_tomorrow' },
    'Something went wrong on the server. Try again in a moment.'],
  [{ ...caller, phase: 'connected', muted: true }, ''],
  [{ ...caller, phase: 'connected', hold: { me: false, other: true } },
    'Bob hears music and can’t hear you.'],
  [{ ...caller, phase: 'connected', hold: { me: true, other: false } },
    'You hear music. Bob can’t hear you.'],
  [{ ...caller, phase: 'connected', hold: { me: true, other: true } }, ''],
  [{ ...callee, mine: false, phase: 'connected' }, ''],
  [{ ...callee, mine: false, place: 'window', phase: 'connected' },
    'This call is in another window of yours.'],
  [{ ...callee, mine: false, place: 'device', phase: 'connected' },
    'This call is on another device of yours.'],
  [{ ...caller, mine: false, place: 'device', phase: 'calling' },
    'This call is on another device of yours.'],
  [{ phase: 'idle' }, 'One press on a colleague calls. Incoming calls ring here.'],
  [{ phase: 'idle', returning: true }, ''],
];

for (const [changes, text] of DETAILS) {
  test(`detail: ${JSON.stringify(changes)}`, () => assert.equal(read(detailText(call(changes))), text));
}

const CHIPS = [
  [{ ...caller, phase: 'calling' }, 'calling', 'Calling…'],
  [{ ...callee, phase: 'ringing' }, 'ringing', 'Calling you'],
  [{ ...caller, phase: 'connected' }, 'go', 'In call'],
  [{ ...caller, phase: 'connected', hold: { me: false, other: true } }, 'hold',
    'You put them on hold'],
  [{ ...caller, phase: 'connected', hold: { me: true, other: false } }, 'held', 'You are on hold'],
  [{ ...caller, phase: 'connected', hold: { me: true, other: true } }, 'hold', 'Both on hold'],
  [{ ...caller, phase: 'reconnecting' }, 'calling', 'Reconnecting…'],
  [{ ...caller, ...ended, outcome: 'declined' }, 'quiet', 'Declined'],
  [{ ...callee, ...ended, outcome: 'declined' }, 'quiet', 'Call ended'],
  [{ ...caller, ...ended, outcome: 'failed' }, 'quiet', 'Not reached'],
  [{ ...caller, ...ended, outcome: 'refused', code: 'callee_offline' }, 'quiet', 'Offline'],
  [{ ...caller, ...ended, outcome: 'refused', code: 'mic_blocked' }, 'quiet',
    'The call was not placed'],
  [{ ...rung, outcome: 'no-answer' }, 'quiet', 'Missed'],
];

test('the eye is told in a word or two, and by a tone', () => {
  for (const [changes, tone, text] of CHIPS) {
    const state = call(changes);
    assert.deepEqual([toneOf(state), chipText(state)], [tone, text], JSON.stringify(changes));
  }
});

test('a tint is a person', () => {
  assert.equal(tintOf('WK1'), tintOf('WK1'));
  assert.ok(new Set(['WK1', 'WK2', 'WK3', 'WK4'].map(tintOf)).size > 1);
  assert.match(tintOf(undefined), /^[0-7]$/);
});

test('where no call can ring, none is promised', () => {
  assert.equal(detailText(call({ phase: 'idle' }), false), '');
});

test('a nameless colleague is still somebody', () => {
  const nameless = call({ ...callee, phase: 'ringing', other: null });
  assert.equal(statusText(nameless), 'a colleague is calling');
});

test('durations', () => {
  assert.deepEqual([-5, 0, 7999, 754000, 3723000].map(formatDuration),
    ['0:00', '0:00', '0:07', '12:34', '1:02:03']);
});

test('initials', () => {
  const rows = {
    alice: 'A', 'Ana María Pérez': 'AP', ' émile  zola ': 'ÉZ', '': '', '李 雷': '李雷',
    'John Smith (Sales)': 'JS', "'t Hooft Gerard": 'HG', '🇩🇪': '🇩🇪', '🇩🇪 Max': 'M',
    'Ana Ruiz (Sales Team)': 'AR', '山田 太郎（営業 部）': '山太', '\u200bBob \u202eBaker': 'BB',
    '(Sales)': 'S', '👩‍💻 42': '👩‍💻', é́mile: 'É́', 'Jan "JJ" Kok': 'JK', '- Bob -': 'B',
  };
  for (const [name, letters] of Object.entries(rows)) assert.equal(initials(name), letters, name);
});

test('a name keeps its direction to itself, and brings none of its own', () => {
  assert.equal(isolate('Bob'), '\u2068Bob\u2069');
  assert.equal(isolate('\u202eBob\u2069\u2068'), '\u2068Bob\u2069');
  assert.equal(statusText(call({ ...callee, phase: 'ringing' })), '\u2068Bob\u2069 is calling');
});
