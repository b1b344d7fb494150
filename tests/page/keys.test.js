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
    input: byId('agent'), list: byId('agents'), popup: byId('agents-popup'),
    note: byId('agents-note'), live: byId('agents-live'),
    star: byId('favourite'), clear: byId('clear'),
  }, async (q, options) => {
    if (window.answer) return window.answer(q, options);
    await window.mayAnswer;
    const found = window.only ? agents.slice(2) : agents;
    return { agents: found, total: found.length, stale: false };
  });
  byId('agent').addEventListener('agent-pick', ({ detail }) => {
    byId('call').disabled = detail.agent === null;
  });
}

/**
 * Runs in the page: opens the list of 15,000, marks the third, and scrolls through all of them, by
 * two screens and by a hundred, while the list is refreshed. What was seen of it.
 */
async function scrollThroughAll() {
  const { createLongList } = await import('/js/long-list.js');
  const everybody = Array.from({ length: 15_000 }, (_, i) => ({
    sid: `WKx${i}`, contactUri: `client:${i}`, activity: 'Available', available: true, busy: false,
    name: i % 9 ? `Ann ${i}` : `Ann ${i} with a name that is too long for one line of this list`,
  }));
  window.answer = async (q, { limit, offset = 0 }) => {
    const found = q === '' ? everybody : [everybody[q.slice(3)]];
    return { agents: found.slice(offset, offset + limit), total: found.length, stale: false };
  };
  window.picker.lengthen(createLongList);
  const [input, list] = ['agent', 'agents'].map((id) => document.getElementById(id));
  const rows = () => [...list.children];
  const frame = () => new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
  });
  const press = (key) => input.dispatchEvent(
    new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  input.focus();
  press('ArrowDown');
  while (list.ariaBusy === 'true') await frame();
  for (let i = 0; i < 3; i += 1) press('ArrowDown');
  const seen = { took: [], steps: 0, most: 0, gaps: [], under: true };
  let began = 0;
  addEventListener('scroll', () => { began = performance.now(); }, { capture: true });
  list.addEventListener('scroll', () => seen.took.push(performance.now() - began));
  const { x, y, height } = list.getBoundingClientRect();
  const at = (down) => document.elementFromPoint(x + 20, y + down)?.closest('[role="option"]');
  for (; list.scrollTop + list.clientHeight < list.scrollHeight - 1; seen.steps += 1) {
    list.scrollTop += (seen.steps % 2 ? 2 : 100) * height;
    await frame();
    await frame();
    seen.most = Math.max(seen.most, rows().length);
    const under = at(height / 2);
    if (!under || !at(10)) seen.gaps.push(list.scrollTop);
    if (seen.steps % 16 === 0) {
      window.picker.refresh();
      await frame();
      seen.under &&= at(height / 2) === under;
    }
  }
  seen.all = rows().at(-1).id === 'agent-WKx14999';
  seen.marked = input.getAttribute('aria-activedescendant');
  if (!document.getElementById(seen.marked)) seen.marked += ' is gone';
  return seen;
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
    await openBare(page, { clock: false });
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
  const wait = () => page.waitForFunction(
    () => document.getElementById('agents').ariaBusy !== 'true');

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

  it('picks the only one there is by Enter, and calls by the next', async () => {
    await page.evaluate(() => {
      window.only = true;
      window.mayAnswer = new Promise((resolve) => { window.answerNow = resolve; });
    });
    await box().pressSequentially('bob');
    await page.keyboard.press('Enter'); // before the answer is there
    assert.equal((await seen()).picked, null);
    await page.evaluate(() => window.answerNow());
    await wait();
    assert.deepEqual(await seen(),
      { open: false, marked: null, picked: 'Bob Baker', typed: 'Bob Baker', submitted: 0 });
    await page.keyboard.press('Enter');
    assert.equal((await seen()).submitted, 1);
  });

  it('picks nobody by Enter where there are several', async () => {
    await box().pressSequentially('山');
    await wait();
    await page.keyboard.press('Enter');
    assert.equal((await seen()).picked, null);
  });

  it('takes what is typed next in place of a picked name, and is cleared by a press', async () => {
    const pick = async () => {
      await page.evaluate(() => { window.only = true; });
      await box().fill('bob');
      await wait();
      await page.keyboard.press('Enter');
      assert.equal((await seen()).typed, 'Bob Baker');
    };
    await pick();
    await page.keyboard.type('da');
    assert.equal((await seen()).typed, 'da');
    await pick();
    await page.locator('#call').focus();
    await box().click();
    await page.keyboard.type('ca');
    assert.equal((await seen()).typed, 'ca');
    await pick();
    await page.getByRole('button', { name: 'Clear' }).click();
    const { typed, picked } = await seen();
    assert.deepEqual([typed, picked], ['', null]);
    assert.equal(await page.evaluate(() => document.activeElement.id), 'agent');
    assert.equal(await page.locator('#clear').isVisible(), false);
  });

  it('has a list that a refresh changes only in place', async () => {
    const faults = await page.evaluate(async (seed) => {
      const everybody = Array.from({ length: 70 }, (_, i) => ({
        sid: `WKx${i}`, name: `${['Ann', 'Bob', 'Cy'][i % 3]} ${i}`, contactUri: `client:${i}`,
        activity: 'Available', available: true, busy: false,
      }));
      const words = ['Available', 'Lunch', 'In a meeting with everybody whom there is'];
      let state = seed;
      const random = (below) => {
        state = (state * 1103515245 + 12345) % 2147483648;
        return Math.floor(state / 65536) % below;
      };
      const matching = (q) => everybody
        .filter(({ sid, name }) => sid === q || name.toLowerCase().includes(q));
      window.answer = async (q, { limit }) => {
        // Statuses change all the time, and with them who stands first.
        const sorted = matching(q).sort(() => random(3) - 1)
          .map((agent) => ({ ...agent, activity: words[random(3)], busy: random(2) === 0 }));
        return { agents: sorted.slice(0, limit), total: sorted.length, stale: false };
      };
      const input = document.getElementById('agent');
      const rows = () => [...document.querySelectorAll('#agents [role="option"]')];
      // What is answered is there once it has been passed on, which takes no time but turns.
      const turn = () => new Promise((resolve) => { setTimeout(resolve); });
      const list = document.getElementById('agents');
      const answered = async () => { do await turn(); while (list.ariaBusy === 'true'); };
      const press = (key) => input.dispatchEvent(
        new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
      const found = [];
      for (let round = 0; round < 25; round += 1) {
        input.focus();
        input.value = ['', 'a', 'an', 'bob', 'bob 1', 'cy', 'zzz'][random(7)];
        input.dispatchEvent(new Event('input', { bubbles: true }));
        await answered();
        for (let i = random(5); i > 0; i -= 1) press('ArrowDown');
        list.scrollTop = random(400);
        const before = rows().map(({ id }) => id);
        const marked = input.getAttribute('aria-activedescendant');
        const { scrollTop } = list;
        const { x, y, height } = list.getBoundingClientRect();
        const pointer = [x + 20, y + random(Math.max(1, Math.floor(height)))];
        const pointed = () => document.elementFromPoint(...pointer)?.closest('[role="option"]')?.id;
        const under = pointed();
        window.picker.refresh();
        await turn();
        const after = rows().map(({ id }) => id);
        const text = input.value;
        const note = (isFault, what) => isFault && found.push(`“${text}”: ${what}`);
        note(before.some((id, at) => after[at] !== id), 'a row has moved');
        note(under && pointed() !== under, 'another is under the pointer');
        note(list.scrollTop !== scrollTop, 'the list has moved');
        note(input.getAttribute('aria-activedescendant') !== marked, 'the mark is gone');
        for (const { textContent, dataset } of rows()) {
          note(!textContent.toLowerCase().includes(text), textContent);
          note(dataset.kind === 'unknown', `nobody knows of ${textContent}`);
        }
      }
      return [...new Set(found)];
    }, 7);
    assert.deepEqual(faults, []);
  });

  it('scrolls at the end of 15,000 as at the beginning, and keeps the mark', async (context) => {
    const { took, steps, most, ...rest } = await page.evaluate(scrollThroughAll);
    // Half of them: others share this machine, and interrupt the one or the other.
    const median = (times) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
    const [first, last] = [took.slice(0, 30), took.slice(-30)].map(median);
    context.diagnostic(`${steps} steps, of ${first.toFixed(1)} ms at first and `
      + `${last.toFixed(1)} ms at last, ${most} rows at most`);
    assert.ok(took.length > 100, `${took.length} steps were seen`);
    assert.ok(last < 10 * Math.max(first, 1), `${first} and ${last} ms`);
    assert.ok(most < 120, `${most} rows in the document`);
    assert.deepEqual(rest, { all: true, gaps: [], marked: 'agent-WKx2', under: true });
    const marked = () => page.evaluate(() => {
      const { id, ariaPosInSet, ariaSetSize, ariaSelected } = document.getElementById(
        document.getElementById('agent').getAttribute('aria-activedescendant'));
      return [id, ariaPosInSet, ariaSetSize, ariaSelected].join(' ');
    });
    for (const [key, at] of [['ArrowDown', 3], ['End', 14_999], ['PageUp', 14_991],
      ['PageDown', 14_999], ['Home', 0], ['PageDown', 8]]) {
      await page.keyboard.press(key);
      assert.equal(await marked(), `agent-WKx${at} ${at + 1} 15000 true`, key);
    }
    await page.keyboard.press('Enter');
    assert.equal((await seen()).picked, 'Ann 8');
  });
});
