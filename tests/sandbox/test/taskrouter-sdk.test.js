import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import TaskRouter from 'twilio-taskrouter';
import { once, start, until } from './stand-in.js';

// The SDK's expiry timer and heartbeat outlive disconnect(); they must not keep this process alive.
const { setTimeout: realSetTimeout, setInterval: realSetInterval } = globalThis;
const LONG_MS = 30_000;
const detached = (real) => (action, ms, ...rest) => {
  const timer = real(action, ms, ...rest);
  return ms >= LONG_MS ? timer.unref() : timer;
};
globalThis.setTimeout = detached(realSetTimeout);
globalThis.setInterval = detached(realSetInterval);

let sandbox;
const pages = [];

before(async () => {
  sandbox = await start({ offlineGraceMs: 150 });
});
after(() => sandbox.close());
afterEach(async () => {
  for (const page of pages.splice(0)) page.disconnect();
  await sandbox.control('POST', 'reset');
});

/** The unmodified package, connected as an agent. */
async function connect(name, options = {}) {
  const address = `${sandbox.url}/v1/wschannels`;
  const page = new TaskRouter.Worker(sandbox.workerToken(name), {
    ebServer: address, wsServer: address.replace('http', 'ws'), ...options,
  });
  page.errors = [];
  page.on('error', (error) => page.errors.push(error));
  await once(page, 'ready');
  pages.push(page);
  // The socket of the test before may have been missed for so long that the Worker went offline.
  await sandbox.control('POST', 'worker', { worker: name, activity: 'Available' });
  return page;
}

async function reserved(page, to, more) {
  const created = once(page, 'reservationCreated');
  await sandbox.newTask(to, more);
  return created;
}

const callOptions = { accept: true, timeout: 15, statusCallbackUrl: 'https://example.com/end?x=1' };
const dial = (reservation) =>
  reservation.call('client:alice', 'https://example.com/caller-twiml?taskSid=1', callOptions);

test('connects, gets ready and knows itself', async () => {
  const page = await connect('alice');
  assert.equal(page.sid, sandbox.worker('alice').sid);
  assert.equal(page.activity.name, 'Available');
  assert.equal(page.attributes.contact_uri, 'client:alice');
  assert.deepEqual([...page.activities.values()].map(({ name }) => name),
    ['Available', 'Unavailable', 'Break', 'Offline']);
  assert.equal([...page.channels.values()].find((one) => one.taskChannelUniqueName === 'voice')
    .capacity, 1);
  assert.deepEqual(page.errors, []);
});

test('changes its activity, and hears of it', async () => {
  const page = await connect('alice');
  const updated = once(page, 'activityUpdated');
  await [...page.activities.values()].find(({ name }) => name === 'Break').setAsCurrent();
  await updated;
  assert.equal(page.activity.name, 'Break');
  assert.equal(sandbox.worker('alice').activity.friendlyName, 'Break');
});

test('calls with accept, wraps up and completes', async () => {
  const page = await connect('alice');
  const reservation = await reserved(page, 'alice');
  assert.equal(reservation.status, 'pending');
  assert.equal(reservation.task.status, 'reserved');

  const accepted = once(reservation, 'accepted');
  await dial(reservation);
  await accepted;
  assert.equal(reservation.status, 'accepted');
  assert.equal(reservation.task.status, 'assigned');
  const [call] = sandbox.world.voice.calls;
  assert.equal(reservation.task.attributes.worker_call_sid, call.sid);
  assert.deepEqual([call.to, call.from, call.timeout], ['client:alice', 'client:alice', 15]);
  assert.deepEqual([call.statusCallback, call.statusCallbackMethod],
    ['https://example.com/end?x=1', 'GET']);

  const wrapped = once(reservation, 'wrapup');
  await reservation.wrap();
  await wrapped;
  const completed = once(reservation, 'completed');
  await reservation.complete();
  await completed;
  assert.equal(page.reservations.size, 0);
  assert.deepEqual(page.errors, []);
});

test('a second call of a reservation is refused with the reason', async () => {
  const page = await connect('alice');
  const reservation = await reserved(page, 'alice');
  await dial(reservation);
  await assert.rejects(dial(reservation), { name: 'REQUEST_INVALID', message: /not pending/ });
});

test('rewrites the attributes of a Task', async () => {
  const page = await connect('alice');
  const { task } = await reserved(page, 'alice');
  const updated = once(task, 'updated');
  await task.setAttributes({ ...task.attributes, note: 'naïve ✓' });
  await updated;
  assert.equal(task.attributes.note, 'naïve ✓');
  assert.equal(sandbox.taskrouter.tasks.get(task.sid).attributesObject.note, 'naïve ✓');
});

test('reconnects, and finds its open reservation again', async () => {
  const page = await connect('alice');
  const reservation = await reserved(page, 'alice');
  await dial(reservation);
  const gone = once(page, 'disconnected');
  await sandbox.control('POST', 'disconnect', { worker: 'alice', kind: 'bridge' });
  await gone;
  await once(page, 'ready');
  assert.equal(page.reservations.get(reservation.sid).status, 'accepted');
});

test('a Task canceled by REST ends the reservation in every tab', async () => {
  const tabs = [await connect('alice'), await connect('alice')];
  const pending = tabs.map((tab) => once(tab, 'reservationCreated'));
  const { body: task } = await sandbox.newTask('alice');
  const reservations = await Promise.all(pending);
  const canceled = reservations.map((reservation) => once(reservation, 'canceled'));
  await sandbox.rest('POST', `Tasks/${task.sid}`, { AssignmentStatus: 'canceled', Reason: 'test' });
  await Promise.all(canceled);
});

test('a reservation made while the page starts is neither lost nor announced twice', async () => {
  const address = `${sandbox.url}/v1/wschannels`;
  const page = new TaskRouter.Worker(sandbox.workerToken('bob'),
    { ebServer: address, wsServer: address.replace('http', 'ws') });
  pages.push(page);
  page.on('error', () => {});
  let announced = 0;
  page.on('reservationCreated', () => { announced += 1; });
  const [, { body: task }] = await Promise.all([once(page, 'ready'), sandbox.newTask('bob')]);
  await until(() => page.reservations.size === 1);
  const [reservation] = page.reservations.values();
  assert.equal(reservation.task.sid, task.sid);
  const canceled = once(reservation, 'canceled');
  await sandbox.rest('POST', `Tasks/${task.sid}`, { AssignmentStatus: 'canceled', Reason: 'test' });
  await canceled;
  assert.ok(announced <= 1);
});

test('REST changes push task.updated only where the switch says so', async () => {
  const page = await connect('alice');
  const { task } = await reserved(page, 'alice');
  const heard = [];
  task.on('updated', () => heard.push(task.attributes.step));
  const write = (step) =>
    sandbox.rest('POST', `Tasks/${task.sid}`, { Attributes: JSON.stringify({ step }) });
  await write('pushed');
  await until(() => heard.length === 1);
  await sandbox.control('POST', 'switches', { taskUpdatedPush: 'not' });
  await write('silent');
  await task.setAttributes({ step: 'own' });
  await until(() => heard.length === 2);
  assert.deepEqual(heard, ['pushed', 'own']);
  await sandbox.control('POST', 'switches', { preset: 'a' });
});

test('the Worker goes offline some time after its last socket', async () => {
  const page = await connect('alice');
  page.disconnect();
  await until(() => sandbox.worker('alice').activity.friendlyName === 'Offline');
});

test('a socket that asked for it leaves the Worker as it is', async () => {
  const page = await connect('alice', { setWorkerOfflineIfDisconnected: false });
  const other = await connect('bob');
  page.disconnect();
  other.disconnect();
  await until(() => sandbox.worker('bob').activity.friendlyName === 'Offline');
  assert.equal(sandbox.worker('alice').activity.friendlyName, 'Available');
});

test('a forged token is refused on both ways in', async () => {
  const forged = sandbox.workerToken('alice', { secret: 'another secret' });
  const answer = await fetch(`${sandbox.url}/v1/wschannels`, {
    method: 'POST',
    body: JSON.stringify({ method: 'GET', url: 'Workspaces', params: {}, token: forged }),
  });
  assert.equal(answer.status, 401);
  const address = `${sandbox.url}/v1/wschannels`;
  const page = new TaskRouter.Worker(forged,
    { ebServer: address, wsServer: address.replace('http', 'ws'), logLevel: 'silent' });
  const error = await once(page, 'error');
  page.disconnect();
  assert.equal(error.name, 'GATEWAY_CONNECTION_FAILED');
});
