// Programs are restarted while they are asked; nobody notices.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { startStack } from '../stack/stack.js';
import { until } from '../endpoint/lib.js';
import { AT_ONCE, Load } from './load.js';

const RESTARTS = Number(process.env.DIALPAD_RESTARTS || 50);
// Where somebody else holds the socket an idle thread takes up to a second to end.
const HELD_RESTARTS = Number(process.env.DIALPAD_RESTARTS || 10);

async function underLoad(options, work) {
  const stack = await startStack({ mode: 'fastcgi', requestsPerSecond: 100_000, ...options });
  const load = new Load(stack);
  try {
    await load.start(stack.names);
    await work(stack);
    await load.stop();
  } finally {
    load.stopped = true;
    await stack.stop();
  }
  return load;
}

test(`SIGTERM, ${RESTARTS} times each, on two hosts in turn: no request fails`, async (t) => {
  const load = await underLoad({ sets: 2 }, async (stack) => {
    for (let round = 0; round < RESTARTS; round++) {
      const set = stack.sets[round % 2];
      await Promise.all(stack.names.map((name) => stack.restartProgram(name, 'SIGTERM', set)));
    }
  });
  t.diagnostic(`${load.answers} answers, ${load.failures.length} failures`);
  assert.deepEqual(load.failures, []);
});

test(`SIGTERM, ${HELD_RESTARTS} times each, while another process holds the socket`, async (t) => {
  const load = await underLoad({ holdSockets: true }, async (stack) => {
    const started = (name) => [...stack.logs(name).matchAll(/^started (\d+)$/gm)];
    await Promise.all(stack.names.map(async (name) => {
      for (let round = 1; round <= HELD_RESTARTS; round++) {
        await until(`process ${round} of ${name}`, () => started(name).length === round);
        process.kill(Number(started(name).at(-1)[1]), 'SIGTERM');
      }
      await until(`the last ${name}`, () => started(name).length > HELD_RESTARTS);
    }));
  });
  t.diagnostic(`${load.answers} answers, ${load.failures.length} failures`);
  assert.deepEqual(load.failures, []);
});

test('SIGKILL loses only what was in hand', async (t) => {
  const kills = 5;
  let programs;
  const load = await underLoad({ sets: 2 }, async (stack) => {
    programs = stack.names;
    for (let round = 0; round < kills; round++) {
      const set = stack.sets[round % 2];
      await Promise.all(programs.map((name) => stack.restartProgram(name, 'SIGKILL', set)));
    }
  });
  t.diagnostic(`${load.answers} answers, ${load.failures.length} failures`);
  for (const program of programs) {
    const lost = load.failures.filter((failure) => failure.startsWith(`${program}:`));
    assert.ok(lost.length <= kills * AT_ONCE, lost.join('\n'));
  }
});
