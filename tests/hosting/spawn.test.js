// deploy/dialpad-spawn runs the programs, and replaces them while they are asked.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { direct } from '../endpoint/direct.js';
import { until } from '../endpoint/lib.js';
import { startStack } from '../stack/stack.js';
import { listensOn } from '../stack/system.js';
import { Load } from './load.js';

const RELOADS = Number(process.env.DIALPAD_RESTARTS || 5);
const run = promisify(execFile);

let stack;
let env;

// nginx asks the programs of this folder, whoever runs them.
before(async () => {
  stack = await startStack({ mode: 'fastcgi', requestsPerSecond: 100_000 });
  const { dir, env: own } = stack.sets[0];
  await Promise.all(stack.names.map((name) => stack.stopProgram(name)));
  mkdirSync(join(dir, 'log'));
  // The checkout may be where no other user can go.
  cpSync(join(stack.buildDir, 'cgi-bin'), join(dir, 'programs'), { recursive: true });
  env = {
    ...process.env, ...own, PATH: `${process.env.PATH}:/usr/sbin:/sbin`,
    DIALPAD_PROGRAMS: join(dir, 'programs'), DIALPAD_RUN: dir,
    DIALPAD_LOG_FILE: join(dir, 'log/dialpad.log'),
    DIALPAD_USER: 'www-data',
  };
  if (process.getuid() !== 0) return;
  chmodSync(stack.dir, 0o711);
  await run('chown', ['-R', 'www-data', dir]);
});

after(async () => {
  await spawnScript('stop').finally(() => stack.stop());
});

async function spawnScript(command, own = env) {
  const { stdout } = await run(join(stack.repo, 'deploy/dialpad-spawn'), [command], { env: own });
  return stdout;
}

function pids(status) {
  return [...status.matchAll(/^\S+ runs \((\d+)\)$/gm)].map(([, pid]) => pid);
}

const health = async () => (await stack.fetch('/cgi-bin/health')).status;

test('start, status, stop', async () => {
  assert.equal(await health(), 502);
  await spawnScript('start');
  assert.equal(await health(), 200);
  const running = pids(await spawnScript('status'));
  assert.equal(running.length, stack.names.length);
  await spawnScript('start');
  assert.deepEqual(pids(await spawnScript('status')), running, 'a second start changes nothing');
  await spawnScript('stop');
  await assert.rejects(spawnScript('status'), { code: 3 });
  assert.equal(await health(), 502);
});

test('a process that has nothing to do with it is left alone', async () => {
  await spawnScript('start');
  const [pid] = pids(await spawnScript('status'));
  await stack.processes.start('other', 'sleep', ['60'], { mayExit: true });
  const other = [...stack.processes.running].find(({ name }) => name === 'other');
  const name = stack.names.find((one) =>
    readFileSync(join(env.DIALPAD_RUN, `${one}.pid`), 'utf8').trim() === pid);
  await run('sh', ['-c', 'echo "$1" >"$2"', 'sh', String(other.pid),
    join(env.DIALPAD_RUN, `${name}.pid`)]);
  await spawnScript('reload');
  assert.equal(other.ended, null);
  process.kill(Number(pid), 'SIGTERM');
  await spawnScript('stop');
});

// A program that is told to end before it has even been loaded: until `go` is written to.
async function slowProgram(name) {
  const folder = join(env.DIALPAD_RUN, 'slow');
  mkdirSync(folder);
  const program = join(folder, name);
  const [real, go] = [join(folder, '..', name), join(folder, '..', 'go')];
  cpSync(join(env.DIALPAD_PROGRAMS, name), real);
  await run('mkfifo', [go]);
  writeFileSync(program, `#!/bin/bash
kill -TERM $$
read -r go <'${go}'
exec -a "$0" '${real}'
`, { mode: 0o755 });
  if (process.getuid() === 0) await run('chown', ['www-data', go]);
  return { folder, go };
}

test('a program that is told to end while it starts serves whoever waits for it', async () => {
  const { folder, go } = await slowProgram('health');
  const socket = join(env.DIALPAD_RUN, 'health.sock');
  const start = spawnScript('start', { ...env, DIALPAD_PROGRAMS: folder })
    .catch(({ code }) => assert.equal(code, 1, 'it may end before it is seen to run'));
  await until('the socket', () => listensOn(socket));
  const answer = direct(stack, 'health', {
    REQUEST_METHOD: 'GET', REQUEST_URI: '/cgi-bin/health', REMOTE_ADDR: '127.0.0.1',
  });
  const writer = await open(go, 'r+'); // which waits for no reader
  try {
    await writer.write('\n');
    assert.equal((await answer).status, 200);
  } finally {
    await writer.close();
    await start;
  }
});

test(`reload, ${RELOADS} times: no request fails`, async (t) => {
  await spawnScript('start');
  const load = new Load(stack, { atOnce: 2, slow: 1 });
  await load.start(stack.names);
  try {
    for (let round = 0; round < RELOADS; round++) {
      const old = pids(await spawnScript('status'));
      await spawnScript('reload');
      const fresh = pids(await spawnScript('status'));
      assert.equal(fresh.length, old.length);
      assert.ok(!fresh.some((pid) => old.includes(pid)));
    }
  } finally {
    await load.stop();
  }
  t.diagnostic(`${load.answers} answers, ${load.failures.length} failures`);
  assert.deepEqual(load.failures, []);
});
