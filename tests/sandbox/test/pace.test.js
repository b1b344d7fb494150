// How late and how far away the stand-in is, and how much it takes at once.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { FAR, PACE } from '../control/pace.js';
import { voiceRoutes } from '../rest/voice.js';
import { createVoice } from '../voice/voice.js';
import { start } from './stand-in.js';
import { Application, conferenceTwiml, until } from './voice-support.js';

const ASKED_AT_ONCE = 3;

let sandbox;
let application;
let account;
let realNow;

before(async () => {
  application = await Application.start({
    '/room': () => conferenceTwiml('room', {
      beep: 'false', statusCallback: '/events', statusCallbackEvent: 'join leave',
    }),
    '/events': () => '',
    '/broken': () => ({ status: 503, body: '' }),
  });
  sandbox = await start({}, { createVoice, voiceRoutes });
  account = `/2010-04-01/Accounts/${sandbox.world.config.accountSid}`;
  realNow = sandbox.world.now;
});
afterEach(async () => {
  sandbox.world.now = realNow;
  await setPace(PACE);
  await sandbox.control('POST', 'reset');
});
after(async () => {
  application.close();
  await sandbox.close();
});

const setPace = (pace) => sandbox.control('POST', 'switches', pace);

/** Twilio's clock stands still until the end of the test, and goes on only by what is passed. */
function stopClock() {
  let now = realNow();
  sandbox.world.now = () => now;
  return { pass: (ms) => { now += ms; } };
}

async function joined(identity = 'alice') {
  sandbox.world.softphones.register({ identity });
  const { body } = await sandbox.rest('POST', `${account}/Calls.json`, {
    From: 'client:x', To: `client:${identity}`, Url: `${application.url}/room`,
  });
  await until(() => sandbox.world.conferences.live('room')?.participants.has(body.sid));
  return { call: body.sid, conference: sandbox.world.conferences.live('room').sid };
}

for (const lateMs of [0, 300, 1500]) {
  test(`REST ${lateMs} ms late: Calls, Conferences and Participants`, async () => {
    await setPace({ restLateMs: lateMs });
    const clock = stopClock();
    const { call, conference } = await joined();
    const paths = [`Calls/${call}.json`, `Conferences/${conference}.json`,
      `Conferences/${conference}/Participants/${call}.json`];
    const ask = async () => Promise.all(paths.map((path) =>
      sandbox.rest('GET', `${account}/${path}`)));
    const statuses = async () => (await ask()).map(({ status }) => status);
    if (lateMs > 0) {
      assert.deepEqual(await statuses(), [404, 404, 404]);
      clock.pass(lateMs - 1);
      assert.deepEqual(await statuses(), [404, 404, 404]);
      clock.pass(1);
    }
    assert.deepEqual(await statuses(), [200, 200, 200]);
    await sandbox.rest('DELETE', `${account}/${paths[2]}`);
    const listed = async () => (await sandbox.rest('GET',
      `${account}/Conferences/${conference}/Participants.json`)).body.participants.length;
    assert.equal(await listed(), lateMs > 0 ? 1 : 0);
    clock.pass(lateMs);
    assert.equal(await listed(), 0);
  });

  test(`REST ${lateMs} ms late: Tasks`, async () => {
    await setPace({ restLateMs: lateMs });
    const clock = stopClock();
    const { body: { sid, assignment_status: status } } = await sandbox.newTask('bob');
    assert.equal(status, 'pending', 'who makes a Task is answered it');
    const ask = () => sandbox.rest('GET', `Tasks/${sid}`);
    const list = async () => (await sandbox.rest('GET', 'Tasks')).body.tasks.length;
    if (lateMs > 0) assert.deepEqual([(await ask()).status, await list()], [404, 0]);
    clock.pass(lateMs);
    await until(async () => (await ask()).body.assignment_status === 'reserved');
    assert.equal(await list(), 1);
    await sandbox.rest('POST', `Tasks/${sid}`, { Attributes: '{"changed":true}' });
    const { body } = await ask();
    assert.equal(JSON.parse(body.attributes).changed === true, lateMs === 0);
    clock.pass(lateMs);
    assert.equal(JSON.parse((await ask()).body.attributes).changed, true);
  });
}

test('each answer of REST takes its time', async () => {
  await setPace({ restLatencyMs: 80, restLatencyJitterMs: 40 });
  const times = [];
  for (let time = 0; time < 5; time += 1) {
    const began = performance.now();
    await sandbox.rest('GET', 'Workers');
    times.push(performance.now() - began);
  }
  assert.ok(times.every((ms) => ms >= 79), times.join());
});

for (const pauseMs of [0, 500, 2000]) {
  test(`a webhook is repeated after ${pauseMs} ms`, async () => {
    await setPace({ webhookRetryMs: pauseMs });
    const began = performance.now();
    await sandbox.world.webhook.send({ url: `${application.url}/broken#rc=1&rp=4xx,5xx` });
    const ms = performance.now() - began;
    assert.ok(ms > pauseMs - 5, `${ms} ms`);
    assert.equal(sandbox.world.webhook.log.at(-1).attempts.length, 2);
  });
}

test('one method of TaskRouter takes so many requests a second and says what is left', async () => {
  await setPace({ requestsPerSecond: 2 });
  const clock = stopClock();
  const answers = [];
  for (let time = 0; time < 3; time += 1) answers.push(await sandbox.rest('GET', 'Workers'));
  const left = answers.map(({ headers }) => headers.get('x-rate-limit-remaining'));
  assert.deepEqual(answers.map(({ status }) => status), [200, 200, 429]);
  assert.deepEqual(left, ['1', '0', '0']);
  assert.equal(answers[0].headers.get('x-rate-limit-limit'), '2');
  assert.equal((await sandbox.rest('GET', 'Activities')).status, 200, 'another method');
  clock.pass(1000);
  assert.equal((await sandbox.rest('GET', 'Workers')).status, 200, 'another second');
});

test('REST says how many requests it is at', async () => {
  await sandbox.control('POST', 'faults', { action: 'meet', times: ASKED_AT_ONCE });
  const answers = await Promise.all(
    Array.from({ length: ASKED_AT_ONCE }, () => sandbox.rest('GET', 'Workers')));
  const said = answers.map(({ headers }) => headers.get('twilio-concurrent-requests'));
  assert.deepEqual(said.sort(), ['1', '2', '3']);
});

test('further calls of one second wait in the queue', async () => {
  await setPace({ callsPerSecond: 2 });
  stopClock();
  const place = async () => (await sandbox.rest('POST', `${account}/Calls.json`, {
    From: 'client:x', To: 'client:nobody', Url: `${application.url}/room`,
  })).body;
  const [first, second] = [await place(), await place()];
  assert.deepEqual([first.queue_time, second.queue_time], ['0', '500']);
});

test('a participant who is being dialed is listed, with its status', async () => {
  const { conference } = await joined();
  sandbox.world.softphones.register({ identity: 'bob', behaviour: 'ignore' });
  await sandbox.rest('POST', `${account}/Conferences/${conference}/Participants.json`,
    { From: 'client:x', To: 'client:bob' });
  const { body } = await sandbox.rest('GET',
    `${account}/Conferences/${conference}/Participants.json`);
  const [status, ...rest] = body.participants.map((one) => one.status).sort();
  assert.equal(status, 'connected');
  assert.ok(rest.length === 1 && ['queued', 'ringing'].includes(rest[0]), rest.join());
});

test('the events of a Conference may be named in one text', async () => {
  sandbox.world.softphones.register({ identity: 'bob' });
  await sandbox.rest('POST', `${account}/Conferences/spaces/Participants.json`, {
    From: 'client:x', To: 'client:bob', ConferenceStatusCallback: `${application.url}/events`,
    ConferenceStatusCallbackEvent: 'join leave',
  });
  await until(() => application.requests.some(({ params }) =>
    params?.FriendlyName === 'spaces' && params.StatusCallbackEvent === 'participant-join'));
});

for (const ifMatch of ['bare', 'quoted']) {
  test(`both forms of If-Match are taken where the ETag is ${ifMatch}`, async () => {
    await setPace({ ifMatch });
    const { body: { sid }, headers } = await sandbox.newTask('dave');
    assert.equal(headers.get('etag').startsWith('"'), ifMatch === 'quoted');
    const change = async (version) => (await sandbox.rest('POST', `Tasks/${sid}`,
      { Attributes: '{}' }, { 'If-Match': version })).headers.get('etag');
    const bare = (await change(headers.get('etag'))).replaceAll('"', '');
    assert.ok(await change(`"${Number(bare)}"`));
    const stale = await sandbox.rest('POST', `Tasks/${sid}`, { Attributes: '{}' },
      { 'If-Match': '"0"' });
    assert.equal(stale.status, 412);
    await setPace({ ifMatch: 'bare' });
  });
}

test('numbers that are none are refused, and FAR is a pace', async () => {
  assert.match((await setPace({ restLateMs: -1 })).error, /restLateMs/);
  assert.match((await setPace({ restLateMs: 'soon' })).error, /restLateMs/);
  assert.equal((await setPace(FAR)).restLateMs, FAR.restLateMs);
});
