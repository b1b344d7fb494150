// Keys in the field of names, by the events that each browser sends.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';

import { Browser } from '../e2e/browser.js';
import { openBare } from './bare.js';

/** Runs in the page: the picker with three agents, and what is picked. */
async function mount() {
  const { AgentPicker } = await import('/js/agent-picker.js');
  const byId = (id) => document.getElementById(id);
  const agents = ['山田 太郎', '山本 花子', 'Bob Baker']
    .map((name, i) => ({ sid: `WK${i}`, name, contactUri: `client:${i}`, activity: 'Available', available: true, busy: false }));
  window.submitted = 0;
  byId('dial').addEventListener('submit', (event) => {
    event.preventDefault();
    window.submitted += 1;
  });
  window.picker = new AgentPicker({
    input: byId('agent'), list: byId('agents'), popup: byId('agents-popup'), note: byId('agents-note'),
    live: byId('agents-live'), star: byId('favourite'),
  }, async (q) => ({ agents, total: agents.length, stale: false, q }));
  byId('agent').addEventListener('agent-pick', ({ detail }) => {
    byId('call').disabled = detail.agent === null;
  });
}

/** Runs in the page: a key as an input method has it. */
function sendKey([key, more]) {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more });
  document.activeElement.dispatchEvent(event);
  return event.defaultPrevented;
}

const composing = { isComposing: true, keyCode: 229 };
const SEQUENCES = {
  Chromium: composing, Firefox: composing, Safari: { isComposing: false, keyCode: 229 },
};

describe('the field of names', () => {
  let browser, page;
  before(async () => { browser = await Browser.start(440); });
  beforeEach(async () => {
    await page?.close();
    page = await browser.newPage();
    await openBare(page);
    await page.evaluate(mount);
  });
  after(() => browser.close());

  const box = () => page.locator('#agent');
  const seen = () => page.evaluate(() => ({
    open: document.getElementById('agent').getAttribute('aria-expanded') === 'true',
    marked: document.getElementById('agent').getAttribute('aria-activedescendant'),
    picked: window.picker.picked()?.name ?? null,
    typed: document.getElementById('agent').value,
    submitted: window.submitted,
  }));
  const wait = (ms = 200) => page.clock.runFor(ms);

  for (const [name, keys] of Object.entries(SEQUENCES)) {
    it(`leaves the keys of an input method alone, as ${name} sends them`, async () => {
      await box().pressSequentially('山');
      await wait();
      await page.keyboard.press('ArrowDown');
      const before = await seen();
      assert.equal(before.marked, 'agent-WK0');
      for (const key of ['ArrowDown', 'ArrowUp', 'PageDown', 'Tab', 'Escape', 'Enter']) {
        assert.equal(await page.evaluate(sendKey, [key, keys]), false, key);
        assert.deepEqual(await seen(), before, key);
      }
      await page.keyboard.press('Enter');
      assert.equal((await seen()).picked, '山田 太郎');
    });
  }
});
