import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { PACE } from '../control/pace.js';
import { preset, SWITCHES } from '../control/switches.js';
import { start, until } from './stand-in.js';

let sandbox;

before(async () => {
  sandbox = await start();
});
after(() => sandbox.close());
afterEach(async () => {
  await sandbox.control('POST', 'switches', { preset: 'a' });
  await sandbox.control('POST', 'reset');
});

const tasks = async () => (await sandbox.control('GET', 'state')).tasks;
const order = (fault) => sandbox.control('POST', 'faults', fault);

test('a status fault is met by the wanted requests only, and counted down', async () => {
  await order({
    match: { method: 'GET', path: '/Workers$' }, skip: 1, times: 2,
    action: 'status', status: 429, code: 20429, retryAfter: 3,
  });
  const statuses = [];
  for (let count = 0; count < 4; count += 1) {
    statuses.push((await sandbox.rest('GET', 'Workers')).status);
    assert.equal((await sandbox.rest('GET', 'Activities')).status, 200);
  }
  assert.deepEqual(statuses, [200, 429, 429, 200]);
  const { faults } = await sandbox.control('GET', 'faults');
  assert.equal(faults[0].remaining, 0);
});

test('a lost answer: before, nothing has happened; after, it has', async () => {
  const match = { method: 'POST', param: { TaskChannel: 'voice' } };
  await order({ match, action: 'drop', times: 1 });
  await assert.rejects(sandbox.newTask('nobody'));
  assert.equal((await tasks()).length, 0);
  await order({ match, action: 'drop', times: 1, apply: 'after' });
  await assert.rejects(sandbox.newTask('nobody'));
  assert.equal((await tasks()).length, 1);
  const { requests } = await sandbox.control('GET', 'requests');
  assert.deepEqual(requests.map(({ status }) => status), [0, 0]);
});

test('rubbish, HTML and a cut answer', async () => {
  await order({ action: 'rubbish' });
  await assert.rejects(sandbox.rest('GET', 'Workers'), SyntaxError);
  await order({ action: 'html', status: 503 });
  await assert.rejects(sandbox.rest('GET', 'Workers'), SyntaxError);
  await order({ action: 'truncate', apply: 'after' });
  await assert.rejects(sandbox.rest('GET', 'Workers'), TypeError);
  assert.equal((await sandbox.rest('GET', 'Workers')).status, 200);
});

test('a delay holds the answer back', async () => {
  await order({ action: 'delay', ms: 80 });
  const started = Date.now();
  assert.equal((await sandbox.rest('GET', 'Workers')).status, 200);
  assert.ok(Date.now() - started >= 79);
});

test('those that are to meet wait for the last of them', async () => {
  await order({ action: 'meet', times: 2 });
  let answered = 0;
  const first = sandbox.rest('GET', 'Workers').finally(() => { answered += 1; });
  await until(async () => (await sandbox.control('GET', 'faults')).faults.at(-1).remaining === 1);
  assert.equal(answered, 0);
  await sandbox.rest('GET', 'Workers');
  assert.equal((await first).status, 200);
});

test('what is held is carried out once the order is taken back', async () => {
  const { id } = await order({ action: 'hold' });
  const other = await order({ match: { path: '/Activities$' }, action: 'status', status: 503 });
  const held = sandbox.newTask('nobody');
  await until(async () => (await sandbox.control('GET', 'faults')).faults[0].remaining === 0);
  assert.deepEqual(await tasks(), []);
  await sandbox.control('DELETE', `faults?id=${id}`);
  assert.equal((await held).status, 201);
  const { faults } = await sandbox.control('GET', 'faults');
  assert.deepEqual(faults.map((one) => one.id), [other.id]);
});

test('presets: a and b differ everywhere, a seed always gives the same', async () => {
  const [a, b] = [preset('a'), preset('b')];
  for (const name of Object.keys(SWITCHES)) assert.notEqual(a[name], b[name]);
  assert.deepEqual(preset('random:42'), preset('random:42'));
  const all = Array.from({ length: 40 }, (_, seed) => preset(`random:${seed}`).workerCallSid);
  assert.deepEqual([...new Set(all)].sort(), ['after-join', 'before', 'late']);
  assert.deepEqual(await sandbox.control('POST', 'switches', { preset: 'b', ifMatch: 'bare' }),
    { ...PACE, ...b, ifMatch: 'bare' });
  const { error } = await sandbox.control('POST', 'switches', { ifMatch: 'sometimes' });
  assert.match(error, /ifMatch/);
});

test('a customer keeps carol busy', async () => {
  const { taskSid } = await sandbox.control('POST', 'customer-task', { worker: 'carol' });
  const carol = async () =>
    (await sandbox.control('GET', 'state')).workers.find(({ name }) => name === 'carol');
  assert.equal((await carol()).voice_tasks, 1);
  assert.equal((await tasks()).at(-1).assignment_status, 'assigned');
  await sandbox.control('DELETE', `customer-task?taskSid=${taskSid}`);
  assert.equal((await carol()).voice_tasks, 0);
});

test('a reset restores agents and forgets the rest', async () => {
  await sandbox.control('POST', 'worker',
    { worker: 'bob', activity: 'Break', attributes: { a: 1 } });
  await sandbox.control('POST', 'workers', { count: 3, prefix: 'x' });
  await sandbox.newTask('alice');
  await order({ action: 'drop' });
  await sandbox.control('POST', 'reset');
  const state = await sandbox.control('GET', 'state');
  assert.deepEqual(state.workers.map(({ name, activity }) => [name, activity]), [
    ['alice', 'Available'], ['bob', 'Available'], ['carol', 'Available'], ['dave', 'Offline']]);
  assert.equal(state.workers[1].attributes.contact_uri, 'client:bob');
  assert.deepEqual(state.tasks, []);
  assert.deepEqual((await sandbox.control('GET', 'faults')).faults, []);
});

/** A reservation of bob's that has been called; gives its Task and the Call. */
async function called(switches) {
  await sandbox.control('POST', 'switches', switches);
  const { body } = await sandbox.newTask('bob');
  const task = sandbox.taskrouter.tasks.get(body.sid);
  const reservation = await until(() => task.reservations[0]);
  const answer = await sandbox.rest('POST', `Tasks/${task.sid}/Reservations/${reservation.sid}`, {
    Instruction: 'call', CallFrom: 'client:bob', CallAccept: 'true',
    CallUrl: 'https://example.com/',
    CallStatusCallbackUrl: 'https://example.com/end',
  });
  return { task, answer, call: sandbox.world.voice.calls.at(-1) };
}

const join = (call) => sandbox.world.events.emit('participant-joined', { callSid: call.sid });

test('worker_call_sid comes before the leg, late, or after the join', async () => {
  const sid = (task) => task.attributesObject.worker_call_sid;
  const before = await called({ workerCallSid: 'before' });
  assert.equal(sid(before.task), before.call.sid);
  await sandbox.control('POST', 'reset');
  const late = await called({ workerCallSid: 'late' });
  assert.equal(sid(late.task), undefined);
  await until(() => sid(late.task) === late.call.sid);
  await sandbox.control('POST', 'reset');
  const joined = await called({ workerCallSid: 'after-join' });
  assert.equal(sid(joined.task), undefined);
  join(joined.call);
  assert.equal(sid(joined.task), undefined);
  await until(() => sid(joined.task) === joined.call.sid);
});

test('a called Task is assigned at once, or only after the join', async () => {
  const atOnce = await called({ taskAtJoin: 'assigned' });
  assert.equal(atOnce.task.status, 'assigned');
  await sandbox.control('POST', 'reset');
  const later = await called({ taskAtJoin: 'reserved' });
  assert.equal(later.answer.body.reservation_status, 'pending');
  join(later.call);
  assert.equal(later.task.status, 'reserved');
  await until(() => later.task.status === 'assigned');
});

test('the end of a leg is told by the method of the switch', async () => {
  assert.equal((await called({ legEndedMethod: 'GET' })).call.statusCallbackMethod, 'GET');
  await sandbox.control('POST', 'reset');
  assert.equal((await called({ legEndedMethod: 'POST' })).call.statusCallbackMethod, 'POST');
});
