// Staying connected, and what is said when it doesn't work: tabs, the network, sleep.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';

import {
  Agent, connect, endScene, haveEnded, isOver, sandbox, startScene, until,
} from '../e2e/lib.js';

/** Lets a test have the laptop sleep: the clock goes on, and no timer has run. */
function installSleep() {
  const { now } = Date;
  let slept = 0;
  Date.now = () => now.call(Date) + slept;
  window.sleep = (ms) => { slept += ms; };
  window.sockets = [];
  const Native = window.WebSocket;
  window.WebSocket = class extends Native {
    constructor(...args) {
      super(...args);
      window.sockets.push(this);
    }
  };
}

/** Lets a test reach the connections that carry sound. */
function installLines() {
  const Native = window.RTCPeerConnection;
  window.lines = [];
  window.RTCPeerConnection = class extends Native {
    constructor(...args) {
      super(...args);
      window.lines.push(this);
    }
  };
}

describe('staying connected', () => {
  let scene, alice, bob;
  before(async () => {
    scene = await startScene(['alice', 'bob']);
    ({ alice, bob } = scene);
    await bob.page.addInitScript(installSleep);
    await bob.page.addInitScript(installLines);
    await bob.reload();
  });
  after(() => endScene(scene));
  afterEach(() => isOver(scene));

  const talk = async () => {
    await connect(alice, bob);
    await alice.press('Hang up');
    await haveEnded(alice, bob);
  };

  it('says that it is offline, and when it no longer is', async () => {
    await bob.goOffline();
    await bob.isShownAs('Not connected');
    await bob.goOnline();
    await bob.isShownAs('Available');
    await talk();
  });

  it('wakes from sleep with connections that live', async () => {
    const before = await bob.page.evaluate(() => window.sockets.length);
    await bob.page.evaluate(() => window.sleep(600_000));
    await until('both SDKs have connected anew', () => bob.page.evaluate((known) => {
      const fresh = window.sockets.slice(known).filter(({ readyState }) => readyState === 1);
      return fresh.length >= 2 ? null : `${fresh.length} new connections`;
    }, before));
    await until('the old connections are gone', () => bob.page.evaluate(() => {
      const open = window.sockets.filter(({ readyState }) => readyState === 1).length;
      return open === 2 ? null : `${open} are open`;
    }));
    await bob.isConnected();
    await talk();
  });

  it('does not promise that calls ring while Voice is lost, until it is back', async () => {
    const promise = bob.page.getByText('Incoming calls ring here.');
    await bob.reload();
    await promise.waitFor();
    await sandbox(scene.stack, 'disconnect',
      { method: 'POST', body: { worker: 'bob', kind: 'voice', shutOut: true } });
    for (const text of ['websocket close event', 'ConnectionError']) bob.expectTrouble(text);
    await bob.shows('Connection lost. Reconnecting…');
    await promise.waitFor({ state: 'hidden' });
    await bob.pick(alice);
    await bob.cannotPress('Call');
    assert.equal(await bob.page.locator('#presence').getAttribute('data-kind'), 'offline');
    await sandbox(scene.stack, 'disconnect?worker=bob', { method: 'DELETE' });
    // The SDK tries less and less often.
    await promise.waitFor({ timeout: 90_000 });
    await bob.page.getByText('Connection lost.').waitFor({ state: 'hidden' });
    await talk();
  });

  it('says in words that no sound leaves, and when it does again', async () => {
    await connect(alice, bob);
    await bob.page.evaluate(async () => {
      const [sender] = window.lines.at(-1).getSenders();
      window.track = sender.track;
      await sender.replaceTrack(null);
    });
    const warning =
      bob.page.getByText('Alice Archer may not hear you: no sound leaves this computer.');
    await warning.waitFor();
    await bob.page.evaluate(() => window.lines.at(-1).getSenders()[0].replaceTrack(window.track));
    await warning.waitFor({ state: 'hidden' });
    await alice.hears('bob');
    await alice.press('Hang up');
    await haveEnded(alice, bob);
  });

  describe('with two tabs', () => {
    let tab;
    before(async () => {
      tab = await new Agent(scene.stack, 'bob', bob.browser).open();
    });
    after(() => tab.page.close());

    it('has one in charge, and the other one offers to take over', async () => {
      await tab.shows('Calls ring in another tab of this page.');
      await bob.isNotOffered('Use this tab');
      await tab.press('Use this tab');
      await bob.isOffered('Use this tab');
      await tab.isNotOffered('Use this tab');
    });

    it('keeps it over a reload', async () => {
      await tab.reload();
      await bob.isOffered('Use this tab');
      await tab.isNotOffered('Use this tab');
    });

    it('takes charge where somebody answers', async () => {
      await alice.call(bob);
      await Promise.all([bob.isRungBy(alice), tab.isRungBy(alice)]);
      await bob.press('Answer');
      await bob.isIn(alice);
      await tab.isOffered('Use this tab');
      await alice.press('Hang up');
      await haveEnded(alice, bob, tab);
      await bob.isNotOffered('Use this tab');
    });
  });
});
