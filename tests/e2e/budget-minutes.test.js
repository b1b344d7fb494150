// The budget of a call as long as calls are: 10 s of ringing and three minutes of talk.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { BUDGET, costsOf } from './costs.js';
import { endScene, sandbox, startScene } from './lib.js';

const MINUTES = 3;
const TIMES = { ringMs: 10_000, talkMs: MINUTES * 60_000, holdMs: 15_000, idleMs: 5000 };
const IN_ALL = { pushed: 55, not: 200 };
const COUNTED = ['from Call to the ring', 'ringing', 'from Answer to the talk', 'talking',
  'from hanging up to being free'];

async function spend(taskUpdatedPush) {
  const scene = await startScene(['alice', 'bob']);
  try {
    await sandbox(scene.stack, 'switches', { method: 'POST', body: { taskUpdatedPush } });
    return await costsOf(scene, TIMES);
  } finally {
    await endScene(scene);
  }
}

describe('what a long call costs', { concurrency: true }, () => {
  for (const [push, most] of Object.entries(IN_ALL)) {
    it(`with changes ${push === 'not' ? 'that are not' : ''} pushed: at most ${most}`, async (t) => {
      const spent = await spend(push);
      for (const [phase, { count, grace, list }] of Object.entries(spent)) {
        const limit = BUDGET[phase] * (phase === 'talking' ? MINUTES : 1);
        t.diagnostic(`${phase}: ${count}`);
        if (push === 'pushed') {
          assert.ok(count <= limit + grace, `${phase}: ${count} requests:\n${list.join('\n')}`);
        }
      }
      const all = COUNTED.reduce((sum, phase) => sum + spent[phase].count, 0);
      t.diagnostic(`in all: ${all} of ${most}`);
      assert.ok(all <= most, `${all} requests`);
    });
  }
});
