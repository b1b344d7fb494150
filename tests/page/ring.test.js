// A ring that can't be missed, and that stops when there is nothing to answer any more.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';

import { Agent, connect, endScene, haveEnded, isOver, startScene, until } from '../e2e/lib.js';

/** The agent looks elsewhere; notifications are kept instead of shown. */
function installElsewhere() {
  document.hasFocus = () => false;
  window.notifications = [];
  window.Notification = class {
    static permission = 'granted';

    constructor(text) {
      this.text = text;
      window.notifications.push(this);
    }

    close() { this.closed = true; }
  };
  const { start } = AudioBufferSourceNode.prototype;
  const { stop } = AudioScheduledSourceNode.prototype;
  window.playing = new Set();
  AudioBufferSourceNode.prototype.start = function begin(...args) {
    if (this.loop) window.playing.add(this);
    return start.apply(this, args);
  };
  AudioScheduledSourceNode.prototype.stop = function end(when = 0) {
    if (when > 0) this.longest = when - this.context.currentTime;
    else window.playing.delete(this);
    return stop.call(this, when);
  };
}

describe('the ring', () => {
  let scene, alice, bob, tab;
  before(async () => {
    scene = await startScene(['alice', 'bob']);
    ({ alice, bob } = scene);
    await bob.page.addInitScript(installElsewhere);
    await bob.reload();
    tab = new Agent(scene.stack, 'bob', bob.browser);
    await tab.open();
    await tab.page.evaluate(installElsewhere);
  });
  after(() => endScene(scene));
  afterEach(() => isOver(scene));

  const signs = ({ page }) => page.evaluate(() => ({
    title: document.title,
    icon: document.querySelector('link[rel~="icon"]').getAttribute('href'),
    notifications: window.notifications.filter(({ closed }) => !closed).map(({ text }) => text),
    sounds: window.playing.size,
  }));
  const quiet = { title: 'Call a colleague', icon: 'icon.svg', notifications: [], sounds: 0 };
  const loud = {
    title: '\u2068Alice Archer\u2069 is calling',
    icon: 'icon-ringing.svg',
    notifications: ['\u2068Alice Archer\u2069 is calling'],
    sounds: 1,
  };
  const gives = (agent, wanted) => until('the signs are right', async () => {
    const found = JSON.stringify(await signs(agent));
    return found === JSON.stringify(wanted) ? null : found;
  });

  /** A call that was missed is told until somebody looks; then it is quiet in every tab. */
  async function looksAtMissed() {
    await until('it is told', async () => {
      const { title, notifications } = await signs(bob);
      const told = title === '(1) Missed' && notifications.length === 1
        && notifications[0].startsWith('Missed call from \u2068Alice Archer\u2069');
      return told ? null : JSON.stringify({ title, notifications });
    });
    await bob.page.evaluate(() => { document.hasFocus = () => true; });
    await bob.page.getByRole('tab', { name: /Calls/ }).click();
    await bob.page.getByRole('tab', { name: 'People' }).click();
    await bob.page.evaluate(() => { document.hasFocus = () => false; });
  }

  for (const [what, stop] of [
    ['is canceled', () => alice.press('Cancel').then(looksAtMissed)],
    ['is declined', () => bob.press('Decline')],
    ['is declined in another tab', () => tab.press('Decline')],
  ]) {
    it(`is heard and seen, in one tab aloud, until it ${what}`, async () => {
      await alice.call(bob);
      await bob.isRungBy(alice);
      await tab.isRungBy(alice);
      await gives(bob, loud);
      await gives(tab, { ...loud, notifications: [], sounds: 0 });
      const [longest] = await bob.page.evaluate(() => [...window.playing].map((s) => s.longest));
      assert.ok(longest > 100 && Math.round(longest) <= 120,
        `a page that is cut off rings for ${longest} s`);
      await stop();
      await Promise.all([gives(bob, quiet), gives(tab, quiet)]);
    });
  }

  it('is not covered by the settings, nor by the question before a call', async () => {
    await bob.press('Settings');
    await bob.page.getByRole('dialog', { name: 'Settings' }).waitFor();
    await tab.page.goto(`${scene.stack.origin}/bob/?call=client:alice`);
    await tab.page.getByRole('dialog', { name: 'Call Alice Archer?' }).waitFor();
    await alice.call(bob);
    for (const { page } of [bob, tab]) {
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
    await bob.press('Answer');
    await alice.isIn(bob);
    await tab.press('Hang up');
    await haveEnded(alice, bob);
  });

  it('is not covered by settings that were still loading when it began', async () => {
    let come, isAsked;
    const mayCome = new Promise((resolve) => { come = resolve; });
    const asked = new Promise((resolve) => { isAsked = resolve; });
    await bob.page.route('**/css/dialog.css', (route) => {
      isAsked();
      return mayCome.then(() => route.continue());
    });
    await bob.reload();
    await bob.press('Settings');
    await asked;
    await alice.call(bob);
    await bob.isRungBy(alice);
    await bob.page.evaluate(() => {
      window.dialogs = 0;
      new MutationObserver(() => { window.dialogs += document.querySelectorAll('dialog').length; })
        .observe(document.body, { childList: true });
    });
    come();
    await until('the settings have come', async () => (
      await bob.page.evaluate(() => window.dialogs) > 0 ? null : 'they have not'));
    await bob.page.getByRole('dialog').waitFor({ state: 'detached' });
    await bob.press('Decline');
    await haveEnded(bob);
    await alice.says('Bob Baker declined');
  });

  it('shows who calls and how to answer where the window is too small for the page', async () => {
    await bob.page.setViewportSize({ width: 320, height: 256 });
    await alice.call(bob);
    await bob.isRungBy(alice);
    for (const place of [bob.page.locator('#call-name'), bob.button('Answer')]) {
      const { y, height } = await place.boundingBox();
      assert.ok(y >= 0 && y + height <= 256, `it is at ${y} px of 256`);
    }
    // A frame may be higher than the window around it.
    await bob.page.setViewportSize({ width: 360, height: 2400 });
    const { y } = await bob.button('Answer').boundingBox();
    assert.ok(y < 760, `it is at ${y} px`);
    await bob.press('Decline');
    await alice.says('Bob Baker declined');
    await bob.page.setViewportSize({ width: 1280, height: 720 });
  });

  it('ends with the answer, and whoever talked may call again with one press', async () => {
    await connect(alice, bob);
    await gives(bob, quiet);
    await alice.press('Hang up');
    await haveEnded(alice, bob);
    await alice.shows(/^You hung up · Lasted 0:\d\d$/);
    await bob.shows(/^Alice Archer hung up · Lasted 0:\d\d$/);
    await bob.callBy('Call back');
    await alice.isRungBy(bob);
    await alice.press('Decline');
    await bob.says('Alice Archer declined');
    assert.equal((await signs(bob)).title, quiet.title);
  });
});
