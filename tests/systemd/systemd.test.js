// The units of deploy/systemd under a real systemd, beside Debian's nginx, set up as the README
// says. Needs root, for debootstrap and the namespaces: make test-systemd.

import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { connect, expectEnded } from '../endpoint/agent.js';
import { Lab, PROGRAMS, expectHeaders, until } from '../endpoint/lib.js';
import { Load } from '../hosting/load.js';
import { startStack } from '../stack/stack.js';
import { freePort } from '../stack/system.js';
import { Machine } from './machine.js';

const NAMES = Object.keys(PROGRAMS);
const SERVICES = NAMES.map((name) => `dialpad@${name}.service`);
const SOCKETS = NAMES.map((name) => `dialpad@${name}.socket`);
const RESTARTS = 5;
const SWEEP_MS = 180_000;

let stack; // the stand-in, and secrets
let machine;
let inside; // as `stack`, but what is asked is the machine's nginx
let lab;

before(async () => {
  assert.equal(process.getuid(), 0, 'debootstrap and namespaces need root');
  const port = await freePort();
  stack = await startStack({ mode: 'fastcgi', programs: ['health'],
    extraConfig: { DIALPAD_PUBLIC_URL: `https://127.0.0.1:${port}/cgi-bin` } });
  inside = Object.assign(Object.create(stack), { port });
  lab = new Lab(inside);
  await lab.loadWorkers();
  machine = new Machine(stack);
  await machine.install(port);
  await machine.boot();
});

after(async () => {
  await machine?.powerOff();
  await stack?.stop();
  machine?.remove();
});

async function states(units) {
  const answer = await machine.systemctl('is-active', ...units).catch(({ stdout }) => stdout);
  return [...new Set(answer.trim().split('\n'))];
}

const pidOf = async (unit) => (await machine.show(unit, 'MainPID')).MainPID;

test('the README\'s commands set it up', async () => {
  await machine.run('systemd-sysusers');
  const { DIALPAD_STATE_DIR: ignored, ...config } = stack.config;
  const file = join(machine.root, 'etc/dialpad/dialpad.conf');
  writeFileSync(file, Object.entries(config).map(([key, value]) => `${key}=${value}\n`).join(''));
  chmodSync(file, 0o640);
  await machine.run('chown', 'root:dialpad', '/etc/dialpad/dialpad.conf');
  await machine.systemctl('enable', '--now', 'dialpad.target');
  assert.deepEqual(await states(SOCKETS), ['active']);
  assert.deepEqual(await states(SERVICES), ['inactive']);
  for (const name of NAMES) {
    assert.equal(await machine.run('stat', '-c', '%U %G %a', `/run/dialpad/${name}.sock`),
      'root www-data 660\n');
  }
});

test('a request starts its program, which reaches Twilio', async () => {
  const answer = await inside.fetch('/cgi-bin/health?deep=1');
  assert.equal(answer.status, 200, answer.body);
  assert.deepEqual(await states(['dialpad@health.service']), ['active']);
});

test('an agent signs in and finds the others', async () => {
  const password = Buffer.from('alice:alice').toString('base64');
  const session = await inside.fetch('/cgi-bin/session',
    { method: 'POST', headers: { Authorization: `Basic ${password}` } });
  assert.equal(session.status, 200, session.body);
  assert.equal((await inside.fetch('/cgi-bin/session', { method: 'POST' })).status, 401);
  expectHeaders(lab, 'session', session);
  const found = await lab.page('alice', 'list-agents');
  assert.equal(found.data.total, 2, 'Bob and Carol; Dave is offline');
  assert.match(await machine.run('find', '/var/cache/dialpad', '-type', 'f', '-printf', '%u %m\n'),
    /^dialpad 600$/m);
});

test('a call', async () => {
  const call = await connect(lab);
  assert.equal((await call.caller.hold(call.t1, true)).status, 200);
  assert.equal((await call.callee.endCall(call.k)).status, 200);
  await expectEnded(call, 'hangup');
  await lab.expectQuiet();
});

test('every program runs, and may do little', async () => {
  for (const [name, { method }] of Object.entries(PROGRAMS)) {
    const { status } = await inside.fetch(`/cgi-bin/${name}`, { method });
    assert.ok(status < 500, `${name}: ${status}`);
  }
  assert.deepEqual(await states(SERVICES), ['active']);
  for (const service of SERVICES) {
    const status = await machine.run('cat', `/proc/${await pidOf(service)}/status`);
    for (const line of ['CapEff:\t0000000000000000', 'CapBnd:\t0000000000000000', 'NoNewPrivs:\t1',
      'Seccomp:\t2']) {
      assert.ok(status.includes(line), `${service}: ${line}`);
    }
    assert.doesNotMatch(status, /^Uid:.*\b0\b/m, service);
  }
});

test('each request is one line in the journal', async () => {
  for (const name of NAMES) {
    const before = await machine.journal(`--identifier=dialpad-${name}`);
    const method = PROGRAMS[name].method === 'GET' ? 'PUT' : 'GET';
    const path = name === 'session' ? '/alice/cgi-bin/session' : `/cgi-bin/${name}`;
    for (let i = 0; i < 3; i += 1) await inside.fetch(path, { method });
    let added;
    await until(`lines of ${name}`, async () => {
      await machine.run('journalctl', '--sync');
      added = (await machine.journal(`--identifier=dialpad-${name}`)).slice(before.length);
      return added.trim().split('\n').length >= 3;
    });
    assert.equal(added.trim().split('\n').length, 3, added);
  }
});

test('a program that was killed is there again', async () => {
  for (const service of SERVICES) {
    const before = await pidOf(service);
    await machine.systemctl('kill', '--signal=KILL', service);
    await until(`another process of ${service}`, async () => {
      const now = await pidOf(service);
      return now !== '0' && now !== before;
    });
  }
  assert.deepEqual(await states([...SERVICES, ...SOCKETS]), ['active']);
});

test(`all are restarted ${RESTARTS} times, and no request fails`, async (t) => {
  const load = new Load(inside, { atOnce: 2, slow: 1 });
  await load.start(NAMES);
  const pids = new Set();
  for (let round = 0; round < RESTARTS; round += 1) {
    await machine.systemctl('restart', 'dialpad@*.service');
    pids.add(await pidOf('dialpad@session.service'));
  }
  await load.stop();
  t.diagnostic(`${load.answers} answers, ${load.failures.length} failures`);
  assert.equal(pids.size, RESTARTS);
  assert.deepEqual(load.failures, []);
});

test('the sweep has run within a minute or so, and will again', async () => {
  await until('the first sweep', async () =>
    (await machine.journal('--unit=dialpad-sweep.service')).includes('Finished'), SWEEP_MS, 1000);
  assert.equal((await machine.show('dialpad-sweep.service', 'Result')).Result, 'success');
  await until('a plan for the next', async () =>
    (await machine.show('dialpad-sweep.timer', 'NextElapseUSecMonotonic'))
      .NextElapseUSecMonotonic !== 'infinity');
});

test('stopped, nothing is left of it, and nothing has failed', async () => {
  await machine.systemctl('disable', '--now', 'dialpad.target');
  const units = [...SERVICES, ...SOCKETS, 'dialpad-sweep.timer'];
  await until('the end of all', async () => String(await states(units)) === 'inactive');
  assert.equal(await machine.systemctl('--failed', '--plain', '--no-legend'), '');
  const said = await machine.journal('--unit=dialpad@*', '--unit=dialpad-sweep.service');
  assert.deepEqual(said.split('\n').filter((line) => /Failed with result (?!'signal')/.test(line)),
    []);
});
