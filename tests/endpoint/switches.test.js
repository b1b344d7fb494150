// Every way in which a call can end, where Twilio does otherwise than the stand-in's first settings
// at any of the points of which nobody knows for sure. E2E_SEED=N repeats the random settings
// of a run whose tests were named after N.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { Agent, connect, expectEnded, ring } from './agent.js';
import { times } from '../long.js';
import { useLab } from './lib.js';

const lab = useLab({ ringSeconds: 5, graceSeconds: 0 });

const firstSeed = Number(process.env.E2E_SEED ?? Math.floor(Math.random() * 1e6));
const random = Array.from({ length: times(2, 10) }, (_, index) => `random:${firstSeed + index}`);

const ENDINGS = {
  async declined() {
    const call = await ring(lab);
    await call.callee.decline(call.k);
    await expectEnded(call, 'declined');
  },

  async canceled() {
    const call = await ring(lab);
    await call.caller.endCall(call.t1, 'cancel');
    await expectEnded(call, 'cancel');
  },

  async 'canceled before it rings'() {
    const [caller, callee] = ['alice', 'bob'].map((name) => new Agent(lab, name));
    await caller.phone();
    const { data: { taskSid: t1 } } = await caller.createTask(callee.sid);
    await caller.endCall(t1, 'cancel');
    await expectEnded({ caller, callee, t1 }, 'cancel');
  },

  async 'not answered'() {
    const call = await ring(lab);
    await call.caller.endCall(call.t1, 'no-answer');
    await expectEnded(call, 'no-answer');
  },

  async 'hung up on hold'() {
    const call = await connect(lab);
    assert.equal((await call.callee.hold(call.k, true)).status, 200);
    await call.caller.endCall(call.t1);
    await expectEnded(call, 'hangup');
  },

  async "the caller's leg is gone while it rings"() {
    const call = await ring(lab);
    await call.caller.hangUp();
    await call.callee.until('ended', call.k);
  },

  async "the caller's leg is gone"() {
    const call = await connect(lab);
    await call.caller.hangUp();
    await call.callee.until('ended', call.k);
  },
};

for (const preset of ['a', 'b', ...random]) {
  describe(`Twilio's open points answered as in ${preset}`, () => {
    for (const [name, end] of Object.entries(ENDINGS)) {
      test(name, async () => {
        await lab.control('switches', { preset });
        try {
          await end();
          await lab.expectQuiet();
        } finally {
          await lab.control('switches', { preset: 'a' });
        }
      });
    }
  });
}
