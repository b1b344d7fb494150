// REST lags behind webhooks: an early 404 or an old status is never final.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { connect, expectEnded, ring } from './agent.js';
import { patience, useLab } from './lib.js';

const lab = useLab({ graceSeconds: 0, extraConfig: { DIALPAD_ROUTING: 'direct' } });

for (const restLateMs of [300, 1500]) {
  describe(`REST ${restLateMs} ms late`, () => {
    const far = (action) => async () => {
      await lab.control('switches', { restLateMs, webhookRetryMs: 500 });
      try {
        await action();
      } finally {
        await lab.control('switches', { restLateMs: 0, webhookRetryMs: 0 });
      }
    };

    test('a leg that has joined is in, and the colleague rings', far(async () => {
      const began = Date.now();
      const call = await ring(lab);
      // By the report of the join, and not by a round of ringback that heals the call.
      const ms = Date.now() - began;
      assert.ok(ms < 3 * restLateMs + 1500 * patience, `${ms} ms`);
      assert.equal((await lab.task(call.t1)).attributes.outcome, undefined);
      await call.caller.endCall(call.t1, 'cancel');
      await expectEnded(call, 'cancel');
    }));

    test('a leg that has left is gone, and the other is not left alone', far(async () => {
      const call = await connect(lab);
      await call.callee.hangUp();
      const began = Date.now();
      await call.caller.until('ended', call.t1);
      const ms = Date.now() - began;
      assert.ok(ms < 3 * restLateMs + 1500 * patience, `${ms} ms`);
    }));
  });
}
