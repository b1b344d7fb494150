// call-history: an agent's past, from what TaskRouter remembers of it.

import assert from 'node:assert/strict';
import { readdirSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, test } from 'node:test';

import { Agent, connect, expectEnded, ring } from './agent.js';
import { expectError, signToken, until, useLab } from './lib.js';

const lab = useLab({ graceSeconds: 0 });
const EVENTS = { path: '/Events$' };

const stateDir = () => join(lab.stack.sets[0].dir, 'state');
const keptFiles = () => readdirSync(stateDir()).filter((name) => name.startsWith('history-'));
const forget = () => keptFiles().forEach((name) => rmSync(join(stateDir(), name)));

beforeEach(forget);

const ask = (name, query = '') => lab.page(name, 'call-history', { query });

async function history(name, query) {
  const answer = await ask(name, query);
  assert.equal(answer.status, 200, answer.body);
  return answer.data;
}

async function eventRequests() {
  return (await lab.requests()).filter(({ path }) => path.endsWith('/Events'));
}

/** A Task that somebody has made for bob, which ends without his having taken it. */
async function missedTask(attributes) {
  const { body: { sid } } = await lab.rest('Tasks', {
    Attributes: JSON.stringify({ targetWorker: 'client:bob', ...attributes }),
    TaskChannel: 'voice', RoutingTarget: lab.workers.get('bob').sid,
    WorkflowSid: lab.config.TWILIO_FLEX_INTERNAL_CALL_WORKFLOW_SID,
  });
  await until('its Reservation', async () =>
    (await lab.rest(`Tasks/${sid}/Reservations`)).body.reservations.length > 0);
  await lab.rest(`Tasks/${sid}`, { AssignmentStatus: 'canceled', Reason: 'no more' });
}

describe('what has been', () => {
  test('a talk is in the past of both, with who, when and how long', async () => {
    const call = await connect(lab);
    const { caller, callee, t1, k } = call;
    await caller.endCall(t1);
    await expectEnded(call, 'hangup');
    await caller.wrapUp(t1);
    await callee.wrapUp(k);
    const rows = [(await history('alice')).calls, (await history('bob')).calls];
    assert.deepEqual(rows.map(({ length }) => length), [1, 1]);
    const [[mine], [theirs]] = rows;
    const { at, seconds, ...rest } = mine;
    assert.ok(Math.abs(Date.now() - Date.parse(at)) < 30_000, at);
    assert.match(at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.ok(seconds >= 1 && seconds < 30, `${seconds} s`);
    assert.deepEqual(rest, {
      taskSid: t1, role: 'caller', other: { sid: callee.sid, name: 'Bob Baker' },
      outcome: 'hangup', note: null, reply: null,
    });
    assert.deepEqual([theirs.taskSid, theirs.role, theirs.other, theirs.outcome],
      [k, 'callee', { sid: caller.sid, name: 'Alice Archer' }, 'hangup']);
    assert.deepEqual(await history('carol'), { calls: [], complete: true });
  });

  test('declined and missed calls, newest first', async () => {
    const declined = await ring(lab);
    assert.equal((await declined.callee.decline(declined.k)).status, 200);
    await expectEnded(declined, 'declined');
    await declined.caller.wrapUp(declined.t1);
    await lab.clock(2); // Twilio's times are in seconds
    const missed = await ring(lab, 'carol', 'bob');
    assert.equal((await missed.caller.endCall(missed.t1, 'cancel')).status, 200);
    await expectEnded(missed, 'cancel');
    await missed.caller.wrapUp(missed.t1);
    const { calls, complete } = await history('bob');
    assert.deepEqual([complete, ...calls.map(({ role, other, outcome, seconds }) =>
      [role, other.name, outcome, seconds])],
    [true, ['callee', 'Carol Castillo', 'cancel', 0], ['callee', 'Alice Archer', 'declined', 0]]);
    assert.equal((await history('alice')).calls[0].outcome, 'declined');
  });

  test('a line with the ring and a reply are shown', async () => {
    const call = await ring(lab);
    await lab.rewrite(call.k, (attributes) => ({ ...attributes, note: 'Lunch?', reply: 'in5' }));
    await call.callee.decline(call.k);
    await expectEnded(call, 'declined');
    await call.caller.wrapUp(call.t1);
    const [row] = (await history('bob')).calls;
    assert.deepEqual([row.note, row.reply], ['Lunch?', 'in5']);
  });
});

describe('what isn\'t a call of ours', () => {
  test('a statement that is forged or another agent\'s, and a customer, are left out', async () => {
    const call = await ring(lab, 'alice', 'carol');
    const { body } = await lab.rest(`Tasks/${call.k}`);
    const { dialpad } = JSON.parse(body.attributes);
    await missedTask({ dialpad, conferenceSid: call.t1 });
    await missedTask({});
    assert.deepEqual(await history('bob'), { calls: [], complete: true });
    forget();
    await missedTask({ dialpad: signToken('another key', { alg: 'HS256',
      typ: 'dialpad-call+jwt' }, {}) });
    const { calls, complete } = await history('bob');
    assert.deepEqual([calls, complete], [[], false], 'it could be one from before a new secret');
    await call.caller.endCall(call.t1, 'cancel');
    await expectEnded(call, 'cancel');
    await call.caller.wrapUp(call.t1);
  });
});

describe('what it costs', () => {
  test('three requests at once, and none for half a minute', async () => {
    await lab.control('requests', undefined, 'DELETE');
    await history('alice', '?days=1');
    const asked = await eventRequests();
    assert.deepEqual(asked.map(({ params }) => params.EventType).sort(),
      ['reservation.canceled', 'reservation.completed', 'reservation.timeout']);
    assert.ok(asked.every(({ params }) => params.Minutes === '43200'
      && params.WorkerSid === lab.workers.get('alice').sid));
    await history('alice', '?days=30');
    assert.equal((await eventRequests()).length, 3);
    await history('bob');
    assert.equal((await eventRequests()).length, 6, 'another agent\'s is another question');
    assert.equal(keptFiles().length, 2);
  });

  test('a file that was cut, or deleted, is asked for again', async () => {
    await history('alice');
    const [name] = keptFiles();
    const cut = (length) => (path) => truncateSync(path, length);
    for (const harm of [cut(50), cut(0), rmSync]) {
      harm(join(stateDir(), name));
      await lab.control('requests', undefined, 'DELETE');
      assert.deepEqual(await history('alice'), { calls: [], complete: true });
      assert.equal((await eventRequests()).length, 3);
    }
  });
});

describe('what is refused', () => {
  for (const days of ['0', '31', '-1', '1.5', '', 'all', '007']) {
    test(`days=${days}`, async () => {
      expectError(await ask('alice', `?days=${days}`), 400, 'invalid_parameter');
    });
  }

  for (const [what, fault, status] of [
    ['limits us', { action: 'status', status: 429 }, 503],
    ['fails', { action: 'status', status: 500 }, 502],
    ['talks rubbish', { action: 'json', body: { nothing: 'here' } }, 502],
  ]) {
    test(`nothing is kept where Twilio ${what}`, async () => {
      await lab.fault({ match: EVENTS, times: 100, ...fault });
      expectError(await ask('alice'), status);
      assert.deepEqual(keptFiles(), []);
      await lab.clearFaults();
      await history('alice');
    });
  }

  test('a Worker without a past has one all the same', async () => {
    const dave = new Agent(lab, 'dave');
    assert.deepEqual((await dave.ask('call-history')).data, { calls: [], complete: true });
  });
});
