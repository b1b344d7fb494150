// A call keeps to its budget of REST requests. No page asks in so short a talk: how often it does
// is for call-state.test.js, and the whole call for budget-minutes.test.js.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { BUDGET, costsOf } from './costs.js';
import { endScene, startScene } from './lib.js';

const TIMES = { ringMs: 5500, talkMs: 2000, holdMs: 2000, idleMs: 1000 };

describe('what a call costs', () => {
  let scene, spent;
  before(async () => {
    scene = await startScene(['alice', 'bob']);
    spent = await costsOf(scene, TIMES);
  });
  after(() => endScene(scene));

  for (const [phase, most] of Object.entries(BUDGET)) {
    it(`${phase}: at most ${most}`, (t) => {
      const { count, grace, list } = spent[phase];
      t.diagnostic(`${phase}: ${count} of ${most}`);
      assert.ok(count <= most + grace, `${count} requests:\n${list.join('\n')}`);
    });
  }
});
