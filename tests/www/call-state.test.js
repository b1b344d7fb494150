import assert from 'node:assert/strict';
import test from 'node:test';

import {
  canCall, canUseLeg, initialState, isMissed, pollPlan, reduce, wasJustWith,
} from '../../www/js/call-state.js';

const BOB = { sid: 'WKbob', name: 'Bob' };
const T1 = 'WT1';
const K = 'WT9';
const free = { me: false, other: false };

/** Runs events through the reducer; returns the last state and the effects of the last event. */
function play(events, state = initialState) {
  return events.reduce(
    (last, event) => reduce(last.state, { now: 1000, ...event }),
    { state, effects: [] }
  );
}

const server = (state, more = {}, taskSid = T1) => ({
  type: 'server-state', taskSid, answer: { state, outcome: null, other: BOB, hold: free, ...more },
});
const dial = { type: 'dial', agent: BOB };
const micOpen = { type: 'mic-open', attempt: 1 };
const created = { type: 'task-created', attempt: 1, taskSid: T1 };
const LEG = 'CA1';
const legOpen = { type: 'leg-open', taskSid: T1, callSid: LEG };
const legClosed = { type: 'leg-closed', taskSid: T1 };
const offer = { type: 'offer', taskSid: K, other: BOB };
const answer = { type: 'answer' };

const calling = [dial, micOpen, created];
const connected = [...calling, legOpen, server('connected')];
const answered = [offer, answer, { type: 'mic-open', attempt: 2 }];
const types = ({ effects }) => effects.map(({ type }) => type);

test('a call out: microphone, create-task, leg, connected, each in its turn', () => {
  let last = play([dial]);
  assert.equal(last.state.phase, 'preparing');
  assert.deepEqual(last.effects, [{ type: 'open-mic', attempt: 1 }]);
  last = play([micOpen], last.state);
  assert.deepEqual(last.effects, [{ type: 'create-task', to: 'WKbob', note: '', attempt: 1 }]);
  last = play([created], last.state);
  assert.equal(last.state.phase, 'calling');
  assert.deepEqual(last.effects, [{ type: 'dial-leg', role: 'caller', taskSid: T1 }]);
  last = play([legOpen], last.state);
  assert.deepEqual(types(last), ['release-mic', 'time-ring']);
  last = play([server('ringing')], last.state);
  assert.equal(last.state.phase, 'calling');
  last = play([server('connected')], last.state);
  assert.equal(last.state.phase, 'connected');
  assert.equal(canUseLeg(last.state), true);
});

test('no microphone, nothing sent', () => {
  const { state, effects } = play([dial, { type: 'mic-failed', attempt: 1, code: 'mic_blocked' }]);
  assert.equal(state.phase, 'ended');
  assert.equal(state.code, 'mic_blocked');
  assert.ok(!effects.some(({ type }) => type === 'create-task'));
});

test('connected comes from the server, not from an open leg', () => {
  assert.equal(play([...calling, legOpen]).state.phase, 'calling');
  assert.equal(play([...answered, { type: 'leg-open', taskSid: K }]).state.phase, 'answering');
});

test('cancel before create-task was sent ends at once', () => {
  const { state } = play([dial, { type: 'cancel' }]);
  assert.equal(state.phase, 'ended');
  assert.deepEqual(types(play([micOpen], state)), ['release-mic']);
});

test('cancel in flight is kept until the Task is known', () => {
  const waiting = play([dial, micOpen, { type: 'cancel' }]);
  assert.equal(waiting.state.phase, 'ending');
  assert.deepEqual(waiting.effects, []);
  const { state, effects } = play([created], waiting.state);
  assert.equal(state.phase, 'ending');
  assert.deepEqual(effects.at(-1), { type: 'end-call', taskSid: T1, reason: 'cancel' });
  assert.equal(play([server('ringing')], state).state.phase, 'ending');
  assert.equal(play([server('ended', { outcome: 'cancel' })], state).state.outcome, 'cancel');
});

test('an unknown result leaves the Task alone, whatever turns up', () => {
  const { state } = play([dial, micOpen, { type: 'task-unknown', attempt: 1 }]);
  assert.equal(state.outcome, 'unknown');
  assert.equal(state.taskSid, null);
  assert.deepEqual(play([created], state), { state, effects: [] });
});

test('a refusal ends the call with its code', () => {
  const refused = { type: 'task-refused', attempt: 1, code: 'callee_busy' };
  const { state } = play([dial, micOpen, refused]);
  assert.deepEqual([state.phase, state.outcome, state.code], ['ended', 'refused', 'callee_busy']);
  assert.equal(canCall(state), true);
});

test('a call that another window has taken is seen by the leg that does not come', () => {
  const up = play([...calling, server('connected')]);
  assert.deepEqual(up.effects, [{ type: 'time-leg', attempt: 1 }]);
  const { state } = play([{ type: 'leg-late', attempt: 1 }], up.state);
  assert.deepEqual([state.phase, state.mine, state.code], ['connected', false, 'leg_taken']);
  const { state: here } = play([legOpen, { type: 'leg-late', attempt: 1 }], up.state);
  assert.deepEqual([here.mine, here.code], [true, null]);
  assert.equal(play([{ type: 'leg-late', attempt: 0 }], up.state).state, up.state);
});

test('an answer to an older attempt changes nothing', () => {
  const { state } = play([dial, { type: 'cancel' }, dial]);
  assert.equal(state.attempt, 2);
  assert.equal(play([micOpen], state).state, state);
});

test('ended absorbs everything about that call', () => {
  const over = play([...connected, server('ended', { outcome: 'hangup' })]);
  assert.deepEqual(types(over), ['release-mic', 'drop-leg', 'tidy']);
  const late = [
    server('connected'), legClosed, { type: 'hang-up' }, { type: 'answer' },
    { type: 'cancel' }, { type: 'decline' }, { type: 'toggle-hold' }, { type: 'toggle-mute' },
    { type: 'ring-time-over', taskSid: T1 }, { type: 'taken', taskSid: T1 },
    { type: 'dial-failed', taskSid: T1, taken: false }, { type: 'offer', taskSid: T1, other: BOB },
    { type: 'found', taskSid: T1, role: 'caller', other: BOB }, { type: 'no-such-event' },
    { type: 'held', taskSid: T1, hold: true }, { type: 'muted', muted: true },
    { type: 'hold-failed', taskSid: T1, code: 'nobody_to_hold' },
    { type: 'line', taskSid: T1, lost: true }, { type: 'leg-named', taskSid: T1, callSid: 'CA2' },
  ];
  for (const event of late) {
    assert.deepEqual(play([event], over.state), { state: over.state, effects: [] }, event.type);
  }
});

test('a leg that opens for a call without this page is dropped, and no other', () => {
  const drop = [{ type: 'drop-leg', taskSid: T1 }];
  const over = play([...calling, { type: 'cancel' }, server('ended')]).state;
  assert.deepEqual(play([legOpen], over), { state: over, effects: drop });
  const another = play([offer], over).state;
  assert.deepEqual(play([legOpen], another), { state: another, effects: drop });
  assert.deepEqual(play([...connected, legOpen]).effects, []);
});

test('what failed during a call is not why it ended', () => {
  const failed = { type: 'hold-failed', taskSid: T1, code: 'hold_failed' };
  for (const events of [[server('ended')], [{ type: 'hang-up' }, server('ended')]]) {
    const { state } = play([...connected, { type: 'toggle-hold' }, failed, ...events]);
    assert.deepEqual([state.phase, state.code], ['ended', null]);
  }
  const mute = { type: 'mic-failed', attempt: 2, code: 'mic_missing' };
  const declined = play([offer, answer, mute, { type: 'decline' }, server('ended', {}, K)]);
  assert.equal(declined.state.code, null);
});

test('a call in: offer, answer with the microphone first, connected', () => {
  assert.equal(play([offer]).state.phase, 'ringing');
  assert.deepEqual(play([offer, answer]).effects, [{ type: 'open-mic', attempt: 2 }]);
  assert.deepEqual(play(answered).effects, [{ type: 'dial-leg', role: 'callee', taskSid: K }]);
  const open = { type: 'leg-open', taskSid: K };
  const { state } = play([...answered, open, server('connected', {}, K)]);
  assert.equal(state.phase, 'connected');
});

test('answering without a microphone goes on ringing and says why', () => {
  const { state } = play([offer, answer, { type: 'mic-failed', attempt: 2, code: 'mic_missing' }]);
  assert.deepEqual([state.phase, state.code], ['ringing', 'mic_missing']);
});

test('another tab answers: this one stops ringing and keeps its hands off', () => {
  const { state } = play([offer, { type: 'taken', taskSid: K }]);
  assert.equal(state.phase, 'answering');
  const up = play([server('connected', {}, K)], state);
  assert.equal(up.state.phase, 'connected');
  assert.equal(canUseLeg(up.state), false);
  assert.deepEqual(types(play([server('ended', {}, K)], up.state)), ['release-mic']);
});

test('both tabs press Answer: the later one steps back', () => {
  const lost = play([...answered, { type: 'dial-failed', taskSid: K, taken: true }]);
  assert.deepEqual([lost.state.phase, lost.state.mine], ['answering', false]);
  const retry = play([...answered, { type: 'dial-failed', taskSid: K, taken: false }]);
  assert.deepEqual([retry.state.phase, retry.state.code], ['ringing', 'answer_failed']);
});

test('decline asks the server and waits for its word', () => {
  const { state, effects } = play([offer, { type: 'decline' }]);
  assert.equal(state.phase, 'ending');
  assert.deepEqual(effects, [{ type: 'decline', taskSid: K, reply: '' }]);
});

test('ring time over asks for no-answer; the outcome is the server\'s', () => {
  const { state, effects } = play([...calling, legOpen, { type: 'ring-time-over', taskSid: T1 }]);
  assert.equal(state.phase, 'calling');
  assert.deepEqual(effects, [{ type: 'end-call', taskSid: T1, reason: 'no-answer' }]);
  const late = play([...connected, { type: 'ring-time-over', taskSid: T1 }]);
  assert.deepEqual(late.effects, []);
});

test('hang up: cancel before connected, hangup after', () => {
  assert.equal(play([...calling, { type: 'hang-up' }]).effects.at(-1).reason, 'cancel');
  assert.equal(play([...connected, { type: 'hang-up' }]).effects.at(-1).reason, 'hangup');
});

test('a leg that closes is a question first', () => {
  const closed = play([...connected, legClosed]);
  assert.deepEqual([closed.state.phase, types(closed)], ['connected', ['poll']]);
  assert.equal(play([server('ended', { outcome: 'hangup' })], closed.state).state.phase, 'ended');
});

test('nobody waits for a caller whose leg closed before anybody answered', () => {
  const { effects } = play([...calling, legOpen, legClosed, server('ringing')]);
  assert.equal(effects.at(-1).type, 'end-call');
});

test('a leg that was ended from outside has gone to another page', () => {
  const { state } = play([...connected, legClosed, server('connected')]);
  assert.deepEqual([state.phase, state.mine, canUseLeg(state)], ['connected', false, false]);
});

test('a leg that was lost is fetched back', () => {
  const lost = play([...connected, { ...legClosed, dropped: true }, server('reconnecting')]);
  assert.deepEqual([lost.state.phase, lost.state.mine], ['rejoining', true]);
  assert.deepEqual(lost.effects, [{ type: 'open-mic', attempt: 2 }]);
  const dialling = play([{ type: 'mic-open', attempt: 2 }], lost.state);
  assert.deepEqual(dialling.effects, [{ type: 'rejoin', taskSid: T1 }]);
  const waiting = play([server('connected')], dialling.state);
  assert.equal(waiting.state.phase, 'rejoining');
  const back = play([legOpen], waiting.state);
  assert.deepEqual([back.state.phase, canUseLeg(back.state)], ['connected', true]);
  assert.equal(back.state.connectedAt, lost.state.connectedAt);
});

test('who was muted when the leg was lost is muted in the next one', () => {
  const muted = play([...connected, { type: 'muted', muted: true },
    { ...legClosed, dropped: true }, server('connected'), { type: 'mic-open', attempt: 2 }]);
  const back = play([legOpen], muted.state);
  assert.deepEqual(back.effects[0], { type: 'mute', muted: true });
  assert.equal(back.state.muted, true);
  const elsewhere = play([legClosed, server('connected')], back.state).state;
  assert.deepEqual([elsewhere.mine, elsewhere.muted], [false, false]);
});

test('a leg that was lost is not fetched back once another machine has it', () => {
  const lost = [...connected, { ...legClosed, dropped: true }];
  assert.equal(play([...lost, server('connected', { legs: [LEG] })]).state.phase, 'rejoining');
  const { state } = play([...lost, server('connected', { legs: [LEG, 'CA8'] })]);
  assert.deepEqual([state.phase, state.mine], ['connected', false]);
});

test('a page without the leg asks where it is, and is told', () => {
  const found = { type: 'found', taskSid: T1, role: 'caller', other: BOB, place: 'device' };
  const up = play([found, server('connected', { legs: ['CA8'] })]);
  assert.equal(up.state.place, 'device');
  assert.deepEqual(up.effects, [{ type: 'locate', taskSid: T1, legs: ['CA8'] }]);
  const located = play([{ type: 'located', taskSid: T1, place: 'window' }], up.state);
  assert.equal(located.state.place, 'window');
  const mine = play([{ type: 'rejoin' }, { type: 'located', taskSid: T1, place: 'device' }],
    up.state).state;
  assert.deepEqual([mine.phase, mine.place], ['rejoining', null]);
  assert.deepEqual(play([...connected, server('connected')]).effects, []);
});

test('a page knows every leg that it has had in a call, and none of the call before', () => {
  const named = { type: 'leg-named', taskSid: T1, callSid: 'CA2' };
  const { state } = play([...connected, { ...legClosed, dropped: true }, server('connected'),
    { type: 'mic-open', attempt: 2 }, named, { ...legOpen, callSid: 'CA2' }]);
  assert.deepEqual(state.callSids, [LEG, 'CA2']);
  assert.deepEqual(play([server('ended'), dial], state).state.callSids, []);
});

test('until the server has said so, nobody knows whether the page comes back', () => {
  const { state } = play([{ type: 'returning' }]);
  assert.deepEqual([state.phase, state.returning, canCall(state)], ['idle', true, true]);
  assert.equal(play([{ type: 'not-returning' }], state).state.returning, false);
  assert.equal(play([offer], state).state.returning, false);
  assert.equal(play([...connected, { type: 'returning' }]).state.returning, false);
});

test('whom one has just talked with is busy in a list that is not so new', () => {
  const { state } = play([...connected, { ...server('ended'), now: 50000 }]);
  assert.equal(wasJustWith(state, BOB.sid, 60000), true);
  assert.equal(wasJustWith(state, BOB.sid, 80000), false);
  assert.equal(wasJustWith(state, 'WKcarol', 60000), false);
  assert.equal(wasJustWith(play(connected).state, BOB.sid, 1000), false);
});

test('who has missed a call', () => {
  const missed = (events) => isMissed(play(events).state);
  const over = (outcome, more) => server('ended', { outcome, ...more }, K);
  assert.equal(missed([offer, over('no-answer')]), true);
  assert.equal(missed([offer]), false);
  assert.equal(missed([offer, { type: 'decline' }, over('declined')]), false);
  assert.equal(missed([...answered, over('cancel')]), true, 'answered too late');
  assert.equal(missed([...answered, over('no-answer')]), true, 'the ring was over just then');
  assert.equal(missed([...answered, over('hangup')]), false);
  assert.equal(missed([...calling, server('ended', { outcome: 'no-answer' })]), false);
  const elsewhere = [offer, { type: 'taken', taskSid: K }];
  assert.equal(missed([...elsewhere, over('hangup', { connectedAt: '2026-01-01T00:00:00Z' })]),
    false, 'answered in another tab and over before anybody asked');
});

test('a leg that cannot be had is fetched a few times, and then when the agent wants it', () => {
  const away = [{ ...legClosed, dropped: true }, server('connected')];
  const tries = [...away, ...away, ...away];
  assert.equal(play([...connected, ...tries]).state.phase, 'rejoining');
  const given = play([...connected, ...tries, ...away]).state;
  assert.deepEqual([given.phase, given.mine, given.code], ['connected', false, 'rejoin_failed']);
  assert.equal(play([{ type: 'rejoin' }], given).state.phase, 'rejoining');
  const back = [{ type: 'mic-open', attempt: 3 }, legOpen, server('connected')];
  const there = play([...connected, ...away, ...away, ...back]).state;
  assert.deepEqual([there.leg, there.rejoins], ['open', 0]);
});

test('whoever had muted himself is muted where the call comes back', () => {
  const found = {
    type: 'found', taskSid: T1, role: 'caller', other: BOB, back: true, muted: true, elapsed: 0,
  };
  const { effects } = play([found, { type: 'mic-open', attempt: 2 }, legOpen]);
  assert.deepEqual(effects[0], { type: 'mute', muted: true });
  const left = play([...connected, legClosed, server('connected')]).state;
  const here = play([{ type: 'rejoin', muted: true }], left).state;
  assert.equal(here.muted, true);
  assert.equal(play([{ type: 'rejoin' }], left).state.muted, false);
});

test('who is signed out while a call ends is not kept waiting for its end', () => {
  const out = { type: 'signed-out', taskSid: T1 };
  assert.equal(play([...connected, out]).state.phase, 'connected');
  const { state, effects } = play([...connected, { type: 'hang-up' }, out]);
  assert.deepEqual([state.phase, state.code], ['ended', 'sign_in']);
  assert.ok(types({ effects }).includes('drop-leg'));
  const declined = play([offer, { type: 'decline' }, { ...out, taskSid: K }]).state;
  assert.deepEqual([declined.phase, isMissed(declined)], ['ended', false], 'nobody missed it');
});

test('after another tab took over, the leg goes there and is not fetched back', () => {
  const gone = play([
    ...connected, { type: 'charge', inCharge: false }, { ...legClosed, dropped: true },
    server('connected'),
  ]);
  assert.deepEqual([gone.state.phase, gone.state.mine], ['connected', false]);
  const again = play([{ type: 'rejoin' }], gone.state);
  assert.equal(again.state.phase, 'rejoining');
});

test('a tab that is in charge again fetches a lost leg back', () => {
  const { state } = play([
    ...connected, { type: 'charge', inCharge: false }, { type: 'charge', inCharge: true },
    { ...legClosed, dropped: true }, server('reconnecting'),
  ]);
  assert.equal(state.phase, 'rejoining');
});

test('a page that finds its call at the start comes back into it', () => {
  const found = play([{
    type: 'found', taskSid: K, role: 'callee', other: BOB, back: true, now: 9000, elapsed: 4000,
  }]);
  const { phase, mine, connectedAt } = found.state;
  assert.deepEqual([phase, mine, connectedAt], ['rejoining', true, 5000]);
  assert.equal(found.effects.at(-1).type, 'open-mic');
  assert.equal(play([server('ended', {}, K)], found.state).state.phase, 'ended');
  assert.equal(play([{ type: 'hang-up' }], found.state).effects.at(-1).reason, 'hangup');
});

test('who cannot come back is told why, and the call goes on', () => {
  const found = play([{ type: 'found', taskSid: T1, role: 'caller', other: BOB, back: true }]);
  const attempt = found.state.attempt;
  const noMic = play([{ type: 'mic-failed', attempt, code: 'mic_blocked' }], found.state);
  assert.deepEqual([noMic.state.phase, noMic.state.mine, noMic.state.code],
    ['connected', false, 'mic_blocked']);
  const failed = play([{ type: 'mic-open', attempt },
    { type: 'rejoin-failed', taskSid: T1, code: 'rejoin_failed' }], found.state);
  assert.deepEqual([failed.state.mine, failed.state.code], [false, 'rejoin_failed']);
  assert.equal(play([legOpen], failed.state).state.mine, false);
});

test('what is wrong with the sound is kept while the leg lasts', () => {
  const warn = (name, on) => ({ type: 'warning', taskSid: T1, name, on });
  const { state } = play([
    ...connected, warn('high-rtt', true), warn('low-mos', true), warn('high-rtt', false),
    { type: 'line', taskSid: T1, lost: true },
  ]);
  assert.deepEqual([state.warnings, state.lineLost], [['low-mos'], true]);
  const closed = play([legClosed], state).state;
  assert.deepEqual([closed.warnings, closed.lineLost], [[], false]);
});

test('a leg that TaskRouter could not dial ends the call and says so', () => {
  const { state, effects } = play([...calling, { type: 'dial-failed', taskSid: T1, taken: true }]);
  assert.deepEqual([state.phase, state.code], ['ending', 'phone_unreachable']);
  assert.equal(effects.at(-1).reason, 'cancel');
});

test('hold: one request at a time, the server\'s word counts', () => {
  const asked = play([...connected, { type: 'toggle-hold' }]);
  assert.deepEqual(asked.effects, [{ type: 'hold', taskSid: T1, hold: true }]);
  assert.deepEqual(play([{ type: 'toggle-hold' }], asked.state).effects, []);
  assert.deepEqual(play([server('connected')], asked.state).state.hold, free);
  const held = play([{ type: 'held', taskSid: T1, hold: true }], asked.state);
  assert.deepEqual(held.state.hold, { me: false, other: true });
  assert.equal(play([{ type: 'toggle-hold' }], held.state).effects[0].hold, false);
  const failed = play([{ type: 'hold-failed', taskSid: T1, code: 'nobody_to_hold' }], asked.state);
  assert.deepEqual([failed.state.holdPending, failed.state.code], [false, 'nobody_to_hold']);
});

test('what went wrong on the way is told until something else happens, not at the end', () => {
  const failed = play([...connected, { type: 'toggle-hold' },
    { type: 'hold-failed', taskSid: T1, code: 'hold_failed' }]);
  for (const next of [{ type: 'muted', muted: true }, { type: 'line', taskSid: T1, lost: true },
    { type: 'warning', taskSid: T1, name: 'low-mos', on: true }]) {
    assert.equal(play([next], failed.state).state.code, null, next.type);
  }
  const over = server('ended', { outcome: 'hangup' });
  assert.equal(play([over], failed.state).state.code, null);
  assert.equal(play([{ type: 'hang-up' }, over], failed.state).state.code, null);
  const late = [...connected, { type: 'toggle-hold' }, { type: 'hang-up' },
    { type: 'hold-failed', taskSid: T1, code: 'nobody_to_hold' }, over];
  assert.equal(play(late).state.code, null);
  const unanswered = [...answered, { type: 'dial-failed', taskSid: K, taken: false }];
  const missed = play([...unanswered, server('ended', { outcome: 'cancel' }, K)]).state;
  assert.deepEqual([missed.code, isMissed(missed)], [null, true]);
  assert.equal(play([...unanswered, { type: 'decline' }]).state.code, null);
});

test('what went wrong here, or with a device, is not said of a call that is elsewhere', () => {
  const blocked = [offer, answer, { type: 'mic-failed', attempt: 2, code: 'mic_blocked' }];
  assert.equal(play([...blocked, { type: 'taken', taskSid: K }]).state.code, null);
  assert.equal(play([...blocked, server('connected', {}, K)]).state.code, null);
  const notice = { type: 'notice', notice: { key: 'deviceNow', values: {} } };
  const moved = play([...connected, notice, legClosed, server('connected')]).state;
  assert.deepEqual([moved.mine, moved.notice], [false, null]);
});

test('a muting agent has read what a device did, and a call that ends mutes nobody', () => {
  const notice = { key: 'deviceNow', values: {} };
  const told = play([...connected, { type: 'notice', notice }]).state;
  assert.equal(play([{ type: 'muted', muted: false }], told).state.notice, notice);
  assert.equal(play([{ type: 'muted', muted: true }], told).state.notice, null);
  const silenced = [...connected, { type: 'hang-up' }, { type: 'muted', muted: true }];
  assert.equal(play(silenced).state.muted, false);
});

test('an offer during a call is looked at again when the call is over', () => {
  const { state } = play([...calling, offer]);
  assert.equal(state.phase, 'calling');
  const { effects } = play([server('ended', { outcome: 'glare' })], state);
  assert.deepEqual(effects.at(-1), { type: 'check-offer', taskSid: K });
});

test('an open call found at the start is shown, not taken over', () => {
  const { state, effects } = play([{ type: 'found', taskSid: T1, role: 'caller', other: BOB }]);
  assert.deepEqual([state.phase, state.mine, types({ effects })], ['calling', false, ['poll']]);
  assert.equal(play([dial], state).state, state);
});

test('the time of a call counts from when the server says it was connected', () => {
  const up = play([...calling, legOpen, { ...server('connected'), now: 9000, elapsed: 4000 }]);
  assert.equal(up.state.connectedAt, 5000);
  const again = play([{ ...server('connected'), now: 12000, elapsed: 9999 }], up.state);
  assert.equal(again.state.connectedAt, 5000);
  const over = play([{ ...server('ended'), now: 65000 }], again.state);
  assert.equal(over.state.duration, 60000);
});

test('talk ends with the hang-up, or with the leg, and not when the page hears of the end', () => {
  const up = play([...calling, legOpen, { ...server('connected'), now: 1000 }]).state;
  const left = play([{ type: 'hang-up', now: 61_000 }, { ...server('ended'), now: 65_000 }], up);
  assert.deepEqual([left.state.duration, left.state.endedBy], [60_000, 'me']);
  const closed = { type: 'leg-closed', taskSid: T1, now: 31_000 };
  const over = play([closed, { ...server('ended'), now: 34_000 }], up);
  assert.deepEqual([over.state.duration, over.state.endedBy], [30_000, 'other']);
  const lost = play(
    [{ ...server('reconnecting'), now: 2000 }, { ...server('ended'), now: 9000 }], up);
  assert.equal(lost.state.endedBy, 'line');
  const back = play([{ ...closed, dropped: true }, { ...server('connected'), now: 32_000 }], up);
  assert.deepEqual([back.state.phase, back.state.leftAt], ['rejoining', null]);
});

test('after Hold the server is asked in haste: the other one may have pressed it, too', () => {
  const held = play(
    [...connected, { type: 'toggle-hold' }, { type: 'held', taskSid: T1, hold: true }]);
  assert.equal(pollPlan(held.state).every, 400);
  const hold = { me: true, other: true };
  const answers = Array.from({ length: 8 }, () => server('connected', { hold }));
  const seen = play(answers, held.state);
  assert.deepEqual(seen.state.hold, { me: true, other: true });
  assert.equal(pollPlan(seen.state).every, 5000);
});

const told = (more) => ({
  type: 'told', taskSid: T1, outcome: null, connected: false, hold: { me: false, other: false },
  away: false, pushed: false, ...more,
});

test('how often to ask', () => {
  assert.equal(pollPlan(initialState), null);
  assert.equal(pollPlan(play([dial, micOpen]).state), null);
  assert.deepEqual(pollPlan(play(calling).state), { taskSid: T1, every: 5000 });
  assert.deepEqual(pollPlan(play([offer]).state), { taskSid: K, every: 15000 });
  assert.equal(pollPlan(play(connected).state).every, 5000);
  assert.equal(pollPlan(play([...connected, server('ended')]).state), null);
});

test('where changes are pushed the server is asked seldom', () => {
  assert.equal(pollPlan(play([...calling, told({ pushed: true })]).state).every, 60000);
  assert.equal(pollPlan(play([...connected, told({ pushed: true })]).state).every, 60000);
  assert.equal(pollPlan(play([...connected, told({})]).state).every, 5000);
});

test('an answer that contradicts what was pushed is doubted for some questions', () => {
  const held = { me: true, other: false };
  const told60 = play([...connected, told({ pushed: true, hold: held })]).state;
  assert.equal(pollPlan(told60).every, 60000);
  let { state } = play([server('connected', { hold: free })], told60);
  assert.deepEqual([state.hold, pollPlan(state).every], [held, 400]);
  const confirmed = play([server('connected', { hold: held })], state).state;
  assert.deepEqual([confirmed.hold, pollPlan(confirmed).every], [held, 60000]);
  const contradictions = Array.from({ length: 8 }, () => server('connected', { hold: free }));
  ({ state } = play(contradictions, state));
  assert.deepEqual([state.hold, pollPlan(state).every], [free, 5000], 'nothing is pushed any more');
  const back = play([server('reconnecting')], told60).state;
  assert.equal(pollPlan(back).every, 400, 'who is told to be back and is not');
  const deaf = play([...connected, told({}), server('connected', { hold: held })]).state;
  assert.deepEqual(deaf.hold, held, 'nothing has shown that changes are pushed');
});

test('what is pushed of the talk is shown at once, and asked about', () => {
  const up = play([...calling, legOpen, told({ connected: true, pushed: true, now: 5000 })]);
  assert.deepEqual([up.state.phase, up.state.connectedAt], ['connected', 5000]);
  assert.deepEqual(types(up), ['poll-soon']);
  const early = play([...calling, told({ connected: true })]);
  assert.deepEqual([early.state.phase, types(early)], ['calling', ['poll-soon']]);
  const held = play([told({ connected: true, hold: { me: true, other: false } })], up.state);
  assert.deepEqual([held.state.hold, types(held)], [{ me: true, other: false }, []]);
  const away = play([told({ connected: true, away: true })], up.state);
  assert.deepEqual([away.state.phase, types(away)], ['connected', ['poll-soon']]);
});

test('an end that is pushed is shown, and is one only when the server says so', () => {
  const heard = play([told({ outcome: 'hangup' })], play(connected).state);
  assert.deepEqual([heard.state.phase, heard.state.told, types(heard)],
    ['connected', 'hangup', ['poll-soon']]);
  const late = Array(8).fill(server('connected'));
  const anew = play([told({ outcome: 'hangup' })], { ...play(connected).state, doubts: 8 }).state;
  assert.equal(play([server('connected')], anew).state.told, 'hangup', 'old doubts are over');
  const doubted = play(late, heard.state).state;
  assert.deepEqual([doubted.told, pollPlan(doubted).every], ['hangup', 400], 'the server is late');
  const { told: no, doubts } = play([server('connected')], doubted).state;
  assert.deepEqual([no, doubts], [null, 0], 'it was not so');
  const over = play([server('ended')], heard.state).state;
  assert.deepEqual([over.phase, over.told], ['ended', null]);
  assert.deepEqual(types(play([told({ outcome: 'hangup' })], over)), []);
});
