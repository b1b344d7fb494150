// What can be seen: contrast of words and of icons, from computed styles, in every state of a call,
// in each theme, at rest, under the pointer, with the focus and while pressed.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { initialState } from '../../www/js/call-state.js';
import { Browser } from '../e2e/browser.js';
import { openBare } from './bare.js';

const LEAST = { text: 4.5, icon: 3, mark: 3 };

const bob = { other: { sid: 'WKbob', name: 'Bob Baker' } };
const here = { ...bob, role: 'caller', mine: true, leg: 'open', connectedAt: 1 };
const STATES = {
  idle: {},
  calling: { ...bob, phase: 'calling', role: 'caller' },
  ringing: { ...bob, phase: 'ringing', role: 'callee', note: 'Refund for ACME' },
  connected: { ...here, phase: 'connected' },
  'muted and holding': {
    ...here, phase: 'connected', muted: true, hold: { me: false, other: true },
  },
  'on hold': { ...here, phase: 'connected', hold: { me: true, other: false } },
  elsewhere: { ...bob, phase: 'connected', connectedAt: 1, place: 'device' },
  reconnecting: { ...here, phase: 'reconnecting' },
  ended: { ...bob, phase: 'ended', role: 'caller', outcome: 'hangup', duration: 5000, mine: true,
    attempt: 1 },
  missed: { ...bob, phase: 'ended', role: 'callee', outcome: 'cancel', endedAt: 1 },
};
const media = (colorScheme, contrast = null) => ({ colorScheme, contrast });
const THEMES = {
  light: [media('light')],
  dark: [media('dark')],
  'more contrast': [media('light', 'more')],
  'more contrast, dark': [media('dark', 'more')],
  'light by choice': [media('dark'), 'light'],
  'dark by choice': [media('light'), 'dark'],
};
const WAYS = ['hover', 'focus', 'pressed'];
// They are the same in every state: looked at in the first.
const ALWAYS = ['agent', 'your-status', 'settings-open', 'call', 'favourite', 'clear', 'go-ready',
  'team-tab', 'calls-tab', 'ring-0', 'ring-1', 'ring-2', 'ring-3'];

/** Runs in the page: the panel, a list, the hint, and what shows a state. */
async function mount() {
  const load = (name) => import(`/js/${name}.js`);
  const [{ mountCallPanel }, { mountKeypad }, { showAgents }, { createColleagues },
    { icon, part }, { mountTeam }, { createTabList }, { mountReplies }, { mountStars },
    { createWishes }] = await Promise.all(['call-panel', 'keypad', 'agent-list', 'colleagues',
    'dom', 'team', 'tab-list', 'replies', 'stars', 'wishes'].map(load));
  const byId = (id) => document.getElementById(id);
  const panel = mountCallPanel(byId('stage'), () => {});
  mountKeypad({ toggle: byId('keypad-toggle'), tray: byId('tray') }, () => {});
  const agents = [['Available', true, false], ['Available', true, true], ['Break', false, false],
    ['Offline', false, false]].map(([activity, available, busy], i) => (
    { sid: `WK${i}`, name: `Bob ${i}`, activity, available, busy }));
  const kept = { favourites: ['WK1'] };
  const colleagues = createColleagues();
  colleagues.belongTo({ get: (name, other) => kept[name] ?? other, set() {} });
  const lists = createTabList(byId('lists'));
  const { panel: people } = lists.add({ id: 'team', words: 'people', picture: 'people' });
  lists.add({ id: 'calls', words: 'people', picture: 'clock' }).count('2', 'two');
  const wishes = createWishes();
  await mountTeam(people, async () => ({ agents, total: 4 }), { colleagues, wishes },
    { ring() {}, seen() {} }).refresh();
  const others = [mountReplies(byId('beside'), () => {}), mountStars(byId('actions'), () => {})];
  people.querySelectorAll('.ring').forEach((ring, i) => { ring.id = `ring-${i}`; });
  byId('hint').append(part('button', { id: 'go-ready', type: 'button', words: 'goReady' }));
  showAgents(byId('agents'), { agents, asked: 'bob' }, colleagues);
  byId('agents').firstChild.setAttribute('aria-selected', 'true');
  byId('agents-note').textContent = '12 more.';
  byId('favourite').append(icon('star'));
  byId('clear').append(icon('close'));
  byId('agent').value = 'Bob';
  byId('favourite').hidden = false;
  for (const id of ['call', 'your-status']) byId(id).disabled = false;
  byId('hint-text').dataset.tone = 'warning';
  window.show = (state, { list, theme }) => {
    document.documentElement.dataset.theme = theme ?? '';
    panel.update(state, true, true);
    others.forEach((other) => other.update(state));
    byId('agents-popup').hidden = !list;
  };
}

/** Runs in the page: `faint` tells what is seen too little. */
function measure() {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  /** Any colour of CSS as numbers. */
  function rgba(color) {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  }
  const over = ([r, g, b, a], below) => [r, g, b].map((part, i) => part * a + below[i] * (1 - a));
  function groundOf(element) {
    const stack = [];
    for (let at = element; at; at = at.parentElement) {
      stack.push([...rgba(getComputedStyle(at).backgroundColor)]);
    }
    return stack.reverse().reduce((below, color) => over(color, below), [255, 255, 255]);
  }
  const light = (color) => color.map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0);
  function contrast(color, element) {
    const ground = groundOf(element);
    const [high, low] = [light(over(rgba(color), ground)), light(ground)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  }
  const hasOwnText = (element) => [...element.childNodes]
    .some(({ nodeType, data }) => nodeType === Node.TEXT_NODE && data.trim() !== '');
  const isSeen = (element) => element.checkVisibility({ opacityProperty: true })
    && !element.closest(':disabled, [aria-disabled="true"], .unseen');

  /** What it is, and its colour; null for what only holds others. */
  function lookOf(element) {
    const { fill, stroke, color, borderTopColor } = getComputedStyle(element);
    if (element.matches('svg.icon')) return ['icon', fill === 'none' ? stroke : fill];
    if (element.matches('.mark')) return ['mark', borderTopColor];
    return hasOwnText(element) ? ['text', color] : null;
  }

  window.faint = (root, least) => [root, ...root.querySelectorAll('*')]
    .filter(isSeen)
    .map((element) => [element, lookOf(element)])
    .filter(([, look]) => look)
    .map(([element, [what, color]]) => {
      const ground = what === 'text' ? element : element.parentElement;
      return { element, what, is: contrast(color, ground) };
    })
    .filter(({ what, is }) => is < least[what] - 0.005)
    .map(({ element, what, is }) => `${what} ${is.toFixed(2)}: ${element.closest('[id]')?.id} `
      + `“${element.textContent.trim()}”`);
}

/** Runs in the page: the selectors of all that can be pressed. */
function pressables() {
  return [...document.querySelectorAll('button:enabled, input, select, [role="option"]')]
    .filter((element) => element.id && element.checkVisibility())
    .filter((element) => {
      const { left, top, width, height } = element.getBoundingClientRect();
      return element.contains(document.elementFromPoint(left + width / 2, top + height / 2));
    })
    .map(({ id }) => id);
}

describe('contrast', () => {
  let browser, page;
  before(async () => {
    browser = await Browser.start(440);
    page = await browser.newPage();
    await openBare(page);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.evaluate(mount);
    await page.evaluate(measure);
  });
  after(() => browser.close());

  const faint = (selector) => page.evaluate(([wanted, least]) => (
    window.faint(document.querySelector(wanted), least)), [selector, LEAST]);

  async function as(way, id) {
    const element = page.locator(`#${id}`);
    if (way === 'focus') {
      await page.keyboard.press('Shift'); // from now on focus is shown
      await element.focus();
      return faint(`#${id}`);
    }
    const { x, y, width, height } = await element.boundingBox();
    await page.mouse.move(x + width / 2, y + height / 2);
    if (way === 'pressed') await page.mouse.down();
    const found = await faint(`#${id}`);
    await page.mouse.move(0, 0); // a press that ends elsewhere presses nothing
    if (way === 'pressed') await page.mouse.up();
    return found;
  }

  async function inState(state, how) {
    await page.evaluate((shown) => window.show(...shown), [state, how]);
    const found = await faint('body');
    const isFirst = state.phase === 'idle';
    for (const id of await page.evaluate(pressables)) {
      if (!isFirst && ALWAYS.includes(id)) continue;
      for (const way of WAYS) found.push(...(await as(way, id)).map((what) => `${way}: ${what}`));
    }
    return found;
  }

  for (const [theme, [how, chosen]] of Object.entries(THEMES)) {
    it(`is enough: ${theme}`, async () => {
      await page.emulateMedia(how);
      const found = [];
      for (const [name, changes] of Object.entries(STATES)) {
        const state = { ...initialState, ...changes };
        for (const list of name === 'idle' ? [false, true] : [false]) {
          const here = await inState(state, { list, theme: chosen });
          found.push(...here.map((what) => `${name}, ${what}`));
        }
      }
      assert.deepEqual([...new Set(found)], []);
    });
  }
});
