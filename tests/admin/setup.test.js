// dialpad-admin setup against the stand-in: what it makes, what it leaves alone, and that it may
// be killed at any request.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, test } from 'node:test';

import { Host, PUBLIC_URL, admin, run } from './lib.js';
import { until } from '../sandbox/test/stand-in.js';

const QUEUE = 'Dialpad: everyone';
const WORKFLOW = 'Dialpad: agent to agent calls';
let host;

beforeEach(async () => {
  host = await Host.begin();
});
afterEach(() => host.end());

function expectDone({ status, err }, wanted = 0) {
  assert.equal(status, wanted, err);
}

function workflowMade() {
  const { workflows } = host.sandbox.taskrouter;
  return [...workflows.values()].find((one) => one.friendlyName === WORKFLOW);
}

const routing = () => JSON.parse(workflowMade().configuration).task_routing;
const changes = () => host.sandbox.world.requests.since(0)
  .filter(({ method }) => method !== 'GET');

/** A Task of ours, which waits for nobody. */
const newTask = () => host.sandbox.newTask('nobody', {
  WorkflowSid: workflowMade().sid,
  Attributes: JSON.stringify({ targetWorker: 'client:nobody', dialpad: 'x' }),
});

/** The account and the host as a complete setup leaves them. */
function expectComplete() {
  const config = host.config();
  const { accountSid, authToken, workspaceSid } = host.sandbox.world.config;
  const made = host.made();
  assert.deepEqual([made.queues, made.workflows, made.keys.length], [[QUEUE], [WORKFLOW], 1]);
  assert.deepEqual(Object.keys(config).sort(), ['DIALPAD_PUBLIC_URL', 'DIALPAD_SECRET',
    'TWILIO_ACCOUNT_SID', 'TWILIO_API_KEY', 'TWILIO_API_SECRET', 'TWILIO_AUTH_TOKEN',
    'TWILIO_FLEX_INTERNAL_CALL_WORKFLOW_SID', 'TWILIO_FLEX_WORKSPACE_SID']);
  assert.deepEqual([config.TWILIO_ACCOUNT_SID, config.TWILIO_AUTH_TOKEN,
    config.TWILIO_FLEX_WORKSPACE_SID], [accountSid, authToken, workspaceSid]);
  assert.deepEqual([config.TWILIO_API_KEY], made.keys);
  assert.equal(config.TWILIO_API_SECRET,
    host.sandbox.world.keys.bySid.get(config.TWILIO_API_KEY).secret);
  assert.equal(config.TWILIO_FLEX_INTERNAL_CALL_WORKFLOW_SID, workflowMade().sid);
  assert.match(config.DIALPAD_SECRET, /^[0-9a-f]{64}$/);
  const { key, queue, workflow, ...rest } = host.recorded();
  assert.deepEqual(rest, {});
  assert.deepEqual([key.sid, workflow.sid], [config.TWILIO_API_KEY, workflowMade().sid]);
  assert.equal(queue.sid, routing().filters[0].targets[0].queue);
}

test('from nothing to a configuration, and a second run changes nothing', async () => {
  expectDone(await host.setup());
  expectComplete();
  assert.equal(statSync(host.conf).mode & 0o777, 0o640);
  assert.equal(statSync(host.record).mode & 0o777, 0o600);
  assert.equal(workflowMade().taskReservationTimeout, 60);
  assert.deepEqual(routing().filters[0], {
    filter_friendly_name: 'Dialpad', expression: 'dialpad != null',
    targets: [{ queue: host.recorded().queue.sid,
      expression: 'task.targetWorker==worker.contact_uri', priority: 1000 }],
  });
  expectDone(await host.run(['check']));
  host.sandbox.world.requests.clear();
  const again = await host.setup();
  expectDone(again);
  assert.doesNotMatch(again.out, /^(?:made|changed|removed)/m);
  assert.deepEqual(changes(), []);
  expectComplete();
});

test('a dry run says what would be made, makes nothing, and its answer is 3', async () => {
  const { status, out } = await host.setup('--dry-run');
  assert.equal(status, 3);
  for (const what of ['key', 'queue', 'workflow', 'conf']) {
    assert.match(out, new RegExp(`^(?:made|changed) +\\(would be\\) ${what}`, 'm'));
  }
  assert.deepEqual(changes(), []);
  assert.deepEqual([existsSync(host.conf), existsSync(host.record)], [false, false]);
  expectDone(await host.setup());
  expectDone(await host.setup('--dry-run'));
});

test('killed at any request and started again, it ends in the same state', async () => {
  await host.setup();
  const total = host.sandbox.world.requests.since(0).length;
  assert.ok(total >= 10);
  await host.end();
  for (const apply of ['before', 'after']) {
    for (let skip = 0; skip < total; skip++) {
      host = await Host.begin();
      host.sandbox.world.faults.add({ skip, action: 'hang', apply });
      const { child, ended } = run(['setup', '--public-url', PUBLIC_URL], host.env);
      const [order] = host.sandbox.world.faults.list();
      await until(() => order.remaining === 0);
      if (apply === 'after') await until(() => host.sandbox.world.requests.since(0).length > skip);
      child.kill('SIGKILL');
      await ended;
      host.sandbox.world.faults.clear();
      expectDone(await host.setup());
      expectComplete();
      if (skip < total - 1 || apply === 'before') await host.end();
    }
  }
});

for (const [name, path] of [['key', 'Keys'], ['queue', 'TaskQueues'], ['Workflow', 'Workflows']]) {
  test(`the answer to the ${name}'s POST is lost: the next run looks first`, async () => {
    host.sandbox.world.faults.add({
      match: { method: 'POST', path }, action: 'drop', apply: 'after' });
    const { status, err } = await host.setup();
    assert.equal(status, 1);
    assert.match(err, /^dialpad-admin: /m);
    expectDone(await host.setup());
    expectComplete();
  });
}

test('a thing of the same name that it didn\'t make stops it, untouched', async () => {
  const queue = host.sandbox.taskrouter.addQueue({ friendlyName: QUEUE, targetWorkers: '1==2' });
  for (const args of [[], ['--dry-run']]) {
    const { status, err } = await host.setup(...args);
    assert.equal(status, 3);
    assert.match(err, new RegExp(`queue "${QUEUE}" \\(${queue.sid}\\).*--adopt`));
  }
  assert.deepEqual([queue.targetWorkers, host.made().workflows], ['1==2', []]);
});

test('what somebody has changed stays changed, in a second run and in a removal', async () => {
  await host.setup();
  workflowMade().taskReservationTimeout = 77;
  const { status, out } = await host.setup();
  assert.equal(status, 3);
  assert.match(out, /^differs +workflow/m);
  const removal = await host.run(['setup', '--remove']);
  assert.equal(removal.status, 3);
  assert.equal(workflowMade().taskReservationTimeout, 77);
  assert.deepEqual([host.made().queues, Object.keys(host.recorded()).sort()],
    [[QUEUE], ['queue', 'workflow']]);
});

test('what it made follows the configuration', async () => {
  await host.setup();
  writeFileSync(host.conf, 'DIALPAD_RING_SECONDS=50\n', { flag: 'a' });
  assert.equal((await host.setup('--dry-run')).status, 3);
  assert.equal(workflowMade().taskReservationTimeout, 60);
  expectDone(await host.setup());
  assert.equal(workflowMade().taskReservationTimeout, 80);
  expectDone(await host.setup('--dry-run'));
});

test('what was deleted behind its back is made again', async () => {
  await host.setup();
  const { keys, taskrouter } = host.sandbox.world;
  keys.bySid.clear();
  taskrouter.workflows.delete(workflowMade().sid);
  expectDone(await host.setup());
  expectComplete();
});

test('a removal takes away what it made, and nothing else; then it can begin again', async () => {
  writeFileSync(host.conf, '# mine\nDIALPAD_THREADS=3\n', { mode: 0o640 });
  await host.setup();
  const others = host.sandbox.taskrouter.queues.size - 1;
  expectDone(await host.run(['setup', '--remove']));
  assert.deepEqual(host.made(), { keys: [], queues: [], workflows: [] });
  assert.equal(host.sandbox.taskrouter.queues.size, others);
  assert.equal(existsSync(host.record), false);
  const config = host.config();
  assert.equal(config.DIALPAD_THREADS, '3');
  assert.deepEqual([config.TWILIO_API_KEY, config.TWILIO_FLEX_INTERNAL_CALL_WORKFLOW_SID],
    [undefined, undefined]);
  expectDone(await host.run(['setup', '--remove']));
  expectDone(await host.setup());
  assert.equal(host.made().keys.length, 1);
});

test('no removal while Tasks live', async () => {
  await host.setup();
  await newTask();
  const { status, err } = await host.run(['setup', '--remove']);
  assert.equal(status, 1);
  assert.match(err, /1 Tasks live/);
  expectComplete();
});

test('a removal killed at any request and started again leaves nothing', async () => {
  await host.setup();
  host.sandbox.world.requests.clear();
  await host.run(['setup', '--remove']);
  const total = host.sandbox.world.requests.since(0).length;
  for (let skip = 0; skip < total; skip++) {
    await host.setup();
    host.sandbox.world.faults.add({ skip, action: 'hang', apply: 'after' });
    const { child, ended } = run(['setup', '--remove'], host.env);
    const order = host.sandbox.world.faults.list().at(-1);
    await until(() => order.remaining === 0);
    child.kill('SIGKILL');
    await ended;
    host.sandbox.world.faults.clear();
    expectDone(await host.run(['setup', '--remove']));
    assert.deepEqual(host.made(), { keys: [], queues: [], workflows: [] });
  }
});

test('an adopted Workflow is only read', async () => {
  const { workflowSid } = host.sandbox.world.config;
  expectDone(await host.setup('--adopt', workflowSid));
  assert.equal(host.config().TWILIO_FLEX_INTERNAL_CALL_WORKFLOW_SID, workflowSid);
  assert.deepEqual([host.made().queues, host.made().workflows], [[], []]);
  assert.deepEqual(changes().map(({ path }) => path.replace(/.*\//, '')), ['Keys.json']);
});

test('--into prints the filter, and changes nothing', async () => {
  const { workflowSid } = host.sandbox.world.config;
  const { status, out } = await host.run(['setup', '--into', workflowSid]);
  assert.equal(status, 0);
  const filter = JSON.parse(out.slice(out.indexOf('{')));
  assert.equal(filter.expression, 'dialpad != null');
  assert.ok(host.sandbox.taskrouter.queues.has(filter.targets[0].queue));
  assert.deepEqual([changes(), existsSync(host.conf)], [[], false]);
});

test('the outbound call configuration is shown, set only when asked, and put back', async () => {
  const flow = async () => {
    const answer = await host.sandbox.rest('GET', '/v1/Configuration');
    return answer.body.outbound_call_flows.default;
  };
  const before = await flow();
  const shown = await host.setup();
  assert.match(shown.out, new RegExp(`^found +outbound .*${before.workflow_sid}`, 'm'));
  assert.deepEqual(await flow(), before);
  expectDone(await host.setup('--flex-outbound'));
  assert.deepEqual(await flow(), { ...before, workflow_sid: workflowMade().sid,
    queue_sid: host.recorded().queue.sid });
  expectDone(await host.setup('--flex-outbound'));
  expectDone(await host.run(['setup', '--remove']));
  assert.deepEqual(await flow(), before);
});

test('rotate-key: the old key stays until a second run, and while Tasks live', async () => {
  await host.setup();
  const old = host.config();
  const first = await host.run(['setup', 'rotate-key']);
  assert.equal(first.status, 3, first.err);
  const { TWILIO_API_KEY: key, TWILIO_API_SECRET: secret, ...rest } = host.config();
  assert.notEqual(key, old.TWILIO_API_KEY);
  assert.notEqual(secret, old.TWILIO_API_SECRET);
  assert.equal(rest.DIALPAD_SECRET, old.DIALPAD_SECRET);
  assert.deepEqual(host.made().keys, [old.TWILIO_API_KEY, key]);
  const { body: task } = await newTask();
  assert.equal((await host.run(['setup', 'rotate-key'])).status, 3);
  assert.equal(host.made().keys.length, 2);
  await host.sandbox.rest('POST', `Tasks/${task.sid}`,
    { AssignmentStatus: 'canceled', Reason: 'x' });
  expectDone(await host.run(['setup', 'rotate-key']));
  assert.deepEqual(host.made().keys, [key]);
  expectDone(await host.setup());
  expectComplete();
});

test('rotate-key killed at any request leaves one key in use and none forgotten', async () => {
  for (const apply of ['before', 'after']) {
    for (let skip = 0; skip < 3; skip++) {
      await host.setup();
      host.sandbox.world.faults.add({ skip, action: 'hang', apply });
      const { child, ended } = run(['setup', 'rotate-key'], host.env);
      const order = host.sandbox.world.faults.list().at(-1);
      const stopped = await Promise.race([
        until(() => order.remaining === 0).then(() => true), ended.then(() => false)]);
      if (stopped) child.kill('SIGKILL');
      await ended;
      host.sandbox.world.faults.clear();
      for (let i = 0; i < 3; i++) {
        if ((await host.run(['setup', 'rotate-key'])).status === 0) break;
      }
      expectDone(await host.setup());
      expectComplete();
    }
  }
});

test('without DIALPAD_SECRET a rotation keeps the API secret for the sessions', async () => {
  const { apiKey, apiSecret } = host.sandbox.world.config;
  writeFileSync(host.conf, `TWILIO_API_KEY=${apiKey}\nTWILIO_API_SECRET=${apiSecret}\n`,
    { mode: 0o640 });
  const { out } = await host.setup();
  assert.match(out, /DIALPAD_SECRET isn't set/);
  assert.equal((await host.run(['setup', 'rotate-key'])).status, 3);
  const config = host.config();
  assert.equal(config.DIALPAD_SECRET, apiSecret);
  assert.notEqual(config.TWILIO_API_KEY, apiKey);
});

test('where addresses aren\'t made of friendly names, it chooses nothing silently', async () => {
  await host.sandbox.control('POST', 'workers', { workers: [
    { friendly_name: 'erin', attributes: { contact_uri: 'client:somebody' } }] });
  const undecided = await host.setup();
  assert.equal(undecided.status, 3);
  assert.match(undecided.out, /4 of 5 have a contact_uri that is made/);
  assert.match(undecided.out, /erin/);
  assert.match(undecided.err, /--identity friendly_name.*--identity contact_uri/);
  expectDone(await host.setup('--identity', 'contact_uri'));
  assert.equal(host.config().DIALPAD_IDENTITY, 'contact_uri');
  expectDone(await host.setup());
});

test('a wrong token, workspace or usage is said in one line', async () => {
  const wrong = await host.run(['setup', '--public-url', 'https://x.example/cgi-bin'],
    { TWILIO_AUTH_TOKEN: 'wrong' });
  assert.equal(wrong.status, 1);
  assert.match(wrong.err, /don't belong together/);
  const nowhere = await host.setup('--workspace', `WS${'f'.repeat(32)}`);
  assert.equal(nowhere.status, 1);
  assert.match(nowhere.err, /which workspace/);
  for (const args of [['--public-url', 'http://calls.example.com'], ['--adopt', 'WS1'],
    ['--remove', 'rotate-key'], ['--colour'], ['--identity', 'mine']]) {
    assert.equal((await host.run(['setup', ...args])).status, 2, args.join(' '));
  }
  assert.equal((await host.run(['setup'])).status, 2);
  assert.equal(existsSync(host.record), false);
});

test('without a terminal and without an environment it says what it needs', async () => {
  const { TWILIO_ACCOUNT_SID: _, TWILIO_AUTH_TOKEN: __, ...env } = host.env;
  const { child, ended } = run(['setup', '--public-url', 'https://x.example/cgi-bin'], env);
  assert.ok(child.pid);
  const { status, err } = await ended;
  assert.equal(status, 1);
  assert.match(err, /TWILIO_ACCOUNT_SID/);
});

test('it asks on the terminal, and the token isn\'t seen', async () => {
  await host.end();
  host = await Host.begin({ authToken: 'a-token-that-nobody-sees' });
  const { TWILIO_ACCOUNT_SID: sid, TWILIO_AUTH_TOKEN: token, ...env } = host.env;
  const child = spawn('script', ['-qec', `${admin} setup --public-url ${PUBLIC_URL}`, '/dev/null'],
    { env: { PATH: process.env.PATH, ...env }, stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise((done) => { child.once('close', done); });
  let seen = '';
  child.stdout.on('data', (chunk) => { seen += chunk; });
  await until(() => seen.includes('Account SID'));
  child.stdin.write(`${sid}\n`);
  await until(() => seen.includes('Auth token'));
  child.stdin.write(`${token}\n`);
  assert.equal(await ended, 0, seen);
  assert.ok(!seen.includes(token));
  expectComplete();
});
