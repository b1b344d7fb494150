// The whole call where Twilio does otherwise than the stand-in's first settings, with which all
// other tests run, at every point of which nobody knows for sure. E2E_RANDOM=10 adds ten settings
// made of random choices; E2E_SEED=N repeats those of a run whose tests were named after N.

import { after, afterEach, before, beforeEach, describe, it } from 'node:test';

import {
  connect, endScene, endsWithBrowserOf, haveEnded, isOver, startAfresh, startScene, whoIsRung,
} from './lib.js';

const CLOSED_WITHIN_MS = 60_000;
const firstSeed = Number(process.env.E2E_SEED ?? Math.floor(Math.random() * 1e6));
const random = Array.from({ length: Number(process.env.E2E_RANDOM ?? 0) },
  (_, index) => `random:${firstSeed + index}`);

for (const preset of ['b', ...random]) {
  describe(`Twilio's open points answered as in ${preset}`, () => {
    let scene, alice, bob;
    before(async () => {
      scene = await startScene(['alice', 'bob'],
        { switches: { preset }, graceSeconds: 0, sweepEverySeconds: 10 });
      ({ alice, bob } = scene);
    });
    after(() => endScene(scene));
    beforeEach(() => startAfresh(scene));
    afterEach(() => isOver(scene));

    it('is heard, held, resumed and ended', async () => {
      await connect(alice, bob);
      await Promise.all([alice.hears('bob'), bob.hears('alice')]);
      await bob.press('Hold');
      await bob.says('Alice Archer is on hold');
      await Promise.all([alice.hears('music'), bob.hears('nothing')]);
      await bob.press('Resume');
      await Promise.all([alice.hears('bob'), bob.hears('alice')]);
      await bob.press('Hang up');
      await haveEnded(alice, bob);
    });

    it('is declined', async () => {
      await alice.call(bob);
      await bob.isRungBy(alice);
      await bob.press('Decline');
      await alice.says('Bob Baker declined');
      await bob.says('Call ended');
    });

    it('is canceled while it rings', async () => {
      await bob.call(alice);
      await alice.isRungBy(bob);
      await bob.press('Cancel');
      await Promise.all([haveEnded(bob), alice.hasMissed(bob)]);
      await alice.isNotOffered('Answer');
    });

    it('is canceled before the server has answered', async () => {
      await alice.cancelsUnanswered(bob);
      await alice.says('Call ended');
    });

    it('is one call when both call each other at the same moment', async () => {
      for (const agent of [alice, bob]) agent.expectTrouble('status of 409');
      await Promise.all([alice.pick(bob), bob.pick(alice)]);
      await Promise.all([alice.press('Call'), bob.press('Call')]);
      const rung = await whoIsRung(alice, bob);
      if (!rung) return;
      await rung.callee.press('Answer');
      await Promise.all([alice.isIn(bob), bob.isIn(alice)]);
      await alice.press('Hang up');
      await haveEnded(alice, bob);
    });

    for (const victim of ['bob', 'alice']) {
      it(`ends when ${victim} is killed, and the next call can be made at once`, () => (
        endsWithBrowserOf(scene[victim], alice, bob, CLOSED_WITHIN_MS)));
    }
  });
}
