import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import WebSocket from 'ws';
import { once, start, until } from './stand-in.js';

let sandbox;
const sockets = [];

before(async () => {
  sandbox = await start({ heartbeatMs: 1000, offlineGraceMs: 50 });
});
after(() => sandbox.close());
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate();
  // What the stand-in does about a lost socket must not reach into the next test.
  await until(async () => await disconnected('alice') && disconnected('bob'));
  await sandbox.control('POST', 'switches', { preset: 'a' });
  await sandbox.control('POST', 'reset');
});

/** A bare web socket; `frames` are the events that it got, `beats` its blank frames. */
function open(token) {
  const socket = new WebSocket(
    `${sandbox.url.replace('http', 'ws')}/v1/wschannels?token=${token}&clientVersion=2.1.1`);
  socket.frames = [];
  socket.beats = [];
  socket.on('message', (data, isBinary) => {
    assert.equal(isBinary, false);
    const text = data.toString();
    if (text.trim() === '') socket.beats.push(text);
    else socket.frames.push(JSON.parse(text));
  });
  sockets.push(socket);
  return socket;
}

async function disconnected(worker) {
  const { closed } = await sandbox.control('POST', 'disconnect', { worker, kind: 'bridge' });
  return closed === 0;
}

async function post(name, method, url, params = {}, headers = {}) {
  const response = await fetch(`${sandbox.url}/v1/wschannels`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
    body: JSON.stringify({ url, method, params, token: sandbox.workerToken(name) }),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

const home = () => `Workspaces/${sandbox.world.config.workspaceSid}`;
const self = (name) => `${home()}/Workers/${sandbox.worker(name).sid}`;

test('init comes first, with the token\'s lifetime in milliseconds', async () => {
  const socket = open(sandbox.workerToken('alice', { ttl: 100 }));
  await until(() => socket.frames.length);
  const [{ event_type: type, payload }] = socket.frames;
  assert.equal(type, 'init');
  assert.equal(payload.channel_id, sandbox.worker('alice').sid);
  assert.equal(payload.workspace_sid, sandbox.world.config.workspaceSid);
  assert.ok(payload.token_lifetime > 90_000 && payload.token_lifetime <= 100_000);
});

test('blank frames keep the socket alive', async () => {
  const socket = open(sandbox.workerToken('alice'));
  await until(() => socket.beats.length >= 2);
});

test('a token\'s end closes the socket', async () => {
  // On a busy machine a token may be over before it is used: the next one lasts longer.
  for (let ttl = 2, opened = false; !opened; ttl *= 2) {
    const socket = open(sandbox.workerToken('alice', { ttl }));
    socket.on('open', () => { opened = true; });
    socket.on('error', () => {}); // it is refused
    const code = await new Promise((resolve) => { socket.once('close', resolve); });
    if (opened) assert.equal(code, 4001);
    assert.ok(ttl < 60, 'it is refused');
  }
});

test('events wait for the start-up reads, and nothing is told twice', async () => {
  const socket = open(sandbox.workerToken('alice'));
  await until(() => socket.frames.length === 1);
  const { body: task } = await sandbox.newTask('alice');
  await until(() => sandbox.taskrouter.tasks.get(task.sid).status === 'reserved');
  await post('alice', 'GET', self('alice'));
  await sandbox.control('POST', 'worker', { worker: 'alice', attributes: { a: 1 } });
  await post('alice', 'GET', `${home()}/Activities`, { PageSize: 1000 });
  await post('alice', 'GET', `${self('alice')}/WorkerChannels`, { PageSize: 1000 });
  assert.equal(socket.frames.length, 1);
  const { body } = await post('alice', 'GET', `${self('alice')}/Reservations`, { Active: 'true' });
  assert.equal(body.payload.contents[0].task.sid, task.sid);
  await until(() => socket.frames.length === 2);
  assert.equal(socket.frames[1].event_type, 'worker.attributes.update');
});

test('payloads have the SDK\'s shapes', async () => {
  const { body: task } = await sandbox.newTask('alice');
  await until(() => sandbox.taskrouter.tasks.get(task.sid).status === 'reserved');
  const { body } = await post('alice', 'GET', `${self('alice')}/Reservations`, { Active: 'true' });
  const [reservation] = body.payload.contents;
  assert.equal(typeof reservation.task.attributes, 'string');
  assert.equal(typeof reservation.task.addons, 'string');
  assert.ok(Number.isInteger(reservation.date_created) && reservation.date_created < 1e11);
  assert.ok(!('task_transfer' in reservation));
  const accepted = await post('alice', 'POST', `${self('alice')}/Reservations/${reservation.sid}`,
    { ReservationStatus: 'accepted' });
  assert.equal(accepted.body.payload.reservation_status, 'accepted');
  assert.ok(!('task' in accepted.body.payload));
});

test('a page may only act as its own Worker', async () => {
  assert.equal((await post('alice', 'GET', self('bob'))).status, 403);
  assert.equal((await post('alice', 'POST', self('bob'), { Attributes: {} })).status, 403);
  const { status, body } = await post('alice', 'GET', 'Workspaces/WS1/Activities');
  assert.equal(status, 404);
  assert.equal(typeof body.message, 'string');
});

test('an old version is refused', async () => {
  const stale = await post('alice', 'POST', self('alice'), { Attributes: { a: 1 } },
    { 'If-Match': '99' });
  assert.equal(stale.status, 412);
  const { version } = sandbox.worker('alice');
  const fresh = await post('alice', 'POST', self('alice'), { Attributes: { a: 1 } },
    { 'If-Match': String(version) });
  assert.equal(fresh.body.payload.version, version + 1);
});

test('a page of another origin is let in', async () => {
  const preflight = await fetch(`${sandbox.url}/v1/wschannels`, { method: 'OPTIONS' });
  assert.equal(preflight.status, 204);
  assert.match(preflight.headers.get('access-control-allow-headers'), /apiVersion/);
  const refusal = await post('alice', 'GET', 'nothing');
  assert.equal(refusal.status, 400);
  assert.equal(refusal.headers.get('access-control-allow-origin'), '*');
});

test('Workers stay online where the switch says so', async () => {
  await sandbox.control('POST', 'switches', { offlineOnLastSocket: 'no' });
  const staying = open(sandbox.workerToken('alice'));
  await once(staying, 'open');
  staying.terminate();
  await until(() => disconnected('alice'));
  await sandbox.control('POST', 'switches', { offlineOnLastSocket: 'yes' });
  const leaving = open(sandbox.workerToken('bob'));
  await once(leaving, 'open');
  leaving.terminate();
  await until(() => sandbox.worker('bob').activity.friendlyName === 'Offline');
  assert.equal(sandbox.worker('alice').activity.friendlyName, 'Available');
});

test('faults reach the event bridge only where its path is named', async () => {
  await sandbox.control('POST', 'faults',
    { match: { path: '/v1/wschannels' }, action: 'status', status: 503 });
  assert.equal((await post('alice', 'GET', self('alice'))).status, 503);
  await sandbox.control('POST', 'faults', { action: 'status', status: 503 });
  assert.equal((await post('alice', 'GET', self('alice'))).status, 200);
});
