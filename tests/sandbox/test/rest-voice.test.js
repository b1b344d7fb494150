// Calls, Conferences and Participants over REST, asked by Twilio's own library.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import twilio from 'twilio';

import { completeConfig } from '../config.js';
import { voiceRoutes } from '../rest/voice.js';
import { startSandbox } from '../sandbox.js';
import { createVoice } from '../voice/voice.js';
import { Application, conferenceTwiml, hears, until, wav } from './voice-support.js';

let sandbox;
let world;
let client;
let application;

class LocalClient extends twilio.RequestClient {
  request(options) {
    const uri = options.uri.replace(/^https:\/\/[\w.-]+\.twilio\.com/, sandbox.url);
    return super.request({ ...options, uri });
  }
}

before(async () => {
  application = await Application.start({
    '/room': () => conferenceTwiml('room', { beep: 'false' }),
    '/hold': () => '<Response><Play loop="0">/hold.wav</Play></Response>',
    '/hold.wav': () => ({ type: 'audio/wav', body: wav(850) }),
  });
  sandbox = await startSandbox(completeConfig(), { createVoice, voiceRoutes });
  ({ world } = sandbox);
  const { accountSid, authToken } = world.config;
  client = twilio(accountSid, authToken, { httpClient: new LocalClient() });
});

afterEach(() => {
  world.voice.reset();
  application.requests.length = 0;
  world.switches.completeNeverStarted = '200';
});

after(async () => {
  application.close();
  await sandbox.close();
});

const refused = (status, code) => (error) => {
  assert.deepEqual([error.status, error.code], [status, code], error.message);
  return true;
};

const create = (to, more) => client.calls.create({ from: 'client:x', to: `client:${to}`,
  url: `${application.url}/room`, ...more });

const inState = (sid, status) => until(
  async () => (await client.calls(sid).fetch()).status === status, `${sid} ${status}`);

// A running Conference of alice (440 Hz) and bob (1000 Hz).
async function converse() {
  world.softphones.register({ identity: 'alice', toneHz: 440 });
  world.softphones.register({ identity: 'bob', toneHz: 1000 });
  const alice = await create('alice');
  await until(() => world.conferences.live('room')?.participants.size === 1);
  const bob = await create('bob');
  await until(() => world.conferences.live('room').started);
  const [conference] = await client.conferences.list({ friendlyName: 'room' });
  return { alice, bob, conference: client.conferences(conference.sid) };
}

test('creates, fetches, lists and completes a call', async () => {
  world.softphones.register({ identity: 'alice' });
  const call = await create('alice');
  assert.deepEqual([call.status, call.direction], ['queued', 'outbound-api']);
  await inState(call.sid, 'in-progress');
  await create('nobody');
  const toAlice = await client.calls.list({ to: 'client:alice' });
  assert.deepEqual(toAlice.map(({ sid }) => sid), [call.sid]);
  assert.equal((await client.calls.list({ from: 'client:x' })).length, 2);
  assert.equal((await client.calls.list({ status: 'in-progress' })).length, 1);
  const ended = await client.calls(call.sid).update({ status: 'completed' });
  assert.equal(ended.status, 'completed');
  assert.ok(ended.startTime instanceof Date && ended.endTime instanceof Date);
  await assert.rejects(client.calls(call.sid).update({ status: 'completed' }), refused(400, 21220));
});

test('a ringing call can be canceled, an answered one can\'t', async () => {
  world.softphones.register({ identity: 'alice', behaviour: 'ignore' });
  const ringing = await create('alice');
  await inState(ringing.sid, 'ringing');
  assert.equal((await client.calls(ringing.sid).update({ status: 'canceled' })).status, 'canceled');
  const { bob } = await converse();
  await assert.rejects(client.calls(bob.sid).update({ status: 'canceled' }), refused(400, 21220));
});

test('pages of calls', async () => {
  for (let i = 0; i < 5; i += 1) await create('nobody');
  assert.equal((await client.calls.list({ pageSize: 2 })).length, 5);
});

test('what does not exist, and what is not asked for properly', async () => {
  const nothing = '0'.repeat(32);
  await assert.rejects(client.calls(`CA${nothing}`).fetch(), refused(404, 20404));
  await assert.rejects(client.conferences(`CF${nothing}`).fetch(), refused(404, 20404));
  await assert.rejects(client.conferences(`CF${nothing}`).participants.list(), refused(404, 20404));
  await assert.rejects(create('alice', { url: 'room' }), refused(400, 21205));
  const call = await create('nobody');
  await assert.rejects(client.calls(call.sid).update({ status: 'ringing' }), refused(400, 20001));
});

test('lists and filters Conferences and their participants', async () => {
  const { alice, bob, conference } = await converse();
  assert.equal((await conference.fetch()).status, 'in-progress');
  assert.equal((await client.conferences.list({ status: 'in-progress' })).length, 1);
  assert.equal((await client.conferences.list({ status: 'completed' })).length, 0);
  assert.equal((await client.conferences.list({ friendlyName: 'other' })).length, 0);
  const sids = async (filter) => (await conference.participants.list(filter))
    .map(({ callSid }) => callSid);
  assert.deepEqual(await sids({}), [alice.sid, bob.sid]);
  await conference.participants(bob.sid).update({ muted: true });
  assert.deepEqual(await sids({ muted: true }), [bob.sid]);
  assert.deepEqual(await sids({ muted: false, hold: false }), [alice.sid]);
});

test('hold, with Twilio\'s music and with a document of ours', async () => {
  const { alice, bob, conference } = await converse();
  await until(() => hears(world, bob.sid, 440) && hears(world, alice.sid, 1000));
  const held = await conference.participants(bob.sid).update({ hold: true });
  assert.equal(held.hold, true);
  await until(() => !hears(world, bob.sid, 440) && !hears(world, alice.sid, 1000));
  assert.ok(world.voice.hears(bob.sid).rms > 100);
  await conference.participants(bob.sid).update({ hold: false });
  await until(() => hears(world, bob.sid, 440) && hears(world, alice.sid, 1000));
  await conference.participants(bob.sid).update({ hold: true, holdUrl: `${application.url}/hold` });
  await until(() => hears(world, bob.sid, 850) && !hears(world, bob.sid, 440));
  assert.equal(application.to('/hold')[0].method, 'GET');
});

test('an announcement reaches one participant, on top of the conversation', async () => {
  const { alice, bob, conference } = await converse();
  await conference.participants(bob.sid).update({ announceUrl: `${application.url}/hold` });
  await until(() => hears(world, bob.sid, 850) && hears(world, bob.sid, 440));
  assert.equal(hears(world, alice.sid, 850), false);
});

test('removing a participant ends its call and leaves the other alone', async () => {
  const { alice, bob, conference } = await converse();
  assert.equal(await conference.participants(bob.sid).remove(), true);
  await inState(bob.sid, 'completed');
  await assert.rejects(conference.participants(bob.sid).fetch(), refused(404, 20404));
  await inState(alice.sid, 'in-progress');
});

test('completing a Conference ends all its calls', async () => {
  const { alice, bob, conference } = await converse();
  const ended = await conference.update({ status: 'completed' });
  assert.equal(ended.status, 'completed');
  assert.equal(ended.reasonConferenceEnded, 'conference-ended-via-api');
  await inState(alice.sid, 'completed');
  await inState(bob.sid, 'completed');
  assert.deepEqual(await conference.participants.list(), []);
  await assert.rejects(conference.update({ status: 'completed' }), refused(400, 16022));
});

for (const answer of ['200', '400']) {
  test(`completing a Conference that never started: ${answer}`, async () => {
    world.switches.completeNeverStarted = answer;
    world.softphones.register({ identity: 'alice' });
    const call = await create('alice');
    await until(() => world.conferences.live('room')?.participants.size === 1);
    const [{ sid }] = await client.conferences.list({ friendlyName: 'room' });
    const update = client.conferences(sid).update({ status: 'completed' });
    if (answer === '400') await assert.rejects(update, refused(400, 20001));
    else await update;
    await inState(call.sid, answer === '400' ? 'in-progress' : 'completed');
  });
}

test('dials a participant into a Conference by name, once per label', async () => {
  world.softphones.register({ identity: 'alice', toneHz: 440 });
  world.softphones.register({ identity: '+15550100', toneHz: 1000 });
  const alice = await create('alice');
  await until(() => world.conferences.live('room')?.participants.size === 1);
  const room = client.conferences('room').participants;
  const options = { from: '+15550111', to: '+15550100', label: 'outside', beep: 'false' };
  const added = await room.create(options);
  assert.deepEqual([added.label, added.status], ['outside', 'queued']);
  await assert.rejects(room.create(options), refused(400, 16026));
  await until(() => hears(world, alice.sid, 1000));
  const found = await client.conferences(added.conferenceSid).participants('outside').fetch();
  assert.deepEqual([found.callSid, found.status], [added.callSid, 'connected']);
});
