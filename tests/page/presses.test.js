// Unwanted calls: in every change of state that the reducer knows, the second of two presses at the
// same point does nothing that it wasn't meant for.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { buttonsFor } from '../../www/js/call-buttons.js';
import { canCall, initialState, reduce } from '../../www/js/call-state.js';
import { Browser } from '../e2e/browser.js';
import { openBare } from './bare.js';

const BOB = { sid: 'WKbob', name: 'Bob Baker' };
const SETTLED_MS = 800;

const server = (state, more = {}) => ({
  type: 'server-state', taskSid: 'WT1', answer: { state, other: BOB, ...more },
});

/** Whatever can happen to a call, with what it brings; `attempt` is filled in. */
const EVENTS = [
  { type: 'dial', agent: BOB }, { type: 'mic-open' }, { type: 'mic-failed', code: 'mic_blocked' },
  { type: 'task-created', taskSid: 'WT1' }, { type: 'task-refused', code: 'callee_busy' },
  { type: 'task-unknown' }, { type: 'cancel' }, { type: 'offer', taskSid: 'WT1', other: BOB },
  { type: 'offer', taskSid: 'WT2', other: BOB },
  { type: 'answer' }, { type: 'decline' }, { type: 'taken', taskSid: 'WT1' },
  { type: 'returning' }, { type: 'not-returning' },
  { type: 'found', taskSid: 'WT1', role: 'caller', other: BOB, back: true },
  { type: 'found', taskSid: 'WT1', role: 'callee', other: BOB, back: false },
  { type: 'rejoin' }, { type: 'rejoin-failed', taskSid: 'WT1', code: 'rejoin_failed' },
  { type: 'charge', inCharge: false }, { type: 'dial-failed', taskSid: 'WT1', taken: false },
  { type: 'dial-failed', taskSid: 'WT1', taken: true },
  { type: 'leg-open', taskSid: 'WT1', callSid: 'CA1' },
  { type: 'leg-closed', taskSid: 'WT1', dropped: true }, { type: 'leg-closed', taskSid: 'WT1' },
  { type: 'hang-up' }, { type: 'toggle-hold' }, { type: 'held', taskSid: 'WT1', hold: true },
  { type: 'hold-failed', taskSid: 'WT1', code: 'hold_failed' }, { type: 'muted', muted: true },
  { type: 'signed-out', taskSid: 'WT1' }, { type: 'done' },
  server('calling'), server('ringing'), server('connected'), server('reconnecting'),
  server('ended', { outcome: 'hangup' }), server('ended', { outcome: 'cancel' }),
];

/** What decides which buttons there are. */
const signOf = ({ phase, role, mine, leg, connectedAt, holdPending, taskSid, outcome }) => (
  [phase, role, mine, leg, connectedAt !== null, holdPending, taskSid, outcome].join());

/** Which buttons a state shows, and which of them can be pressed. */
const looksOf = (state) => JSON.stringify([buttonsFor(state), canCall(state)]);

/** Every change from one state to another that shows other buttons, once. */
function transitions() {
  const known = new Map([[signOf(initialState), initialState]]);
  const found = new Map();
  for (const state of known.values()) {
    for (const event of EVENTS) {
      const next = reduce(state, { now: 1_000_000, attempt: state.attempt, ...event }).state;
      const sign = signOf(next);
      if (sign === signOf(state)) continue;
      if (!known.has(sign)) known.set(sign, next);
      const change = `${looksOf(state)} → ${looksOf(next)}`;
      if (looksOf(state) === looksOf(next)) continue;
      found.set(change, { from: state, event: event.type, to: next });
    }
  }
  return [...found.values()];
}

/** Runs in the page: the panel, and a way to show it a state. */
async function mount() {
  const [{ mountCallPanel }, { mountPressGuard }, { mountPeopleView }, { mountReplies },
    { mountStars }] = await Promise.all(['call-panel', 'press-guard', 'people-view', 'replies',
    'stars'].map((name) => import(`/js/${name}.js`)));
  const view = mountPeopleView();
  window.pressed = [];
  mountPressGuard();
  const panel = mountCallPanel(document.getElementById('stage'),
    ({ type }) => window.pressed.push(type));
  for (const id of ['keypad-toggle', 'call']) {
    document.getElementById(id).addEventListener('click', () => window.pressed.push(id));
  }
  document.getElementById('dial').addEventListener('submit', (event) => event.preventDefault());
  const replies = mountReplies(document.getElementById('beside'),
    ({ type }) => window.pressed.push(type));
  const stars = mountStars(document.getElementById('actions'), () => window.pressed.push('star'));
  let calls = 0;
  window.show = (state) => {
    if (state.phase !== 'ended') calls += 1; // each is asked about once
    view.update(state);
    panel.update(state, true, true);
    replies.update(state);
    stars.update({ ...state, attempt: calls });
    document.getElementById('call').disabled = !['idle', 'ended'].includes(state.phase);
  };
  // One of the replies and one of the stars stand for all of them.
  const all = '#actions button:not(.star), #stars :last-child, #after button, #reply-chat, #call';
  window.buttons = () => [...document.querySelectorAll(all)]
    .filter((button) => button.checkVisibility() && !button.disabled)
    .map((button) => {
      const { left, top, width, height } = button.getBoundingClientRect();
      const waits = button.ariaDisabled === 'true';
      return { id: button.id || button.className, waits, x: left + width / 2, y: top + height / 2 };
    });
  /** The button that lies there; '' where none does, or one that can't be pressed in any case. */
  window.buttonAt = ({ x, y }) => {
    const button = document.elementFromPoint(x, y)?.closest('button:enabled');
    return button?.id || button?.className || '';
  };
}

/** What the buttons tell the reducer. */
const PRESSES = {
  rejoin: 'rejoin', mute: 'toggle-mute', 'keypad-toggle': 'keypad-toggle', hold: 'toggle-hold',
  decline: 'decline', answer: 'answer', cancel: 'cancel', 'hang-up': 'hang-up',
  'call-again': 'call-again', done: 'done', call: 'call', 'reply-chat': 'decline', star: 'star',
};

const SIZES = [[360, 640], [1280, 720]];

describe('a press', () => {
  let browser, page;
  before(async () => {
    browser = await Browser.start(440);
    page = await browser.newPage();
    await openBare(page);
    await page.evaluate(mount);
  });
  after(() => browser.close());

  let tried = 0;
  const show = (state) => page.evaluate((next) => window.show(next), state);
  const settle = () => page.clock.runFor(SETTLED_MS);
  const pressed = () => page.evaluate(() => window.pressed.splice(0));
  const buttons = () => page.evaluate(() => window.buttons());

  /** The buttons of `from` in whose places others lie once `to` has come, which it has then. */
  const othersInPlaceOf = (to) => page.evaluate((next) => {
    const before = window.buttons();
    window.show(next);
    window.pressed.length = 0;
    return before.map((button) => ({ ...button, now: window.buttonAt(button) }))
      .filter(({ id, now }) => now !== '' && now !== id);
  }, to);

  /** What the second press at the place of each button of `from` does just after `to` has come. */
  async function secondPresses({ from, to }) {
    const done = [];
    let left = null; // those that are still to be tried, by id
    do {
      await show(from);
      await settle();
      const others = await othersInPlaceOf(to);
      left = others.filter(({ id }) => !left || left.some((one) => one.id === id));
      const [one] = left.splice(0, 1);
      if (one) {
        await page.mouse.click(one.x, one.y);
        const what = await pressed();
        tried += 1;
        // What does the same is what was meant.
        if (what.length > 0 && what[0] !== PRESSES[one.id]) done.push([one.id, ...what]);
      }
    } while (left.length > 0);
    return done;
  }

  for (const [width, height] of SIZES) {
    it(`that was meant for what stood there before does nothing, at ${width} px`, async (context) => {
      await page.setViewportSize({ width, height });
      const all = transitions();
      context.diagnostic(`${all.length} changes of state`);
      assert.ok(all.length > 30);
      tried = 0;
      for (const change of all) {
        const done = await secondPresses(change);
        assert.deepEqual(done, [], `${change.event}: ${change.from.phase} → ${change.to.phase}`);
      }
      context.diagnostic(`${tried} presses`);
      assert.ok(tried > 0, 'no button comes to stand where another was');
    });
  }

  const idle = initialState;
  const dialling = reduce(idle, { type: 'dial', agent: BOB, now: 0 }).state;
  const refused = reduce(dialling,
    { type: 'mic-failed', attempt: 1, code: 'mic_blocked', now: 0 }).state;
  const talking = {
    ...idle, phase: 'connected', other: BOB, mine: true, leg: 'open', connectedAt: 0,
  };
  const rung = reduce(idle, { type: 'offer', taskSid: 'WT1', other: BOB, now: 0 }).state;
  const centre = async (id) => (await buttons()).find((button) => button.id === id);

  it('that fails at once is not made again by the second click', async () => {
    await show(idle);
    await settle();
    const { x, y } = await centre('call');
    await page.mouse.click(x, y);
    await show(dialling);
    await show(refused);
    await pressed();
    await page.mouse.click(x, y);
    await page.keyboard.press('Enter');
    assert.deepEqual(await pressed(), []);
    await settle();
    await page.mouse.click(x, y);
    assert.deepEqual(await pressed(), ['call']);
  });

  it('counts at once where nothing could be pressed before', async () => {
    await show(idle);
    await settle();
    await show(rung);
    const { x, y } = await centre('answer');
    await page.mouse.click(x, y);
    assert.deepEqual(await pressed(), ['answer']);
  });

  it('by a shortcut does not wait, and a key that is held down is one press', async () => {
    await show(talking);
    await settle();
    await show(rung);
    const came = (await buttons()).filter(({ id }) => ['answer', 'decline'].includes(id));
    assert.deepEqual(came.map(({ waits }) => waits), [true, true]);
    await page.evaluate(() => document.getElementById('answer').click());
    assert.deepEqual(await pressed(), ['answer']);
    await page.locator('#answer').focus();
    for (const key of ['Enter', 'Space']) await page.keyboard.press(key);
    assert.deepEqual(await pressed(), []);
    assert.equal(await page.evaluate(() => document.activeElement.id), 'answer');
    await settle();
    await page.keyboard.down('Enter');
    await page.keyboard.down('Enter');
    await page.keyboard.down('Enter');
    await page.keyboard.up('Enter');
    assert.deepEqual(await pressed(), ['answer']);
  });

  it('on a button reached with Tab does not wait, and is one press', async () => {
    await show(talking);
    await settle();
    await show(rung);
    await page.evaluate(() => document.getElementById('answer').focus());
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'decline');
    for (const key of ['Enter', 'Enter']) await page.keyboard.press(key);
    assert.deepEqual(await pressed(), ['decline']);
    // Where the page puts the focus, nobody has gone.
    await page.evaluate(() => document.getElementById('answer').focus());
    for (const key of ['Enter', 'Space']) await page.keyboard.press(key);
    assert.deepEqual(await pressed(), []);
  });

  it('on what lies below a list or a dialog that has just gone does nothing', async () => {
    await show(rung);
    await settle();
    const { x, y } = await centre('decline');
    await page.evaluate(() => {
      const dialog = document.body.appendChild(document.createElement('dialog'));
      dialog.showModal();
    });
    await settle();
    await page.evaluate(() => document.querySelector('dialog').close());
    await page.mouse.click(x, y);
    assert.deepEqual(await pressed(), []);
    await settle();
    await page.mouse.click(x, y);
    assert.deepEqual(await pressed(), ['decline']);
  });

  it('on a button that can no longer be pressed leaves the focus where it is', async () => {
    await show(refused);
    await settle();
    const { x, y } = await centre('call');
    await page.evaluate(() => document.getElementById('stage').focus());
    await show(dialling);
    await page.mouse.click(x, y);
    assert.equal(await page.evaluate(() => document.activeElement.id), 'stage');
  });

  it('on a row that was a bell a moment ago calls nobody', async () => {
    await show(idle);
    await page.evaluate(async (bob) => {
      const [{ mountTeam }, { createWishes }] = await Promise.all(
        ['team', 'wishes'].map((name) => import(`/js/${name}.js`)));
      const colleagues = { kept: () => ({ favourites: [], recents: [] }), onChange() {},
        isFavourite: () => false, complete: (result) => result };
      const panel = document.body.appendChild(document.createElement('div'));
      panel.id = 'bell';
      panel.className = 'lists';
      panel.style = 'position: fixed; inset: 0 0 auto; z-index: 9; background: white';
      const wishes = createWishes();
      const team = mountTeam(panel, () => ({ agents: [window.bob], total: 1 }),
        { colleagues, wishes },
        { ring: ({ sid }) => window.pressed.push(sid), seen() {} });
      window.see = async (activity, available) => {
        window.bob = { ...bob, activity, available, busy: false };
        await team.refresh();
        window.pressed.push(...wishes.sids());
      };
    }, BOB);
    const see = (...how) => page.evaluate((said) => window.see(...said), how);
    const ring = page.locator('#bell .ring');
    await see('Offline', false);
    await settle();
    assert.deepEqual(await pressed(), []);
    await see('Available', true);
    const { x, y, width, height } = await ring.boundingBox();
    const press = () => page.mouse.click(x + width / 2, y + height / 2);
    await press();
    assert.deepEqual(await pressed(), []);
    await settle();
    await press();
    assert.deepEqual(await pressed(), [BOB.sid]);
    await see('Offline', false);
    await press();
    await see('Offline', false);
    assert.deepEqual(await pressed(), [], 'nor is anybody waited for');
    await page.evaluate(() => document.getElementById('bell').remove());
  });

  it('where a list has given way to a button, or has moved, calls nobody', async () => {
    await show(idle);
    await page.evaluate(() => {
      const byId = (id) => document.getElementById(id);
      const add = (id, to, text) => {
        const button = to.appendChild(Object.assign(document.createElement('button'),
          { id, textContent: text }));
        button.addEventListener('click', () => window.pressed.push(id));
        return button;
      };
      byId('hint-text').textContent = '';
      const list = byId('lists').appendChild(
        Object.assign(document.createElement('div'), { className: 'list' }));
      add('row', list, 'Ring Bob Baker').style.height = '100%';
      add('freed', byId('hint'), 'Ann is free. Call now').hidden = true;
      window.free = (is) => { byId('freed').hidden = !is; };
    });
    const free = (is) => page.evaluate((shown) => window.free(shown), is);
    for (const [width, height] of SIZES) {
      await page.setViewportSize({ width, height });
      await free(true);
      const at = await page.locator(width < 900 ? '#row' : '#freed').boundingBox();
      const press = () => page.mouse.click(at.x + at.width / 2, at.y + at.height / 2);
      for (const [is, meant] of [[false, 'row'], [true, width < 900 ? 'row' : 'freed']]) {
        await settle();
        await free(is);
        await press();
        assert.deepEqual(await pressed(), [], `${width} px, ${is ? 'comes' : 'goes'}`);
        await settle();
        await press();
        assert.deepEqual(await pressed(), [meant]);
      }
      await free(false);
    }
    await page.evaluate(() => {
      document.getElementById('row').parentNode.remove();
      document.getElementById('freed').remove();
    });
  });

  it('on what has come to be about somebody else calls nobody', async () => {
    await show(idle);
    await page.evaluate(async () => {
      const [{ mountPastCalls }, { mountFreeAgain }] = await Promise.all(
        ['past-calls-view', 'free-again'].map((name) => import(`/js/${name}.js`)));
      const people = ['Ann', 'Bob', 'Cy'].map((name) => (
        { sid: `WK${name}`, name, available: true, busy: false }));
      const ring = ({ name }) => window.pressed.push(name);
      const panel = document.body.appendChild(document.createElement('div'));
      panel.id = 'past';
      panel.style = 'position: fixed; inset: 0 0 auto; z-index: 9; background: white';
      let rows = people.slice(0, 2)
        .map((other, i) => ({ taskSid: `WT${i}`, at: i, role: 'caller', other, seconds: 9 }));
      const past = { rows: () => rows, missed: () => 0, isComplete: () => true,
        onChange: (follower) => { window.tell = follower; }, refresh() {}, look() {} };
      mountPastCalls({ panel, isShown: () => true, count() {} }, past, ring).open();
      window.callOf = (i) => {
        rows = [{ ...rows[0], taskSid: `WTnew${i}`, other: people[i] }, ...rows];
        window.tell();
      };
      let waited = [];
      const freed = mountFreeAgain({ met: () => waited }, { chime() {}, notify() {}, ring });
      window.freeOne = (i) => {
        waited = i === null ? [] : [people[i]];
        if (i === null) freed.update(true);
        else freed.seen(waited);
      };
    });
    const pressAt = async (selector) => {
      const { x, y, width, height } = await page.locator(selector).first().boundingBox();
      return () => page.mouse.click(x + width / 2, y + height / 2);
    };
    await settle();
    const row = await pressAt('#past .ring');
    await page.locator('#past .ring').nth(1).focus();
    await page.evaluate(() => window.callOf(2));
    await row();
    assert.deepEqual(await pressed(), []);
    assert.equal(await page.evaluate(() => document.activeElement.title), 'Ring \u2068Bob\u2069');
    await settle();
    await row();
    assert.deepEqual(await pressed(), ['Cy']);
    await page.evaluate(() => document.getElementById('past').remove());

    await page.evaluate(() => window.freeOne(0));
    await settle();
    const freed = await pressAt('#freed');
    await page.evaluate(() => window.freeOne(1));
    await freed();
    assert.deepEqual(await pressed(), []);
    await settle();
    await freed();
    assert.deepEqual(await pressed(), ['Bob']);
    await page.evaluate(() => window.freeOne(null));
  });

  it('on a star is waited for while the pointer or the focus is there', async () => {
    await show(idle);
    await page.evaluate(async () => {
      const { mountStars } = await import('/js/stars.js');
      const stars = mountStars(document.getElementById('actions'),
        (score) => window.pressed.push(score));
      window.ask = (attempt) => stars.update({ phase: 'ended', mine: true, duration: 1, attempt });
      window.ask(1);
    });
    const star = page.getByRole('button', { name: '4 of 5' });
    const longer = () => page.clock.runFor(11_000);
    await star.hover();
    await longer();
    await star.focus();
    await page.mouse.move(0, 0);
    await longer();
    await page.keyboard.press('Enter');
    assert.deepEqual(await pressed(), [4]);
    assert.equal(await star.count(), 0);
    await page.evaluate(() => window.ask(2));
    assert.equal(await star.count(), 1);
    await longer();
    assert.equal(await star.count(), 0);
  });
});
