// Who may call whom, two who call each other at once, Tasks that were left behind, and agents who
// rewrite the Attributes of their own Tasks.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { Agent, calleeTasks, connect, expectEnded, pair, ring } from './agent.js';
import { times } from '../long.js';
import { killAt } from './killed.js';
import { expectError, randomSid, routing, signToken, until, useLab } from './lib.js';

// Without a grace time, a leg that is gone is gone.
const lab = useLab({ graceSeconds: 0 });
// The sweep takes a Task of this age for one that nobody will come for.
const SETTLED_S = 46;
// And for so long one that makes a K may still be writing it down.
const YOUNG_MS = 6000;
const agent = (name) => new Agent(lab, name);

describe('create-task refuses', () => {
  test('oneself', async () => {
    const alice = agent('alice');
    expectError(await alice.createTask(alice.sid), 422, 'call_yourself');
    expectError(await alice.createTask(alice.contactUri), 422, 'call_yourself');
  });

  test('an agent who does not exist', async () => {
    expectError(await agent('alice').createTask(randomSid('WK')), 422, 'unknown_agent');
    expectError(await agent('alice').createTask('client:nobody'), 422, 'unknown_agent');
    expectError(await agent('alice').createTask('client:ALICE'), 422, 'unknown_agent');
  });

  test('what is no softphone', async () => {
    await lab.addWorkers([{ friendly_name: 'desk', attributes: { contact_uri: '+15005550001' } },
      { friendly_name: 'bare', attributes: {} }]);
    const alice = agent('alice');
    expectError(await alice.createTask(agent('desk').sid), 409, 'unsupported_contact');
    expectError(await alice.createTask(agent('bare').sid), 409, 'unsupported_contact');
    expectError(await alice.createTask('sip:bob@example.com'), 409, 'unsupported_contact');
    expectError(await alice.createTask('tel:+15005550001'), 409, 'unsupported_contact');
  });

  test('who is offline', async () => {
    expectError(await agent('alice').createTask(agent('dave').sid), 409, 'callee_offline');
    const { status, data } = await agent('dave').createTask(agent('alice').sid);
    assert.deepEqual([status, data.error?.code],
      routing === 'filter' ? [409, 'caller_unavailable'] : [201, undefined]);
    if (status === 201) await agent('dave').endCall(data.taskSid, 'cancel');
    await lab.control('worker', { worker: 'bob', activity: 'Break' });
    expectError(await agent('alice').createTask('client:bob'), 409, 'callee_offline');
  });

  test('who is busy', async () => {
    const { taskSid } = await lab.control('customer-task', { worker: 'carol' });
    expectError(await agent('alice').createTask(agent('carol').sid), 409, 'callee_busy');
    await lab.control(`customer-task?taskSid=${taskSid}`, undefined, 'DELETE');
    const { data } = await agent('alice').createTask('client:carol');
    expectError(await agent('alice').createTask(agent('bob').sid), 409, 'already_in_call');
    await agent('alice').endCall(data.taskSid, 'cancel');
  });

  test('a session that outlived its Worker', async () => {
    await lab.addWorkers([{ friendly_name: 'gone', attributes: { contact_uri: 'client:gone' } }]);
    const gone = agent('gone');
    const token = lab.token('gone');
    await lab.control('workers', undefined, 'DELETE');
    const answer = await lab.page('gone', 'create-task', {
      token, body: { to: agent('alice').sid },
    });
    assert.equal(Math.floor(answer.status / 100), 4, `${gone.name}: ${answer.body}`);
    expectError(answer, answer.status);
  });

  test('two Workers with one address, as caller and as callee', async () => {
    await lab.addWorkers([
      { friendly_name: 'x@y', attributes: { contact_uri: 'client:x_40y' } },
      { friendly_name: 'x_40y', attributes: { contact_uri: 'client:x_40y' } },
    ]);
    await lab.forgetDirectory();
    const alice = agent('alice');
    expectError(await alice.createTask('client:x_40y'), 409, 'ambiguous_agent');
    expectError(await alice.createTask(agent('x@y').sid), 409, 'ambiguous_agent');
    expectError(await agent('x_40y').createTask(alice.sid), 409, 'ambiguous_agent');
    expectError(await agent('x_40y').createTask(agent('x@y').sid), 409, 'ambiguous_agent');
    await lab.control('workers', undefined, 'DELETE');
    await lab.forgetDirectory();
  });

  test('who may stand on a page of Workers that could not be read', async () => {
    const alone = (name, contact) => (
      [{ friendly_name: name, attributes: { contact_uri: contact } }]);
    await lab.addWorkers(alone('x@y', 'client:x_40y'));
    await lab.control('workers', { count: 1000, prefix: 'mass' });
    await lab.addWorkers([...alone('x_40y', 'client:x_40y'), ...alone('late', 'client:late')]);
    await lab.fault({ match: { path: '/Workers$', param: { Page: 1 } }, action: 'status',
      status: 500, times: 1000 });
    await lab.forgetDirectory();
    const alice = agent('alice');
    for (const to of
      ['client:late', 'client:x_40y', agent('x@y').sid, 'client:bob', agent('bob').sid]) {
      const answer = await alice.createTask(to);
      expectError(answer, 503, 'ask_again');
      assert.equal(answer.headers['retry-after'], '2');
    }
    await lab.clearFaults();
    // A refresh that has failed is tried again after five seconds.
    const known = await until('the whole directory', async () => {
      const now = await alice.createTask('client:x_40y');
      return now.status !== 503 && now;
    }, 20_000, 2000);
    expectError(known, 409, 'ambiguous_agent');
    const answer = await alice.createTask('client:late');
    assert.equal(answer.status, 201, answer.body);
    await alice.endCall(answer.data.taskSid, 'cancel');
    await lab.control('workers', undefined, 'DELETE');
    await lab.forgetDirectory();
    await lab.reset();
  });

  test("whose address is his alone, or another's too, since the directory was read", async () => {
    const alice = agent('alice');
    const address = (contact_uri) => ({ contact_uri });
    await lab.addWorkers([{ friendly_name: 'x@y', attributes: address('client:x_40y') },
      { friendly_name: 'x_40y', attributes: address('client:x_40y') }]);
    await lab.forgetDirectory();
    expectError(await alice.createTask('client:x_40y'), 409, 'ambiguous_agent');
    await lab.rest(`Workers/${agent('x_40y').sid}`, {
      FriendlyName: 'other', Attributes: JSON.stringify(address('client:other')) });
    for (const to of ['client:x_40y', 'client:other']) {
      const answer = await alice.createTask(to);
      assert.equal(answer.status, 201, answer.body);
      await alice.endCall(answer.data.taskSid, 'cancel');
    }
    await lab.control('workers', undefined, 'DELETE');
    await lab.forgetDirectory();
    await lab.reset();
  });

  test('nothing is created by any of these', async () => {
    const { tasks } = await lab.state();
    assert.deepEqual(tasks, []);
  });
});

test('create-task is killed at any request: what it has made is in nobody\'s way', async () => {
  for (let n = 0, reached = true; reached; n++) {
    const { caller, callee } = await pair(lab);
    const body = JSON.stringify({ to: callee.sid });
    reached = await killAt(lab, 'create-task', n, { body, variables: {
      REQUEST_METHOD: 'POST', REQUEST_URI: '/cgi-bin/create-task',
      CONTENT_TYPE: 'application/json', CONTENT_LENGTH: String(body.length),
      HTTP_X_DIALPAD_TOKEN: lab.token(caller.name),
    } });
    const meanwhile = await callee.createTask(agent('carol').sid);
    assert.equal(meanwhile.status, 201, meanwhile.body);
    await callee.endCall(meanwhile.data.taskSid, 'cancel');
    await lab.clock(SETTLED_S);
    await lab.sweep();
    await lab.expectQuiet();
    const next = await caller.createTask(callee.sid);
    assert.equal(next.status, 201, `request ${n}: ${next.body}`);
    await caller.endCall(next.data.taskSid, 'cancel');
    await lab.reset();
    assert.ok(n < 20);
  }
});

describe('two who call each other', () => {
  for (let time = 1; time <= times(4, 10); time++) {
    test(`at the same moment (${time})`, async () => {
      const { caller: alice, callee: bob } = await pair(lab);
      const created = await Promise.all([alice.createTask(bob.sid), bob.createTask(alice.sid)]);
      const both = [alice, bob].map((who, i) => ({ who, other: i ? alice : bob, ...created[i] }));
      for (const { status, data } of both) {
        if (status !== 201) {
          assert.equal(status, 409);
          assert.ok(['callee_busy', 'already_in_call'].includes(data.error.code), data.error.code);
        }
      }
      const made = both.filter(({ status }) => status === 201);
      const late = time % 2 ? 0 : 1;
      await Promise.all(made.map(async ({ who, data }, i) => {
        // In every other round one is slower, so that its leg joins when the other's has.
        if (late && i === 1) await until('the other', async () => (await lab.state()).calls.length);
        return who.joinOwn(data.taskSid).catch(() => {}); // its Task may be over already
      }));
      await settle(made, [alice, bob]);
    });
  }

  /** Exactly one K rings, or nobody's call is up and both are told so. */
  async function settle(made, agents) {
    const states = () => Promise.all(made.map(({ who, data }) => who.state(data.taskSid)));
    const final = await until('one call, or none', async () => {
      const now = await states();
      const up = now.filter(({ state }) => state === 'ringing');
      return up.length + now.filter(({ state }) => state === 'ended').length === now.length
        && up.length <= 1 && now;
    });
    for (const { state, outcome } of final) {
      if (state === 'ended') assert.ok(['glare', 'busy'].includes(outcome), outcome);
    }
    const up = final.filter(({ state }) => state === 'ringing');
    // Who has lost is told so before all of his call is closed.
    await until('no K but that of the call that is up', async () => {
      const { tasks } = await lab.state();
      return tasks.filter(({ attributes, assignment_status: status }) => attributes.internal
        && ['pending', 'reserved', 'assigned'].includes(status)).length === up.length;
    });
    // As a page does at once; until then a wrapping Task takes up its agent.
    const over = made.filter((one, i) => final[i].state === 'ended');
    await Promise.all(over.map(({ who, data }) => who.wrapUp(data.taskSid)));
    if (up.length) {
      // The one who lost simply rings.
      const callee = agents.find(({ sid }) => sid === up[0].other.sid);
      const caller = agents.find(({ sid }) => sid !== up[0].other.sid);
      const k = await callee.answer();
      await caller.until('connected', up[0].taskSid);
      await callee.endCall(k);
    }
  }
});

describe('Tasks that were left wrapping', () => {
  async function leftBehind() {
    const call = await connect(lab);
    await call.caller.endCall(call.t1);
    await lab.expectQuiet();
    return call;
  }
  const statuses = async ({ t1, k }) =>
    Promise.all([t1, k].map(async (sid) => (await lab.task(sid)).assignment_status));

  test('are completed by the next call of either', async () => {
    const call = await leftBehind();
    assert.deepEqual(await statuses(call), ['wrapping', 'wrapping']);
    const next = await ring(lab, 'bob', 'alice');
    assert.deepEqual(await statuses(call), ['completed', 'completed']);
    await next.caller.endCall(next.t1);
  });

  test('by signing in, once they are 15 seconds old', async () => {
    const call = await leftBehind();
    assert.equal((await lab.session('alice')).status, 200);
    assert.deepEqual(await statuses(call), ['wrapping', 'wrapping'], 'its page may still live');
    await lab.clock(16);
    assert.equal((await lab.session('alice')).status, 200);
    assert.deepEqual(await statuses(call), ['completed', 'wrapping']);
    assert.equal((await lab.session('bob')).status, 200);
    assert.deepEqual(await statuses(call), ['completed', 'completed']);
  });

  test('by the sweep', async () => {
    const call = await leftBehind();
    await sweep();
    assert.deepEqual(await statuses(call), ['wrapping', 'wrapping']);
    await lab.clock(16);
    await sweep();
    assert.deepEqual(await statuses(call), ['completed', 'completed']);
  });

  test("a customer's is left alone", async () => {
    const { taskSid } = await lab.control('customer-task', { worker: 'carol' });
    await lab.rest(`Tasks/${taskSid}`, { AssignmentStatus: 'wrapping', Reason: 'x' });
    await lab.clock(60);
    await sweep();
    assert.equal((await lab.session('carol')).status, 200);
    expectError(await agent('alice').createTask(agent('carol').sid), 409, 'callee_busy');
    assert.equal((await lab.task(taskSid)).assignment_status, 'wrapping');
  });
});

/** One sweep with these arguments → {code, stdout, stderr}. */
function sweepAs(words, env = {}) {
  const { stack } = lab;
  return new Promise((done) => {
    execFile(join(stack.buildDir, 'bin/dialpad-admin'), ['sweep', ...words],
      { env: { ...process.env, ...stack.sets[0].env, ...env } },
      (error, stdout, stderr) => done({ code: error?.code ?? 0, stdout, stderr }));
  });
}

async function sweep() {
  const { code, stdout, stderr } = await sweepAs([]);
  assert.equal(code, 0, stderr);
  return stdout;
}

describe('the sweep', () => {
  const dropAll = () => lab.control('webhook-faults', { times: 10_000, action: 'drop' });

  test('ends calls of which nobody reports anything', async () => {
    const gone = await connect(lab);
    await dropAll();
    await gone.caller.hangUp();
    // A younger change of T1 may be one that the list doesn't show yet.
    await lab.clock(6);
    await sweep();
    await expectEnded(gone, 'hangup');
    await lab.expectQuiet();
  });

  test("ends one whose caller's leg has gone while it rang", async () => {
    const call = await ring(lab);
    await dropAll();
    await call.caller.hangUp();
    await sweep();
    await expectEnded(call, 'cancel');
  });

  test('ends one whose leg was never placed', async () => {
    const { caller, callee } = await pair(lab);
    const { data: { taskSid: t1 } } = await caller.createTask(callee.sid);
    const { sid } = await until('a Reservation', async () =>
      (await lab.rest(`Tasks/${t1}/Reservations`)).body.reservations[0]);
    await lab.rest(`Tasks/${t1}/Reservations/${sid}`, { ReservationStatus: 'accepted' });
    await sweep();
    assert.equal((await caller.state(t1)).state, 'calling', 'it is young');
    await lab.clock(60);
    await sweep();
    await expectEnded({ caller, callee, t1 }, 'failed');
  });

  test('ends a K that its T1 does not know', async () => {
    const call = await ring(lab);
    await lab.rewrite(call.t1, (attributes) => ({ ...attributes, conference: undefined }));
    const { date_created: made } = await lab.task(call.k);
    await sweep();
    const { assignment_status: status } = await lab.task(call.k);
    const { now } = await lab.control('clock', {});
    // A busy machine may take longer over all this than a K is young.
    if (Date.parse(now) - Date.parse(made) < YOUNG_MS) assert.equal(status, 'reserved');
    await lab.clock(10);
    await sweep();
    assert.equal((await lab.task(call.k)).assignment_status, 'canceled');
    await call.caller.endCall(call.t1);
  });

  test('says what it had no time for, and the next one goes on there', async () => {
    const made = new Set();
    for (let i = 0; i < 6; i += 1) {
      const { body } = await lab.rest('Tasks', { Attributes: '{}',
        WorkflowSid: lab.config.TWILIO_FLEX_INTERNAL_CALL_WORKFLOW_SID });
      made.add(body.sid);
    }
    const asked = async () => (await lab.requests()).map(({ method, path }) =>
      method === 'GET' && /\/Tasks\/(WT\w+)$/.exec(path)?.[1]).filter((sid) => made.has(sid));
    await lab.fault({ match: { method: 'GET', path: '/Tasks/WT\\w+$' }, action: 'delay', ms: 400,
      times: 1000 });
    const looked = [];
    for (let time = 0; time < 20 && new Set(looked).size < made.size; time += 1) {
      await lab.control('requests', undefined, 'DELETE');
      const { code, stdout } = await sweepAs(['1']);
      assert.equal(code, 3, stdout);
      assert.match(stdout, /, [1-9] left for the next sweep\n$/);
      looked.push(...await asked());
    }
    assert.deepEqual(new Set(looked), made);
    await lab.clearFaults();
    assert.match(await sweep(), /^6 looked at,.* 0 left/);
    for (const sid of made) {
      await lab.rest(`Tasks/${sid}`, { AssignmentStatus: 'canceled', Reason: 'test' });
    }
  });

  test('fails where there is no such Workflow, though Twilio lists its Tasks', async () => {
    const { code, stdout, stderr } = await sweepAs([],
      { TWILIO_FLEX_INTERNAL_CALL_WORKFLOW_SID: randomSid('WW') });
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /no such Workflow.*TWILIO_FLEX_INTERNAL_CALL_WORKFLOW_SID/);
    assert.equal((await sweepAs(['x'])).code, 2);
  });

  test('leaves calls alone that are up, and Tasks that are not ours', async () => {
    const call = await connect(lab);
    const { taskSid } = await lab.control('customer-task', { worker: 'carol' });
    await lab.clock(300);
    assert.match(await sweep(), /\b0 closed\b.*\b0 failed\b/);
    assert.equal((await call.caller.state(call.t1)).state, 'connected');
    await call.caller.endCall(call.t1);
    await lab.control(`customer-task?taskSid=${taskSid}`, undefined, 'DELETE');
  });
});

describe('rewritten Attributes', () => {
  let count = 0;

  /** A call between two others, which must not be touched, and Attributes that name its parts. */
  async function victims() {
    // New names each time: the directory remembers the former ones for some seconds.
    count += 1;
    const names = [`erin${count}`, `frank${count}`];
    await lab.addWorkers(names.map((name) => ({
      friendly_name: name, attributes: { contact_uri: `client:${name}`, full_name: name },
    })));
    const call = await connect(lab, ...names);
    const t1 = JSON.parse((await lab.rest(`Tasks/${call.t1}`)).body.attributes);
    return { ...call, attributes: t1 };
  }

  async function untouched({ caller, callee, t1, k }) {
    assert.equal((await caller.state(t1)).state, 'connected');
    assert.equal((await callee.state(k)).state, 'connected');
    assert.deepEqual((await caller.state(t1)).hold, { me: false, other: false });
    await callee.endCall(k);
    await expectEnded({ caller, callee, t1, k }, 'hangup');
  }

  test("T1 names another call's Conference, K and legs", async () => {
    const others = await victims();
    const mine = await connect(lab);
    const { conference, worker_call_sid: leg } = others.attributes;
    const forged = { conference, worker_call_sid: leg };
    await lab.rewrite(mine.t1, (attributes) => ({ ...attributes, ...forged }));
    await mine.caller.hold(mine.t1, true);
    await mine.caller.hold(mine.t1, false);
    await mine.caller.state(mine.t1);
    await lab.webhook('ringback', { query: lab.waiting(mine.t1, '&round=1') });
    assert.equal((await mine.caller.endCall(mine.t1)).status, 200);
    // The own call is over, as far as what is left of it can be found.
    await mine.callee.endCall(mine.k);
    await untouched(others);
  });

  test("another call's statement makes nobody a party to it", async () => {
    const others = await victims();
    const mine = await ring(lab);
    const { dialpad } = others.attributes;
    await lab.rewrite(mine.t1, (attributes) => ({ ...attributes, dialpad }));
    expectError(await mine.caller.endCall(mine.t1), 403, 'not_your_call');
    expectError(await mine.caller.hold(mine.t1, true), 403, 'not_your_call');
    const { caller, callee } = others;
    await caller.state(mine.t1);
    await untouched(others);
    // Nothing that the lawful parties do to it is wrong either; time ends what is left.
    await callee.endCall(mine.t1);
    await mine.callee.endCall(mine.k);
    await mine.caller.hangUp();
    for (const sid of [mine.t1, mine.k]) {
      await lab.rest(`Tasks/${sid}`, { AssignmentStatus: 'canceled', Reason: 'x' });
      await lab.rest(`Tasks/${sid}`, { AssignmentStatus: 'completed', Reason: 'x' });
    }
  });

  test('no statement, an unsigned one, one of another kind', async () => {
    const { caller, t1, k } = await ring(lab);
    const original = JSON.parse((await lab.rest(`Tasks/${t1}`)).body.attributes).dialpad;
    const [head, payload] = original.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url'));
    const sign = (key, header, change) => signToken(key, { alg: 'HS256', typ: 'dialpad-call+jwt',
      ...header }, { ...claims, ...change });
    for (const dialpad of [undefined, '', 5, {}, `${head}.${payload}.`,
      sign(null, { alg: 'none' }, {}), sign(Buffer.alloc(32), {}, {}),
      sign(lab.sessionKey, { typ: 'dialpad-session+jwt' }, {}), lab.token('alice')]) {
      await lab.rewrite(t1, (attributes) => ({ ...attributes, dialpad }));
      expectError(await caller.endCall(t1), 403, 'not_your_call');
      expectError(
        await caller.ask('call-state', { query: `?taskSid=${t1}` }), 403, 'not_your_call');
      const join = { StatusCallbackEvent: 'participant-leave', FriendlyName: lab.room(t1),
        CallSid: randomSid('CA'), ConferenceSid: randomSid('CF') };
      assert.equal((await lab.webhook('status-callback', { params: join })).status, 204);
    }
    assert.equal((await lab.task(k)).assignment_status, 'reserved');
    await lab.rewrite(t1, (attributes) => ({ ...attributes, dialpad: original }));
    assert.equal((await caller.endCall(t1, 'cancel')).status, 200);
  });

  test('T1 claims to be connected, to be over, or to have a K that is none', async () => {
    for (const change of [{ connectedAt: 'x' }, { connectedAt: 5 }, { outcome: 'nonsense' },
      { claim: { id: 'x', at: 'y' } }, { conference: 'x' }, { hold: [] },
      { conference: { sid: 'CF1', participants: { taskSid: 'WT1', worker: 'CA1' } } }]) {
      const { caller, t1, k } = await ring(lab);
      await lab.rewrite(t1, (attributes) => ({ ...attributes, ...change }));
      await caller.state(t1);
      assert.equal((await caller.endCall(t1, 'cancel')).status, 200, JSON.stringify(change));
      await lab.clock(30);
      await sweep();
      assert.notEqual((await lab.task(k)).assignment_status, 'reserved');
      await lab.expectQuiet();
    }
  });

  test("a third agent's leg in the Conference is thrown out", async () => {
    const call = await connect(lab);
    const mallory = agent('carol');
    await mallory.phone();
    await lab.control('dial', {
      to: 'client:carol', from: 'client:x',
      twiml: `<Response><Dial><Conference>${lab.room(call.t1)}</Conference></Dial></Response>`,
    });
    await until('the third leg to come and go', async () => {
      const { calls, conferences } = await lab.state();
      const leg = calls.find(({ to }) => to === 'client:carol');
      return leg?.endTime && conferences.every(({ participants }) => participants.length === 2);
    });
    assert.equal((await call.caller.state(call.t1)).state, 'connected');
    await call.caller.endCall(call.t1);
  });

  test("the end of a stranger's leg is no end of the call", async () => {
    const call = await connect(lab);
    const ended = (side, taskSid) => `?taskSid=${taskSid}&pass=${call[side].passes.get(taskSid)}`;
    for (const query of [ended('caller', call.t1), ended('callee', call.k)]) {
      for (const CallSid of [randomSid('CA'), 'x', '']) {
        const answer = await lab.webhook('status-callback', {
          query, params: { CallSid, CallStatus: 'completed' },
        });
        assert.equal(answer.status, 204);
      }
    }
    // The other agent's leg, reported as this Task's.
    const { worker_call_sid: callers } =
      JSON.parse((await lab.rest(`Tasks/${call.t1}`)).body.attributes);
    await lab.webhook('status-callback', {
      query: ended('callee', call.k), params: { CallSid: callers, CallStatus: 'completed' },
    });
    assert.equal((await call.caller.state(call.t1)).state, 'connected');
    assert.equal((await calleeTasks(lab, call.t1)).length, 1);
    await call.caller.endCall(call.t1);
  });
});
