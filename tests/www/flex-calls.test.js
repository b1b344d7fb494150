// The calls of a Flex: what TaskRouter's events and Flex's actions have the programs asked for.
// Flex's Worker, its screen and the programs are played.

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import test from 'node:test';

import { createCalls } from '../../www/flex/calls.js';
import { ApiError } from '../../www/js/api.js';
import './english.js';
import { fakeTime } from './fake-time.js';

const SESSION = {
  callerTwimlUrl: 'https://h/cgi-bin/caller-twiml#rc=4',
  calleeTwimlUrl: 'https://h/cgi-bin/callee-twiml#rc=4',
  legEndedUrl: 'https://h/cgi-bin/status-callback#rc=4',
};
const BOB = { sid: 'WK2', name: 'Bob Baker' };
const ATTRIBUTES = { dialpad: 'signed', from: 'client:bob' };
const RINGS = { taskSid: 'WT1', role: 'callee', state: 'ringing', outcome: null, other: BOB,
  hold: { me: false, other: false }, connectedAt: null, legs: [] };

const settled = () => new Promise((resolve) => { setImmediate(resolve); });

class Reservation extends EventEmitter {
  sid = 'WR1';
  status = 'pending';
  dialled = [];

  constructor(taskSid, attributes) {
    super();
    this.task = Object.assign(new EventEmitter(), { sid: taskSid, attributes });
  }

  async call(...words) {
    this.dialled.push(words);
    this.status = 'accepted';
  }

  async fetchLatestVersion() {
    this.status = 'completed';
  }

  async reject() {
    this.status = 'rejected';
    this.emit('rejected');
  }
}

/**
 * A Flex in which nothing has happened. `answers`: what call-state says of a Task; an error, that
 * it refuses.
 */
function play({ hasLeg = false, offers = [] } = {}) {
  const asked = [];
  const said = [];
  const questions = [];
  const answers = new Map();
  const client = Object.assign(new EventEmitter(), { reservations: new Map(offers) });
  const ask = (program) => async (...words) => { asked.push([program, ...words]); };
  const api = {
    pass: (taskSid) => `pass-${taskSid}`,
    async createTask(to) {
      asked.push(['create-task', to]);
      return 'WT1';
    },
    async callState(taskSid) {
      questions.push(taskSid);
      const answer = answers.get(taskSid ?? 'WT1') ?? RINGS;
      if (answer instanceof Error) throw answer;
      return { answer, elapsed: 0 };
    },
    endCall: ask('end-call'),
    cleanupRejectedTask: ask('decline'),
    holdParticipant: ask('hold'),
    rejoinCall: ask('rejoin'),
  };
  const kept = { taskSid: null, holds: false };
  const leg = {
    remember: ({ taskSid }) => { kept.taskSid = taskSid; },
    forget: () => { kept.taskSid = null; },
    hold: (holds) => { kept.holds = holds; },
    isHeld: async () => false,
    wasHere: () => true,
  };
  const screen = { hasLeg: () => hasLeg, registered: async () => {}, select() {},
    tell: ({ text }) => said.push(text.replace(/[\u2068\u2069]/g, '')) };
  const calls = createCalls(
    { api, client, leg, screen, session: async () => SESSION, ringSeconds: () => 30 });
  return {
    calls, api, asked, said, questions, answers, kept,
    offer(taskSid, attributes) {
      const reservation = new Reservation(taskSid, { ...ATTRIBUTES, ...attributes });
      client.reservations.set('WR1', reservation);
      client.emit('reservationCreated', reservation);
      return reservation;
    },
  };
}

test('a press of Call has the Task made, and its leg dialed with the pass', async (t) => {
  fakeTime(t);
  const flex = play();
  assert.equal(await flex.calls.call(BOB), true);
  const reservation = flex.offer('WT1', {});
  await settled();
  assert.deepEqual(flex.asked, [['create-task', 'WK2']]);
  const [[from, url, options]] = reservation.dialled;
  assert.equal(from, 'client:bob');
  assert.equal(url, 'https://h/cgi-bin/caller-twiml?taskSid=WT1&pass=pass-WT1#rc=4');
  assert.equal(options.statusCallbackUrl,
    'https://h/cgi-bin/status-callback?taskSid=WT1&pass=pass-WT1#rc=4');
});

test('a Task that another tab has made is not dialed here', async (t) => {
  fakeTime(t);
  const flex = play();
  const reservation = flex.offer('WT1', {});
  await settled();
  assert.deepEqual([reservation.dialled, flex.asked], [[], []]);
});

test('a call that rings for too long ends for both, and the caller is told once', async (t) => {
  const time = fakeTime(t);
  const flex = play();
  flex.answers.set('WT1', { ...RINGS, role: 'caller' });
  await flex.calls.call(BOB);
  const reservation = flex.offer('WT1', {});
  await settled();
  time.tick(29_000);
  await settled();
  assert.deepEqual(flex.asked.slice(1), []);
  time.tick(1000);
  await settled();
  assert.deepEqual(flex.asked.slice(1), [['end-call', 'WT1', 'no-answer']]);
  flex.answers.set('WT1', { ...RINGS, role: 'caller', state: 'ended', outcome: 'no-answer' });
  for (let events = 0; events < 2; events += 1) {
    reservation.emit('timeout');
    time.tick(1000);
    await settled();
  }
  assert.deepEqual(flex.said, ['Bob Baker did not answer']);
});

test('what Flex rejects when its user goes offline is declined', async (t) => {
  fakeTime(t);
  const flex = play();
  const reservation = flex.offer('WT2', { internal: 'true', conferenceSid: 'WT1' });
  await settled();
  reservation.emit('rejected');
  await settled();
  assert.deepEqual(flex.asked, [['decline', 'WT2']]);
});

test('each step asks the program that it is for', async (t) => {
  fakeTime(t);
  const flex = play();
  const reservation = flex.offer('WT2', { internal: 'true', conferenceSid: 'WT1' });
  await flex.calls.act('WT2', { type: 'answer' });
  assert.equal(reservation.dialled[0][1],
    'https://h/cgi-bin/callee-twiml?conferenceName=WT1&pass=pass-WT2#rc=4');
  await flex.calls.act('WT2', { type: 'hold', hold: true });
  await flex.calls.act('WT2', { type: 'end', reason: 'hangup' });
  await flex.calls.act('WT2', null);
  assert.deepEqual(flex.asked, [['hold', 'WT2', true], ['end-call', 'WT2', 'hangup']]);
});

test('a hold that is refused says why', async (t) => {
  fakeTime(t);
  const flex = play();
  flex.offer('WT2', { internal: 'true' });
  for (const error of [new ApiError(409, 'nobody_to_hold'), new ApiError(0, 'unreachable')]) {
    flex.api.holdParticipant = async () => { throw error; };
    await flex.calls.act('WT2', { type: 'hold', hold: true });
  }
  assert.deepEqual(flex.said,
    ['There is nobody to put on hold.', 'Hold did not work. Try again.']);
});

test('a Flex that has just been opened fetches back the call that it had', async (t) => {
  fakeTime(t);
  for (const [state, program] of [['connected', ['rejoin', 'WT1']], ['ringing', undefined]]) {
    const flex = play();
    flex.answers.set('WT1', { ...RINGS, state });
    await flex.calls.comeBack();
    assert.deepEqual(flex.asked[0], program);
  }
});

test('a call is over when its Task is gone, or another\'s', async (t) => {
  const time = fakeTime(t);
  for (const [status, code] of [[404, 'unknown_task'], [403, 'not_your_call']]) {
    const flex = play({ hasLeg: true });
    flex.answers.set('WT2', { ...RINGS, state: 'connected', connectedAt: 'then' });
    flex.offer('WT2', { internal: 'true' }).status = 'accepted';
    await settled();
    assert.deepEqual(flex.kept, { taskSid: 'WT2', holds: true });
    flex.answers.set('WT2', new ApiError(status, code));
    time.tick(5000);
    await settled();
    const { phase, other, hold, connectedAt, duration } = flex.calls.view('WT2');
    assert.deepEqual({ phase, other, hold, connectedAt, duration }, { phase: 'ended', other: BOB,
      hold: { me: false, other: false }, connectedAt: null, duration: null });
    assert.deepEqual(flex.kept, { taskSid: null, holds: false });
    const before = flex.questions.length;
    time.tick(60_000);
    await settled();
    assert.equal(flex.questions.length, before);
  }
});

test('a call goes on while the server can\'t say anything of it', async (t) => {
  const time = fakeTime(t);
  const refusals = [[0, 'unreachable'], [401, 'sign_in'], [404, 'failed'], [503, 'ask_again']];
  for (const [status, code] of refusals) {
    const flex = play();
    const reservation = flex.offer('WT2', { internal: 'true' });
    await settled();
    flex.answers.set('WT2', new ApiError(status, code));
    time.tick(15_000);
    await settled();
    assert.equal(flex.calls.view('WT2').phase, 'ringing', code);
    assert.equal(reservation.status, 'pending', code);
    flex.answers.delete('WT2');
    const before = flex.questions.length;
    time.tick(15_000);
    await settled();
    assert.ok(flex.questions.length > before, code);
  }
});

test('what is no call of this agent\'s is rejected as often as it is offered', async (t) => {
  fakeTime(t);
  const flex = play();
  flex.answers.set('WT9', new ApiError(403, 'not_your_call'));
  for (let offers = 0; offers < 2; offers += 1) {
    const reservation = flex.offer('WT9', { internal: 'true', dialpad: 'x' });
    await settled();
    assert.equal(reservation.status, 'rejected');
  }
  assert.deepEqual([flex.asked, flex.questions], [[], ['WT9']]);
});

test('what was offered before Flex was opened is looked into', async (t) => {
  fakeTime(t);
  const there = new Reservation('WT2', { ...ATTRIBUTES, internal: 'true' });
  const flex = play({ offers: [['WR1', there]] });
  await settled();
  assert.deepEqual(flex.questions, ['WT2']);
});

test('a Decline that the programs refuse rejects the Reservation', async (t) => {
  fakeTime(t);
  for (const [refusal, status] of [
    [new ApiError(403, 'not_your_call'), 'rejected'], [new ApiError(409, 'already_answered'),
      'pending']]) {
    const flex = play();
    flex.answers.set('WT9', new ApiError(503, 'ask_again'));
    flex.api.cleanupRejectedTask = async () => { throw refusal; };
    const reservation = flex.offer('WT9', { internal: 'true', dialpad: 'x' });
    await settled();
    await flex.calls.act('WT9', { type: 'decline' });
    assert.equal(reservation.status, status);
  }
});

test('a Decline rejects what is still offered when its call is over', async (t) => {
  fakeTime(t);
  const flex = play();
  flex.answers.set('WT2', new ApiError(404, 'unknown_task'));
  const reservation = flex.offer('WT2', { internal: 'true' });
  reservation.fetchLatestVersion = async () => {};
  await settled();
  await flex.calls.act('WT2', { type: 'decline' });
  assert.deepEqual([reservation.status, flex.asked], ['rejected', []]);
});
