// Whole calls between simulated agents, and every way in which one can end.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';

import { Agent, calleeTasks, connect, expectEnded, pair, ring } from './agent.js';
import { expectError, isCgi, randomSid, until, useLab } from './lib.js';
import { times } from '../long.js';
import { preset as presetOf } from '../sandbox/control/switches.js';

// Without a grace time, a leg that is gone is gone.
const lab = useLab({ ringSeconds: 5, graceSeconds: 0 });

/** What a Task of ours says by now. */
const attributesOf = async (taskSid) => (await lab.task(taskSid)).attributes;

async function participants() {
  const { conferences } = await lab.state();
  return conferences.flatMap((conference) => conference.participants);
}

describe('a whole call', () => {
  for (const preset of ['a', 'b', ...Array.from({ length: isCgi ? 1 : times(2, 10) }, () =>
    `random:${Math.floor(Math.random() * 1e6)}`)]) {
    test(`with Twilio's open points answered as in ${preset}`, async () => {
      await lab.control('switches', { preset });
      try {
        const call = await connect(lab);
        const { caller, callee, t1, k } = call;
        assert.equal((await caller.hold(t1, true)).status, 200);
        assert.equal((await caller.hold(t1, false)).status, 200);
        assert.equal((await callee.endCall(k)).status, 200);
        await expectEnded(call, 'hangup');
        await lab.expectQuiet();
        // One that Twilio has routed otherwise than asked is canceled before the next is made. So
        // is K only where Twilio says that it is accepted some time after the leg is in.
        const { routingTarget, taskAtJoin } = presetOf(preset);
        for (const { sid, assignment_status: status } of await calleeTasks(lab, t1)) {
          if (sid !== k) assert.deepEqual([routingTarget !== 'taken', status], [true, 'canceled']);
          else if (taskAtJoin === 'assigned') assert.match(status, /^(wrapping|completed)$/);
        }
        await caller.wrapUp(t1);
        await callee.wrapUp(k);
        const { status, data: next } = await callee.createTask(caller.sid);
        assert.equal(status, 201, 'the next call');
        assert.equal((await callee.endCall(next.taskSid, 'cancel')).status, 200);
      } finally {
        try {
          await lab.expectQuiet();
        } finally {
          await lab.control('switches', { preset: 'a' });
        }
      }
    });
  }

  test('what both Tasks say', async () => {
    const { caller, callee, t1, k } = await ring(lab);
    const [ofT1, ofK] = [await attributesOf(t1), await attributesOf(k)];
    const { dialpad, conversations, worker_call_sid: leg, claim, ...restOfT1 } = ofT1;
    const { body: { routing_target: straight } } = await lab.rest(`Tasks/${t1}`);
    assert.deepEqual(restOfT1, {
      targetWorker: 'client:alice', autoAnswer: 'true', client_call: true, to: 'client:bob',
      name: 'Bob Baker', fromName: 'Alice Archer', from: 'client:alice', outbound_to: 'client:bob',
      direction: straight ? 'internal' : 'outbound',
      conference: { friendlyName: t1, participants: { worker: leg, taskSid: k } },
    });
    assert.ok(claim.id);
    const { dialpad: ofCallee, conversations: same, ...restOfK } = ofK;
    assert.deepEqual(restOfK, {
      targetWorker: 'client:bob', autoAnswer: 'false', client_call: true, internal: 'true',
      conference: { friendlyName: t1 }, conferenceSid: t1,
      from: 'client:alice', to: 'client:bob', name: 'Alice Archer',
    });
    // What a reader of Tasks finds lets nobody into the Conference.
    const { conferences } = await lab.state();
    for (const secret of [conferences[0].sid, lab.room(t1), ...caller.passes.values(),
      ...callee.passes.values()]) {
      assert.ok(!JSON.stringify([ofT1, ofK]).includes(secret), secret);
    }
    assert.deepEqual(same, conversations);
    assert.ok(conversations.conversation_id);
    assert.notEqual(dialpad, ofCallee);
    const tasks = await Promise.all([t1, k].map((sid) => lab.rest(`Tasks/${sid}`)));
    assert.deepEqual(tasks.map(({ body }) => [body.task_channel_unique_name, body.timeout]),
      [['voice', 20], ['voice', 10]]);
    await callee.answer();
    const { connectedAt } = await caller.until('connected', t1);
    assert.match(connectedAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    const now = await attributesOf(t1);
    assert.equal(now.connectedAt, connectedAt);
    assert.equal(now.conference.participants.callee, (await attributesOf(k)).worker_call_sid);
    await caller.endCall(t1);
  });

  test('each end is told who the other is, and nobody else is told anything', async () => {
    const { caller, callee, t1, k } = await ring(lab);
    const calling = await caller.until('ringing');
    const ringing = await callee.until('ringing');
    assert.deepEqual([calling.taskSid, calling.role, calling.other],
      [t1, 'caller', { sid: callee.sid, name: 'Bob Baker' }]);
    assert.deepEqual([ringing.taskSid, ringing.role, ringing.other],
      [k, 'callee', { sid: caller.sid, name: 'Alice Archer' }]);
    const told = await until('what else is told', async () => {
      const { data } = await caller.ask('call-state');
      return data.state === 'ringing' && data;
    });
    assert.deepEqual(told, {
      taskSid: t1, role: 'caller', state: 'ringing', outcome: null,
      other: { sid: callee.sid, name: 'Bob Baker' }, hold: { me: false, other: false },
      connectedAt: null,
    });
    const carol = new Agent(lab, 'carol');
    const asks = (taskSid) => carol.insist(() =>
      carol.ask('call-state', { query: `?${new URLSearchParams(carol.since(taskSid))}` }));
    for (const taskSid of [t1, k]) {
      carol.keep({ taskSid });
      expectError(await asks(taskSid), 403, 'not_your_call');
      expectError(await carol.hold(taskSid, true), 403, 'not_your_call');
      expectError(await carol.decline(taskSid), 403, 'not_your_call');
      for (const reason of ['hangup', 'cancel', 'no-answer']) {
        expectError(await carol.endCall(taskSid, reason), 403, 'not_your_call');
      }
    }
    assert.equal((await carol.state()).state, 'none');
    expectError(await caller.decline(t1), 403, 'not_your_call');
    expectError(await caller.decline(k), 403, 'not_your_call');
    expectError(await callee.decline(t1), 403, 'not_your_call');
    assert.equal((await caller.state(t1)).state, 'ringing');
    const { taskSid: customers } = await lab.control('customer-task', { worker: 'carol' });
    carol.keep({ taskSid: customers });
    expectError(await carol.endCall(customers), 403, 'not_your_call');
    expectError(await asks(customers), 403);
    expectError(await carol.endCall(randomSid('WT')), 404, 'unknown_task');
    assert.equal((await caller.endCall(t1, 'cancel')).status, 200);
    await lab.control(`customer-task?taskSid=${customers}`, undefined, 'DELETE');
  });
});

describe('a line', () => {
  test('comes with the ring, composed, and its answer goes back with the refusal', async () => {
    const { caller, callee } = await pair(lab);
    const t1 = await caller.call(callee, { note: 'Cafe\u0301 <b>?</b>' });
    const k = await callee.rings();
    assert.equal((await callee.state(k)).note, 'Caf\u00e9 <b>?</b>');
    assert.equal((await attributesOf(k)).note, 'Caf\u00e9 <b>?</b>');
    assert.equal((await callee.decline(k, 'in5')).status, 200);
    assert.equal((await callee.decline(k, 'too late')).status, 200);
    const { outcome, reply, note } = await caller.until('ended', t1);
    assert.deepEqual([outcome, reply, note], ['declined', 'in5', 'Caf\u00e9 <b>?</b>']);
    await caller.wrapUp(t1);
  });

  test('that breaks or turns is refused, and one that shows nothing is none', async () => {
    const { caller, callee } = await pair(lab);
    for (const note of ['two\nlines', '\u202eevil', 'x'.repeat(141)]) {
      expectError(await caller.createTask(callee.sid, { note }), 400, 'invalid_parameter');
    }
    const t1 = await caller.call(callee, { note: ' \u200b' });
    const k = await callee.rings();
    assert.equal((await callee.state(k)).note, undefined);
    expectError(await callee.post('cleanup-rejected-task', { taskSid: k, reply: '\u0007' }),
      400, 'invalid_parameter');
    await caller.endCall(t1, 'cancel');
    await caller.wrapUp(t1);
  });
});

describe('the end', () => {
  test('declined', async () => {
    const call = await ring(lab);
    assert.equal((await call.callee.decline(call.k)).status, 200);
    await expectEnded(call, 'declined');
    assert.equal((await call.callee.decline(call.k)).status, 200, 'twice');
    await call.caller.wrapUp(call.t1);
    const again = await ring(lab);
    await again.callee.decline(again.k);
  });

  test('a Decline that comes after the answer cuts nobody off', async () => {
    const call = await connect(lab);
    expectError(await call.callee.decline(call.k), 409, 'already_answered');
    assert.equal((await call.caller.state(call.t1)).state, 'connected');
    await call.caller.endCall(call.t1);
  });

  test('canceled before anybody has accepted anything', async () => {
    const { caller, callee } = await pair(lab);
    const { data: { taskSid: t1 } } = await caller.createTask(callee.sid);
    assert.equal((await caller.endCall(t1, 'cancel')).status, 200);
    await expectEnded({ caller, callee, t1 }, 'cancel');
    assert.equal((await lab.task(t1)).assignment_status, 'canceled');
  });

  test('canceled while it rings', async () => {
    const call = await ring(lab);
    assert.equal((await call.caller.endCall(call.t1, 'cancel')).status, 200);
    await expectEnded(call, 'cancel');
    assert.equal((await lab.task(call.k)).assignment_status, 'canceled');
  });

  test('a Cancel that crosses the answer is a hang-up', async () => {
    const call = await connect(lab);
    assert.equal((await call.caller.endCall(call.t1, 'cancel')).status, 200);
    await expectEnded(call, 'hangup');
  });

  for (const side of ['caller', 'callee']) {
    test(`a Cancel on its way while the ${side}'s leg is dialled ends that leg too`, async () => {
      const call = side === 'callee' ? await ring(lab) : await pair(lab);
      if (side === 'caller') call.t1 = (await call.caller.createTask(call.callee.sid)).data.taskSid;
      const own = side === 'caller' ? call.t1 : call.k;
      await call[side].phone('ignore'); // it rings, and nobody picks up
      const { id } = await lab.fault({ match: { method: 'POST', path: `/Tasks/${own}$`,
        param: { AssignmentStatus: 'canceled' } }, action: 'hold' });
      const canceled = call.caller.endCall(call.t1, 'cancel');
      await until('the Cancel', async () =>
        (await lab.control('faults')).faults.every(({ remaining }) => remaining === 0));
      await (side === 'caller' ? call.caller.joinOwn(call.t1) : call.callee.accept(call.k, {
        from: call.caller.contactUri, url: `callee-twiml?conferenceName=${call.t1}`,
      }));
      await lab.clearFaults(id);
      assert.equal((await canceled).status, 200);
      const { calls } = await lab.state();
      assert.deepEqual(calls.filter(({ endTime }) => endTime === null), []);
      await expectEnded(call, 'cancel');
    });
  }

  test('not answered, by the page', async () => {
    const call = await ring(lab);
    assert.equal((await call.caller.endCall(call.t1, 'no-answer')).status, 200);
    await expectEnded(call, 'no-answer');
  });

  test('not answered, by a colleague whose page has gone before it could ring', async () => {
    const { caller, callee } = await pair(lab);
    const { data: { taskSid: t1 } } = await caller.createTask(callee.sid);
    await lab.control('worker', { worker: 'bob', activity: 'Offline' });
    await caller.joinOwn(t1);
    const [{ sid: k }] = await until('K', async () => {
      const made = await calleeTasks(lab, t1);
      return made.length > 0 && made;
    });
    // As by its time-out, of which the next round of ringback hears.
    await lab.rest(`Tasks/${k}`, { AssignmentStatus: 'canceled', Reason: 'time-out' });
    await lab.webhook('ringback', { query: lab.waiting(t1, '&round=1') });
    await expectEnded({ caller, t1 }, 'no-answer');
  });

  test('not answered, unless it has just been', async () => {
    const call = await ring(lab);
    await call.callee.answer();
    expectError(await call.caller.endCall(call.t1, 'no-answer'), 409, 'already_answered');
    await call.caller.until('connected', call.t1);
    expectError(await call.caller.endCall(call.t1, 'no-answer'), 409, 'already_answered');
    await call.caller.endCall(call.t1);
    await until('what is over already', async () =>
      (await call.caller.endCall(call.t1, 'no-answer')).status === 200);
    await expectEnded(call, 'hangup');
  });

  test('hung up by the caller, by the callee', async () => {
    for (const side of ['caller', 'callee']) {
      const call = await connect(lab);
      const own = side === 'caller' ? call.t1 : call.k;
      assert.equal((await call[side].endCall(own)).status, 200);
      assert.equal((await call[side].endCall(own)).status, 200, 'twice');
      await expectEnded(call, 'hangup');
      await lab.expectQuiet();
      await call.caller.wrapUp(call.t1);
      await call.callee.wrapUp(call.k);
    }
  });

  test('either softphone is simply gone', async () => {
    for (const side of ['caller', 'callee']) {
      const call = await connect(lab);
      await call[side].hangUp();
      await expectEnded(call, 'hangup');
      await lab.expectQuiet();
    }
  });

  test("the caller's softphone is gone while it rings", async () => {
    const call = await ring(lab);
    await call.caller.hangUp();
    await expectEnded(call, 'cancel');
    assert.equal((await lab.task(call.k)).assignment_status, 'canceled');
  });

  for (const [behaviour, timeout] of [['reject', 15], ['busy', 15], ['ignore', 1], ['none', 15]]) {
    for (const side of ['caller', 'callee']) {
      test(`the ${side}'s softphone: ${behaviour}`, async () => {
        const { caller, callee } = await pair(lab);
        const agent = side === 'caller' ? caller : callee;
        await (behaviour === 'none' ? agent.noPhone() : agent.phone(behaviour));
        const t1 = await caller.call(callee, { timeout });
        const k = side === 'callee' ? await callee.answer({ timeout }) : undefined;
        await expectEnded({ caller, callee, t1, k }, 'failed');
      });
    }
  }

  test("the callee's leg fails, and nobody says that it has ended", async () => {
    const call = await ring(lab);
    await call.callee.phone('reject');
    await call.callee.answer({ legEnded: false });
    await until('the next round of ringback', async () => {
      await lab.webhook('ringback', { query: lab.waiting(call.t1, '&round=1') });
      return (await call.caller.state(call.t1)).state === 'ended';
    });
    await expectEnded(call, 'failed');
  });

  test('busy: a customer has come first', async () => {
    const { caller, callee } = await pair(lab, 'alice', 'carol');
    const { data: { taskSid: t1 } } = await caller.createTask(callee.sid);
    const { taskSid: customers } = await lab.control('customer-task', { worker: 'carol' });
    await caller.joinOwn(t1);
    await expectEnded({ caller, callee, t1 }, 'busy');
    assert.equal((await calleeTasks(lab, t1)).length, 0);
    await lab.control(`customer-task?taskSid=${customers}`, undefined, 'DELETE');
  });

  test('nobody acts: ringback ends it, whatever the page does', async () => {
    const call = await ring(lab);
    const round = (number) => lab.webhook('ringback', {
      query: lab.waiting(call.t1, `&round=${number}`),
    });
    for (const number of [0, 1, 2]) {
      await round(number);
      await call.caller.until('ringing', call.t1); // it is over for nobody
    }
    assert.equal((await round(3)).status, 200);
    await call.caller.until('ringing', call.t1); // nobody has waited so long
    await lab.clock(15);
    assert.equal((await round(3)).status, 200);
    await expectEnded(call, 'no-answer');
    await lab.expectQuiet();
  });

  test('an administrator deletes the Task', async () => {
    const call = await ring(lab);
    await lab.rest(`Tasks/${call.t1}`, undefined, {}, 'DELETE');
    const hangUp = { taskSid: call.t1, reason: 'hangup' };
    expectError(await call.caller.post('end-call', hangUp), 404, 'unknown_task');
    // T1 of a younger K may only not be shown yet.
    await lab.clock(11);
    assert.equal((await call.callee.state(call.k)).state, 'ended');
    await lab.webhook('ringback', { query: lab.waiting(call.t1, '&round=1') });
    assert.equal((await call.callee.endCall(call.k)).status, 200);
  });
});

describe('the log', () => {
  /** The lines of all programs that say this. */
  function lines(text) {
    const logs = new Set(lab.stack.names.map((name) => lab.log(name)));
    return [...logs].flatMap((log) => log.split('\n')).filter((line) => line.includes(text));
  }

  test('has one line by which a call is found from any of its SIDs, and all lines name T1',
    async () => {
      const call = await connect(lab);
      const { t1, k } = call;
      const [{ sid: conference, participants: legs }] = (await lab.state()).conferences;
      const about = [t1, k, conference, ...legs.map((leg) => leg.callSid ?? leg.call_sid)];
      assert.equal((await call.callee.endCall(k)).status, 200);
      await expectEnded(call, 'hangup');
      await lab.expectQuiet();
      await lab.written();
      const [outcome, ...more] = lines(' outcome=').filter((line) => line.includes(t1));
      assert.deepEqual(more, [], 'one line of one outcome');
      for (const sid of [...about, call.caller.sid, call.callee.sid])
        assert.ok(outcome.includes(`=${sid}`), `${sid}: ${outcome}`);
      assert.match(outcome, / info program=end-call .* outcome=hangup .* seconds=\d+$/);
      assert.equal(lines(' state=connected ').filter((line) => line.includes(t1)).length, 1);
      for (const line of lines(k)) assert.ok(line.includes(` t1=${t1} `), line);
      const left = lines(' event=participant-leave ').filter((line) => line.includes(t1));
      assert.match(left[0], / left_reason=\w+ call_status=\S+/);
      const ended = lines(' event=conference-end ').find((line) => line.includes(t1));
      assert.match(ended, new RegExp(` conf=${conference} .* end_reason=conference-ended-via-api`));
    });
});

describe('hold', () => {
  const isTold = (agent, taskSid, hold) => until(`${agent.name}: ${JSON.stringify(hold)}`,
    async () => isDeepStrictEqual((await agent.state(taskSid)).hold, hold));

  test('holds the other side and nobody else', async () => {
    const { caller, callee, t1, k } = await connect(lab);
    const held = async () =>
      Object.fromEntries((await participants()).map((one) => [one.to, one.hold]));
    await isTold(caller, t1, { me: false, other: false });
    await isTold(callee, k, { me: false, other: false });

    const answer = await caller.hold(t1, true);
    assert.deepEqual([answer.status, answer.data], [200, { hold: true }]);
    assert.deepEqual(await held(), { 'client:alice': false, 'client:bob': true });
    await isTold(caller, t1, { me: false, other: true });
    await isTold(callee, k, { me: true, other: false });
    assert.equal((await caller.hold(t1, true)).status, 200, 'twice');

    assert.equal((await callee.hold(k, true)).status, 200);
    assert.deepEqual(await held(), { 'client:alice': true, 'client:bob': true });
    assert.equal((await callee.hold(k, false)).status, 200);
    assert.deepEqual(await held(), { 'client:alice': false, 'client:bob': true }, "alice's stays");
    assert.deepEqual((await caller.hold(t1, false)).data, { hold: false });
    assert.deepEqual(await held(), { 'client:alice': false, 'client:bob': false });
    await caller.endCall(t1);
  });

  test('by both at once: each is written down, and each ends its own alone', async () => {
    const { caller, callee, t1, k } = await connect(lab);
    const rounds = [[true, true], [false, true], [true, false], [false, false], [true, true],
      [false, false]];
    for (const [i, [ofCaller, ofCallee]] of rounds.entries()) {
      // In every other round the one who is first to ask is last to write.
      if (i % 2) {
        await lab.fault({ match: { method: 'POST', path: `/Tasks/${t1}$` }, action: 'delay', ms: 300 });
      }
      const answers = await Promise.all([caller.hold(t1, ofCaller), callee.hold(k, ofCallee)]);
      assert.deepEqual(answers.map(({ status }) => status), [200, 200]);
      const wanted = { caller: ofCaller, callee: ofCallee };
      for (const sid of [t1, k]) assert.deepEqual((await attributesOf(sid)).hold, wanted);
      assert.deepEqual(Object.fromEntries((await participants()).map((one) => [one.to, one.hold])),
        { 'client:alice': ofCallee, 'client:bob': ofCaller });
      await isTold(caller, t1, { me: ofCallee, other: ofCaller });
      await isTold(callee, k, { me: ofCaller, other: ofCallee });
      await lab.clearFaults();
    }
    await caller.endCall(t1);
  });

  test('nobody is there to hold', async () => {
    const { caller, callee, t1, k } = await ring(lab);
    expectError(await caller.hold(t1, true), 409, 'nobody_to_hold');
    await callee.answer();
    await caller.until('connected', t1);
    await callee.endCall(k);
    expectError(await caller.hold(t1, true), 409, 'nobody_to_hold');
  });
});

describe('reports that get lost', () => {
  test("the callee's join: whoever looks finds both connected", async () => {
    const { caller, callee, t1 } = await ring(lab);
    await lab.control('webhook-faults', {
      match: { param: { StatusCallbackEvent: 'participant-join' } }, times: 1, action: 'drop',
    });
    await callee.answer();
    await caller.until('connected', t1);
    await caller.endCall(t1);
  });

  test("the caller's join: the next round of ringback rings the colleague", async () => {
    const { caller, callee } = await pair(lab);
    await lab.control('webhook-faults', {
      match: { param: { StatusCallbackEvent: 'participant-join' } }, times: 1, action: 'drop',
    });
    const t1 = await caller.call(callee);
    await until("the caller's leg", async () => (await participants()).length === 1);
    assert.equal((await caller.state(t1)).state, 'calling');
    const query = lab.waiting(t1, `&round=1&pass=${caller.passes.get(t1)}`);
    await Promise.all([1, 2, 3].map(() => lab.webhook('ringback', { query })));
    await callee.rings();
    assert.equal((await calleeTasks(lab, t1)).length, 1);
    await caller.endCall(t1, 'cancel');
  });
});
