// The same units laid out below another PREFIX: who makes the state folder, what a reload does, and
// what becomes of a program that can't start. Needs root: make test-systemd.

import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { Lab, PROGRAMS, until } from '../endpoint/lib.js';
import { startStack } from '../stack/stack.js';
import { freePort } from '../stack/system.js';
import { Machine } from './machine.js';

const PREFIX = '/usr/local';
const CONFIGURATION = `${PREFIX}/etc/dialpad/dialpad.conf`;

let stack; // the stand-in, and secrets
let machine;
let inside; // as `stack`, but what is asked is the machine's nginx
let lab;

function configure(more = {}) {
  const { DIALPAD_STATE_DIR: ignored, ...config } = stack.config;
  const file = join(machine.root, CONFIGURATION);
  writeFileSync(file, Object.entries({ ...config, ...more })
    .map(([key, value]) => `${key}=${value}\n`).join(''));
  chmodSync(file, 0o640);
}

before(async () => {
  assert.equal(process.getuid(), 0, 'debootstrap and namespaces need root');
  const port = await freePort();
  // Built apart: PREFIX is compiled in.
  const build = join(process.env.DIALPAD_BUILD || 'build', 'prefix');
  stack = await startStack({ mode: 'fastcgi', programs: ['health'],
    extraConfig: { DIALPAD_PUBLIC_URL: `https://127.0.0.1:${port}/cgi-bin` } });
  stack.buildDir = join(stack.repo, build);
  inside = Object.assign(Object.create(stack), { port });
  lab = new Lab(inside);
  await lab.loadWorkers();
  machine = new Machine(stack, PREFIX);
  await machine.install(port);
  await machine.boot();
});

after(async () => {
  await machine?.powerOff();
  await stack?.stop();
  machine?.remove();
});

const session = () => inside.fetch('/cgi-bin/session', { method: 'POST',
  headers: { Authorization: `Basic ${Buffer.from('alice:alice').toString('base64')}` } });

test('every program starts, and keeps the directory where it may', async () => {
  await machine.run('systemd-sysusers');
  configure();
  await machine.run('chown', 'root:dialpad', CONFIGURATION);
  await machine.systemctl('enable', '--now', 'dialpad.target');
  const signedIn = await session();
  assert.equal(signedIn.status, 200, signedIn.body);
  for (const [name, { method }] of Object.entries(PROGRAMS)) {
    const { status } = await inside.fetch(`/cgi-bin/${name}`, { method });
    assert.ok(status < 500, `${name}: ${status}`);
  }
  assert.equal((await lab.page('alice', 'list-agents')).status, 200);
  assert.match(await machine.run('find', `${PREFIX}/var/cache/dialpad`, '-type', 'f', '-printf',
    '%u %m\n'), /^dialpad 600$/m);
  await machine.systemctl('start', 'dialpad-sweep.service');
  assert.equal(await machine.systemctl('--failed', '--plain', '--no-legend'), '');
});

test('a reload is enough for a new configuration', async () => {
  assert.equal(JSON.parse((await session()).body).ringSeconds, 30);
  configure({ DIALPAD_RING_SECONDS: 25 });
  await machine.systemctl('reload', 'dialpad.target');
  await until('the new ring time', async () =>
    JSON.parse((await session()).body).ringSeconds === 25);
});

test('a program that can not start gives up, and is seen', async () => {
  const program = join(machine.root, PREFIX, 'lib/dialpad/cgi-bin/ringback');
  const [service, socket] = ['dialpad@ringback.service', 'dialpad@ringback.socket'];
  chmodSync(program, 0o644);
  await machine.systemctl('stop', service);
  await machine.systemctl('start', socket);
  // Who waits asks for it again and again, until systemd has had enough.
  await until('the end of all tries', async () => {
    const { status } = await inside.fetch('/cgi-bin/ringback?tone=1');
    assert.ok([502, 504].includes(status), String(status));
    return (await machine.show(socket, 'ActiveState')).ActiveState === 'failed';
  }, 60_000, 500);
  assert.match(await machine.systemctl('--failed', '--plain', '--no-legend'),
    /dialpad@ringback\.service[^]*dialpad@ringback\.socket/);
  const { NRestarts, Result } = await machine.show(service, 'NRestarts', 'Result');
  assert.deepEqual([NRestarts, Result], ['0', 'exit-code']);

  chmodSync(program, 0o755);
  // systemd counts the tries of the last ten seconds, also those before the repair.
  await until('an answer', async () => {
    await machine.systemctl('reset-failed');
    await machine.systemctl('start', socket);
    return (await inside.fetch('/cgi-bin/ringback?tone=1')).status === 200;
  }, 20_000, 1000);
});
