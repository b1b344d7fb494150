// An agent with a valid token asks about other agents' calls: with their identifiers, and with a
// call of the own whose Attributes name theirs. Twilio hears of no change to anything of theirs.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { Agent, connect, expectEnded, ring } from '../endpoint/agent.js';
import { PROGRAMS, expectError, randomSid, useLab } from '../endpoint/lib.js';

const lab = useLab();

/** Every page endpoint that takes a Task, asked by this agent. */
function requestsAbout(agent, taskSid) {
  const asks = {
    'call-state': () => agent.ask('call-state', { query: `?taskSid=${taskSid}` }),
    'hold-participant': () => agent.post('hold-participant', { taskSid, hold: true }),
    'cleanup-rejected-task': () => agent.post('cleanup-rejected-task', { taskSid }),
    'end-call': () => agent.post('end-call', { taskSid, reason: 'hangup' }),
    'rejoin-call': () => agent.post('rejoin-call', { taskSid }),
  };
  return Object.entries(asks).filter(([program]) => program in PROGRAMS);
}

async function victims() {
  await lab.addWorkers(['erin', 'frank'].map((name) => ({
    friendly_name: name, attributes: { contact_uri: `client:${name}`, full_name: name },
  })));
  // It still knows those of the test before, who had the same addresses.
  await lab.forgetDirectory();
  const call = await connect(lab, 'erin', 'frank');
  const attributesOf = async (sid) => JSON.parse((await lab.rest(`Tasks/${sid}`)).body.attributes);
  const [t1, k] = await Promise.all([call.t1, call.k].map(attributesOf));
  const legs = [t1.worker_call_sid, k.worker_call_sid];
  assert.ok(legs.every((sid) => /^CA/.test(sid)), JSON.stringify(legs));
  return { ...call, attributes: t1, legs, sids: [call.t1, call.k, t1.conference.sid, ...legs] };
}

/** What has been asked of Twilio since the log was empty, and would change something of theirs. */
async function changesTo(sids) {
  return (await lab.requests()).filter(({ method, path }) => method !== 'GET'
    && sids.some((sid) => path.includes(sid)));
}

async function forgetRequests() {
  await lab.settled(); // a report of the call's beginning may still be at work
  await lab.control('requests', undefined, 'DELETE');
}

async function stillTalking({ caller, callee, t1, k }) {
  const states = await Promise.all([caller.state(t1), callee.state(k)]);
  for (const { state, hold } of states) {
    assert.deepEqual({ state, hold }, { state: 'connected', hold: { me: false, other: false } });
  }
}

async function hangUp(call) {
  assert.equal((await call.callee.endCall(call.k)).status, 200);
  await expectEnded(call, 'hangup');
}

describe("another call's identifiers", () => {
  test('tell nothing and change nothing, while it is up and when it is over', async () => {
    const call = await victims();
    const intruders = ['alice', 'bob', 'carol', 'dave'].map((name) => new Agent(lab, name));
    const askAll = async () => {
      await forgetRequests();
      for (const intruder of intruders) {
        for (const taskSid of [call.t1, call.k]) {
          for (const [program, ask] of requestsAbout(intruder, taskSid)) {
            const answer = await ask();
            expectError(answer, 403, 'not_your_call');
            for (const said of ['erin', 'frank', ...call.sids]) {
              assert.ok(!answer.body.includes(said), `${program} says ${said}: ${answer.body}`);
            }
          }
        }
      }
      assert.deepEqual(await changesTo(call.sids), []);
    };
    await askAll();
    await stillTalking(call);
    await hangUp(call);
    await askAll();
  });

  test('are no Task: a Conference, a leg, a Worker, a Reservation', async () => {
    const call = await victims();
    const intruder = new Agent(lab, 'alice');
    await forgetRequests();
    const { reservations } = await lab.state();
    for (const sid of [...call.sids.slice(2), call.caller.sid, reservations[0].sid]) {
      for (const [, ask] of requestsAbout(intruder, sid)) expectError(await ask(), 400);
    }
    assert.deepEqual(await lab.requests(), []);
    await hangUp(call);
  });

  test('with the right kind and none of ours: customers\' Tasks, unknown ones', async () => {
    const { taskSid } = await lab.control('customer-task', { worker: 'alice' });
    const alice = new Agent(lab, 'alice');
    await forgetRequests();
    for (const [, ask] of requestsAbout(alice, taskSid)) {
      expectError(await ask(), 403, 'not_your_call');
    }
    for (const [, ask] of requestsAbout(alice, randomSid('WT'))) {
      expectError(await ask(), 404, 'unknown_task');
    }
    assert.deepEqual(await changesTo([taskSid]), []);
    await lab.control(`customer-task?taskSid=${taskSid}`, undefined, 'DELETE');
  });

  test('only the one who is called can decline', async () => {
    const call = await ring(lab);
    for (const sid of [call.t1, call.k]) {
      expectError(await call.caller.decline(sid), 403, 'not_your_call');
    }
    expectError(await call.callee.decline(call.t1), 403, 'not_your_call');
    assert.equal((await call.callee.state(call.k)).state, 'ringing');
    assert.equal((await call.callee.decline(call.k)).status, 200);
    await expectEnded(call, 'declined');
  });
});

describe("one's own call, rewritten to name another's", () => {
  // Each of them, and all at once, in T1 and in K.
  const forgeries = ({ attributes: { conference, worker_call_sid: leg }, t1, k, legs }) => {
    const parts = {
      conference: { conference },
      'conference and K': { conference: { ...conference,
        participants: { ...conference.participants, taskSid: k } } },
      legs: { worker_call_sid: leg, conference: { ...conference,
        participants: { worker: legs[0], callee: legs[1], taskSid: k } } },
      names: { conferenceSid: t1, conference: { sid: conference.sid, friendlyName: t1 } },
      times: { connectedAt: '2026-11-23T06:10:07Z', hold: { caller: true, callee: true } },
      away: { away: { caller: 1, callee: 1 }, rejoined: { caller: legs[0], callee: legs[1] } },
    };
    return [...Object.entries(parts), ['all', Object.assign({}, ...Object.values(parts))]];
  };

  test('touches nothing of the other call, whatever is asked', async () => {
    const others = await victims();
    for (const [what, forged] of forgeries(others)) {
      const mine = await connect(lab);
      for (const sid of [mine.t1, mine.k]) {
        await lab.rewrite(sid, (attributes) => ({ ...attributes, ...forged }));
      }
      await forgetRequests();
      for (const agent of [mine.caller, mine.callee]) {
        for (const sid of [mine.t1, mine.k]) {
          const asks = requestsAbout(agent, sid).filter(([program]) => program !== 'end-call');
          for (const [, ask] of asks) await ask();
        }
      }
      await lab.webhook('ringback', { query: lab.waiting(mine.t1, '&round=1') });
      await lab.webhook('status-callback', { params: {
        StatusCallbackEvent: 'conference-end', FriendlyName: lab.room(mine.t1),
      } });
      await Promise.all([mine.caller.endCall(mine.t1), mine.callee.endCall(mine.k)]);
      assert.deepEqual(await changesTo(others.sids), [], what);
      await stillTalking(others);
      await mine.callee.endCall(mine.k);
      await Promise.all([mine.caller, mine.callee].map((agent) => agent.hangUp()));
      await Promise.all([mine.t1, mine.k].map((sid) => mine.caller.wrapUp(sid)));
      lab.forgetCalls();
    }
    await hangUp(others);
  });
});
