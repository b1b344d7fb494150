// What can be seen: contrast of words and of icons, from computed styles, in every state of a call,
// in each theme, at rest, under the pointer, with the focus and while pressed.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { initialState } from '../../www/js/call-state.js';
import { Browser } from '../e2e/browser.js';
import { openBare } from './bare.js';

const TEXT = 4.5;
const GRAPHICS = 3;

const bob = { other: { sid: 'WKbob', name: 'Bob Baker' } };
const here = { ...bob, role: 'caller', mine: true, leg: 'open', connectedAt: 1 };
const STATES = {
  idle: {},
  calling: { ...bob, phase: 'calling', role: 'caller' },
  ringing: { ...bob, phase: 'ringing', role: 'callee' },
  connected: { ...here, phase: 'connected' },
  'muted and holding': { ...here, phase: 'connected', muted: true, hold: { me: false, other: true } },
  'on hold': { ...here, phase: 'connected', hold: { me: true, other: false } },
  elsewhere: { ...bob, phase: 'connected', connectedAt: 1, place: 'device' },
  reconnecting: { ...here, phase: 'reconnecting' },
  ended: { ...bob, phase: 'ended', role: 'caller', outcome: 'hangup', duration: 5000 },
  missed: { ...bob, phase: 'ended', role: 'callee', outcome: 'cancel', endedAt: 1 },
};
const THEMES = {
  light: [{ colorScheme: 'light', contrast: null }], dark: [{ colorScheme: 'dark', contrast: null }],
  'more contrast': [{ colorScheme: 'light', contrast: 'more' }],
  'more contrast, dark': [{ colorScheme: 'dark', contrast: 'more' }],
  'light by choice': [{ colorScheme: 'dark', contrast: null }, 'light'],
  'dark by choice': [{ colorScheme: 'light', contrast: null }, 'dark'],
};
const WAYS = ['rest', 'hover', 'focus', 'pressed'];

/** Runs in the page: the panel, a list, the hint, and what measures them. */
async function mount() {
  const load = (name) => import(`/js/${name}.js`);
  const [{ mountCallPanel }, { mountKeypad }, { showAgents }, { createColleagues }] = await Promise.all(
    ['call-panel', 'keypad', 'agent-list', 'colleagues'].map(load));
  const byId = (id) => document.getElementById(id);
  const panel = mountCallPanel(byId('stage'), () => {});
  mountKeypad({ root: byId('keypad'), keys: byId('keys'), digits: byId('digits'),
    toggle: byId('keypad-toggle'), covered: byId('portrait') }, () => {});
  const person = (sid, activity, available, busy) => ({ sid, name: `Bob ${sid}`, activity, available, busy });
  const agents = [person('a', 'Available', true, false), person('b', 'Available', true, true),
    person('c', 'Break', false, false), person('d', 'Offline', false, false)];
  const colleagues = createColleagues({ get: (name, otherwise) => (name === 'favourites' ? ['b'] : otherwise), set() {} });
  showAgents(byId('agents'), { agents, asked: 'bob' }, colleagues);
  byId('agents').firstChild.setAttribute('aria-selected', 'true');
  byId('agents-note').textContent = '12 more.';
  for (const id of ['go-ready', 'favourite']) byId(id).hidden = false;
  byId('call').disabled = false;
  byId('your-status').disabled = false;
  byId('hint-text').dataset.tone = 'warning';
  window.show = (state, { list, theme }) => {
    document.documentElement.dataset.theme = theme ?? '';
    panel.update(state, true, true);
    byId('agents-popup').hidden = !list;
  };

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
  const isDead = (element) => element.closest(':disabled, [aria-disabled="true"]');
  const hasOwnText = (element) => [...element.childNodes]
    .some(({ nodeType, data }) => nodeType === 3 && data.trim() !== '');

  /** What is seen too little in `root`. */
  window.faint = (root, text, graphics) => {
    const found = [];
    const tell = (what, element, is, least) => {
      if (is < least - 0.005) found.push(`${what} ${is.toFixed(2)}: ${element.closest('[id]')?.id} ${element.className} “${element.textContent.trim()}”`);
    };
    for (const element of [root, ...root.querySelectorAll('*')]) {
      if (!element.checkVisibility({ opacityProperty: true }) || isDead(element) || element.closest('.unseen')) continue;
      const style = getComputedStyle(element);
      if (element.matches('svg.icon')) tell('icon', element.parentElement, contrast(style.fill, element.parentElement), graphics);
      else if (hasOwnText(element)) tell('text', element, contrast(style.color, element), element.matches('.star') ? graphics : text);
      if (element.matches('.mark')) tell('mark', element, contrast(style.borderTopColor, element.parentElement), graphics);
    }
    return found;
  };
}

describe('contrast', () => {
  let browser, page;
  before(async () => {
    browser = await Browser.start(440);
    page = await browser.newPage();
    await openBare(page);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.evaluate(mount);
  });
  after(() => browser.close());

  const faint = (selector) => page.evaluate(([wanted, text, graphics]) => (
    window.faint(document.querySelector(wanted), text, graphics)), [selector, TEXT, GRAPHICS]);
  const pressables = () => page.evaluate(() => [...document.querySelectorAll('button:enabled, input, select, [role="option"]')]
    .filter((element) => element.checkVisibility())
    .filter((element) => {
      const { left, top, width, height } = element.getBoundingClientRect();
      return element.contains(document.elementFromPoint(left + width / 2, top + height / 2));
    })
    .map((element) => `#${CSS.escape(element.id)}`));

  async function as(way, selector) {
    const { x, y, width, height } = await page.locator(selector).boundingBox();
    if (way === 'focus') {
      await page.keyboard.press('Shift'); // from now on focus is shown
      await page.locator(selector).focus();
    } else {
      await page.mouse.move(x + width / 2, y + height / 2);
      if (way === 'pressed') await page.mouse.down();
    }
    const found = await faint(selector);
    await page.mouse.move(0, 0); // a press that ends elsewhere presses nothing
    if (way === 'pressed') await page.mouse.up();
    return found.map((what) => `${way}: ${what}`);
  }

  for (const [theme, [media, chosen]] of Object.entries(THEMES)) {
    it(`is enough: ${theme}`, async () => {
      await page.emulateMedia(media);
      const found = new Set();
      const add = (state, all) => all.forEach((what) => found.add(`${state}, ${what}`));
      for (const [name, changes] of Object.entries(STATES)) {
        for (const list of name === 'idle' ? [false, true] : [false]) {
          await page.evaluate(([state, how]) => window.show(state, how),
            [{ ...initialState, ...changes }, { list, theme: chosen }]);
          add(name, await faint('body'));
          const buttons = (await pressables()).filter((selector) => selector !== '#');
          for (const selector of name === 'idle' ? buttons : buttons.filter((one) => !/^#(agent|your|settings|call|go|fav)/.test(one) || one === '#call-again')) {
            for (const way of WAYS.slice(1)) add(name, await as(way, selector));
          }
        }
      }
      assert.deepEqual([...found], []);
    });
  }
});
