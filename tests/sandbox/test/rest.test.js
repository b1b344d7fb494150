import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { start } from './stand-in.js';

let sandbox;

before(async () => {
  sandbox = await start();
});
after(() => sandbox.close());
afterEach(() => sandbox.control('POST', 'reset'));

const NOBODY = 'WT00000000000000000000000000000000';
const json = (object) => JSON.stringify(object);

const REFUSALS = [
  ['an unknown path', 'GET', '/v1/Nothing', {}, 404, 20404],
  ['another workspace', 'GET', `/v1/Workspaces/WS${'f'.repeat(32)}/Tasks`, {}, 404, 20404],
  ['another account', 'GET', `/2010-04-01/Accounts/AC${'f'.repeat(32)}.json`, {}, 404, 20404],
  ['a malformed Task SID', 'GET', 'Tasks/WT123', {}, 404, 20404],
  ['a Worker SID for a Task', 'GET', `Tasks/WK${'0'.repeat(32)}`, {}, 404, 20404],
  ['a wrong method', 'DELETE', 'Activities', {}, 405, 20004],
  ['an unknown query parameter', 'GET', 'Tasks', { Colour: 'red' }, 400, 20001],
  ['an unknown form parameter', 'POST', 'Tasks', { Colour: 'red' }, 400, 20001],
  ['a form parameter of another operation', 'POST', 'Tasks', { Reason: 'x' }, 400, 20001],
  ['an unknown status filter', 'GET', 'Tasks', { AssignmentStatus: 'open' }, 400, 20001],
  ['a broken expression', 'GET', 'Workers', { TargetWorkersExpression: 'a ==' }, 400, 20001],
  ['a page above 1000', 'GET', 'Workers', { PageSize: '1001' }, 400, 20007],
  ['a page of nothing', 'GET', 'Workers', { PageSize: '0' }, 400, 20001],
  ['paging by number', 'GET', 'Workers', { Page: '1' }, 400, 40153],
  ['a made-up page token', 'GET', 'Workers', { PageToken: 'PA12' }, 400, 21481],
  ['attributes that are no JSON', 'POST', 'Tasks', { Attributes: '{' }, 400, 20001],
  ['attributes that are a list', 'POST', 'Tasks', { Attributes: '[]' }, 400, 20001],
  ['attributes over 4096 characters', 'POST', 'Tasks',
    { Attributes: json({ a: 'é'.repeat(4089) }) }, 400, 20001],
  ['an unknown channel', 'POST', 'Tasks', { TaskChannel: 'fax' }, 400, 20001],
  ['an unknown workflow', 'POST', 'Tasks', { WorkflowSid: 'WW1' }, 400, 20001],
  ['an unknown routing target', 'POST', 'Tasks', { RoutingTarget: 'WK1' }, 400, 20001],
  ['IgnoreCapacity without a Worker', 'POST', 'Tasks', { IgnoreCapacity: 'true' }, 400, 20001],
  ['a Timeout of nothing', 'POST', 'Tasks', { Timeout: '0' }, 400, 20001],
  ['a Timeout over two weeks', 'POST', 'Tasks', { Timeout: '1209601' }, 400, 20001],
  ['a Priority that is no number', 'POST', 'Tasks', { Priority: '-1' }, 400, 20001],
  ['a Task that isn\'t there', 'POST', `Tasks/${NOBODY}`, { Attributes: '{}' }, 404, 20404],
  ['a Worker without a name', 'POST', 'Workers', { Attributes: '{}' }, 400, 20001],
  ['a broken workflow', 'POST', 'Workflows', { FriendlyName: 'x', Configuration: '{' }, 400, 20001],
];

for (const [name, method, path, params, status, code] of REFUSALS) {
  test(`${name} is ${status}/${code}`, async () => {
    const answer = await sandbox.rest(method, path, params);
    assert.deepEqual([answer.status, answer.body.code, answer.body.status], [status, code, status]);
    assert.equal(answer.body.more_info, `https://www.twilio.com/docs/errors/${code}`);
  });
}

test('attributes of 4096 characters are taken', async () => {
  const { status } = await sandbox.rest('POST', 'Tasks',
    { Attributes: json({ a: 'é'.repeat(4088) }) });
  assert.equal(status, 201);
});

test('a parameter that may be given once may not be given twice', async () => {
  const { status, body } = await sandbox.rest('POST', 'Tasks',
    [['Priority', '1'], ['Priority', '2']]);
  assert.deepEqual([status, body.code], [400, 20001]);
});

test('status and attributes change in one request, or neither of them', async () => {
  const { body: task } = await sandbox.newTask('nobody');
  const change = (status, attributes) => sandbox.rest('POST', `Tasks/${task.sid}`,
    { AssignmentStatus: status, Reason: 'x', Attributes: attributes });
  assert.equal((await change('wrapping', '{"a":1}')).status, 400);
  const { body: kept } = await sandbox.rest('GET', `Tasks/${task.sid}`);
  assert.equal(kept.attributes, task.attributes);
  const { body } = await change('canceled', '{"a":2}');
  assert.deepEqual([body.assignment_status, body.attributes], ['canceled', '{"a":2}']);
});

test('next_page_url is on the host that was asked', async () => {
  const { body } = await sandbox.rest('GET', 'Workers', { PageSize: '3' });
  assert.equal(body.workers.length, 3);
  assert.ok(body.meta.next_page_url.startsWith(`${sandbox.url}/v1/Workspaces/`));
  const next = await sandbox.rest('GET', body.meta.next_page_url.slice(sandbox.url.length));
  assert.deepEqual(next.body.workers.map((worker) => worker.friendly_name), ['dave']);
  assert.equal(next.body.meta.next_page_url, null);
});

test('every answer has a date and a request id; kept connections are counted', async () => {
  const { headers } = await sandbox.rest('GET', 'Workers');
  assert.ok(Math.abs(Date.parse(headers.get('date')) - Date.now()) < 30_000);
  assert.match(headers.get('twilio-request-id'), /^RQ[0-9a-f]{32}$/);
  const earlier = await sandbox.control('GET', 'stats');
  await sandbox.rest('GET', 'Workers');
  const later = await sandbox.control('GET', 'stats');
  assert.equal(later.requests, earlier.requests + 1);
  assert.equal(later.connections, earlier.connections);
  const { requests } = await sandbox.control('GET', 'requests');
  assert.equal(requests[0].connection, requests[1].connection);
});

test('15,000 workers come fast, in pages of 1,000', async () => {
  const started = Date.now();
  const { created } = await sandbox.control('POST', 'workers', { count: 15_000, prefix: 'many' });
  assert.equal(created, 15_000);
  assert.ok(Date.now() - started < 20_000);
  let url = `/v1/Workspaces/${sandbox.world.config.workspaceSid}/Workers?PageSize=1000`;
  const seen = new Set();
  let pages = 0;
  while (url) {
    const { body } = await sandbox.rest('GET', url);
    for (const { sid } of body.workers) seen.add(sid);
    url = body.meta.next_page_url?.slice(sandbox.url.length);
    pages += 1;
  }
  assert.equal(seen.size, 15_004);
  assert.equal(pages, 16);
  await sandbox.control('DELETE', 'workers');
  assert.equal(sandbox.taskrouter.workers.bySid.size, 4);
});
