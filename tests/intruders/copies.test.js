// What an agent has read elsewhere and writes into Tasks: statements that we have signed for other
// calls, into Tasks of her own and, where her token allows it, into theirs. It rings nobody, lets
// nobody in and makes nobody somebody else.

import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';

import { Agent, calleeTasks, expectEnded } from '../endpoint/agent.js';
import { expectError, randomSid, until, useLab } from '../endpoint/lib.js';
import {
  Intruder, Victims, heardOf, listen, redirectTwiml, roomTwiml, voicesIn,
} from './intruder.js';

let carol;
// Before the lab looks whether everything is quiet.
afterEach(async () => {
  await carol?.stop();
  carol = null;
});
const lab = useLab();

const url = (program, key, taskSid, pass) => `${lab.config.DIALPAD_PUBLIC_URL}/${program}?${key}=${
  taskSid}${pass ? `&pass=${pass}` : ''}`;

/** A call of these two that is over → the statement that stands in its T1. */
async function statementOf(caller, callee) {
  await Promise.all([caller, callee].map((agent) => agent.phone()));
  const { data: { taskSid: t1 } } = await caller.createTask(callee.sid);
  const { body } = await lab.rest(`Tasks/${t1}`);
  assert.equal((await caller.endCall(t1, 'cancel')).status, 200);
  return { t1, dialpad: JSON.parse(body.attributes).dialpad };
}

/** How many Reservations this agent has been offered. */
async function offers(agent) {
  const { reservations } = await lab.state();
  return reservations.filter(({ worker_sid: sid }) => sid === agent.sid).length;
}

/** Her leg's end, once Twilio has asked about it and told us. */
async function settle(callSid) {
  await carol.fateOf(callSid);
  await lab.settled();
}

describe('a copied statement rings nobody', () => {
  test('though the one who copies it is the caller whom it names', async () => {
    carol = await Intruder.start(lab);
    const bob = new Agent(lab, 'bob');
    const { dialpad, t1 } = await statementOf(carol, bob);
    const pass = carol.passes.get(t1);
    const before = await offers(bob);
    const report = `${lab.config.DIALPAD_PUBLIC_URL}/status-callback`;
    for (const copied of [undefined, pass]) {
      // By our own document, and by one of hers that reports to us as ours does.
      const reservation = await carol.ownTask({ dialpad });
      await settle(await carol.dial(url('caller-twiml', 'taskSid', reservation.task.sid, copied),
        { reservation }));
      await carol.hangUpAll();
      const other = await carol.ownTask({ dialpad });
      await settle(await carol.dialWith(roomTwiml(other.task.sid, {
        statusCallback: copied ? `${report}?pass=${copied}` : report,
        statusCallbackEvent: 'start end join leave',
      }), { reservation: other }));
      await carol.hangUpAll();
      // By ringback, which makes good what was lost.
      const third = await carol.ownTask({ dialpad });
      const waits = await carol.dialWith(redirectTwiml(url('ringback', 'round=1&taskSid',
        third.task.sid, copied)), { reservation: third });
      await carol.asked(waits);
      await carol.hangUpAll();
    }
    assert.equal(await offers(bob), before);
  });

  test('and neither does one of a live call, T1\'s or K\'s', async () => {
    carol = await Intruder.start(lab);
    const victims = await new Victims(lab).connect();
    const [ofT1, ofK] = [await carol.read(victims.t1), await carol.read(victims.k)];
    const before = await offers(victims.callee);
    for (const { dialpad } of [ofT1, ofK]) {
      for (const more of [{}, { ...ofT1, worker_call_sid: undefined, claim: undefined,
        conference: undefined }, { ...ofK, worker_call_sid: undefined }]) {
        const reservation = await carol.ownTask({ ...more, dialpad });
        const { sid } = reservation.task;
        await settle(await carol.dial(url('caller-twiml', 'taskSid', sid,
          victims.caller.passes.get(victims.t1)), { reservation }));
        for (const program of ['end-call', 'hold-participant', 'rejoin-call']) {
          const body = { taskSid: sid, reason: 'hangup', hold: true };
          expectError(await carol.post(program, body), 403, 'not_your_call');
        }
        expectError(await carol.ask('call-state', { query: `?taskSid=${sid}` }), 403);
        await carol.hangUpAll();
      }
    }
    assert.equal(await offers(victims.callee), before);
    await victims.stillTalk();
    await victims.end();
  });

  test('the statement of another callee in one\'s own call costs a call of the limit', async () => {
    carol = await Intruder.start(lab);
    const [alice, bob] = ['alice', 'bob'].map((name) => new Agent(lab, name));
    const { dialpad } = await statementOf(carol, bob);
    await alice.phone();
    const { data: { taskSid: t1 } } = await carol.createTask(alice.sid);
    await carol.write(t1, { dialpad });
    await carol.joinOwn(t1);
    // It's a call of hers to Bob now, whom she might have called as well: one, and by her name.
    const k = await bob.rings();
    assert.equal((await bob.state(k)).other.sid, carol.sid);
    assert.equal((await calleeTasks(lab, t1)).length, 1);
    await carol.endCall(t1, 'cancel');
    await bob.until('ended', k);
  });
});

describe('a statement written into the others\' own Task', () => {
  test('while it rings makes nobody the one who is called', async () => {
    carol = await Intruder.start(lab);
    const dave = new Agent(lab, 'dave');
    await lab.control('worker', { worker: 'dave', activity: 'Available' });
    const { dialpad } = await statementOf(dave, carol);
    await lab.control('worker', { worker: 'dave', activity: 'Offline' });
    const victims = await new Victims(lab).ring();
    const { dialpad: genuine, claim, conference } = await carol.read(victims.t1);

    // With their K, and with one that is being made and isn't shown yet.
    for (const more of [{}, { claim: { id: 'x', at: Math.floor(Date.now() / 1000) },
      conference: { participants: { taskSid: randomSid('WT') } } }]) {
      await carol.write(victims.t1, { dialpad, ...more });
      const { data } = await carol.ask('call-state', { query: `?taskSid=${victims.t1}` });
      await carol.write(victims.t1, { dialpad: genuine, claim, conference });
      assert.equal(data.pass, undefined, JSON.stringify(data));
      const callSid = await carol.dial(url('callee-twiml', 'conferenceName', victims.t1,
        data.pass ?? carol.passes.get(victims.t1)));
      const fate = await carol.fateOf(callSid);
      await lab.settled();
      assert.deepEqual([fate.with, await voicesIn(lab, callSid)], [[], []]);
      await carol.hangUpAll();
    }
    assert.equal((await victims.caller.state(victims.t1)).state, 'ringing');
    await victims.connect();
    await victims.end();
  });

  test('for as long as K is made for her lets no leg of hers stay among them', async () => {
    carol = await Intruder.start(lab);
    const alice = new Agent(lab, 'alice');
    const { dialpad } = await statementOf(alice, carol);
    const victims = await new Victims(lab).ring();
    const genuine = await carol.read(victims.t1);
    const said = listen(lab, 'status-callback');

    await carol.write(victims.t1, { dialpad, conference: {}, claim: {} });
    await lab.webhook('ringback', { query: lab.waiting(victims.t1, `&round=1&pass=${
      victims.caller.passes.get(victims.t1)}`) });
    const k = await carol.rings();
    await carol.write(victims.t1, genuine);
    await victims.connect();
    const callSid = await carol.dial(url('callee-twiml', 'conferenceName', victims.t1,
      carol.passes.get(k)));
    await until('her leg to be put out', async () =>
      (await lab.state()).calls.find(({ sid }) => sid === callSid).endTime);
    assert.equal((await heardOf(said, /stranger/)).length, 1);
    await victims.stillTalk();
    await victims.end();
    await lab.rest(`Tasks/${k}`, undefined, {}, 'DELETE');
  });

  test('while they talk dials nobody into their Conference', async () => {
    carol = await Intruder.start(lab);
    const bob = new Agent(lab, 'bob');
    const { dialpad } = await statementOf(carol, bob);
    const victims = await new Victims(lab).connect();
    const genuine = await carol.read(victims.t1);

    for (const change of [{ dialpad }, { dialpad, conference: {} },
      { dialpad, conference: { participants: { taskSid: victims.t1 } }, conferenceSid: '' }]) {
      await carol.write(victims.t1, change);
      const answer = await carol.post('rejoin-call', { taskSid: victims.t1 });
      await lab.settled();
      const { conferences } = await lab.state();
      const [{ participants }] = conferences.filter(({ status }) => status !== 'completed');
      await carol.write(victims.t1, genuine);
      assert.deepEqual([answer.status, participants.length], [409, 2], answer.body);
    }
    await victims.stillTalk();
    await victims.end();
  });

  test('before it rings diverts it to her by her own name only', async () => {
    carol = await Intruder.start(lab);
    const alice = new Agent(lab, 'alice');
    const { dialpad } = await statementOf(alice, carol);
    const victims = await new Victims(lab).make();
    await carol.write(victims.t1, { dialpad });
    await victims.caller.joinOwn(victims.t1);
    const k = await carol.rings();
    const { other } = await victims.caller.state(victims.t1);
    assert.equal(other.sid, carol.sid, 'Alice is told who it is');
    await victims.caller.endCall(victims.t1, 'cancel');
    await carol.until('ended', k);
  });
});

describe('a statement beside the colleague\'s leg in another call', () => {
  test('of hers to the colleague, or of the colleague\'s to her, hangs up nothing', async () => {
    carol = await Intruder.start(lab);
    const alice = new Agent(lab, 'alice');
    const [mine, hers] = [await statementOf(carol, alice), await statementOf(alice, carol)];
    const victims = await new Victims(lab).connect();
    const [leg] = await victims.legs();
    const forged = [
      { dialpad: mine.dialpad, rejoined: { callee: leg } },
      { dialpad: hers.dialpad, worker_call_sid: leg, rejoined: { caller: leg } },
    ];
    for (const attributes of forged) {
      const { task: { sid: taskSid } } = await carol.ownTask(attributes);
      for (const reason of ['cancel', 'hangup']) {
        await carol.post('end-call', { taskSid, reason });
      }
      await carol.write(taskSid, { outcome: 'hangup', ...attributes });
    }
    await lab.clock(90); // the sweep looks at what is older than a minute
    await lab.sweep();
    await victims.stillTalk();
    await victims.end();
  });
});

describe('a pass', () => {
  test('of one call, role, address or hour is none of another', async () => {
    carol = await Intruder.start(lab);
    const bob = new Agent(lab, 'bob');
    const victims = await new Victims(lab).ring();
    const now = carol.contactUri;
    const passes = [
      lab.pass('caller', victims.t1, now, -31), lab.pass('callee', victims.k, now),
      lab.pass('caller', victims.t1, `${now}|`), lab.pass('caller|', victims.t1, now),
      lab.pass('caller', `${victims.t1}|${now}`, ''), `0${lab.pass('caller', victims.t1, now)}`,
      lab.pass('caller', victims.t1, now).replace('.', '..'), lab.pass('callee', victims.t1, now),
      lab.pass('caller', victims.t1, now).toUpperCase(), `.${lab.mac('pass', 'caller', victims.t1,
        now, '')}`, lab.pass('caller', victims.t1, bob.contactUri), `zzzzzzzzz.${'A'.repeat(22)}`,
    ];
    for (const pass of passes) {
      const fate = await carol.fateOf(await carol.dial(
        url('caller-twiml', 'taskSid', victims.t1, encodeURIComponent(pass))));
      assert.deepEqual([fate.ended, fate.with], [true, []], pass);
      await carol.hangUpAll();
    }
    await victims.connect();
    await victims.end();
  });

  test('comes with the call only: not by asking for another\'s, nor once it is over', async () => {
    carol = await Intruder.start(lab);
    const victims = await new Victims(lab).ring();
    for (const taskSid of [victims.t1, victims.k]) {
      expectError(await carol.ask('call-state', { query: `?taskSid=${taskSid}` }), 403);
    }
    await victims.caller.endCall(victims.t1, 'cancel');
    await expectEnded({ ...victims, caller: victims.caller, callee: victims.callee }, 'cancel');
    const said = listen(lab, 'callee-twiml');
    // Bob's softphone still holds one: it leads into a room where nobody is, and none is begun.
    await victims.callee.phone();
    const reservation = await carol.ownTask();
    await carol.dial(url('callee-twiml', 'conferenceName', victims.t1,
      victims.callee.passes.get(victims.k)), { reservation, to: victims.callee.contactUri });
    await until('the programs to be asked', () => said(/callee-twiml/).length > 0);
    await lab.settled();
    assert.equal((await victims.caller.state(victims.t1)).state, 'ended');
    await victims.callee.hangUp();
  });
});
