import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { start, until } from './stand-in.js';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

let sandbox;

before(async () => {
  sandbox = await start();
});
after(() => sandbox.close());
afterEach(async () => {
  sandbox.world.clock.aheadMs = 0;
  await sandbox.control('POST', 'switches', { preset: 'a', restLateMs: 0 });
  await sandbox.control('POST', 'reset');
});

async function events(params) {
  const { status, body } = await sandbox.rest('GET', 'Events', params);
  assert.equal(status, 200);
  return body.events;
}

const types = (found) => found.map((event) => event.event_type);

const change = (task, attributes) =>
  sandbox.rest('POST', `Tasks/${task.sid}`, { Attributes: JSON.stringify(attributes) });

async function reserve(name) {
  const { body: task } = await sandbox.newTask(name);
  const [reservation] = await until(async () => {
    const { body } = await sandbox.rest('GET', `Tasks/${task.sid}/Reservations`);
    return body.reservations.length > 0 && body.reservations;
  });
  return { task, reservation };
}

const cancel = (task) => sandbox.rest('POST', `Tasks/${task.sid}`,
  { AssignmentStatus: 'canceled', Reason: 'declined' });

test('a Task\'s Events say what it went through, newest first', async () => {
  const { task, reservation } = await reserve('bob');
  await change(task, { outcome: 'declined' });
  await cancel(task);
  const found = await events({ TaskSid: task.sid });
  assert.deepEqual(types(found).sort(), ['reservation.canceled', 'reservation.created',
    'task.canceled', 'task.created', 'task.updated']);
  const dates = found.map((event) => event.event_date_ms);
  assert.deepEqual(dates, dates.toSorted((a, b) => b - a));
  const canceled = found.find((event) => event.event_type === 'reservation.canceled');
  assert.deepEqual([canceled.resource_type, canceled.resource_sid],
    ['reservation', reservation.sid]);
  const { event_data: data } = canceled;
  assert.deepEqual([data.worker_sid, data.worker_name, data.task_sid, data.task_canceled_reason],
    [sandbox.worker('bob').sid, 'bob', task.sid, 'declined']);
  assert.equal(data.task_attributes, '{"outcome":"declined"}', 'as they were at that moment');
  const created = found.find((event) => event.event_type === 'reservation.created');
  assert.equal(created.event_data.task_attributes, task.attributes);
  assert.deepEqual((await sandbox.rest('GET', `Events/${canceled.sid}`)).body, canceled);
});

test('they are chosen by Worker, type, Reservation, Workflow and channel', async () => {
  const { task, reservation } = await reserve('bob');
  await reserve('alice');
  await sandbox.control('POST', 'worker', { worker: 'bob', activity: 'Break' });
  const bob = sandbox.worker('bob').sid;
  const mine = await events({ WorkerSid: bob });
  assert.deepEqual(types(mine), ['worker.activity.update', 'reservation.created']);
  assert.equal(mine[0].event_data.worker_activity_name, 'Break');
  for (const filter of [{ ReservationSid: reservation.sid }, { Sid: mine[1].sid },
    { WorkerSid: bob, EventType: 'reservation.created' }, { WorkerSid: bob, TaskChannel: 'voice' },
    { WorkerSid: bob, WorkflowSid: task.workflow_sid }]) {
    assert.deepEqual((await events(filter)).map(({ sid }) => sid), [mine[1].sid]);
  }
  assert.deepEqual(await events({ TaskChannel: 'chat' }), []);
});

test('a quarter of an hour is shown unless another period is asked for, and 30 days are kept',
  async () => {
    const { task } = await reserve('bob');
    const shown = async (params) => (await events({ TaskSid: task.sid, ...params })).length > 0;
    const madeAt = new Date(sandbox.world.now() - MINUTE).toISOString();
    assert.ok(await shown());
    sandbox.world.clock.aheadMs = 20 * MINUTE;
    assert.deepEqual([await shown(), await shown({ Minutes: '30' }), await shown({ Minutes: '10' }),
      await shown({ StartDate: madeAt }), await shown({ EndDate: new Date(0).toISOString() })],
    [false, true, false, true, false]);
    sandbox.world.clock.aheadMs = 29 * DAY;
    assert.ok(await shown({ Minutes: '43200' }));
    sandbox.world.clock.aheadMs = 31 * DAY;
    assert.ok(!await shown({ Minutes: '50000' }));
  });

test('they come in pages, and as late as the rest of REST', async () => {
  const { task } = await reserve('bob');
  const { body } = await sandbox.rest('GET', 'Events', { TaskSid: task.sid, PageSize: '1' });
  assert.equal(body.events.length, 1);
  const next = await sandbox.rest('GET', body.meta.next_page_url.slice(sandbox.url.length));
  assert.notEqual(next.body.events[0].sid, body.events[0].sid);
  await sandbox.control('POST', 'switches', { restLateMs: MINUTE });
  assert.deepEqual(await events({ TaskSid: task.sid }), []);
});

for (const [what, params] of [
  ['a malformed SID', { WorkerSid: 'WK1' }],
  ['a SID of another kind', { TaskSid: `WK${'0'.repeat(32)}` }],
  ['a period that is no number', { Minutes: '-5' }],
  ['a date that is none', { StartDate: 'Monday' }],
  ['an unknown parameter', { WorkerName: 'bob' }],
]) {
  test(`${what} is 400`, async () => {
    const { status, body } = await sandbox.rest('GET', 'Events', params);
    assert.deepEqual([status, body.code], [400, 20001]);
  });
}

test('an Event that isn\'t there is 404', async () => {
  assert.equal((await sandbox.rest('GET', `Events/EV${'0'.repeat(32)}`)).status, 404);
});
