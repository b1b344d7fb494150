// dialpad-admin doctor --call beside a whole product: it makes a call as two pages would, says
// where it fails, and leaves nobody in it, whatever happens meanwhile.

import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';

import { Lab } from '../endpoint/lib.js';
import { startStack } from '../stack/stack.js';
import { until } from '../stack/system.js';
import { doctor, expectAmong, run } from './lib.js';

let lab;
let stack;
const dir = mkdtempSync(join(tmpdir(), 'dialpad-doctor-'));
const users = join(dir, 'users');

// Alice's address is what the file of users says, Bob's what his Worker says.
before(async () => {
  writeFileSync(users, '', { mode: 0o600 });
  stack = await startStack({ mode: 'fastcgi', tls: true, extraConfig: { DIALPAD_USERS: users } });
  lab = new Lab(stack);
  await lab.loadWorkers();
  appendFileSync(users, `alice ${lab.workers.get('alice').sid} client:alice_one\n`);
  await Promise.all(['session', 'create-task'].map((name) => stack.restartProgram(name)));
});
after(async () => {
  await stack.stop();
  rmSync(dir, { recursive: true });
});
afterEach(async () => {
  await lab.clearFaults();
  await lab.reset();
});

const softphones = () => Promise.all(['alice_one', 'bob'].map((identity) =>
  lab.control('softphone', { identity, behaviour: 'answer' })));
const args = (...words) => ['--sockets', stack.sets[0].dir, '--call', ...words];
const call = (...words) => doctor(stack.sets[0].env, args(...words));

const steps = (checks) => Object.fromEntries(Object.entries(checks)
  .filter(([id]) => id.startsWith('call.')).map(([id, { result }]) => [id, result]));
const ok = { 'call.agents': 'ok', 'call.task': 'ok', 'call.caller': 'ok' };
const expectWhole = ({ checks }) => assert.deepEqual(steps(checks),
  { ...ok, 'call.callee': 'ok', 'call.hold': 'ok', 'call.end': 'ok' },
  JSON.stringify(checks, null, 1));

test('a call through every step; with --experiment what Twilio does', async () => {
  await softphones();
  const found = await call('alice', lab.workers.get('bob').sid, '--experiment');
  expectWhole(found);
  assert.match(found.checks['call.callee'].text, /^the colleague's leg is in: .*, \d+ ms$/);
  const said = (id) => found.checks[`experiment.${id}`].text;
  assert.match(said('task'), /\d ms after it was made: status 200$/);
  assert.equal(said('etag'), 'an ETag comes bare; If-Match bare: 200, quoted: 200');
  assert.match(said('list'), /status 200, our Task is in it, its attributes too$/);
  assert.match(said('leg'),
    /status 200, to the caller's address, direction outbound-api, queue_time 0$/);
  assert.match(said('lone'), /status in-progress, 1 participants, 1 with a label$/);
  assert.match(said('both'), /status in-progress, 2 participants, 2 with a label$/);
  await lab.expectQuiet();
});

test('an ETag or Attributes that Twilio doesn\'t send are not written over', async () => {
  await softphones();
  // The first GET of the Task by the doctor itself.
  await lab.fault({ match: { method: 'GET', path: '/Tasks/WT\\w+$' }, action: 'json',
    body: { attributes: '{}' }, times: 1 });
  const { checks } = await call('alice', 'bob', '--experiment');
  assert.match(checks['experiment.etag'].text, /no ETag or no attributes: nothing was tried/);
  await lab.expectQuiet();
});

test('where it fails is said, and nothing is left', async () => {
  await lab.control('softphone', { identity: 'alice_one', behaviour: 'answer' });
  const failed = await call('alice', 'bob');
  assert.deepEqual(steps(failed.checks), { ...ok, 'call.callee': 'FAIL' });
  expectAmong(failed, ['call.callee', 'FAIL', /leg of bob.*came to failed/, /registered/]);
  await lab.expectQuiet();
  expectAmong(await call('alice', 'dave'), ['call.task', 'FAIL', /409 callee_offline/, /available/]);
  expectAmong(await call('alice', 'nobody'), ['call.agents', 'FAIL', /^nobody: no Worker/, /WK…/]);
});

test('a Task that create-task has made without saying so is found, and closed', async () => {
  await softphones();
  await lab.fault({ match: { method: 'POST', path: '/Tasks$' }, action: 'status', status: 503,
    apply: 'after', times: 1 });
  expectAmong(await call('alice', 'bob'), ['call.task', 'FAIL', /create-task answers 502/, /./]);
  await lab.expectQuiet();
});

/** The doctor while both are in the call, because `hold-participant` waits for Twilio. */
async function talking() {
  await softphones();
  const { id } = await lab.fault({ match: { method: 'POST', path: '/Participants/CA' },
    action: 'hold' });
  const { child, ended } = run(['doctor', '--json', ...args('alice', 'bob')], stack.sets[0].env);
  await until('a call', async () => (await lab.requests())
    .some(({ method, path }) => method === 'POST' && path.includes('/Participants/CA')));
  return { child, goOn: () => lab.clearFaults(id), found: ended.then(({ signal, out, err }) => {
    assert.equal(signal, null, err);
    const { checks } = JSON.parse(out);
    return { checks: Object.fromEntries(checks.map(({ id, ...rest }) => [id, rest])) };
  }) };
}

test('what Twilio shows late is asked for again, as pages do', async () => {
  const { found, goOn } = await talking();
  await lab.fault({ match: { method: 'GET', path: '/Tasks/WT\\w+$' }, action: 'status', status: 404,
    times: 2 });
  await goOn();
  expectWhole(await found);
  await lab.expectQuiet();
});

test('whoever interrupts it amid the call has ended that for both', async () => {
  const { child, found, goOn } = await talking();
  child.kill('SIGINT');
  await goOn();
  expectAmong(await found, ['call.interrupted', 'FAIL', /./, /again/]);
  await lab.expectQuiet();
});

test('an end that fails at first is asked for again', async () => {
  const { child, found, goOn } = await talking();
  await lab.fault({ match: { method: 'POST', path: '/Conferences/CF\\w+\\.json$' },
    action: 'status', status: 503 });
  child.kill('SIGHUP');
  await goOn();
  assert.equal((await found).checks['call.left'], undefined);
  await lab.expectQuiet();
});

test('an end that fails for long is said, and the sweep still sees the call', async () => {
  const { found, goOn } = await talking();
  await stack.stopProgram('end-call');
  await goOn();
  expectAmong(await found, ['call.left', 'FAIL', /end-call/, /dialpad-admin sweep/]);
  const { tasks } = await lab.state();
  const open = tasks.filter(({ assignment_status: status }) => status === 'assigned');
  assert.equal(open.length, 2, JSON.stringify(tasks));
  await stack.startProgram('end-call');
  const k = open.find(({ attributes: { internal } }) => internal === 'true');
  const ended = await lab.page('bob', 'end-call', { body: { taskSid: k.sid, reason: 'hangup' } });
  assert.equal(ended.status, 200, ended.body);
  await lab.expectQuiet();
});
