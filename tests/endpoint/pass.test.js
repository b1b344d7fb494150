// Passes, rooms and labels: nobody is rung, let in or hung up by what can be copied out of a Task.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, test } from 'node:test';

import { Agent, calleeTasks, connect, expectEnded, pair, ring } from './agent.js';
import {
  Lab, expectError, expectPlainError, randomSid, signToken, until, useLab,
} from './lib.js';
import { startStack } from '../stack/stack.js';

const lab = useLab();

const dropJoins = (times = 1) => lab.control('webhook-faults', {
  match: { param: { StatusCallbackEvent: 'participant-join' } }, times, action: 'drop',
});

/** A caller who waits in the Conference, and nobody has reported that → what a report would say. */
async function waiting() {
  const { caller, callee } = await pair(lab);
  await dropJoins();
  const t1 = await caller.call(callee);
  const conference = await until('the Conference', async () =>
    (await lab.state()).conferences.find((one) =>
      one.friendlyName === lab.room(t1) && one.participants.length === 1));
  await lab.settled();
  const { callSid } = conference.participants[0];
  const join = {
    StatusCallbackEvent: 'participant-join', FriendlyName: lab.room(t1), CallSid: callSid,
    ConferenceSid: conference.sid, AccountSid: lab.config.TWILIO_ACCOUNT_SID,
    ParticipantLabel: lab.label(t1, 'caller', caller.contactUri, callSid),
  };
  return { caller, callee, t1, join, pass: caller.passes.get(t1) };
}

const report = (params, pass) => lab.webhook('status-callback', {
  query: pass === undefined ? '' : `?pass=${pass}`, params,
});

const requestsSince = async (before) => (await lab.requests()).slice(before.length);

describe('who gets a pass', () => {
  test('the caller with the Task, the colleague while it rings, and nobody else', async () => {
    const { caller, callee } = await pair(lab);
    const { status, data } = await caller.createTask(callee.sid);
    assert.equal(status, 201);
    const { taskSid: t1, pass } = data;
    assert.match(pass, /^[0-9a-z]{6,8}\.[\w-]{22}$/);
    const left = parseInt(pass.split('.')[0], 36) - Date.now() / 1000;
    assert.ok(left > 290 && left < 310, `${left} s`);
    const [expires] = pass.split('.');
    assert.equal(pass, `${expires}.${lab.mac('pass', 'caller', t1, caller.contactUri, expires)}`);

    await caller.joinOwn(t1);
    const k = await callee.rings();
    const ringing = await callee.state(k);
    const [until5] = ringing.pass.split('.');
    assert.equal(ringing.pass,
      `${until5}.${lab.mac('pass', 'callee', t1, callee.contactUri, until5)}`);
    assert.equal((await caller.state(t1)).pass, undefined);
    await callee.answer();
    await caller.until('connected', t1);
    assert.equal((await callee.state(k)).pass, undefined);
    await caller.endCall(t1);
  });

  test('a page that is older than the programs is told to reload', async () => {
    const { caller, callee } = await pair(lab);
    assert.deepEqual(await lab.requestsFor(async () => {
      const ask = (version) => caller.post('create-task', { to: callee.sid, version });
      expectError(await ask('0'), 409, 'reload');
      for (const version of ['', 'x', '-1', '12345678', 5]) expectError(await ask(version), 400);
    }), []);
    const { status, data } = await caller.post('create-task', { to: callee.sid, version: '1' });
    assert.equal(status, 201);
    await caller.endCall(data.taskSid, 'cancel');
  });
});

describe('a report of a join', () => {
  test("without the caller's pass rings nobody", async () => {
    const { caller, callee, t1, join, pass } = await waiting();
    const wrong = [undefined, '', 'x', lab.pass('callee', t1, caller.contactUri),
      lab.pass('caller', t1, callee.contactUri),
      lab.pass('caller', randomSid('WT'), caller.contactUri), `${pass}x`,
      lab.pass('caller', t1, caller.contactUri, -31)];
    for (const one of wrong) assert.equal((await report(join, one)).status, 204, one);
    assert.equal((await calleeTasks(lab, t1)).length, 0);
    assert.match(lab.log('status-callback'), / warn .*no valid pass/);
    assert.equal((await caller.state(t1)).state, 'calling');
    assert.equal((await report(join, pass)).status, 204);
    await callee.rings();
    await caller.endCall(t1, 'cancel');
  });

  test("of another account's Conference is refused, of one that is not ours ignored", async () => {
    const { caller, t1, join, pass } = await waiting();
    assert.deepEqual(await lab.requestsFor(async () => {
      expectPlainError(await report({ ...join, AccountSid: randomSid('AC') }, pass), 403);
      for (const FriendlyName of [t1, `${t1}-`, 'x', `${lab.room(t1)}x`, lab.room(randomSid('WT'))
        .replace(/^WT\w{32}/, t1), lab.room(t1).replace('-', '.')]) {
        assert.equal((await report({ ...join, FriendlyName }, pass)).status, 204);
      }
    }), [], 'Twilio is asked nothing');
    await caller.endCall(t1, 'cancel');
  });

  test('a labelled leg needs no question, one without a label is asked about', async () => {
    const { caller, callee, t1, join, pass } = await waiting();
    const asked = async (params) => {
      const before = await lab.requests();
      assert.equal((await report(params, pass)).status, 204);
      return (await requestsSince(before))
        .filter(({ path }) => path.includes(`/Calls/${join.CallSid}`)).length;
    };
    assert.equal(await asked(join), 0);
    const { ParticipantLabel: _, ...plain } = join;
    assert.equal(await asked(plain), 1);
    const other = lab.label(t1, 'caller', caller.contactUri, randomSid('CA'));
    assert.equal(await asked({ ...plain, ParticipantLabel: other }), 1);
    await callee.rings();
    await caller.endCall(t1, 'cancel');
  });

  test('while the call lasts the pass may grow old', async () => {
    const call = await connect(lab);
    const old = lab.pass('caller', call.t1, call.caller.contactUri, -36_000);
    const { conferences } = await lab.state();
    const { callSid } = conferences[0].participants[1];
    const join = {
      StatusCallbackEvent: 'participant-join', FriendlyName: lab.room(call.t1), CallSid: callSid,
      ConferenceSid: conferences[0].sid,
    };
    assert.equal((await report(join, old)).status, 204);
    assert.doesNotMatch(lab.log('status-callback').split('\n').slice(-4).join(''), /no valid pass/);
    await call.caller.endCall(call.t1);
  });
});

describe('a lost join', () => {
  test('is made good by a fresh pass only', async () => {
    const { caller, callee, t1, pass } = await waiting();
    const round = (more) => lab.webhook('ringback', { query: lab.waiting(t1, `&round=1${more}`) });
    for (const more of ['', `&pass=${lab.pass('callee', t1, caller.contactUri)}`,
      `&pass=${lab.pass('caller', t1, callee.contactUri)}`,
      `&pass=${lab.pass('caller', t1, caller.contactUri, -31)}`]) {
      assert.equal((await round(more)).status, 200);
    }
    assert.equal((await calleeTasks(lab, t1)).length, 0);
    await round(`&pass=${pass}`);
    await callee.rings();
    await caller.endCall(t1, 'cancel');
  });

  test('a round is as old as the call, whatever its number', async () => {
    const call = await ring(lab);
    await lab.webhook('ringback', { query: lab.waiting(call.t1, '&round=999') });
    assert.equal((await call.caller.state(call.t1)).state, 'ringing');
    await lab.clock(90); // ring time, ten seconds more, and 45 until the caller is in
    await lab.webhook('ringback', { query: lab.waiting(call.t1, '&round=1') });
    await expectEnded(call, 'no-answer');
  });

  test('hold and reconnect mean nothing in a call that was never connected', async () => {
    const call = await ring(lab);
    for (const why of ['hold', 'reconnect']) {
      await lab.webhook('ringback', { query: lab.waiting(call.t1, `&why=${why}&round=3`) });
    }
    assert.equal((await call.caller.state(call.t1)).state, 'ringing');
    const { conferences } = await lab.state();
    assert.deepEqual(conferences[0].participants.map(({ hold }) => hold), [false]);
    await call.caller.endCall(call.t1, 'cancel');
  });
});

describe('the end of a leg', () => {
  test("is believed with the pass of that end's own, however old", async () => {
    const call = await ring(lab);
    const { body } = await lab.rest(`Tasks/${call.t1}`);
    const { worker_call_sid: CallSid } = JSON.parse(body.attributes);
    await lab.control('webhook-faults', {
      match: { url: '/status-callback' }, times: 10_000, action: 'drop',
    });
    await call.caller.hangUp();
    const ended = (pass) => lab.webhook('status-callback', {
      query: `?taskSid=${call.t1}${pass === undefined ? '' : `&pass=${pass}`}`,
      params: { CallSid, CallStatus: 'completed' },
    });
    for (const pass of [undefined, '', lab.pass('callee', call.t1, call.callee.contactUri),
      lab.pass('caller', call.t1, call.callee.contactUri),
      lab.pass('caller', call.k, call.caller.contactUri)]) {
      assert.equal((await ended(pass)).status, 204);
    }
    assert.equal((await call.caller.state(call.t1)).state, 'ringing');
    await ended(lab.pass('caller', call.t1, call.caller.contactUri, -36_000));
    await expectEnded(call, 'cancel');
  });
});

describe('a stranger', () => {
  for (const end of ['true', 'false']) {
    test(`in the Conference is put out, endConferenceOnExit="${end}"`, async () => {
      const call = await connect(lab);
      await new Agent(lab, 'carol').phone();
      await lab.control('dial', {
        to: 'client:carol', from: 'client:alice', twiml: '<Response><Dial><Conference '
          + `endConferenceOnExit="${end}" participantLabel="${lab.label(call.t1, 'callee',
            call.callee.contactUri, randomSid('CA'))}">${lab.room(call.t1)}</Conference></Dial></Response>`,
      });
      await until('the third leg to come and go', async () => {
        const { calls, conferences } = await lab.state();
        const leg = calls.find(({ to }) => to === 'client:carol');
        return leg?.endTime && conferences[0].participants.length === 2;
      });
      assert.match(lab.log('status-callback'), /stranger CA[0-9a-f]{32}/);
      assert.equal((await call.caller.state(call.t1)).state, 'connected');
      await call.caller.endCall(call.t1);
    });
  }

  test('that nobody has reported is put out by whoever looks', async () => {
    const call = await connect(lab);
    await new Agent(lab, 'carol').phone();
    await dropJoins(10);
    await lab.control('dial', {
      to: 'client:carol', from: 'client:alice',
      twiml: `<Response><Dial><Conference>${lab.room(call.t1)}</Conference></Dial></Response>`,
    });
    const count = async () => (await lab.state()).conferences[0].participants.length;
    await until('the third leg', async () => await count() === 3);
    assert.equal((await call.callee.state(call.k)).state, 'connected');
    assert.equal(await count(), 2);
    await call.caller.endCall(call.t1);
  });

  test("a copied statement makes no call, not even for the caller's own Task", async () => {
    const call = await ring(lab);
    const { body } = await lab.rest(`Tasks/${call.t1}`);
    const copy = await lab.rest('Tasks', {
      WorkflowSid: lab.config.TWILIO_FLEX_INTERNAL_CALL_WORKFLOW_SID, TaskChannel: 'voice',
      Attributes: JSON.stringify({
        ...JSON.parse(body.attributes), conference: undefined, claim: undefined,
        targetWorker: 'client:carol',
      }),
    });
    const { sid } = copy.body;
    const join = {
      StatusCallbackEvent: 'participant-join', FriendlyName: lab.room(sid),
      CallSid: randomSid('CA'), ConferenceSid: randomSid('CF'),
    };
    for (const pass of [...call.caller.passes.values(), ...call.callee.passes.values()]) {
      assert.equal((await report(join, pass)).status, 204);
    }
    assert.equal((await calleeTasks(lab, sid)).length, 0);
    await lab.rest(`Tasks/${sid}`, undefined, {}, 'DELETE');
    await call.caller.endCall(call.t1, 'cancel');
  });
});

test("a customer's leg in the Attributes is not hung up with the call", async () => {
  const call = await connect(lab);
  const { callSid } = await lab.control('dial', {
    to: 'client:bob', from: '+15550100', twiml: '<Response><Pause length="600"/></Response>',
  });
  const live = async () => (await lab.state()).calls.find(({ sid }) => sid === callSid);
  await until("the customer's leg", async () => (await live()).status === 'in-progress');
  for (const sid of [call.t1, call.k]) {
    await lab.rewrite(sid, (attributes) => ({
      ...attributes, worker_call_sid: callSid, rejoined: { caller: callSid, callee: callSid },
    }));
  }
  await call.caller.hold(call.t1, true);
  await call.callee.endCall(call.k);
  await expectEnded(call, 'hangup');
  assert.equal((await live()).endTime, null);
  await lab.rest(`/2010-04-01/Accounts/${lab.config.TWILIO_ACCOUNT_SID}/Calls/${callSid}.json`,
    { Status: 'completed' });
});

test("a copy of the colleague's Task is none of the call's", async () => {
  const call = await ring(lab);
  const { body } = await lab.rest(`Tasks/${call.k}`);
  const copy = await lab.rest('Tasks', {
    WorkflowSid: lab.config.TWILIO_FLEX_INTERNAL_CALL_WORKFLOW_SID, TaskChannel: 'voice',
    Attributes: JSON.stringify({ ...JSON.parse(body.attributes), targetWorker: 'client:nobody' }),
  });
  const query = `?taskSid=${copy.body.sid}`;
  expectError(await call.callee.ask('call-state', { query }), 403, 'not_your_call');
  assert.equal((await call.callee.state(call.k)).state, 'ringing');
  await lab.rest(`Tasks/${copy.body.sid}`, undefined, {}, 'DELETE');
  await call.caller.endCall(call.t1, 'cancel');
});

describe('a Task that no key verifies', () => {
  test('is ended by the sweep once it is old and its leg is over', async () => {
    const foreign = createHmac('sha256', 'another').update('x').digest();
    const make = (attributes) => lab.rest('Tasks', {
      WorkflowSid: lab.config.TWILIO_FLEX_INTERNAL_CALL_WORKFLOW_SID, TaskChannel: 'voice',
      Timeout: '86400',
      Attributes: JSON.stringify({ targetWorker: 'client:nobody', ...attributes }),
    });
    const dialpad = signToken(foreign, { alg: 'HS256', typ: 'dialpad-call+jwt' }, { caller: 'x' });
    const [ours, others] = [(await make({ dialpad })).body.sid, (await make({})).body.sid];
    const status = async (sid) => (await lab.task(sid)).assignment_status;
    const sweep = () => lab.sweep();
    assert.match(await sweep(), /\b0 unverified\b/);
    await lab.clock(130);
    assert.match(await sweep(), /\b1 unverified\b/);
    assert.deepEqual([await status(ours), await status(others)], ['canceled', 'pending']);
    await lab.rest(`Tasks/${others}`, undefined, {}, 'DELETE');
  });
});

describe('where passes are only logged', () => {
  test('a leg that Twilio calls otherwise is let in, and proved by its Call', async () => {
    const stack = await startStack({ extraConfig: { DIALPAD_PASS: 'log' } });
    try {
      const other = new Lab(stack);
      await other.loadWorkers();
      const params = { CallSid: randomSid('CA'), From: 'client:alice', To: 'sip:alice@example' };
      const t1 = randomSid('WT');
      const pass = other.pass('caller', t1, 'client:alice');
      const ask = (query) => other.webhook('caller-twiml', { query, params });
      const answer = await ask(`?taskSid=${t1}&pass=${pass}`);
      assert.equal(answer.status, 200);
      assert.match(answer.body, new RegExp(`pass=${pass}`));
      assert.doesNotMatch(answer.body, /participantLabel/);
      await other.logged('caller-twiml', /expected client:alice, Twilio says sip:alice@example/);
      assert.equal((await ask(`?taskSid=${t1}`)).status, 200);

      // The caller's leg has no label, and rings the colleague all the same.
      const { caller, callee } = await pair(other);
      const { data } = await caller.createTask(callee.sid);
      await other.control('switches', { toParameters: 'kept' });
      await caller.joinOwn(data.taskSid);
      await callee.answer();
      await caller.until('connected', data.taskSid);
      await caller.endCall(data.taskSid);
    } finally {
      await stack.stop();
    }
  });
});
