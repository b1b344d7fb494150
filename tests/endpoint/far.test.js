// REST lags behind webhooks: an early 404 or an old status is never final.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { connect, expectEnded, pair, ring } from './agent.js';
import { expectError, randomSid, until, useLab } from './lib.js';

const lab = useLab({ graceSeconds: 0, extraConfig: { DIALPAD_ROUTING: 'direct' } });

for (const restLateMs of [300, 1500]) {
  describe(`REST ${restLateMs} ms late`, () => {
    const far = (action) => async () => {
      await lab.control('switches', { restLateMs, webhookRetryMs: 500 });
      try {
        await action();
      } finally {
        await lab.control('switches', { restLateMs: 0, webhookRetryMs: 0 });
      }
    };

    test('a leg that has joined is in, and the colleague rings', far(async () => {
      const call = await ring(lab);
      // By the report of the join, and not by a round of ringback that heals the call.
      const { date_created: made } = await lab.task(call.k);
      const { webhooks } = await lab.control('webhooks');
      const rounds = webhooks.filter(({ url }) => /\/ringback\?.*&round=/.test(url));
      assert.deepEqual(rounds.filter(({ time }) => time < made), []);
      assert.equal((await lab.task(call.t1)).attributes.outcome, undefined);
      await call.caller.endCall(call.t1, 'cancel');
      await expectEnded(call, 'cancel');
    }));

    test('a leg that has left is gone, and the other is not left alone', far(async () => {
      const call = await connect(lab);
      await call.callee.hangUp();
      // By the report alone: nobody asks meanwhile.
      await until('the end', async () => (await lab.task(call.t1)).attributes.outcome);
      await call.caller.until('ended', call.t1);
    }));
  });
}

describe('REST as old as it gets', () => {
  before(() => lab.control('switches', { restLateMs: 1500, webhookRetryMs: 500 }));
  after(() => lab.control('switches', { restLateMs: 0, webhookRetryMs: 0 }));

  test('who is in is held, and neither "no answer" nor Decline ends the talk', async () => {
    const call = await connect(lab);
    assert.equal((await call.caller.hold(call.t1, true)).status, 200);
    expectError(await call.caller.endCall(call.t1, 'no-answer'), 409, 'already_answered');
    expectError(await call.callee.decline(call.k), 409, 'already_answered');
    assert.equal((await call.caller.endCall(call.t1, 'cancel')).status, 200);
    await expectEnded(call, 'hangup');
  });

  test('an answer that comes before "no answer" counts, shown or not', async () => {
    const call = await ring(lab);
    await call.callee.phone('ignore');
    await call.caller.until('ringing', call.t1); // T1 names K by then
    await call.callee.answer();
    expectError(await call.caller.endCall(call.t1, 'no-answer'), 409, 'already_answered');
    assert.equal((await call.caller.endCall(call.t1, 'cancel')).status, 200);
    const { calls } = await lab.state();
    assert.deepEqual(calls.filter(({ endTime }) => endTime === null), [], 'its leg ends as well');
    await expectEnded(call, 'cancel');
  });

  test('a leg that ends at once ends the call', async () => {
    const { caller, callee } = await pair(lab);
    await caller.phone('reject');
    const t1 = await caller.call(callee);
    await expectEnded({ caller, callee, t1 }, 'failed');
  });
});

describe('what was just made may not be shown yet', () => {
  const notFound = (path) => lab.fault({
    match: { method: 'GET', path }, action: 'status', status: 404, times: 50,
  });

  test('a Task of which a page has heard lately is asked for again', async () => {
    const { caller } = await pair(lab);
    const taskSid = randomSid('WT');
    for (const [program, body] of [['end-call', { reason: 'cancel' }], ['hold-participant',
      { hold: true }], ['cleanup-rejected-task', {}], ['rejoin-call', {}]]) {
      const ask = (more) => caller.post(program, { taskSid, ...body, ...more });
      expectError(await ask({ heard: '0' }), 503, 'ask_again');
      for (const more of [{}, { heard: '10000' }, { heard: '-1' }, { heard: 'x' }]) {
        expectError(await ask(more), 404, 'unknown_task');
      }
    }
    const query = `?taskSid=${taskSid}&heard=9999`;
    expectError(await caller.ask('call-state', { query }), 503, 'ask_again');
  });

  test('K rings on, and its end is sure', async () => {
    const call = await ring(lab);
    await notFound(`/Tasks/${call.k}$`);
    const round = lab.waiting(call.t1, '&round=1');
    assert.equal((await lab.webhook('ringback', { query: round })).status, 200);
    assert.equal((await lab.task(call.t1)).attributes.outcome, undefined);
    assert.equal((await call.caller.state(call.t1)).state, 'ringing');
    const refused = await call.caller.post('end-call', { taskSid: call.t1, reason: 'cancel' });
    assert.equal(refused.status, 503, 'K may ring, and nobody knows');
    await lab.clearFaults();
    assert.equal((await call.caller.endCall(call.t1, 'cancel')).status, 200);
    await expectEnded(call, 'cancel');
  });

  test('T1 of a K that has just been made exists', async () => {
    const call = await ring(lab);
    await notFound(`/Tasks/${call.t1}$`);
    const answer = await call.callee.ask('call-state', { query: `?taskSid=${call.k}` });
    expectError(answer, 503);
    await lab.clearFaults();
    await call.caller.endCall(call.t1, 'cancel');
    await expectEnded(call, 'cancel');
  });

  test('a Call without a label that joins or leaves is reported again', async () => {
    const call = await connect(lab);
    await notFound('/Calls/CA');
    const { conferences } = await lab.state();
    const { sid } = conferences.find(({ status }) => status !== 'completed');
    for (const event of ['participant-join', 'participant-leave']) {
      const { status } = await lab.webhook('status-callback', {
        query: `?pass=${lab.pass('caller', call.t1, call.caller.contactUri)}`,
        params: { StatusCallbackEvent: event, FriendlyName: lab.room(call.t1), ConferenceSid: sid,
          AccountSid: lab.config.TWILIO_ACCOUNT_SID, CallSid: randomSid('CA') },
      });
      assert.equal(status, 503, event);
    }
    await lab.clearFaults();
    await call.caller.endCall(call.t1);
    await expectEnded(call, 'hangup');
  });

  test('a leg that is gone without a report is missed by whoever asks', async () => {
    const call = await connect(lab);
    await lab.control('webhook-faults', { match: { url: 'status-callback' }, times: 50,
      action: 'drop' });
    await call.callee.hangUp();
    assert.equal((await call.caller.state(call.t1)).state, 'connected', 'one list may be stale');
    await lab.clock(11);
    await until('the end', async () => (await call.caller.state(call.t1)).state === 'ended');
    await lab.control('webhook-faults', undefined, 'DELETE');
  });
});
