import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { start } from './stand-in.js';

let sandbox;

before(async () => {
  sandbox = await start();
});
after(() => sandbox.close());
afterEach(() => sandbox.control('POST', 'reset'));

const basic = (pair) => ({ Authorization: `Basic ${Buffer.from(pair).toString('base64')}` });
const account = () => {
  const { accountSid, authToken } = sandbox.world.config;
  return basic(`${accountSid}:${authToken}`);
};
const keysPath = () => `/2010-04-01/Accounts/${sandbox.world.config.accountSid}/Keys`;

test('a key that was made works until it is deleted, and tells its secret once', async () => {
  const made = await sandbox.rest('POST', `${keysPath()}.json`, { FriendlyName: 'x' }, account());
  assert.equal(made.status, 201);
  const { sid, secret } = made.body;
  const asked = (pair) => sandbox.rest('GET', 'Workers', {}, basic(pair));
  assert.equal((await asked(`${sid}:${secret}`)).status, 200);
  const read = await sandbox.rest('GET', `${keysPath()}/${sid}.json`, {}, account());
  assert.deepEqual([read.body.friendly_name, read.body.secret], ['x', undefined]);
  const gone = await sandbox.rest('DELETE', `${keysPath()}/${sid}.json`, undefined, account());
  assert.equal(gone.status, 204);
  assert.equal((await asked(`${sid}:${secret}`)).status, 401);
});

test('a Standard key can\'t read or make keys', async () => {
  const { status, body } = await sandbox.rest('POST', `${keysPath()}.json`, { FriendlyName: 'x' });
  assert.deepEqual([status, body.code], [401, 20003]);
});

test('a queue that a Workflow needs, and a Workflow with Tasks, stay', async () => {
  const { body: { task_queues: [queue] } } = await sandbox.rest('GET', 'TaskQueues', {});
  assert.equal((await sandbox.rest('DELETE', `TaskQueues/${queue.sid}`)).status, 400);
  const { body: { workflows: [workflow] } } = await sandbox.rest('GET', 'Workflows', {});
  await sandbox.newTask('nobody', { WorkflowSid: workflow.sid });
  assert.equal((await sandbox.rest('DELETE', `Workflows/${workflow.sid}`)).status, 400);
});

test('a queue and a Workflow of one\'s own go', async () => {
  const queue = await sandbox.rest('POST', 'TaskQueues', { FriendlyName: 'mine' });
  const configuration = JSON.stringify({ task_routing: { filters: [{
    filter_friendly_name: 'x', expression: 'dialpad != null',
    targets: [{ queue: queue.body.sid }] }] } });
  const workflow = await sandbox.rest('POST', 'Workflows',
    { FriendlyName: 'mine', Configuration: configuration });
  assert.equal((await sandbox.rest('DELETE', `Workflows/${workflow.body.sid}`)).status, 204);
  assert.equal((await sandbox.rest('DELETE', `TaskQueues/${queue.body.sid}`)).status, 204);
});
