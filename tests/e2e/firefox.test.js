// The call where one of the two has Firefox: what it does otherwise than Chromium is in its media
// engine, in what it asks of a page and in what it doesn't have.

import { after, afterEach, before, beforeEach, describe, it } from 'node:test';

import { Firefox } from './firefox.js';
import { endScene, haveEnded, isOver, startAfresh, startScene, until } from './lib.js';

describe('a call between Firefox and Chromium', () => {
  let scene, alice, bob;
  before(async () => {
    scene = await startScene(['alice', 'bob'],
      { browsers: { alice: Firefox }, graceSeconds: 100 });
    ({ alice, bob } = scene);
  });
  after(() => endScene(scene));
  beforeEach(() => startAfresh(scene));
  afterEach(() => isOver(scene));

  const hearEachOther = () => Promise.all([alice.hears('bob'), bob.hears('alice')]);

  it('is heard, held, muted and ended by the caller in Firefox', async () => {
    await alice.call(bob);
    await bob.isRungBy(alice);
    await alice.hears('ringback');
    await bob.press('Answer');
    await Promise.all([alice.isIn(bob), bob.isIn(alice)]);
    await hearEachOther();
    await alice.press('Hold');
    await Promise.all([bob.hears('music'), alice.hears('nothing')]);
    await alice.press('Resume');
    await hearEachOther();
    await alice.press('Mute');
    await Promise.all([bob.hears('nothing'), alice.hears('bob')]);
    await alice.press('Unmute');
    await hearEachOther();
    await alice.press('Hang up');
    await haveEnded(alice, bob);
  });

  it('is answered in Firefox, goes through the speaker that is chosen, and is taken up again after '
    + 'a reload', async () => {
    const chooseFor = async (use, device) => {
      await alice.press('Settings');
      await alice.page.getByRole('combobox', { name: use }).selectOption({ label: device });
      await alice.press('Close');
    };
    const soundsOn = (speaker) => until(`sound comes out of the ${speaker}`, async () => {
      const sounding = (await alice.browser.soundingSpeakers()).join(' and ') || 'nowhere';
      return sounding === speaker ? null : `it comes out of ${sounding}`;
    });

    await chooseFor('Ring on', 'Desk');
    await bob.call(alice);
    await alice.isRungBy(bob);
    await soundsOn('Desk');
    await alice.press('Answer');
    await alice.isIn(bob);
    await soundsOn('Headset');
    await chooseFor('Speaker', 'Desk');
    await soundsOn('Desk');
    await chooseFor('Speaker', 'System default');
    await soundsOn('Headset');
    // The SDK speaks of its socket, which Firefox closes while the page can still see it.
    alice.expectTrouble('[TwilioVoice]');
    await alice.reload();
    await alice.isIn(bob);
    await hearEachOther();
    await bob.press('Hang up');
    await haveEnded(alice, bob);
  });
});
