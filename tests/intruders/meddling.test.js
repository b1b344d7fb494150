// What an agent does to others from within calls of her own, with her own attributes and with Tasks
// that she sends them: their calls go on, they can be reached, and nobody answers in their name.

import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';

import { Agent, connect, expectEnded, ring } from '../endpoint/agent.js';
import { expectError, randomSid, until, useLab } from '../endpoint/lib.js';
import { Page } from '../soak/page.js';
import {
  HZ, Intruder, Victims, heardOf, listen, redirectTwiml, roomTwiml, voicesIn,
} from './intruder.js';

let carol;
let bobsPage;
// Before the lab looks whether everything is quiet.
afterEach(async () => {
  bobsPage?.close();
  await carol?.stop();
  carol = null;
});
const lab = useLab();

const page = (program, query) => `${lab.config.DIALPAD_PUBLIC_URL}/${program}?${query}`;

/** A customer and Bob, who talk in a Conference that is none of ours. */
async function customerCall() {
  const bob = new Agent(lab, 'bob');
  await bob.phone('answer', { toneHz: HZ.bob });
  await lab.control('softphone', { identity: 'customer', behaviour: 'answer',
    toneHz: HZ.customer });
  const legs = [];
  for (const to of [bob.contactUri, 'client:customer']) {
    const { callSid } = await lab.control('dial', { to, from: '+15005550199',
      twiml: roomTwiml('a customer', { endConferenceOnExit: 'true' }) });
    legs.push(callSid);
  }
  const goesOn = () => until('Bob and the customer hear each other', async () =>
    (await voicesIn(lab, legs[0])).join() === 'customer'
      && (await voicesIn(lab, legs[1])).join() === 'bob');
  await goesOn();
  return { bob, legs, goesOn,
    end: () => lab.control('softphone/hangup', { callSid: legs[1] }) };
}

describe('a customer\'s call, named in the attributes of one\'s own', () => {
  const spellings = ([ofBob, ofCustomer]) => [
    { worker_call_sid: ofCustomer },
    { away: { caller: 1, callee: 1 }, rejoined: { caller: ofCustomer, callee: ofBob } },
    { worker_call_sid: ofBob, connectedAt: '2026-11-23T06:10:07Z', away: { callee: 1 },
      rejoined: { caller: ofCustomer, callee: ofBob }, hold: { caller: true, callee: true },
      conference: { participants: { worker: ofCustomer, callee: ofBob } } },
  ];

  for (const phase of ['rings', 'talks']) {
    test(`goes on when hers ${phase} and is held and ended`, async () => {
      carol = await Intruder.start(lab);
      const others = await customerCall();
      for (const forged of spellings(others.legs)) {
        const alice = new Agent(lab, 'alice');
        await alice.phone();
        const call = await (phase === 'rings' ? ring : connect)(lab, 'carol', 'alice');
        for (const sid of [call.t1, call.k]) await carol.write(sid, forged);
        for (const hold of [true, false]) await carol.hold(call.t1, hold);
        await carol.ask('call-state', { query: `?taskSid=${call.t1}&legs=1` });
        assert.equal((await carol.endCall(call.t1)).status, 200);
        await lab.settled();
        await others.goesOn();
        await carol.hangUpAll();
        await alice.hangUp();
        for (const sid of [call.t1, call.k]) await lab.rest(`Tasks/${sid}`, undefined, {}, 'DELETE');
        lab.forgetCalls();
      }
      await others.end();
    });
  }
});

describe('what Twilio can be made to ask of us', () => {
  test('hold and reconnect do nothing to a call that rings', async () => {
    carol = await Intruder.start(lab);
    const victims = await new Victims(lab).ring();
    for (const why of ['hold', 'reconnect']) {
      for (const method of ['POST', 'GET']) {
        await carol.asked(await carol.dialWith(redirectTwiml(
          page('ringback', `taskSid=${victims.t1}&why=${why}&round=3`), method)));
        await carol.hangUpAll();
      }
    }
    assert.equal((await victims.caller.state(victims.t1)).state, 'ringing');
    await victims.connect();
    await victims.end();
  });

  test('a round of ringback with a large number ends no call before its time', async () => {
    carol = await Intruder.start(lab);
    const victims = await new Victims(lab).ring();
    for (const more of ['', `&room=${victims.t1}-${'A'.repeat(22)}`,
      `&room=${lab.room(victims.t1)}`]) {
      await carol.asked(await carol.dialWith(redirectTwiml(
        page('ringback', `taskSid=${victims.t1}&round=100000${more}`))));
      await carol.hangUpAll();
    }
    assert.equal((await victims.caller.state(victims.t1)).state, 'ringing');
    await victims.connect();
    await victims.end();
  });

  test('reports of legs and Conferences that are none of theirs end nothing', async () => {
    carol = await Intruder.start(lab);
    const victims = await new Victims(lab).connect();
    const report = (query) => page('status-callback', query);
    const room = lab.room(victims.t1);
    const [ofAlice] = await victims.legs();
    const said = listen(lab, 'status-callback');
    // The end of her own leg, told as the end of theirs.
    for (const query of [`taskSid=${victims.t1}`, `taskSid=${victims.k}`,
      `taskSid=${victims.t1}&CallSid=${ofAlice}&CallStatus=completed`]) {
      for (const legEnded of ['GET', 'POST']) {
        await lab.control('switches', { legEndedMethod: legEnded });
        await carol.dialWith('<Response><Hangup/></Response>',
          { statusCallbackUrl: report(query) });
        await carol.hangUpAll();
      }
    }
    await lab.control('switches', { preset: 'a' });
    // A Conference's end and a leg's leaving, in the query of a request that Twilio signs.
    for (const event of ['conference-end', 'participant-leave', 'participant-join']) {
      for (const method of ['GET', 'POST']) {
        const words = `StatusCallbackEvent=${event}&FriendlyName=${room}&CallSid=${ofAlice}`;
        await carol.fateOf(await carol.dialWith(redirectTwiml(report(words), method)));
        await carol.hangUpAll();
      }
    }
    await lab.settled();
    await until('it to be told', () => said(/status-callback/).length > 6);
    await victims.stillTalk();
    await victims.end();
  });

  test('her own Conference under our name, beside theirs', async () => {
    carol = await Intruder.start(lab);
    const victims = await new Victims(lab).connect();
    const callback = { statusCallback: page('status-callback', ''),
      statusCallbackEvent: 'start end join leave', endConferenceOnExit: 'true' };
    for (const name of [victims.t1, `${victims.t1}-${'A'.repeat(22)}`, `${victims.t1}-`,
      lab.room(victims.t1).toLowerCase().replace('wt', 'Wt')]) {
      await carol.fateOf(await carol.dialWith(roomTwiml(name, callback)));
      await carol.hangUpAll();
    }
    await lab.settled();
    await victims.stillTalk();
    await victims.end();
  });
});

describe('one\'s own attributes', () => {
  const signIn = () => lab.session('carol');

  test('with another\'s address are nobody\'s', async () => {
    carol = await Intruder.start(lab);
    const mine = { ...carol.sdk.attributes };
    for (const contactUri of ['client:alice', 'client:Carol', 'client:carol?x=client:alice',
      ' client:alice', 'client:alice ', 'client:%61lice', 'client:_61lice', 'CLIENT:alice',
      'client:alice\u200b', 'client:carol\n']) {
      await carol.sdk.setAttributes({ ...mine, contact_uri: contactUri });
      await lab.forgetDirectory();
      const { status, body, data } = await signIn();
      assert.notEqual(data.voice?.identity, 'alice', contactUri);
      assert.equal(status, 409, `${contactUri}: ${body}`);
      assert.match(data.error.code, /identity_mismatch|ambiguous_agent|unsupported_contact/);
      assert.equal((await lab.session('alice')).status, 200, contactUri);
    }
    await carol.sdk.setAttributes(mine);
    await lab.forgetDirectory();
    assert.equal((await signIn()).data.voice.identity, 'carol');
  });

  test('with another\'s address take no call of the other\'s', async () => {
    carol = await Intruder.start(lab);
    const mine = { ...carol.sdk.attributes };
    await carol.sdk.setAttributes({ ...mine, contact_uri: 'client:bob' });
    const victims = await new Victims(lab).ring();
    assert.ok(![...carol.sdk.reservations.values()].some(({ task }) => task.sid === victims.k),
      'K was offered to her');
    await victims.connect();
    await victims.end();
    await carol.sdk.setAttributes(mine);
  });

  test('with another\'s name are shown with one\'s own beside it', async () => {
    carol = await Intruder.start(lab);
    const mine = { ...carol.sdk.attributes };
    await carol.sdk.setAttributes({ ...mine, full_name: 'Alice Archer' });
    await lab.forgetDirectory();
    const { data } = await lab.page('bob', 'list-agents', { query: '?q=alice&all=1' });
    const named = data.agents.filter(({ name }) => name === 'Alice Archer');
    assert.deepEqual(named.map(({ friendlyName }) => friendlyName).sort(), ['alice', 'carol']);
    await carol.sdk.setAttributes(mine);
    await lab.forgetDirectory();
  });
});

// What T1 says of K is hers to rewrite; K rings elsewhere.
describe('the other end of a call that she has made and ended', () => {
  const withoutK = ({ conference }) => ({ conference: { ...conference, participants: {} } });
  const withK = ({ conference }, taskSid) => ({ conference: { ...conference,
    participants: { ...conference.participants, taskSid } } });
  const rewritten = {
    'names no K': withoutK,
    'names no K and no claim': (t1) => ({ ...withoutK(t1), claim: undefined }),
    'claims that K is being made': (t1) => ({ ...withoutK(t1),
      claim: { id: 'x', at: Math.floor(Date.now() / 1000) + 3 } }),
    'names a Task that there isn\'t': (t1) => withK(t1, randomSid('WT')),
  };
  const isClosed = async (sid) => ['canceled', 'completed']
    .includes((await lab.task(sid)).assignment_status);

  /** Hers to Alice, begun by `begin`, in which T1 has become what `change` makes of it. */
  async function callWith(change, begin = ring) {
    const call = await begin(lab, 'carol', 'alice');
    await carol.write(call.t1, change(await carol.read(call.t1)));
    return call;
  }

  /** What she has left of her own Task is hers to clear away. */
  async function clearAway({ t1 }) {
    await carol.hangUpAll();
    await lab.rest(`Tasks/${t1}`, undefined, {}, 'DELETE');
  }

  for (const [what, change] of Object.entries(rewritten)) {
    test(`rings no more when T1 ${what}, though Alice's page doesn't ask`, async () => {
      carol = await Intruder.start(lab);
      const ends = [({ t1 }) => carol.endCall(t1, 'cancel'), () => carol.hangUpAll()];
      for (const end of ends) {
        const call = await callWith(change);
        await end(call);
        await until('K to be closed', () => isClosed(call.k)); // before its ring is over
        await clearAway(call);
      }
    });
  }

  test('rings no more once Alice\'s page asks when T1 is no call any more', async () => {
    carol = await Intruder.start(lab);
    const call = await callWith(() => ({ dialpad: undefined }));
    expectError(await carol.endCall(call.t1, 'cancel'), 403, 'not_your_call');
    await carol.hangUpAll();
    assert.equal((await call.callee.state(call.k)).state, 'ended');
    assert.ok(await isClosed(call.k));
    await clearAway(call);
  });

  test('is free once Alice\'s page asks when T1 says nothing of their talk', async () => {
    carol = await Intruder.start(lab);
    const call = await callWith((t1) => ({ ...withoutK(t1), claim: undefined,
      connectedAt: undefined }), connect);
    await carol.hangUpAll();
    await call.callee.until('ended', call.k);
    assert.equal((await lab.task(call.k)).assignment_status, 'wrapping');
    await clearAway(call);
  });
});

test('one who is on hold hears nothing by another leg of the own', async () => {
  carol = await Intruder.start(lab, 'bob');
  const call = new Victims(lab);
  call.callee = carol;
  await call.connect();
  const said = listen(lab, 'status-callback');
  assert.equal((await call.caller.hold(call.t1, true)).status, 200);
  const pass = carol.passes.get(call.k);
  const callSid = await carol.dial(page('callee-twiml', `conferenceName=${call.t1}&pass=${pass}`));
  await until('it to be on hold', async () => (await lab.state()).conferences
    .some(({ participants }) => participants.some((one) => one.callSid === callSid && one.hold)));
  await until('it to hear nobody', async () => (await voicesIn(lab, callSid)).length === 0);
  assert.equal((await heardOf(said, /another leg of the callee, who is on hold/)).length, 1);
  await lab.control('softphone/hangup', { callSid });
  await lab.settled();
  assert.equal((await call.caller.hold(call.t1, false)).status, 200);
  await call.stillTalk();
  await call.end();
});

describe('too much of one\'s own', () => {
  test('one leg at a time rings when one comes back', async () => {
    carol = await Intruder.start(lab);
    const alice = new Agent(lab, 'alice');
    await alice.phone();
    const call = await connect(lab, 'carol', 'alice');
    await carol.phone('ignore');
    const answers = await Promise.all(Array.from({ length: 30 }, () =>
      carol.post('rejoin-call', { taskSid: call.t1 })));
    for (let n = 0; n < 31; n += 1) {
      answers.push(await carol.post('rejoin-call', { taskSid: call.t1 }));
    }
    const { calls } = await lab.state();
    const ringing = calls.filter(({ to, status }) => to === carol.contactUri
      && ['queued', 'ringing'].includes(status)).length;
    const codes = new Set(answers.filter(({ status }) => status !== 200)
      .map(({ data }) => data.error.code));
    await carol.endCall(call.t1);
    await expectEnded(call, 'hangup');
    assert.ok(ringing <= 2, `${ringing} legs ring`);
    assert.ok([...codes].every((code) =>
      ['leg_still_ringing', 'too_many_calls', 'call_is_over'].includes(code)), [...codes].join());
  });

  test('a Task that is no call keeps no colleague from being called', async () => {
    carol = await Intruder.start(lab);
    const earlier = await new Victims(lab).ring();
    const copied = { ...await carol.read(earlier.k), worker_call_sid: undefined };
    await earlier.caller.endCall(earlier.t1, 'cancel');
    bobsPage = await new Page(lab, 'bob').open();
    const { TWILIO_FLEX_INTERNAL_CALL_WORKFLOW_SID: WorkflowSid } = lab.config;
    const made = { targetWorker: earlier.callee.contactUri, client_call: true, name: 'junk' };
    // The last one pretends to be a call of Bob's own.
    const own = { ...made, dialpad: 'x' };
    for (const more of [{ Attributes: made }, { Attributes: copied }, { Attributes: own }]) {
      const junk = await carol.twilio('POST', 'Tasks', {
        WorkflowSid, TaskChannelUniqueName: 'voice', ...more,
      });
      await until('it to be offered to Bob', async () => (await lab.state()).reservations
        .some(({ task_sid: sid }) => sid === junk.sid));
      await until('Alice to reach Bob', async () => {
        lab.forgetCalls();
        const { status, data } = await earlier.caller.createTask(earlier.callee.sid);
        if (status === 201) await earlier.caller.endCall(data.taskSid, 'cancel');
        return status === 201;
      }, 20_000, 200).finally(() => lab.rest(`Tasks/${junk.sid}`, undefined, {}, 'DELETE'));
    }
  });
});
