import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import twilio from 'twilio';
import { start, until } from './stand-in.js';

let sandbox;
let client;
let workspace;

/** Twilio's own HTTP client, with all of Twilio's hosts at the stand-in's address. */
class LocalClient extends twilio.RequestClient {
  request(options) {
    return super.request({
      ...options, uri: options.uri.replace(/^https:\/\/[\w.-]+\.twilio\.com/, sandbox.url),
    });
  }
}

function connect(username, password, accountSid) {
  return twilio(username, password, { accountSid, httpClient: new LocalClient() });
}

before(async () => {
  sandbox = await start();
  const { apiKey, apiSecret, accountSid, workspaceSid } = sandbox.world.config;
  client = connect(apiKey, apiSecret, accountSid);
  workspace = client.taskrouter.v1.workspaces(workspaceSid);
});
after(() => sandbox.close());
afterEach(async () => {
  await sandbox.control('POST', 'switches', { preset: 'a' });
  await sandbox.control('POST', 'reset');
});

const attributesFor = (name) => JSON.stringify({ targetWorker: `client:${name}` });
const createTask = (name, more) => workspace.tasks.create({
  workflowSid: sandbox.world.config.workflowSid, taskChannel: 'voice', timeout: 60,
  attributes: attributesFor(name), ...more,
});
const refused = (status, code) => (error) => {
  assert.deepEqual([error.status, error.code], [status, code], error.message);
  return true;
};

test('lists workers across pages, each once', async () => {
  await sandbox.control('POST', 'workers', { count: 2100, prefix: 'w' });
  await sandbox.control('DELETE', 'requests');
  const workers = await workspace.workers.list({ pageSize: 1000 });
  assert.equal(workers.length, 2104);
  assert.equal(new Set(workers.map(({ sid }) => sid)).size, 2104);
  const { requests } = await sandbox.control('GET', 'requests');
  assert.deepEqual(requests.map(({ status, params }) => [status, params.PageSize]),
    [[200, '1000'], [200, '1000'], [200, '1000']]);
  assert.equal(new Set(requests.slice(1).map(({ params }) => params.PageToken)).size, 2);
});

test('pages stay right while workers come and go', async () => {
  await sandbox.control('POST', 'workers', { count: 10, prefix: 'w' });
  const first = await workspace.workers.page({ pageSize: 8 });
  const removed = first.instances.at(-1).sid;
  await workspace.workers(removed).remove();
  const second = await first.nextPage();
  const names = [...first.instances, ...second.instances].map(({ friendlyName }) => friendlyName);
  assert.equal(new Set(names).size, names.length);
});

test('finds workers by name, availability and expression', async () => {
  const names = async (filter) =>
    (await workspace.workers.list(filter)).map(({ friendlyName }) => friendlyName);
  assert.deepEqual(await names({ friendlyName: 'bob' }), ['bob']);
  assert.deepEqual(await names({ available: 'true' }), ['alice', 'bob', 'carol']);
  assert.deepEqual(await names({ available: 'false' }), ['dave']);
  assert.deepEqual(await names({ activityName: 'Offline' }), ['dave']);
  assert.deepEqual(await names({ targetWorkersExpression: "contact_uri == 'client:carol'" }),
    ['carol']);
});

test('updates a worker', async () => {
  const { sid } = sandbox.worker('dave');
  const [available] = await workspace.activities.list({ friendlyName: 'Available' });
  const worker = await workspace.workers(sid).update({
    activitySid: available.sid, attributes: '{"contact_uri":"client:dave"}',
  });
  assert.equal(worker.activityName, 'Available');
  assert.equal(worker.available, true);
});

test('a worker\'s channels tell capacity and load', async () => {
  const { sid } = sandbox.worker('bob');
  const voice = async () => (await workspace.workers(sid).workerChannels.list())
    .find((channel) => channel.taskChannelUniqueName === 'voice');
  assert.deepEqual([(await voice()).configuredCapacity, (await voice()).assignedTasks], [1, 0]);
  await createTask('bob');
  await until(async () => (await voice()).assignedTasks === 1);
  assert.equal((await voice()).availableCapacityPercentage, 0);
});

test('creates, accepts, wraps up and completes a Task', async () => {
  const { sid, assignmentStatus } = await createTask('bob');
  assert.equal(assignmentStatus, 'pending');
  const task = () => workspace.tasks(sid).fetch();
  await until(async () => (await task()).assignmentStatus === 'reserved');
  const [reservation] = await workspace.tasks(sid).reservations.list();
  assert.equal(reservation.workerName, 'bob');
  await workspace.tasks(sid).reservations(reservation.sid)
    .update({ reservationStatus: 'accepted' });
  assert.equal((await task()).assignmentStatus, 'assigned');
  await workspace.tasks(sid).update({ assignmentStatus: 'wrapping', reason: 'over' });
  const [wrapping] = await workspace.workers(sandbox.worker('bob').sid)
    .reservations.list({ reservationStatus: 'wrapping' });
  assert.equal(wrapping.sid, reservation.sid);
  const done = await workspace.tasks(sid).update({ assignmentStatus: 'completed', reason: 'done' });
  assert.deepEqual([done.assignmentStatus, done.reason], ['completed', 'done']);
});

test('calls a worker through a reservation', async () => {
  const { sid } = await createTask('bob');
  const [reservation] = await until(async () => {
    const found = await workspace.tasks(sid).reservations.list();
    return found.length ? found : null;
  });
  const call = (more) => workspace.tasks(sid).reservations(reservation.sid).update({
    instruction: 'call', callFrom: 'client:alice', callUrl: 'https://example.com/twiml',
    callAccept: true, ...more,
  });
  await assert.rejects(call({ callFrom: '' }), refused(400, 40111));
  await assert.rejects(call({ callUrl: '/twiml' }), refused(400, 40112));
  await assert.rejects(call({ callStatusCallbackUrl: 'end' }), refused(400, 40158));
  assert.equal((await call()).reservationStatus, 'accepted');
  await assert.rejects(call(), refused(400, 40114));
});

test('a worker without an address cannot be called', async () => {
  await sandbox.control('POST', 'worker', { worker: 'bob', attributes: { full_name: 'Bob' } });
  const { sid } = await createTask('x', { routingTarget: sandbox.worker('bob').sid });
  const { reservations } = await until(() => {
    const task = sandbox.taskrouter.tasks.get(sid);
    return task.reservations.length && task;
  });
  await assert.rejects(
    workspace.tasks(sid).reservations(reservations[0].sid)
      .update({ instruction: 'call', callFrom: 'client:a', callUrl: 'https://example.com/' }),
    refused(400, 40110));
});

const ILLEGAL = {
  pending: ['wrapping', 'completed'],
  reserved: ['wrapping', 'completed'],
  assigned: ['canceled'],
  wrapping: ['canceled', 'wrapping'],
  completed: ['canceled', 'wrapping', 'completed'],
  canceled: ['canceled', 'wrapping', 'completed'],
};

async function taskIn(state) {
  const { sid } = await createTask(state === 'pending' ? 'nobody' : 'bob');
  const task = sandbox.taskrouter.tasks.get(sid);
  if (state !== 'pending') await until(() => task.status === 'reserved');
  if (state === 'canceled') sandbox.taskrouter.tasks.cancel(task, 'x');
  if (['assigned', 'wrapping', 'completed'].includes(state)) {
    sandbox.taskrouter.reservations.accept(task.reservations[0]);
  }
  if (state === 'wrapping') sandbox.taskrouter.tasks.wrap(task, 'x');
  if (state === 'completed') sandbox.taskrouter.tasks.complete(task, 'x');
  return sid;
}

for (const [state, forbidden] of Object.entries(ILLEGAL)) {
  for (const status of forbidden) {
    test(`a ${state} Task cannot become ${status}`, async () => {
      const sid = await taskIn(state);
      await assert.rejects(
        workspace.tasks(sid).update({ assignmentStatus: status, reason: 'x' }),
        refused(400, 20001));
      assert.equal((await workspace.tasks(sid).fetch()).assignmentStatus, state);
    });
  }
}

test('a Task is canceled only with a reason', async () => {
  const { sid } = await createTask('nobody');
  await assert.rejects(workspace.tasks(sid).update({ assignmentStatus: 'canceled' }),
    refused(400, 20001));
});

test('an unknown Task is 404/20404, before and after its deletion', async () => {
  await assert.rejects(workspace.tasks(`WT${'0'.repeat(32)}`).fetch(), refused(404, 20404));
  const { sid } = await createTask('nobody');
  assert.equal(await workspace.tasks(sid).remove(), true);
  await assert.rejects(workspace.tasks(sid).fetch(), refused(404, 20404));
  await assert.rejects(workspace.tasks(sid).update({ attributes: '{}' }), refused(404, 20404));
});

for (const [form, quote] of [['bare', ''], ['quoted', '"']]) {
  test(`If-Match must be the version, in quotes or bare, where the ETag is ${form}`, async () => {
    await sandbox.control('POST', 'switches', { ifMatch: form });
    const { sid } = await createTask('nobody');
    const { headers } = await sandbox.rest('GET', `Tasks/${sid}`);
    assert.equal(headers.get('etag'), `${quote}0${quote}`);
    const write = (ifMatch) => workspace.tasks(sid).update({ attributes: '{"a":1}', ifMatch });
    const otherForm = quote ? '0' : '"0"';
    await write(otherForm);
    await assert.rejects(write(`${quote}0${quote}`), refused(412, 20412));
    await write(`${quote}1${quote}`);
    await write(undefined);
  });
}

test('lists Tasks by status, workflow and attributes', async () => {
  const reserved = await createTask('bob');
  const waiting = await createTask('nobody');
  await until(() => sandbox.taskrouter.tasks.get(reserved.sid).status === 'reserved');
  const sids = async (filter) => (await workspace.tasks.list(filter)).map(({ sid }) => sid);
  assert.deepEqual(await sids({}), [reserved.sid, waiting.sid]);
  assert.deepEqual(await sids({ assignmentStatus: ['pending', 'assigned'] }), [waiting.sid]);
  assert.deepEqual(await sids({ assignmentStatus: 'reserved,assigned' }), [reserved.sid]);
  assert.deepEqual(await sids({ ordering: 'DateCreated:desc' }), [waiting.sid, reserved.sid]);
  assert.deepEqual(await sids({ workflowSid: sandbox.world.config.workflowSid }),
    [reserved.sid, waiting.sid]);
  assert.deepEqual(await sids({ workflowSid: `WW${'0'.repeat(32)}` }), []);
  assert.deepEqual(await sids({ evaluateTaskAttributes: "targetWorker == 'client:bob'" }),
    [reserved.sid]);
});

test('Task lists carry attributes only where the switch says so', async () => {
  await createTask('nobody');
  assert.equal((await workspace.tasks.list())[0].attributes, attributesFor('nobody'));
  await sandbox.control('POST', 'switches', { listAttributes: 'null' });
  assert.equal((await workspace.tasks.list())[0].attributes, null);
});

test('of four expressions in a second one is 429', async () => {
  const ask = () => workspace.tasks.list({ evaluateTaskAttributes: '1==1' });
  // On a busy machine four may take longer than a second.
  const failure = await until(async () => (await Promise.allSettled([ask(), ask(), ask(), ask()]))
    .find(({ status }) => status === 'rejected'));
  refused(429, 20429)(failure.reason);
  await until(() => ask().then(() => true, () => false));
});

test('Retry-After comes with 429 only where the switch says so', async () => {
  const burst = async () => {
    const refusal = await until(async () => (await Promise.all(Array.from({ length: 4 }, () =>
      sandbox.rest('GET', 'Workers', { TargetWorkersExpression: '1==1' }))))
      .find(({ status }) => status === 429));
    return refusal.headers.get('retry-after');
  };
  assert.equal(await burst(), null);
  await sandbox.control('POST', 'switches', { retryAfter: 'sent' });
  assert.equal(await burst(), '1');
});

test('credentials are checked', async () => {
  const { accountSid, authToken, workspaceSid } = sandbox.world.config;
  const byToken = connect(accountSid, authToken);
  assert.equal((await byToken.taskrouter.v1.workspaces(workspaceSid).fetch()).sid, workspaceSid);
  const wrong = connect(accountSid, 'wrong');
  await assert.rejects(wrong.taskrouter.v1.workspaces(workspaceSid).fetch(), refused(401, 20003));
});

test('reads queues, workflows, channels and the account', async () => {
  const [queue] = await workspace.taskQueues.list();
  assert.equal(queue.targetWorkers, '1==1');
  const workflow = await workspace.workflows(sandbox.world.config.workflowSid).fetch();
  assert.equal(workflow.taskReservationTimeout, 130);
  const [filter] = JSON.parse(workflow.configuration).task_routing.filters;
  assert.deepEqual(filter.targets, [{
    queue: queue.sid, expression: 'task.targetWorker==worker.contact_uri', priority: 1000,
  }]);
  const channels = (await workspace.taskChannels.list()).map(({ uniqueName }) => uniqueName);
  assert.ok(channels.includes('voice'));
  const { accountSid } = sandbox.world.config;
  assert.equal((await client.api.v2010.accounts(accountSid).fetch()).status, 'active');
  assert.equal((await client.incomingPhoneNumbers.list()).length, 1);
  assert.equal((await client.flexApi.v1.configuration().fetch()).accountSid, accountSid);
});
