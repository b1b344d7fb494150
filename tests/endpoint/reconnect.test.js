// An agent drops out of a call without a word (a reload, a crash, a network) and comes back, or
// doesn't. Nobody's page runs in these tests: what keeps the time is Twilio.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { Agent, connect, expectEnded } from './agent.js';
import { expectError, randomSid, until, useLab } from './lib.js';

// Long enough for a busy machine to come back in; Twilio's clock is set forward where nobody does.
const GRACE_SECONDS = 25;
const lab = useLab({ ringSeconds: 5, graceSeconds: GRACE_SECONDS });

/** The legs that are in the Conference now, by whose they are. */
async function legs(of) {
  const { conferences } = await lab.state();
  const live = conferences.filter((conference) => conference.status !== 'completed');
  return live.flatMap((conference) => conference.participants)
    .filter((leg) => !of || leg.to === of.contactUri);
}

/** What Twilio says of this agent's leg. */
async function participant(who) {
  const { conferences } = await lab.state();
  const { sid } = conferences.find((conference) => conference.status !== 'completed');
  const [{ callSid }] = await legs(who);
  const account = `/2010-04-01/Accounts/${lab.config.TWILIO_ACCOUNT_SID}`;
  const { status, body } = await lab.rest(
    `${account}/Conferences/${sid}/Participants/${callSid}.json`);
  assert.equal(status, 200);
  return body;
}

const connected = (call) => call.caller.until('connected', call.t1);

/** This agent's legs hang up without end-call, and the other's page hears of it. */
async function drop(call, who) {
  await who.hangUp();
  const other = who === call.caller ? call.callee : call.caller;
  return other.until('reconnecting', other === call.caller ? call.t1 : call.k);
}

/** What is next written into T1 waits until the order is taken back. */
const holdWrites = ({ t1 }) => lab.fault({
  match: { method: 'POST', path: `/Tasks/${t1}$` }, action: 'hold',
});

async function finish(call) {
  assert.equal((await call.caller.endCall(call.t1)).status, 200);
  await expectEnded(call, 'hangup');
  await lab.expectQuiet();
}

describe('an agent drops out', () => {
  for (const role of ['caller', 'callee']) {
    test(`the ${role}: the other waits with music and hears the voice again`, async () => {
      const call = await connect(lab);
      const who = call[role];
      const other = role === 'caller' ? call.callee : call.caller;
      const waiting = await drop(call, who);
      assert.deepEqual(waiting.hold, { me: false, other: false }, 'nobody wished that hold');
      assert.equal((await legs(other))[0].hold, true);
      assert.equal((await legs(who)).length, 0);
      assert.deepEqual(waiting.legs, (await legs(other)).map((leg) => leg.callSid));

      const back = await who.post('rejoin-call', { taskSid: role === 'caller' ? call.t1 : call.k });
      assert.equal(back.status, 200, back.body);
      await connected(call);
      assert.deepEqual((await legs(who)).map((leg) => leg.callSid), [back.data.callSid]);
      await until('the music ends', async () => !(await legs(other))[0].hold);
      assert.equal((await participant(who)).end_conference_on_exit, false);
      await finish(call);
    });

    test(`the ${role} stays away: the last round ends the call`, async () => {
      const call = await connect(lab);
      await drop(call, call[role]);
      await lab.clock(GRACE_SECONDS);
      for (const [agent, sid] of [[call.caller, call.t1], [call.callee, call.k]]) {
        const { outcome } = await agent.until('ended', sid, 30_000);
        assert.equal(outcome, 'hangup');
      }
      await lab.expectQuiet();
    });
  }

  test('both of them: nobody is left to wait', async () => {
    const call = await connect(lab);
    await Promise.all([call.caller.hangUp(), call.callee.hangUp()]);
    await expectEnded(call, 'hangup');
    await lab.expectQuiet();
  });

  test('and hangs up while away: end-call ends it for both at once', async () => {
    const call = await connect(lab);
    await drop(call, call.callee);
    await finish(call);
  });

  test('and the report of it is lost: the page that asks is enough to come back', async () => {
    const call = await connect(lab);
    await lab.control('webhook-faults', {
      match: { param: { StatusCallbackEvent: 'participant-leave' } }, times: 5, action: 'drop',
    });
    await call.callee.hangUp();
    const back = await call.callee.post('rejoin-call', { taskSid: call.k });
    assert.equal(back.status, 200, back.body);
    await until('back in', async () => (await legs(call.callee)).length === 1);
    await connected(call);
    await lab.control('webhook-faults', undefined, 'DELETE');
    await finish(call);
  });
});

describe('coming back', () => {
  test('kicks the older leg once the new one is in', async () => {
    const call = await connect(lab);
    const [old] = await legs(call.callee);
    const back = await call.callee.post('rejoin-call', { taskSid: call.k });
    assert.equal(back.status, 200, back.body);
    await until('one leg of bob, the new one', async () => {
      const now = await legs(call.callee);
      return now.length === 1 && now[0].callSid === back.data.callSid;
    });
    assert.notEqual(old.callSid, back.data.callSid);
    assert.deepEqual((await call.callee.state(call.k)).legs, [back.data.callSid]);
    assert.equal((await call.caller.state(call.t1)).state, 'connected');
    await finish(call);
  });

  test('faster than the dial is written down: the older leg is kicked all the same', async () => {
    const call = await connect(lab);
    const { id } = await holdWrites(call);
    const back = call.callee.post('rejoin-call', { taskSid: call.k });
    await until('both legs of bob', async () => (await legs(call.callee)).length === 2);
    await lab.settled(); // the join of the new one is reported
    await lab.clearFaults(id);
    const { status, data } = await back;
    assert.equal(status, 200);
    await until('one leg of bob, the new one', async () => {
      const now = await legs(call.callee);
      return now.length === 1 && now[0].callSid === data.callSid;
    });
    await connected(call);
    await finish(call);
  });

  test('to a colleague whom one holds: the colleague still hears music', async () => {
    const call = await connect(lab);
    assert.equal((await call.caller.hold(call.t1, true)).status, 200);
    await drop(call, call.caller);
    assert.equal((await call.caller.post('rejoin-call', { taskSid: call.t1 })).status, 200);
    const { hold } = await connected(call);
    assert.deepEqual(hold, { me: false, other: true });
    assert.equal((await legs(call.callee))[0].hold, true);
    assert.equal((await call.caller.hold(call.t1, false)).status, 200);
    await finish(call);
  });

  test('while on hold oneself: one is on hold again', async () => {
    const call = await connect(lab);
    assert.equal((await call.caller.hold(call.t1, true)).status, 200);
    await drop(call, call.callee);
    assert.equal((await call.callee.post('rejoin-call', { taskSid: call.k })).status, 200);
    await connected(call);
    await until('music again', async () => (await legs(call.callee))[0]?.hold);
    await finish(call);
  });

  test('while one is being put on hold: the new leg is, too', async () => {
    const call = await connect(lab);
    const { id } = await holdWrites(call);
    const pressed = call.caller.hold(call.t1, true);
    await until('the old leg is held', async () => (await legs(call.callee))[0].hold);
    const back = await call.callee.post('rejoin-call', { taskSid: call.k });
    assert.equal(back.status, 200, back.body);
    await until('the new leg', async () =>
      (await legs(call.callee)).some(({ callSid }) => callSid === back.data.callSid));
    await lab.settled();
    await lab.clearFaults(id);
    assert.equal((await pressed).status, 200);
    await lab.settled();
    assert.deepEqual((await legs(call.callee)).map(({ callSid, hold }) => [callSid, hold]),
      [[back.data.callSid, true]]);
    await finish(call);
  });

  // A second report of the same return is judged by what it has read before Hold was pressed, and
  // by the time it is done REST still shows that.
  test('judged twice, and Hold is pressed meanwhile: the hold stays', async () => {
    const call = await connect(lab);
    assert.equal((await call.callee.post('rejoin-call', { taskSid: call.k })).status, 200);
    await connected(call);
    await lab.settled();
    const [{ callSid }] = await legs(call.caller);
    const { webhooks } = await lab.control('webhooks');
    const { url, params } = webhooks.findLast((webhook) =>
      webhook.params.StatusCallbackEvent === 'participant-join');
    const report = () => lab.webhook('status-callback', { query: new URL(url).search, params });
    const signal = randomSid('WT');
    const resumed = { param: { Hold: 'false' }, path: `Participants/${callSid}|Tasks/${signal}` };
    await lab.fault({ match: resumed, action: 'meet', times: 2 });
    const { requests } = await lab.control('requests');
    const second = report();
    await until('the second resumes', async () =>
      (await lab.control(`requests?since=${requests.at(-1).n}`)).requests
        .some((request) => request.params.Hold === 'false'));
    await lab.control('switches', { restLateMs: 1000 });
    assert.equal((await call.callee.hold(call.k, true)).status, 200);
    await lab.rest(`Tasks/${signal}`, { Hold: 'false' });
    let { status } = await second;
    while (status === 503) ({ status } = await report());
    await lab.control('switches', { restLateMs: 0 });
    assert.equal(status, 204);
    assert.equal((await legs(call.caller))[0].hold, true);
    await finish(call);
  });

  test('is refused when there is nothing to come back to', async () => {
    const call = await connect(lab);
    await finish(call);
    expectError(await call.callee.post('rejoin-call', { taskSid: call.k }), 409, 'call_is_over');
  });

  test('is for the two agents of the call alone', async () => {
    const call = await connect(lab);
    const carol = new Agent(lab, 'carol');
    expectError(await carol.post('rejoin-call', { taskSid: call.t1 }), 403, 'not_your_call');
    await finish(call);
  });
});

// A push makes a page ask, once: by then all that it reads must be as it is told.
describe('the pages are told', () => {
  /** What the legs are told comes before the first Attributes that say so. */
  async function legsFirst(action, says) {
    const { requests: before } = await lab.control('requests');
    await action();
    await lab.settled();
    const { requests } = await lab.control(`requests?since=${before.at(-1).n}`);
    const legs = requests.filter(({ params }) => params.Hold !== undefined);
    const told = requests.find(({ method, params }) =>
      method === 'POST' && params.Attributes && says(JSON.parse(params.Attributes)));
    assert.ok(told && legs.length > 0);
    assert.ok(legs[0].n < told.n, `leg ${legs.map(({ n }) => n)}, Task ${told.n}`);
  }

  test('of hold, of a departure and of a return once the legs are as they are to be', async () => {
    const call = await connect(lab);
    for (const wanted of [true, false]) {
      await legsFirst(() => call.caller.hold(call.t1, wanted),
        ({ hold }) => hold?.caller === wanted);
    }
    await legsFirst(() => drop(call, call.callee), ({ away }) => away?.callee);
    await legsFirst(async () => {
      const back = await call.callee.post('rejoin-call', { taskSid: call.k });
      assert.equal(back.status, 200, back.body);
      await connected(call);
    }, ({ away }) => !away?.callee);
    await finish(call);
  });

  // The caller's program writes K late: after the other one's, which knows more, or before it.
  test('of presses of Hold that cross, in whatever order they are written', async () => {
    const call = await connect(lab);
    const delay = (method, ms) => lab.fault({
      match: { method, path: `/Tasks/${call.k}$` }, action: 'delay', ms,
    });
    for (const [hold, late] of [[true, 0], [false, 900]]) {
      await delay('GET', 400);
      const pressed = call.caller.hold(call.t1, hold);
      await until('the first is known', async () =>
        ((await lab.task(call.t1)).attributes.hold?.caller ?? false) === hold);
      if (late) await delay('POST', late);
      assert.equal((await call.callee.hold(call.k, hold)).status, 200);
      assert.equal((await pressed).status, 200);
      assert.deepEqual((await lab.task(call.k)).attributes.hold, { caller: hold, callee: hold });
    }
    await finish(call);
  });
});

describe('a holder vanishes', () => {
  test('and the one on hold does not wait for ever', async () => {
    const call = await connect(lab);
    assert.equal((await call.caller.hold(call.t1, true)).status, 200);
    await lab.control('webhook-faults', {
      match: { url: 'status-callback' }, times: 50, action: 'drop',
    });
    await call.caller.hangUp();
    // Every sixth round of the music looks, 30 s apart; from then on each one does.
    await call.callee.until('reconnecting', call.k, 60_000);
    await lab.clock(GRACE_SECONDS);
    const { outcome } = await call.callee.until('ended', call.k, 30_000);
    assert.equal(outcome, 'hangup');
    await lab.control('webhook-faults', undefined, 'DELETE');
    await lab.expectQuiet();
  });
});
