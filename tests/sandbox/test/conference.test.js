// The rules of Conferences, with virtual softphones that speak tones.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import {
  Application, conferenceTwiml, delivered, hears, startWorld, until, wav,
} from './voice-support.js';

const ALICE_HZ = 440;
const BOB_HZ = 1000;
const EVENTS = 'start end join leave mute hold';

let world;
let application;

before(async () => {
  application = await Application.start({
    '/wait': ({ query }) => `<Response><Play>/ringback.wav</Play>
      <Redirect>/wait?round=${Number(query.get('round') ?? 0) + 1}</Redirect></Response>`,
    '/ringback.wav': () => ({ type: 'audio/wav', body: wav(700, 0.4) }),
    '/hold': () => '<Response><Play loop="0">/hold.wav</Play></Response>',
    '/hold.wav': () => ({ type: 'audio/wav', body: wav(850) }),
    '/broken': () => ({ status: 500, body: 'no' }),
  });
  world = startWorld();
});

afterEach(async () => {
  await delivered(world);
  world.voice.reset();
  world.switches.loneConferenceStatus = 'init';
  world.switches.conferenceEndNeverStarted = 'sent';
  application.requests.length = 0;
});

after(() => {
  world.voice.close();
  application.close();
});

// Lets a softphone join the Conference 'room'; resolves once it is in.
async function join(identity, toneHz, attributes = {}) {
  world.softphones.register({ identity, toneHz });
  const twiml = conferenceTwiml('room', { beep: 'false',
    statusCallback: `${application.url}/events`, statusCallbackEvent: EVENTS, ...attributes });
  const call = world.voice.placeCall({ from: 'client:x', to: `client:${identity}`, twiml });
  await until(() => call.participant, `${identity} joins`);
  return call;
}

const hasEnded = (call) => until(() => call.ended, 'the call ends');
const event = (name) => application.events().find((e) => e.StatusCallbackEvent === name);
const arrives = (name) => until(() => event(name), `the event ${name}`);

test('two participants hear each other and not themselves', async () => {
  const alice = await join('alice', ALICE_HZ);
  const bob = await join('bob', BOB_HZ);
  await until(() => hears(world, alice.sid, BOB_HZ) && hears(world, bob.sid, ALICE_HZ));
  await until(() => !hears(world, alice.sid, ALICE_HZ) && !hears(world, bob.sid, BOB_HZ));
});

test('a lone participant waits with its waitUrl until somebody comes', async () => {
  const alice = await join('alice', ALICE_HZ, { waitUrl: `${application.url}/wait?round=0` });
  assert.equal(alice.participant.conference.status, 'init');
  await until(() => hears(world, alice.sid, 700));
  await until(() => application.to('/wait').length >= 2);
  assert.equal(application.to('/wait')[1].query.get('round'), '1');
  await join('bob', BOB_HZ);
  assert.equal(alice.participant.conference.status, 'in-progress');
  await until(() => hears(world, alice.sid, BOB_HZ) && !hears(world, alice.sid, 700));
});

test('participants that may not start a Conference wait, even together', async () => {
  const alice = await join('alice', ALICE_HZ, { startConferenceOnEnter: 'false' });
  const bob = await join('bob', BOB_HZ, { startConferenceOnEnter: 'false' });
  assert.equal(alice.participant.conference.started, false);
  assert.equal(hears(world, bob.sid, ALICE_HZ), false);
  await join('carol', 600);
  assert.equal(alice.participant.conference.started, true);
  await until(() => hears(world, bob.sid, ALICE_HZ));
});

test('a held participant hears music and is cut off; then it is back', async () => {
  const alice = await join('alice', ALICE_HZ);
  const bob = await join('bob', BOB_HZ);
  await until(() => hears(world, alice.sid, BOB_HZ));
  bob.participant.setHold(true);
  await until(() => !hears(world, alice.sid, BOB_HZ) && !hears(world, bob.sid, ALICE_HZ));
  const { hearsHz } = await until(() => {
    const heard = world.voice.hears(bob.sid);
    return heard.hearsHz.length > 0 && heard;
  });
  assert.ok(hearsHz.every((hz) => hz > 590 && hz < 910), String(hearsHz));
  assert.equal((await arrives('participant-hold')).Hold, 'true');
  bob.participant.setHold(false);
  await until(() => hears(world, alice.sid, BOB_HZ) && hears(world, bob.sid, ALICE_HZ));
  await arrives('participant-unhold');
});

test('a HoldUrl is fetched with GET and plays to the held participant', async () => {
  await join('alice', ALICE_HZ);
  const bob = await join('bob', BOB_HZ);
  bob.participant.setHold(true, `${application.url}/hold`);
  await until(() => hears(world, bob.sid, 850));
  assert.equal(application.to('/hold')[0].method, 'GET');
});

test('a muted participant is silent and still hears', async () => {
  const alice = await join('alice', ALICE_HZ);
  const bob = await join('bob', BOB_HZ);
  bob.participant.setMuted(true);
  await until(() => hears(world, bob.sid, ALICE_HZ) && !hears(world, alice.sid, BOB_HZ));
  assert.equal((await arrives('participant-mute')).Muted, 'true');
});

test('the events of a call, numbered', async () => {
  const alice = await join('alice', ALICE_HZ, { endConferenceOnExit: 'true' });
  const { conference } = alice.participant;
  const bob = await join('bob', BOB_HZ, { statusCallback: `${application.url}/other` });
  world.softphones.hangup({ identity: 'alice' });
  await hasEnded(bob);
  await arrives('conference-end');
  const events = await until(() => application.events().length === 6 && application.events());
  assert.deepEqual(events.map((e) => e.StatusCallbackEvent), ['participant-join',
    'participant-join', 'conference-start', 'participant-leave', 'participant-leave',
    'conference-end']);
  assert.deepEqual(events.map((e) => e.SequenceNumber), ['1', '2', '3', '4', '5', '6']);
  assert.equal(events[0].CallSid, alice.sid);
  assert.equal(events[0].ConferenceSid, conference.sid);
  assert.equal(events[0].FriendlyName, 'room');
  assert.equal(events[3].ReasonParticipantLeft, 'participant_hung_up');
  assert.equal(events[3].ParticipantCallStatus, 'completed');
  assert.equal(events[4].ReasonParticipantLeft, 'moderator_ended_conference');
  assert.equal(events[5].ReasonConferenceEnded, 'participant-with-end-conference-on-exit-left');
  assert.equal(events[5].CallSidEndingConference, alice.sid);
  assert.equal(application.to('/other').length, 0);
  assert.equal(conference.status, 'completed');
  assert.deepEqual([alice.status, bob.status], ['completed', 'completed']);
});

test('without endConferenceOnExit the other stays until it leaves, too', async () => {
  const alice = await join('alice', ALICE_HZ);
  const bob = await join('bob', BOB_HZ);
  const { conference } = bob.participant;
  world.softphones.hangup({ callSid: alice.sid });
  await hasEnded(alice);
  assert.equal(conference.status, 'in-progress');
  world.voice.endCall(bob.sid);
  assert.equal(conference.reasonEnded, 'last-participant-left');
});

test('a waitUrl that fails keeps the participant out', async () => {
  world.softphones.register({ identity: 'alice' });
  const call = world.voice.placeCall({ from: 'client:x', to: 'client:alice',
    twiml: conferenceTwiml('room', { waitUrl: `${application.url}/broken` }) });
  await hasEnded(call);
  assert.equal(world.errors.at(-1).code, 11200);
});

test('a duplicate label and a full Conference keep a call out', async () => {
  const alice = await join('alice', ALICE_HZ, { participantLabel: 'one', maxParticipants: 2 });
  world.softphones.register({ identity: 'bob' });
  const place = (attributes) => world.voice.placeCall({ from: 'client:x', to: 'client:bob',
    twiml: conferenceTwiml('room', attributes) });
  await hasEnded(place({ participantLabel: 'one' }));
  assert.equal(world.errors.at(-1).code, 16025);
  await join('carol', 600);
  await hasEnded(place({}));
  assert.equal(world.errors.at(-1).code, 16020);
  assert.equal(alice.participant.conference.participants.size, 2);
});

for (const [name, expected] of [['sent', 1], ['not-sent', 0]]) {
  test(`conference-end of a Conference that never started: ${name}`, async () => {
    world.switches.conferenceEndNeverStarted = name;
    const alice = await join('alice', ALICE_HZ);
    world.voice.endCall(alice.sid);
    await arrives('participant-leave');
    await until(() => world.webhook.log.every((entry) => entry.done));
    const ends = application.events().filter((e) => e.StatusCallbackEvent === 'conference-end');
    assert.equal(ends.length, expected);
  });
}

test('the status of a Conference with one participant follows the switch', async () => {
  world.switches.loneConferenceStatus = 'in-progress';
  const alice = await join('alice', ALICE_HZ);
  assert.equal(alice.participant.conference.status, 'in-progress');
  assert.equal(alice.participant.conference.started, false);
});

test('a redirected call leaves the Conference and runs its new document', async () => {
  const alice = await join('alice', ALICE_HZ);
  await join('bob', BOB_HZ);
  world.voice.redirectCall(alice.sid, { twiml: '<Response><Pause length="60"/></Response>' });
  const left = await arrives('participant-leave');
  assert.equal(left.ReasonParticipantLeft, 'participant_updated_via_api');
  assert.equal(left.ParticipantCallStatus, 'in-progress');
  assert.equal(alice.status, 'in-progress');
});
