// The stand-in ends and starts again: what it still knows, what goes on, and what is over.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import WebSocket from 'ws';

import { voiceRoutes } from '../rest/voice.js';
import { readState } from '../state-file.js';
import { freePort } from '../../stack/system.js';
import { createVoice } from '../voice/voice.js';
import { once, start, until } from './stand-in.js';
import { Application, conferenceTwiml } from './voice-support.js';

const voice = { createVoice, voiceRoutes };
const main = fileURLToPath(new URL('../main.js', import.meta.url));

let dir;
let file;
let application;
let sandbox;

before(async () => {
  dir = mkdtempSync(join(os.tmpdir(), 'dialpad-state-'));
  file = join(dir, 'state.json');
  application = await Application.start({
    '/twiml': ({ query }) => conferenceTwiml(query.get('name'), { beep: 'false',
      endConferenceOnExit: 'true', statusCallback: '/events',
      statusCallbackEvent: 'join leave start end' }),
  });
});

after(() => {
  application.close();
  rmSync(dir, { recursive: true });
});

beforeEach(() => { application.requests.length = 0; });

afterEach(() => sandbox.close());

// A port to which it can come back: of those that Linux gives to anybody, somebody may take one.
const begin = async (config) => {
  sandbox = await start({ ...config, port: await freePort() }, voice);
};

async function restart(config) {
  sandbox.save(file);
  await sandbox.close();
  sandbox = await start(config, { ...voice, state: readState(file) });
  // The connections that fetch has kept are dead, which it may have to find out.
  await until(() => sandbox.control('GET', 'stats').catch(() => null));
}

/** All that was to be told has been, and the answers have come. */
const delivered = () => until(async () =>
  (await sandbox.control('GET', 'webhooks')).webhooks.every(({ done }) => done));

const task = async (sid) =>
  (await sandbox.control('GET', 'state')).tasks.find((one) => one.sid === sid);
const placed = async (sid) =>
  (await sandbox.control('GET', 'state')).calls.find((one) => one.sid === sid);
const workerNow = async (name) =>
  (await sandbox.control('GET', 'state')).workers.find((one) => one.name === name);
const voiceApi = (path) => `/2010-04-01/Accounts/${sandbox.world.config.accountSid}/${path}`;

/** Lets alice's phone ring for a Task that is reserved for her. */
async function callAlice(to = 'alice') {
  const { body: { sid } } = await sandbox.newTask(to);
  const reservation = await until(async () =>
    (await sandbox.rest('GET', `Tasks/${sid}/Reservations`)).body.reservations[0]);
  const { status } = await sandbox.rest('POST', `Tasks/${sid}/Reservations/${reservation.sid}`, {
    Instruction: 'call', CallFrom: 'client:bob', CallUrl: `${application.url}/twiml?name=${sid}`,
    CallAccept: 'true', CallTimeout: '20', CallStatusCallbackUrl: `${application.url}/leg-ended`,
  });
  assert.equal(status, 200);
  return sid;
}

async function legOf(name) {
  return until(async () => (await sandbox.control('GET', 'state')).calls
    .find(({ to, endTime }) => to === `client:${name}` && endTime === null));
}

test('all of TaskRouter is as it was, at the same address', async () => {
  await begin();
  const { url, world: { config } } = sandbox;
  await sandbox.control('POST', 'worker',
    { worker: 'bob', activity: 'Break', attributes: { contact_uri: 'client:bob', skill: 'ice' } });
  await sandbox.control('POST', 'workers', { count: 2, prefix: 'extra' });
  const { body: queue } = await sandbox.rest('POST', 'TaskQueues',
    { FriendlyName: 'Few', TargetWorkers: 'skill=="ice"', TaskOrder: 'LIFO' });
  const { body: workflow } = await sandbox.rest('POST', 'Workflows', { FriendlyName: 'Second',
    Configuration: JSON.stringify({ task_routing: { default_filter: { queue: queue.sid } } }) });
  await sandbox.newTask('alice', { WorkflowSid: config.workflowSid });
  await sandbox.newTask('bob', { WorkflowSid: workflow.sid, Priority: '7' });
  await sandbox.control('POST', 'customer-task', { worker: 'carol' });
  const { body: over } = await sandbox.newTask('dave', { WorkflowSid: config.workflowSid });
  await sandbox.rest('POST', `Tasks/${over.sid}`,
    { AssignmentStatus: 'canceled', Reason: 'no more' });
  const everything = async () => {
    const state = await sandbox.control('GET', 'state');
    const lists = [];
    const paths = ['Workers', 'Tasks', 'TaskQueues', 'Workflows', 'Activities', 'TaskChannels',
      'Events',
      ...state.workers.flatMap(({ sid }) =>
        [`Workers/${sid}/Reservations`, `Workers/${sid}/Channels`])];
    for (const path of ['/v1/Workspaces', ...paths]) {
      const { status, body } = await sandbox.rest('GET', path);
      assert.equal(status, 200, path);
      lists.push(JSON.stringify(body, (key, value) => (key === 'age' ? undefined : value), 1));
    }
    return { state, lists };
  };
  await until(async () => (await everything()).state.reservations.length === 2);
  const before = await everything();
  await restart();
  assert.equal(sandbox.url, url);
  assert.deepEqual(await everything(), before);

  // And it routes on: bob is back, and takes the Task that waited for one with his skill.
  await sandbox.control('POST', 'worker', { worker: 'bob', activity: 'Available' });
  await until(async () => (await sandbox.control('GET', 'state')).reservations
    .some(({ worker_name: name }) => name === 'bob'));
});

test('time-outs go on with what was left of them', async () => {
  const config = { taskReservationTimeout: 4 };
  await begin(config);
  const { body: offered } = await sandbox.newTask('alice');
  const { body: waiting } = await sandbox.newTask('dave', { Timeout: '4' });
  await until(async () => (await task(offered.sid)).assignment_status === 'reserved');
  await restart(config);
  const saved = readState(file).taskrouter.tasks;
  const left = [saved.find(({ sid }) => sid === offered.sid).reservations[0].timer,
    saved.find(({ sid }) => sid === waiting.sid).timers.ttl];
  for (const ms of left) assert.ok(ms > 0 && ms < 4000, `${ms} ms left`);
  await until(async () => (await task(waiting.sid)).assignment_status === 'canceled');
  assert.equal((await task(waiting.sid)).reason, 'Task TTL Exceeded');
  await until(async () => (await workerNow('alice')).activity === 'Offline');
  assert.equal((await task(offered.sid)).assignment_status, 'pending');
});

test('a Task goes on through its Workflow', async () => {
  await begin();
  const { workflowSid } = sandbox.world.config;
  const queue = (await sandbox.rest('GET', 'TaskQueues')).body.task_queues[0].sid;
  const target = (name) => ({ queue, expression: `worker.contact_uri=="client:${name}"` });
  await sandbox.rest('POST', `Workflows/${workflowSid}`, {
    Configuration: JSON.stringify({ task_routing: { filters: [
      { expression: '1==1', targets: [{ ...target('dave'), timeout: 3 }, target('bob')] },
    ] } }),
  });
  await sandbox.newTask('anybody');
  const began = Date.now();
  await restart();
  const left = readState(file).taskrouter.tasks[0].timers.step;
  const { reservations } = await sandbox.control('GET', 'state');
  if (Date.now() - began < left) assert.deepEqual(reservations, [], 'not before its time');
  await until(async () => (await sandbox.control('GET', 'state')).reservations
    .some(({ worker_name: name }) => name === 'bob'));
});

test('a call that rings goes on ringing, is answered, and joins', async () => {
  await begin();
  await sandbox.control('POST', 'softphone', { identity: 'alice', behaviour: 'ignore' });
  const sid = await callAlice();
  const leg = await legOf('alice');
  await until(async () => (await placed(leg.sid)).status === 'ringing');
  await restart();
  const left = readState(file).voice.calls[0].timer;
  assert.ok(left > 0 && left < 20_000, `${left} ms left`);
  assert.equal((await placed(leg.sid)).status, 'ringing');
  await sandbox.control('POST', 'softphone', { identity: 'alice', behaviour: 'answer' });
  await restart();
  await until(() => application.events()
    .some(({ StatusCallbackEvent: event }) => event === 'participant-join'));
  assert.equal((await task(sid)).attributes.worker_call_sid, leg.sid);
});

test('a call that rings where nobody comes back is not answered', async () => {
  await begin();
  await sandbox.control('POST', 'softphone', { identity: 'alice', behaviour: 'ignore' });
  await callAlice();
  const leg = await legOf('alice');
  await until(async () => (await placed(leg.sid)).status === 'ringing');
  sandbox.world.softphones.reset();
  await restart();
  await until(() => application.to('/leg-ended').length === 1);
  assert.equal((await placed(leg.sid)).status, 'no-answer');
});

test('an answered call ends with its sound, and that is told after the restart', async () => {
  await begin();
  for (const identity of ['alice', 'bob']) await sandbox.control('POST', 'softphone', { identity });
  const sid = await callAlice();
  await until(() => application.events().length === 1);
  const { sid: leg } = await legOf('alice');
  await sandbox.control('POST', 'dial',
    { to: 'client:bob', from: 'client:alice', twiml: conferenceTwiml(sid, { beep: 'false' }) });
  await until(() => application.events().length === 3);
  await delivered(); // else the last one is told again
  application.requests.length = 0;
  await restart({ switches: { legEndedMethod: 'POST' } });
  await until(() => application.to('/leg-ended').length === 1 && application.events().length === 3);
  assert.deepEqual(application.events().map(({ StatusCallbackEvent: event }) => event),
    ['participant-leave', 'participant-leave', 'conference-end']);
  assert.equal((await placed(leg)).status, 'completed');
  assert.equal((await task(sid)).assignment_status, 'assigned', 'TaskRouter knows nothing of it');
  const { status, body } = await sandbox.rest('GET', voiceApi('Conferences.json'));
  assert.equal(status, 200);
  assert.deepEqual(body.conferences.map((one) => one.status), ['completed']);
});

test('a status callback that nobody has answered is sent again', async () => {
  let held = null;
  application.handlers['/slow'] = () => new Promise((resolve) => { held = resolve; });
  await begin();
  sandbox.world.webhook.notify(
    { url: `${application.url}/slow#rt=15000`, params: { one: 'thing' } }, { code: 11200 });
  await until(() => held);
  await restart();
  await until(() => application.to('/slow').length === 2);
  assert.deepEqual(application.to('/slow').map(({ params }) => params.one), ['thing', 'thing']);
  held({ status: 204, body: '' });
  await delivered();
  await restart();
  assert.deepEqual(readState(file).webhook.notices, []);
});

test('what TaskRouter had still to write is written', async () => {
  const config = { switches: { workerCallSid: 'after-join', taskAtJoin: 'reserved' } };
  await begin(config);
  await sandbox.control('POST', 'softphone', { identity: 'alice', behaviour: 'ignore' });
  const joining = await callAlice();
  await sandbox.control('POST', 'switches', { workerCallSid: 'late', taskAtJoin: 'assigned' });
  await sandbox.control('POST', 'softphone', { identity: 'carol', behaviour: 'ignore' });
  const late = await callAlice('carol');
  await sandbox.control('POST', 'softphone', { identity: 'alice' });
  await restart(config);
  for (const sid of [joining, late]) {
    await until(async () => {
      const { assignment_status: status, attributes } = await task(sid);
      return status === 'assigned' && attributes.worker_call_sid;
    });
  }
});

test('a participant who is being dialled joins after the restart', async () => {
  await begin();
  await sandbox.control('POST', 'softphone', { identity: 'alice', behaviour: 'ignore' });
  const { status, body } = await sandbox.rest('POST',
    voiceApi('Conferences/room/Participants.json'),
    { From: 'client:bob', To: 'client:alice', Label: 'guest' });
  assert.equal(status, 201);
  await sandbox.control('POST', 'softphone', { identity: 'alice' });
  await restart();
  await until(async () => (await sandbox.control('GET', 'state')).conferences
    .some(({ sid, participants }) => sid === body.conference_sid && participants.length === 1
      && participants[0].label === 'guest'));
});

test('a page that does not come back is gone: its Worker goes offline', async () => {
  const config = { offlineGraceMs: 100 };
  await begin(config);
  const socket = new WebSocket(`${sandbox.url.replace('http', 'ws')}/v1/wschannels?token=${
    sandbox.workerToken('alice')}`);
  socket.on('error', () => {});
  await once(socket, 'open');
  const cut = once(socket, 'close');
  await restart(config);
  await cut;
  await until(async () => (await workerNow('alice')).activity === 'Offline');
  assert.equal((await workerNow('bob')).activity, 'Available');
});

test('what a test has ordered stays ordered', async () => {
  await begin();
  const { id } = await sandbox.control('POST', 'faults',
    { match: { path: '/Workers$' }, action: 'status', status: 503, times: 2 });
  await sandbox.control('POST', 'webhook-faults', { match: { url: 'lost' }, action: 'drop' });
  await sandbox.control('POST', 'switches', { preset: 'b' });
  const { now } = await sandbox.control('POST', 'clock', { forwardSeconds: 3600 });
  await sandbox.rest('GET', 'Workers');
  const switches = await sandbox.control('GET', 'switches');
  await restart();
  assert.deepEqual(await sandbox.control('GET', 'switches'), switches);
  const later = await sandbox.control('POST', 'clock', { forwardSeconds: 0 });
  assert.ok(later.now >= now, `${later.now} comes after ${now}`);
  assert.equal((await sandbox.rest('GET', 'Workers')).status, 503);
  assert.equal((await sandbox.rest('GET', 'Workers')).status, 200);
  const { faults } = await sandbox.control('GET', 'faults');
  assert.deepEqual(faults.map((one) => [one.id, one.remaining]), [[id, 0]]);
  const { faults: lost } = await sandbox.control('GET', 'webhook-faults');
  assert.deepEqual(lost.map(({ match, remaining }) => [match.url, remaining]), [['lost', 1]]);
  const { requests } = await sandbox.control('GET', 'requests?since=1');
  assert.deepEqual(requests.map(({ n }) => n), [2, 3], 'requests are counted on');
});

test('the program writes its state at SIGTERM and goes on from it', async () => {
  await begin();
  const saved = join(dir, 'program.json');
  const config = join(dir, 'config.json');
  writeFileSync(config, JSON.stringify({ offlineGraceMs: 5000, port: await freePort() }));
  const run = async () => {
    const child = spawn(process.execPath, [main, '--config', config, '--state', saved],
      { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = new Promise((resolve) => { child.once('exit', resolve); });
    const line = await new Promise((resolve) => { child.stdout.once('data', resolve); });
    return { child, exited, url: /^ready (\S+)$/m.exec(line)[1] };
  };
  const ask = async (url, path, body) => (await fetch(`${url}/sandbox/${path}`,
    body && { method: 'POST', body: JSON.stringify(body) })).json();

  const first = await run();
  await ask(first.url, 'worker', { worker: 'bob', activity: 'Break' });
  const { workers } = await ask(first.url, 'state');
  first.child.kill('SIGTERM');
  assert.equal(await first.exited, 0);
  assert.ok(existsSync(saved));
  const second = await run();
  assert.equal(second.url, first.url);
  assert.deepEqual((await ask(second.url, 'state')).workers, workers);
  second.child.kill('SIGTERM');
  assert.equal(await second.exited, 0);
});
