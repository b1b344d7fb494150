// The settings for sound, and a headset that is unplugged while its owner talks.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { connect, endScene, haveEnded, isOver, startScene, until } from '../e2e/lib.js';

const CHOSEN = 'Fake Audio Input 1';

/** Keeps what the Voice SDK plays a call through. */
function installAudio() {
  window.played = [];
  window.Audio = class extends window.Audio {
    constructor(...how) {
      super(...how);
      window.played.push(this);
    }
  };
}

/** Lets a test pull devices out: the browser's own fake ones can't be. */
function installPlugs() {
  const { mediaDevices } = window.navigator;
  const enumerate = mediaDevices.enumerateDevices.bind(mediaDevices);
  const getUserMedia = mediaDevices.getUserMedia.bind(mediaDevices);
  let pulled = null;
  mediaDevices.enumerateDevices = async () => (
    (await enumerate()).filter(({ label }) => label !== pulled));
  mediaDevices.getUserMedia = async (constraints) => {
    window.asked = constraints.audio;
    window.opened = await getUserMedia(constraints);
    return window.opened;
  };
  window.pull = (label) => {
    pulled = label;
    mediaDevices.dispatchEvent(new Event('devicechange'));
  };
}

describe('devices for sound', () => {
  let scene, alice, bob;
  before(async () => {
    scene = await startScene(['alice', 'bob']);
    ({ alice, bob } = scene);
    await alice.page.addInitScript(installPlugs);
    await alice.page.addInitScript(installAudio);
    await alice.reload();
  });
  after(() => endScene(scene));

  const picked = () => alice.page.getByRole('dialog').getByRole('combobox', { name: 'Microphone' });
  const openSettings = () => alice.press('Settings');
  const closeSettings = () => alice.page.getByRole('dialog')
    .getByRole('button', { name: 'Close' }).click();

  /** Keeps what the settings say of a test, each for some seconds → gives it. */
  async function noteWhatIsSaid() {
    await alice.page.locator('dialog .note[role="status"]').first().evaluate((note) => {
      window.saidOfTest = [];
      new MutationObserver(() => window.saidOfTest.push(note.textContent))
        .observe(note, { childList: true });
    });
    return () => alice.page.evaluate(() => window.saidOfTest);
  }

  it('are chosen in the settings, remembered, and tried', async () => {
    await openSettings();
    assert.match(await picked().getAttribute('title'), /^System default/);
    await picked().selectOption({ label: CHOSEN });
    await alice.page.getByRole('slider', { name: 'Call volume' }).fill('40');
    await alice.page.getByRole('combobox', { name: 'Ringtone' }).selectOption('Bell');
    assert.equal(await picked().getAttribute('title'), CHOSEN, 'a long name can be read in full');
    await closeSettings();
    await alice.reload();
    await openSettings();
    assert.equal(await picked().locator('option:checked').innerText(), CHOSEN);
    assert.equal(await picked().getAttribute('title'), CHOSEN);
    assert.equal(await alice.page.locator('#call-volume').inputValue(), '40');
    assert.equal(await alice.page.locator('#ringtone').inputValue(), 'ring-bell');
    const said = await noteWhatIsSaid();
    await alice.press('Test microphone');
    await alice.shows('Did you hear yourself? Then all is well.');
    assert.deepEqual(await said(), ['Recording: say something…', 'Playing what was recorded…',
      'Did you hear yourself? Then all is well.']);
    assert.ok((await alice.page.evaluate(() => window.asked)).deviceId.exact);
    await alice.press('Test speaker');
    await alice.shows('A sound was played. If you did not hear it, choose another device.');
    await closeSettings();
  });

  it('are named in the chosen language, and not tried once the settings are closed', async () => {
    await openSettings();
    const speaker = alice.page.locator('#device-speaker option').first();
    const language = alice.page.locator('#language');
    await language.selectOption('de');
    await until('the list of speakers is in German', async () => (
      /^Standard des Systems/.test(await speaker.innerText()) ? null : speaker.innerText()));
    await language.selectOption('');
    await until('the list is in English again', async () => (
      /^System default/.test(await speaker.innerText()) ? null : speaker.innerText()));
    // By itself it would be closed after three seconds.
    await alice.page.evaluate(() => {
      const { setTimeout } = window;
      window.setTimeout = (work, ms, ...more) => (ms === 3000 ? 0 : setTimeout(work, ms, ...more));
      window.letTimePass = () => { window.setTimeout = setTimeout; };
    });
    await alice.press('Test microphone');
    await alice.shows('Recording: say something…');
    await closeSettings();
    await until('the microphone is closed', async () => (
      await alice.page.evaluate(() => window.opened.active) ? 'it is open' : null));
    await alice.page.evaluate(() => window.letTimePass());
  });

  it('are missed aloud when they are unplugged in a call, which goes on', async () => {
    await connect(alice, bob);
    await bob.hears('alice');
    await until('Alice hears Bob as loud as she wants', async () => {
      const volumes = await alice.page.evaluate(() => (
        window.played.filter(({ srcObject }) => srcObject).map(({ volume }) => volume)));
      return [...new Set(volumes)].join() === '0.4' ? null : volumes.join();
    });
    assert.ok((await alice.page.evaluate(() => window.asked)).deviceId.exact);
    await alice.page.evaluate((label) => window.pull(label), CHOSEN);
    await alice.shows(/^Fake Audio Input 1 was unplugged\. Now using Fake/);
    assert.equal(await alice.page.evaluate(() => window.asked), true);
    await bob.hears('alice');
    await alice.page.evaluate(() => window.pull(null));
    await alice.shows('Now using Fake Audio Input 1.');
    await bob.hears('alice');
    await alice.press('Mute');
    await bob.hears('nothing');
    await alice.press('Hang up');
    await haveEnded(alice, bob);
    await isOver(scene);
  });
});
