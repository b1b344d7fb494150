// deploy/dialpad-spawn runs the programs, and replaces them while they are asked.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { startStack } from '../stack/stack.js';
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
    DIALPAD_LOG: join(dir, 'log/dialpad.log'),
    DIALPAD_USER: 'www-data',
  };
  if (process.getuid() !== 0) return;
  chmodSync(stack.dir, 0o711);
  await run('chown', ['-R', 'www-data', dir]);
});

after(async () => {
  await spawnScript('stop').finally(() => stack.stop());
});

async function spawnScript(command) {
  const { stdout } = await run(join(stack.repo, 'deploy/dialpad-spawn'), [command], { env });
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
