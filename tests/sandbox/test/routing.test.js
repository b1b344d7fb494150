import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { start, until } from './stand-in.js';

let sandbox;
let tr;

before(async () => {
  sandbox = await start({ taskReservationTimeout: 60 });
  tr = sandbox.taskrouter;
});
after(() => sandbox.close());
afterEach(() => sandbox.control('POST', 'reset'));

const workflow = () => tr.workflows.get(sandbox.world.config.workflowSid);

function create(attributes, more = {}) {
  return tr.tasks.create({
    attributes: JSON.stringify(attributes), workflow: workflow(),
    channel: tr.findChannel('voice'), ...more,
  });
}

const forWorker = (name, more) => create({ targetWorker: `client:${name}` }, more);
const pending = (task) => task.reservations.find((one) => one.status === 'pending');
const reservedBy = (task) => pending(task)?.worker.friendlyName;
const settled = () => new Promise((resolve) => { setImmediate(() => setImmediate(resolve)); });

/** A Task that bob is offered at this moment, and its time-out; it is longer on a busy machine. */
async function offered(seconds) {
  for (let timeout = seconds; ; timeout *= 2) {
    const task = forWorker('bob', { timeout });
    await until(() => pending(task) || task.status === 'canceled');
    if (pending(task)) return { task, timeout };
  }
}

async function withWorkflow(configuration, action) {
  const original = workflow().configuration;
  workflow().configuration = JSON.stringify({ task_routing: configuration });
  try {
    await action();
  } finally {
    workflow().configuration = original;
  }
}

test('a Task goes to the Worker that it names, with the target\'s priority', async () => {
  const task = forWorker('bob');
  await until(() => task.status === 'reserved');
  assert.equal(reservedBy(task), 'bob');
  assert.equal(task.priority, 1000);
});

test('a Task for nobody, for an unavailable Worker and without a name waits', async () => {
  const tasks = [forWorker('nobody'), forWorker('dave'), create({})];
  await settled();
  assert.deepEqual(tasks.map((task) => task.status), ['pending', 'pending', 'pending']);
});

test('a Worker who becomes available gets what waits for her', async () => {
  const task = forWorker('dave');
  await settled();
  assert.equal(task.status, 'pending');
  tr.workers.setActivity(sandbox.worker('dave'), tr.activityNamed('Available'));
  await until(() => reservedBy(task) === 'dave');
});

test('new attributes send a pending Task through its workflow again', async () => {
  const task = forWorker('nobody');
  await settled();
  tr.tasks.update(task, { attributes: JSON.stringify({ targetWorker: 'client:carol' }) });
  await until(() => reservedBy(task) === 'carol');
});

for (const state of ['reserved', 'assigned', 'wrapping']) {
  test(`a ${state} Task holds the voice capacity`, async () => {
    const first = forWorker('bob');
    await until(() => first.status === 'reserved');
    if (state !== 'reserved') tr.reservations.accept(pending(first));
    if (state === 'wrapping') tr.tasks.wrap(first, 'over');
    const second = forWorker('bob');
    await settled();
    assert.equal(first.status, state);
    assert.equal(second.status, 'pending');
    if (state === 'reserved') tr.tasks.cancel(first, 'over');
    else tr.tasks.complete(first, 'over');
    await until(() => reservedBy(second) === 'bob');
  });
}

test('another channel, or more capacity, takes another Task', async () => {
  const bob = sandbox.worker('bob');
  const call = forWorker('bob');
  const chat = forWorker('bob', { channel: tr.findChannel('chat') });
  await until(() => call.status === 'reserved' && chat.status === 'reserved');
  const second = forWorker('bob');
  await settled();
  assert.equal(second.status, 'pending');
  tr.workers.updateChannel(tr.workers.channel(bob, tr.findChannel('voice')), { capacity: 2 });
  await until(() => second.status === 'reserved');
});

test('RoutingTarget goes straight to the Worker, ignoring capacity where it says so', async () => {
  const dave = sandbox.worker('dave').sid;
  const polite = create({}, { routingTarget: dave });
  await settled();
  assert.equal(polite.status, 'pending');
  const blunt = create({}, { routingTarget: dave, ignoreCapacity: true });
  await until(() => reservedBy(blunt) === 'dave');
});

test('RoutingTarget and IgnoreCapacity are taken, or ignored, as the switch says', async () => {
  const dave = sandbox.worker('dave').sid;
  const ask = async (given) => {
    const { status, body } = await sandbox.newTask('bob', { RoutingTarget: dave, ...given });
    assert.equal(status, 201);
    return [body.routing_target, body.ignore_capacity];
  };
  assert.deepEqual(await ask({}), [dave, true]);
  assert.deepEqual(await ask({ IgnoreCapacity: 'yes' }), [dave, true]);
  assert.deepEqual(await ask({ IgnoreCapacity: 'false' }), [dave, false]);
  await sandbox.control('POST', 'switches', { routingTarget: 'capacity-ignored' });
  assert.deepEqual(await ask({ IgnoreCapacity: 'false' }), [dave, true]);
  await sandbox.control('POST', 'switches', { routingTarget: 'ignored' });
  assert.deepEqual(await ask({ IgnoreCapacity: 'false' }), [null, false]);
  await sandbox.control('POST', 'switches', { routingTarget: 'taken' });
});

test('what is routed past the Workflow comes back to the same Worker', async () => {
  const task = create({}, { routingTarget: sandbox.worker('bob').sid });
  const first = await until(() => pending(task));
  tr.reservations.reject(first);
  const second = await until(() => pending(task));
  assert.equal(second.worker, first.worker);
  assert.notEqual(second, first);
});

test('the higher priority is served first, then the older Task', async () => {
  const dave = sandbox.worker('dave').sid;
  const [low, older, newer] = [1, 5, 5].map((priority) =>
    create({}, { routingTarget: dave, priority }));
  tr.workers.setActivity(sandbox.worker('dave'), tr.activityNamed('Available'));
  const served = [];
  for (let count = 0; count < 3; count += 1) {
    const task = await until(() => [low, older, newer].find((one) => one.status === 'reserved'));
    served.push(task);
    tr.tasks.cancel(task, 'next');
    await settled();
  }
  assert.deepEqual(served.map((task) => task.sid), [older.sid, newer.sid, low.sid]);
});

test('a rejected Task is offered again, and canceled at the tenth rejection', async () => {
  const task = forWorker('bob');
  for (let count = 0; count < 10; count += 1) {
    tr.reservations.reject(await until(() => pending(task)));
  }
  assert.equal(task.status, 'canceled');
  assert.equal(task.reservations.length, 10);
});

test('a reservation that nobody answers times out and takes the Worker offline', async () => {
  workflow().taskReservationTimeout = 0.05;
  const task = forWorker('bob');
  await until(() => task.reservations[0]?.status === 'timeout');
  workflow().taskReservationTimeout = 60;
  assert.equal(task.status, 'pending');
  assert.equal(sandbox.worker('bob').activity.friendlyName, 'Offline');
});

test('a Task\'s time-out cancels it, and its reservation', async () => {
  const waiting = forWorker('nobody', { timeout: 0.05 });
  const { task: ringing } = await offered(0.05);
  await until(() => waiting.status === 'canceled' && ringing.status === 'canceled');
  assert.equal(waiting.reason, 'Task TTL Exceeded');
  assert.equal(ringing.reservations[0].status, 'canceled');
  assert.equal(sandbox.worker('bob').activity.friendlyName, 'Available');
});

test('an assigned Task has no time-out any more', async () => {
  const { task, timeout } = await offered(0.1);
  tr.reservations.accept(pending(task));
  const other = forWorker('nobody', { timeout });
  await until(() => other.status === 'canceled');
  assert.equal(task.status, 'assigned');
});

test('an ended Task is forgotten after a while', async () => {
  const { config } = sandbox.world;
  const original = config.endedTaskLifetimeMs;
  config.endedTaskLifetimeMs = 50;
  const task = forWorker('nobody');
  tr.tasks.cancel(task, 'over');
  assert.ok(tr.tasks.get(task.sid));
  await until(() => !tr.tasks.get(task.sid));
  config.endedTaskLifetimeMs = original;
  assert.ok(tr.tasks.all().includes(task));
});

test('filters are tried in order; targets one after the other', async () => {
  const everyone = tr.workspace.defaultQueue.sid;
  const target = (name, timeout) =>
    ({ queue: everyone, expression: `worker.friendly_name == '${name}'`, timeout });
  await withWorkflow({
    filters: [
      { expression: "kind == 'a'", targets: [target('nobody', 0.05), target('carol', 60)] },
      { expression: "kind == 'b'", targets: [target('nobody', 0.05)] },
      { expression: '1==1', targets: [target('bob')] },
    ],
  }, async () => {
    const [a, b, other] = ['a', 'b', 'c'].map((kind) => create({ kind }));
    await until(() => reservedBy(other) === 'bob');
    await until(() => reservedBy(a) === 'carol');
    await until(() => b.status === 'canceled');
  });
});

test('a Task that no filter takes goes to the default queue, else is canceled', async () => {
  const filters = [{ expression: '1==2', targets: [] }];
  const fallback = { queue: tr.workspace.defaultQueue.sid };
  await withWorkflow({ filters, default_filter: fallback }, async () => {
    const task = create({});
    await until(() => task.status === 'reserved');
  });
  await withWorkflow({ filters }, async () => {
    assert.equal(create({}).status, 'canceled');
  });
});

test('of several reserved Workers the first to accept wins', async () => {
  const queue = tr.addQueue({
    friendlyName: 'Several', maxReservedWorkers: 2,
    targetWorkers: "friendly_name IN ['alice','bob']",
  });
  const task = create({}, { routingTarget: queue.sid });
  await until(() => task.reservations.length === 2);
  tr.reservations.accept(task.reservations[0]);
  assert.deepEqual(task.reservations.map((one) => one.status), ['accepted', 'rescinded']);
  assert.equal(task.status, 'assigned');
});

test('removing a Worker gives the Task to somebody else', async () => {
  const queue = tr.addQueue({ friendlyName: 'Temps', targetWorkers: "team == 'temps'" });
  await sandbox.control('POST', 'workers', {
    workers: ['one', 'two'].map((name) => ({ friendly_name: name, attributes: { team: 'temps' } })),
  });
  const task = create({}, { routingTarget: queue.sid });
  const first = await until(() => pending(task));
  tr.workers.remove(first.worker);
  assert.equal(first.status, 'canceled');
  const second = await until(() => pending(task));
  assert.notEqual(second.worker, first.worker);
});
