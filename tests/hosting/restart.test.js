// Programs are restarted while they are asked; nobody notices.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { startStack } from '../stack/stack.js';
import { until } from '../endpoint/lib.js';
import { times } from '../long.js';
import { Load } from './load.js';

const RESTARTS = Number(process.env.DIALPAD_RESTARTS || times(15, 50));
// So many requests each program has in hand at all times, and slow ones besides where it can.
const AT_ONCE = 5;
const SLOW = 3;
// Where somebody else holds the socket an idle thread takes up to a second to end.
const HELD_RESTARTS = Number(process.env.DIALPAD_RESTARTS || times(5, 10));

async function underLoad(options, work) {
  const stack = await startStack({ mode: 'fastcgi', requestsPerSecond: 100_000, ...options });
  const load = new Load(stack, { atOnce: AT_ONCE, slow: SLOW });
  const restarts = [];
  const beforeSignal = (name) => restarts.push(load.slowOnes(name));
  try {
    await load.start(stack.names);
    await work(stack, beforeSignal);
    await load.stop();
  } finally {
    load.stopped = true;
    await stack.stop();
  }
  return { load, restarts };
}

function tell(t, { load, restarts }) {
  const slow = restarts.reduce((sum, inHand) => sum + inHand, 0);
  t.diagnostic(`${restarts.length} restarts, ${load.answers} answers `
    + `(${(load.answers / restarts.length).toFixed(1)} for each), ${slow} slow requests in hand at `
    + `a signal, ${load.failures.length} failures`);
}

test(`SIGTERM, ${RESTARTS} times each, on two hosts in turn: no request fails`, async (t) => {
  const run = await underLoad({ sets: 2 }, async (stack, beforeSignal) => {
    for (let round = 0; round < RESTARTS; round++) {
      const set = stack.sets[round % 2];
      await Promise.all(stack.names.map((name) => {
        beforeSignal(name);
        return stack.restartProgram(name, 'SIGTERM', set);
      }));
    }
  });
  tell(t, run);
  assert.deepEqual(run.load.failures, []);
});

test(`SIGTERM, ${HELD_RESTARTS} times each, while another process holds the socket`, async (t) => {
  const run = await underLoad({ holdSockets: true }, async (stack, beforeSignal) => {
    const started = (name) => [...stack.logs(name).matchAll(/^started (\d+)$/gm)];
    await Promise.all(stack.names.map(async (name) => {
      for (let round = 1; round <= HELD_RESTARTS; round++) {
        await until(`process ${round} of ${name}`, () => started(name).length === round);
        beforeSignal(name);
        process.kill(Number(started(name).at(-1)[1]), 'SIGTERM');
      }
      await until(`the last ${name}`, () => started(name).length > HELD_RESTARTS);
    }));
  });
  tell(t, run);
  assert.deepEqual(run.load.failures, []);
});

test('SIGKILL loses only what was in hand', async (t) => {
  const kills = 5;
  let programs;
  const run = await underLoad({ sets: 2 }, async (stack, beforeSignal) => {
    programs = stack.names;
    for (let round = 0; round < kills; round++) {
      const set = stack.sets[round % 2];
      await Promise.all(programs.map((name) => {
        beforeSignal(name);
        return stack.restartProgram(name, 'SIGKILL', set);
      }));
    }
  });
  tell(t, run);
  for (const program of programs) {
    const lost = run.load.failures.filter((failure) => failure.startsWith(`${program}:`));
    assert.ok(lost.length <= kills * (AT_ONCE + SLOW), lost.join('\n'));
  }
});
