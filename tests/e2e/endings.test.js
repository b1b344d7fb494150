// Calls that end before they have begun, or in a way that nobody chose.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';

import { isLong, some } from '../long.js';
import {
  endScene, endsWithBrowserOf, haveEnded, isClosed, isOver, isQuiet, sandbox, startAfresh,
  startScene,
} from './lib.js';

const CLOSED_WITHIN_MS = 60_000;

describe('a call that comes to nothing', () => {
  let scene, alice, bob;
  before(async () => {
    scene = await startScene(['alice', 'bob'], { graceSeconds: 0, sweepEverySeconds: 10 });
    ({ alice, bob } = scene);
  });
  after(() => endScene(scene));
  beforeEach(() => startAfresh(scene));
  afterEach(() => isOver(scene));

  it('is declined', async () => {
    await alice.call(bob);
    await bob.isRungBy(alice);
    await bob.press('Decline');
    await alice.says('Bob Baker declined');
    await bob.says('Call ended');
    assert.equal(await bob.microphoneOpened(), 0);
  });

  it('is canceled while it rings', async () => {
    await alice.call(bob);
    await bob.isRungBy(alice);
    await alice.press('Cancel');
    await Promise.all([haveEnded(alice), bob.hasMissed(alice)]);
    await bob.isNotOffered('Answer');
  });

  it('is canceled before the server has answered', async () => {
    await bob.reload();
    await alice.cancelsUnanswered(bob);
    await alice.says('Call ended');
    await isQuiet(scene.stack, [alice, bob]);
    assert.deepEqual((await bob.said()).map(({ text }) => text), ['No call']);
  });

  it('is not made without a microphone', async () => {
    const before = await sandbox(scene.stack, 'state');
    await alice.refuseMicrophone();
    await alice.isShownAs('Not ready');
    await alice.call(bob);
    await alice.says('The call was not placed');
    await alice.allowMicrophone();
    await alice.isShownAs('Available');
    const { tasks } = await sandbox(scene.stack, 'state');
    assert.equal(tasks.length, before.tasks.length, 'a Task has been created');
  });

  it('is not answered without a microphone, but goes on ringing', async () => {
    await bob.refuseMicrophone();
    await alice.call(bob);
    await bob.isRungBy(alice);
    await bob.isShownAs('On a call');
    await bob.press('Answer');
    await bob.shows('The microphone is blocked for this page.');
    await bob.allowMicrophone();
    await bob.isRungBy(alice);
    await bob.press('Answer');
    await Promise.all([alice.isIn(bob), bob.isIn(alice)]);
    await alice.press('Hang up');
    await haveEnded(alice, bob);
  });

  // Each waits until Twilio misses a leg: the short run has a caller's in endpoint/calls.test.js,
  // also while it rings.
  for (const victim of some(1, ['bob', 'alice'])) {
    it(`ends when ${victim} is killed, and the next call can be made at once`, () => (
      endsWithBrowserOf(scene[victim], alice, bob, CLOSED_WITHIN_MS)));
  }

  if (isLong) {
    it('ends when the caller\'s browser is killed while it rings', async () => {
      await alice.call(bob);
      await bob.isRungBy(alice);
      await alice.kill();
      await bob.hasMissed(alice, CLOSED_WITHIN_MS);
      await isClosed(scene.stack);
      await bob.isNotOffered('Answer');
      await alice.restart();
    });
  }

  // It is the caller's page that ends it, and here the test says when.
  describe('once it has rung for long enough', () => {
    before(() => alice.page.evaluate(() => {
      const { setTimeout } = window;
      window.setTimeout = (work, ms, ...given) => {
        if (given[0]?.type !== 'ring-time-over') return setTimeout(work, ms, ...given);
        window.ringTimeIsOver = () => work(...given);
        return 0;
      };
    }));

    async function ringTimeIsOver() {
      await alice.page.waitForFunction(() => window.ringTimeIsOver); // it begins with her leg
      await alice.page.evaluate(() => {
        window.ringTimeIsOver();
        window.ringTimeIsOver = null;
      });
    }

    it('is not answered', async () => {
      await alice.call(bob);
      await bob.isRungBy(alice);
      await ringTimeIsOver();
      await alice.says('Bob Baker did not answer');
      await bob.hasMissed(alice);
      await bob.isNotOffered('Answer');
      await bob.callBy('Call back');
      await alice.isRungBy(bob);
      await alice.press('Decline');
      await bob.says('Alice Archer declined');
    });

    it('is not answered by a callee whose browser was killed meanwhile', async () => {
      await alice.call(bob);
      await bob.isRungBy(alice);
      await bob.kill();
      await ringTimeIsOver();
      await alice.says('Bob Baker did not answer', CLOSED_WITHIN_MS);
      await isQuiet(scene.stack, [alice]);
      await bob.restart();
    });
  });
});
