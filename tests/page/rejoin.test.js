// Back into the call: after a reload, a crash, in another tab.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';

import {
  Agent, connect, endScene, haveEnded, isOver, sandbox, startScene, until,
} from '../e2e/lib.js';
import { some } from '../long.js';

const seconds = async ({ page }) => {
  const [minutes, rest] = (await page.getByRole('timer').innerText()).split(':').map(Number);
  return minutes * 60 + rest;
};

/** What the page said before it was first painted, nobody has read; that may be late. */
async function neverSaidNoCall(agent) {
  const painted = await agent.page.evaluate(() => new Promise((resolve) => {
    new PerformanceObserver((list) => {
      const [first] = list.getEntriesByName('first-contentful-paint');
      if (first) resolve(performance.timeOrigin + first.startTime);
    }).observe({ type: 'paint', buffered: true });
  }));
  const said = await agent.said();
  const seen = said.filter((words, i) => i === said.length - 1 || said[i + 1].at > painted);
  assert.ok(said.some(({ text }) => text === 'Coming back into the call…'), JSON.stringify(said));
  assert.ok(!seen.some(({ text }) => text === 'No call'), JSON.stringify(seen));
}

describe('back into the call', () => {
  let scene, alice, bob;
  before(async () => {
    // As long as it takes a busy browser to come back.
    scene = await startScene(['alice', 'bob'], { graceSeconds: 100 });
    ({ alice, bob } = scene);
  });
  after(() => endScene(scene));
  afterEach(() => isOver(scene));

  const hearEachOther = (one, other) => Promise.all([
    one.hears(other.name), other.hears(one.name),
  ]);
  const hangUp = async (one, ...others) => {
    await one.press('Hang up');
    await haveEnded(one, ...others);
  };

  // The callee reloads in the test with Firefox, too.
  for (const who of some(1, ['caller', 'callee'])) {
    it(`comes the ${who} who reloads, and the timer goes on`, async () => {
      await connect(alice, bob);
      const [away, there] = who === 'caller' ? [alice, bob] : [bob, alice];
      await until('the call has lasted a while', async () => (
        await seconds(away) >= 2 ? null : 'it has just begun'));
      await away.page.reload();
      await away.isIn(there);
      await neverSaidNoCall(away);
      assert.ok(await seconds(away) >= 2, 'the timer began anew');
      await hearEachOther(alice, bob);
      await there.isIn(away);
      await away.press('Mute');
      await there.hears('nothing');
      await hangUp(away, there);
    });
  }

  it('comes who closes the page and opens another, muted as before; both are told', async () => {
    await connect(alice, bob);
    await bob.press('Mute');
    await bob.isOffered('Unmute');
    await bob.page.close();
    await alice.says('Bob Baker is reconnecting');
    await bob.open();
    await Promise.all([bob.isIn(alice), alice.isIn(bob)]);
    await bob.hears('alice');
    await alice.hears('nothing');
    await bob.press('Unmute');
    await hearEachOther(alice, bob);
    await hangUp(alice, bob);
  });

  it('comes on another machine only when it is asked to, and stays there', async () => {
    const onOtherDevice = 'This call is on another device of yours.';
    const machine = await bob.onAnotherMachine();
    try {
      await connect(alice, bob);
      await machine.open();
      await machine.isIn(alice);
      await machine.shows(onOtherDevice);
      await hearEachOther(alice, bob);
      const { calls } = await sandbox(scene.stack, 'state');
      assert.equal(calls.filter(({ to, endTime }) => to === 'client:bob' && !endTime).length, 1);
      await machine.press('Bring it here');
      await machine.isIn(alice);
      await bob.shows(onOtherDevice);
      await hearEachOther(alice, machine);
      await bob.reload();
      await bob.shows(onOtherDevice);
      await hearEachOther(alice, machine);
    } finally {
      await machine.kill();
    }
    await bob.press('Bring it here');
    await bob.isIn(alice);
    await hearEachOther(alice, bob);
    await hangUp(bob, alice);
  });

  describe('with two tabs', () => {
    let tab;
    before(async () => {
      tab = await new Agent(scene.stack, 'bob', bob.browser).open();
    });
    after(() => tab.page.close());

    it('goes where it is asked to go', async () => {
      await bob.isNotOffered('Use this tab');
      await connect(alice, bob);
      await tab.shows('This call is in another window of yours.');
      await tab.press('Use this tab');
      await tab.isIn(alice);
      await tab.isOffered('Mute');
      await bob.shows('This call is in another window of yours.');
      await Promise.all([tab.hears('alice'), alice.hears('bob'), bob.hears('nothing')]);
      await hangUp(tab, alice, bob);
    });

    it('comes the tab that reloads, though another one is open', async () => {
      await connect(alice, tab);
      await tab.page.reload();
      await tab.isIn(alice);
      await tab.isOffered('Mute');
      await Promise.all([tab.hears('alice'), alice.hears('bob'), bob.hears('nothing')]);
      await hangUp(tab, alice, bob);
    });

    it('takes over a call whose tab was closed', async () => {
      await connect(alice, tab);
      await tab.page.close();
      await bob.isOffered('Mute');
      await Promise.all([bob.hears('alice'), alice.hears('bob')]);
      await hangUp(bob, alice);
    });
  });
});
