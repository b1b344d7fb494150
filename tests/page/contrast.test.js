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
// Of these the controls are the same as of others: only what is read and seen at rest.
const AT_REST = {
  'returning by itself': { returning: true },
  preparing: { ...bob, phase: 'preparing', role: 'caller', mine: true },
  answering: { ...bob, phase: 'answering', role: 'callee', mine: true },
  canceling: { ...bob, phase: 'ending', role: 'caller', mine: true },
  'both on hold': { ...here, phase: 'connected', hold: { me: true, other: true } },
  'a poor line': { ...here, phase: 'connected', warnings: ['high-jitter'] },
  rejoining: { ...here, phase: 'rejoining', leg: 'dialing' },
  ending: { ...here, phase: 'ending' },
  'declined with a line': { ...bob, phase: 'ended', role: 'caller', outcome: 'declined',
    reply: 'in5', mine: true, attempt: 2 },
  refused: { ...bob, phase: 'ended', role: 'caller', outcome: 'refused', code: 'mic_blocked' },
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
// What the inspector has an element, and the row that it is in, look like.
const POINTED = { hover: ['hover'], pressed: ['hover', 'active'] };
// They are the same in every state: looked at in the first.
const ALWAYS = ['agent', 'your-status', 'settings-open', 'call', 'favourite', 'clear', 'go-ready',
  'team-tab', 'calls-tab', 'ring-0', 'ring-1', 'ring-2', 'ring-3', 'ring-4', 'ring-5', 'past-0'];

/** Runs in the page: the panel, a list, the hint, and what shows a state. */
async function mount() {
  const load = (name) => import(`/js/${name}.js`);
  const [{ mountCallPanel }, { mountKeypad }, { showAgents }, { createColleagues },
    { icon, part }, { mountTeam }, { createTabList }, { mountReplies }, { mountStars },
    { createWishes }, { mountPastCalls }, { useDoNotDisturb }] = await Promise.all(['call-panel',
    'keypad', 'agent-list', 'colleagues', 'dom', 'team', 'tab-list', 'replies', 'stars', 'wishes',
    'past-calls-view', 'presence'].map(load));
  const byId = (id) => document.getElementById(id);
  const panel = mountCallPanel(byId('stage'), () => {});
  mountKeypad({ toggle: byId('keypad-toggle'), tray: byId('tray') }, () => {});
  const agents = [['Available', true, false], ['Available', true, true], ['Break', false, false],
    ['Offline', false, false], ['Silence', false, false], ['', true, null]]
    .map(([activity, available, busy], i) => (
      { sid: `WK${i}`, name: `Bob ${i}`, activity, available, busy }));
  useDoNotDisturb(['Silence']);
  const kept = { favourites: ['WK1'] };
  const colleagues = createColleagues();
  colleagues.belongTo({ get: (name, other) => kept[name] ?? other, set() {} });
  const lists = createTabList(byId('lists'));
  const { panel: people } = lists.add({ id: 'team', words: 'people', picture: 'people' });
  const calls = lists.add({ id: 'calls', words: 'people', picture: 'clock' });
  const past = [['callee', 'cancel', 0], ['caller', 'declined', 0], ['callee', 'hangup', 9]].map(
    ([role, outcome, seconds], i) => ({ taskSid: `WT${i}`, at: i, role, outcome, seconds,
      other: agents[i], note: 'Refund', reply: 'in5' }));
  const pastCalls = mountPastCalls(calls, { rows: () => past, missed: () => 2,
    isComplete: () => false, onChange() {}, refresh() {}, look() {} }, () => {});
  byId('calls-tab').click();
  pastCalls.open();
  byId('calls').querySelector('.ring').id = 'past-0';
  byId('team-tab').click();
  const wishes = createWishes();
  await mountTeam(people, async () => ({ agents, total: 6 }), { colleagues, wishes },
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
    byId('agents-popup').hidden = list !== 'found';
    byId(list === 'past' ? 'calls-tab' : 'team-tab').click();
  };
}

/** Runs in the page: `faint` tells what is seen too little. */
function measure() {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const colors = new Map();
  /** Any colour of CSS as numbers. */
  function rgba(color) {
    if (!colors.has(color)) colors.set(color, paint(color));
    return colors.get(color);
  }
  function paint(color) {
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

/** Runs in the page: what is seen too little of these, each while it has the focus. */
function faintInFocus([ids, least]) {
  return ids.flatMap((id) => {
    const element = document.getElementById(id);
    element.focus();
    const found = window.faint(element, least);
    const isShown = document.activeElement !== element || element.matches(':focus-visible');
    return isShown ? found : [...found, `no focus is shown: ${id}`];
  });
}

/** Runs in the page: likewise, while the pointer is said to be there. */
function faintInPlace([ids, least]) {
  const elements = ids.map((id) => document.getElementById(id));
  for (const element of elements) element.dispatchEvent(new PointerEvent('pointerenter'));
  return elements.flatMap((element) => window.faint(element, least));
}

describe('contrast', () => {
  let browser, page, inspector, document;
  before(async () => {
    browser = await Browser.start(440);
    page = await browser.newPage();
    await openBare(page);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.evaluate(mount);
    await page.evaluate(measure);
    inspector = await page.context().newCDPSession(page);
    await inspector.send('DOM.enable');
    await inspector.send('CSS.enable');
    document = (await inspector.send('DOM.getDocument')).root.nodeId;
    await page.keyboard.press('Shift'); // from now on focus is shown
  });
  after(() => browser.close());

  const faint = (selector) => page.evaluate(([wanted, least]) => (
    window.faint(document.querySelector(wanted), least)), [selector, LEAST]);

  /** Has all of these, and the rows that they are in, look as if pointed at, or no longer. */
  async function point(ids, forcedPseudoClasses) {
    const selector = ids.map((id) => `#${id}, :has(> #${id})`).join();
    const { nodeIds } =
      await inspector.send('DOM.querySelectorAll', { nodeId: document, selector });
    await Promise.all(nodeIds.map((nodeId) => (
      inspector.send('CSS.forcePseudoState', { nodeId, forcedPseudoClasses }))));
  }

  async function inState(state, how) {
    await page.evaluate((shown) => window.show(...shown), [state, how]);
    const found = await faint('body');
    if (how.atRest) return found;
    const isFirst = state.phase === 'idle';
    const ids = (await page.evaluate(pressables))
      .filter((id) => isFirst || !ALWAYS.includes(id));
    const note = (way, list) => found.push(...list.map((what) => `${way}: ${what}`));
    for (const [way, states] of Object.entries(POINTED)) {
      await point(ids, states);
      note(way, await page.evaluate(faintInPlace, [ids, LEAST]));
    }
    await point(ids, []);
    note('focus', await page.evaluate(faintInFocus, [ids, LEAST]));
    return found;
  }

  it('is measured as it is under the pointer', async () => {
    await page.evaluate((shown) => window.show(...shown), [initialState, {}]);
    const ground = () => page.evaluate(
      () => getComputedStyle(document.getElementById('call')).backgroundColor);
    const before = await ground();
    await point(['call'], POINTED.hover);
    assert.notEqual(await ground(), before);
    await point(['call'], []);
    assert.equal(await ground(), before);
  });

  for (const [theme, [how, chosen]] of Object.entries(THEMES)) {
    it(`is enough: ${theme}`, async () => {
      await page.emulateMedia(how);
      const found = [];
      for (const [name, changes] of Object.entries({ ...STATES, ...AT_REST })) {
        const state = { ...initialState, ...changes };
        for (const list of name === 'idle' ? ['team', 'found', 'past'] : ['team']) {
          const seen = await inState(state, { list, theme: chosen, atRest: name in AT_REST });
          found.push(...seen.map((what) => `${name}, ${what}`));
        }
      }
      assert.deepEqual([...new Set(found)], []);
    });
  }
});
