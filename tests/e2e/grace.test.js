// Agents who drop out and don't come back, with as much time to do so as there is by default.
// Nothing sweeps up here: what ends such a call is Twilio's asking of the programs.

import { after, afterEach, before, beforeEach, describe, it } from 'node:test';

import {
  connect, endScene, haveEnded, isClosed, isOver, sandbox, startAfresh, startScene, until,
} from './lib.js';

const GRACE_MS = 20_000;
// Until Twilio notices that a leg is gone, and for the rounds of its asking.
const NOTICED_WITHIN_MS = 40_000;
const CLOSED_WITHIN_MS = GRACE_MS + NOTICED_WITHIN_MS + 10_000;

describe('a call whose agents stay away', () => {
  let scene, alice, bob;
  before(async () => {
    scene = await startScene(['alice', 'bob']);
    ({ alice, bob } = scene);
  });
  after(() => endScene(scene));
  beforeEach(() => startAfresh(scene));
  afterEach(() => isOver(scene));

  /** No Task that could reach anybody, nobody in a Conference, no leg. */
  async function nothingIsOpen() {
    await isClosed(scene.stack, CLOSED_WITHIN_MS);
    await until('Conference and legs have ended', async () => {
      const { conferences, calls } = await sandbox(scene.stack, 'state');
      return [...conferences.filter(({ status }) => status !== 'completed'),
        ...calls.filter(({ endTime }) => !endTime)].map(({ sid }) => sid).join(', ');
    });
  }

  async function canCallAgain() {
    for (const [caller, callee] of [[alice, bob], [bob, alice]]) {
      await connect(caller, callee);
      await callee.press('Hang up');
      await haveEnded(alice, bob);
    }
  }

  /** As a page that hangs: the browser still sends sound, and nothing that happens is heard of. */
  async function stopScripts({ page }) {
    const debug = await page.context().newCDPSession(page);
    await debug.send('Debugger.enable');
    const paused = new Promise((resolve) => { debug.once('Debugger.paused', resolve); });
    await debug.send('Debugger.pause');
    await paused;
    return async () => {
      await debug.send('Debugger.disable');
      await debug.detach();
    };
  }

  it('ends after the time for coming back, of which the one who stays is told', async () => {
    await connect(alice, bob);
    await bob.kill();
    await alice.says('Bob Baker is reconnecting', NOTICED_WITHIN_MS);
    await alice.says('Call ended', CLOSED_WITHIN_MS);
    await nothingIsOpen();
    await bob.restart();
    await canCallAgain();
  });

  it('ends though the page of the one who stays does nothing', async () => {
    await connect(alice, bob);
    const resume = await stopScripts(alice);
    await bob.kill();
    await nothingIsOpen();
    await resume();
    await haveEnded(alice);
    await bob.restart();
    await canCallAgain();
  });

  it('ends though both of them are gone', async () => {
    await connect(alice, bob);
    await Promise.all([alice.kill(), bob.kill()]);
    await nothingIsOpen();
    await Promise.all([alice.restart(), bob.restart()]);
    await canCallAgain();
  });
});
