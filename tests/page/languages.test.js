// Every language in the narrowest window, in an ordinary font and in a wide one: no word is cut
// off, and none stands on another.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { LANGUAGES } from '../../www/js/language.js';
import { Browser } from '../e2e/browser.js';
import { endScene, startScene } from '../e2e/lib.js';

const FONTS = ['plain', 'wide'];
const WIDTHS = [320, 360];

// What follows runs in the page, part by part.

/** Turns to a language and makes what the parts have in common. */
async function prepare(tag) {
  const byId = (id) => document.getElementById(id);
  const load = (name) => import(new URL(`js/${name}.js`, document.baseURI));
  const [{ useLanguage }, { t }] = await Promise.all([load('language'), load('strings')]);
  const complaints = new Set();
  const values = {
    name: 'Guadalupe Hernández', lost: 'Headset', device: 'Speaker', activity: 'Unavailable',
    time: '12:34 AM',
  };
  await useLanguage(tag);
  window.words = {
    byId, complaints,
    /** Shows these sentences, one after the other, and looks what has no room. */
    show(id, ...keys) {
      for (const key of keys) {
        byId(id).textContent = t(key, values);
        window.words.check(key);
      }
    },
    write(id, key) { byId(id).textContent = key ? t(key, values) : ''; },
    label(id, key) {
      byId(id).hidden = false;
      byId(id).lastChild.textContent = t(key);
    },
    hide(...ids) { for (const id of ids) byId(id).hidden = true; },
    chip(id, key) {
      byId(id).children[1].textContent = t(key, values);
      window.words.check(key);
    },
  };
}

function prepareCheck() {
  const { byId, complaints } = window.words;
  const top = (id) => byId(id).getBoundingClientRect().top;
  const bottom = (id) => byId(id).getBoundingClientRect().bottom;

  function texts() {
    for (const element of document.querySelectorAll(
      '.block, .detail, .chip, .hint p, button, label')) {
      if (!element.checkVisibility() || element.classList.contains('unseen')) continue;
      if (element.scrollWidth > element.clientWidth + 1) {
        complaints.add(`cut off: ${element.textContent}`);
      }
    }
  }

  function labels() {
    for (const label of document.querySelectorAll('.actions button:not([hidden]) span')) {
      label.style.overflowWrap = 'normal'; // then a word that would be broken sticks out
      const { width } = label.getBoundingClientRect();
      if (width > label.parentElement.clientWidth + 1) {
        complaints.add(`broken: ${label.textContent}`);
      }
      label.style.overflowWrap = '';
    }
  }

  window.words.check = (what) => {
    const block = document.querySelector('.block');
    texts();
    labels();
    if (document.documentElement.scrollWidth > innerWidth) complaints.add(`${what}: too wide`);
    if (block.checkVisibility() && (block.scrollHeight > block.clientHeight + 1
      || bottom('call-detail') > top('actions') + 1)) complaints.add(`${what}: over the buttons`);
    if (byId('dial').checkVisibility() && byId('hint').checkVisibility()
      && bottom('hint-text') > top('dial') + 1) complaints.add(`${what}: over the field`);
  };
  window.words.view = (view, phase) => {
    document.body.dataset.view = view;
    document.body.dataset.call = phase;
    byId('stage').dataset.phase = phase;
  };
}

/** The longest that a call has to say, with a long name above it. */
function showCall() {
  const { byId, show, write, label, view } = window.words;
  view('call', 'connected');
  for (const id of ['mute', 'keypad-toggle', 'hold', 'hang-up', 'hold-chip', 'call-chip']) {
    byId(id).hidden = false;
  }
  byId('stage').dataset.held = 'true';
  byId('call-name').textContent = 'Guadalupe Hernández de la Torre y Valenzuela';
  byId('timer').textContent = '1:23:45';
  byId('hold-time').textContent = '12:34';
  label('mute', 'unmute');
  label('hold', 'resume');
  write('call-detail', 'hearsMusic');
  for (const key of ['chipHold', 'chipHeld', 'chipBothHold']) {
    write('call-detail', key === 'chipHeld' ? 'youHearMusic' : 'hearsMusic');
    window.words.chip('hold-chip', key);
  }
  byId('stage').dataset.held = 'false';
  byId('hold-chip').hidden = true;
  for (const key of ['returning', 'chipReconnecting', 'chipInCall']) {
    window.words.chip('call-chip', key);
  }
  show('call-detail', 'elsewhereDevice', 'micSilent', 'deviceLost', 'choppy', 'hold_failed');
}

function showEnd() {
  const { byId, check, show, write, label, hide, view, chip } = window.words;
  hide('mute', 'keypad-toggle', 'hold', 'hang-up');
  write('timer');
  for (const id of ['call-again', 'done']) byId(id).hidden = false;
  label('call-again', 'callBack');
  label('done', 'done');
  view('call', 'ended');
  byId('stage').dataset.missed = 'true';
  chip('call-chip', 'chipMissed');
  show('call-detail', 'missed');
  byId('stage').dataset.missed = 'false';
  chip('call-chip', 'notPlaced');
  show('call-detail', 'call_unknown', 'mic_blocked', 'mic_failed', 'failed');
  write('call-detail');
  hide('call-again', 'done');
  view('call', 'connected');
  byId('hang-up').hidden = false;
  label('rejoin', 'bringHere');
  check('other buttons');
  hide('rejoin', 'hang-up');
  view('call', 'ringing');
  for (const id of ['answer', 'decline']) byId(id).hidden = false;
  chip('call-chip', 'chipRinging');
  hide('answer', 'decline');
}

function showHints() {
  const { byId, show, view } = window.words;
  view('people', 'idle');
  for (const key of ['hintGoReady', 'hintOtherTab', 'no_worker', 'hintNotAvailable', 'mic_blocked',
    'hintNoNotifications']) {
    byId('go-ready').hidden = key !== 'hintGoReady';
    byId('use-tab').hidden = key !== 'hintOtherTab';
    show('hint-text', key);
  }
}

/** A name that was picked can be read, beside its star. */
function showName() {
  const { byId, complaints, hide } = window.words;
  byId('agent').value = 'Dave Dufour';
  byId('favourite').hidden = false;
  if (byId('agent').scrollWidth > byId('agent').clientWidth) {
    complaints.add('the picked name is cut off');
  }
  byId('agent').value = '';
  hide('favourite');
}

/** Shows the longest sentences and buttons of a language: what doesn't fit. */
async function whatDoesNotFit(page, tag) {
  await page.evaluate(prepare, tag);
  for (const part of [prepareCheck, showCall, showEnd, showHints, showName]) {
    await page.evaluate(part);
  }
  return page.evaluate(() => [...window.words.complaints]);
}

/** Runs in the page, which shows its settings: what sticks out, or is broken letter by letter. */
function whatSticksOut() {
  const complaints = [];
  for (const dialog of document.querySelectorAll('dialog')) {
    if (dialog.scrollWidth > dialog.clientWidth) complaints.push(`${dialog.scrollWidth} px wide`);
    for (const term of dialog.querySelectorAll('dt')) {
      const line = parseFloat(getComputedStyle(term).fontSize) * 2;
      const range = document.createRange();
      range.selectNodeContents(term);
      if (range.getBoundingClientRect().height > 2 * line) {
        complaints.push(`broken: ${term.textContent}`);
      }
    }
    for (const keys of dialog.querySelectorAll('dd:has(kbd)')) {
      const rows = new Set([...keys.children].map((key) => key.offsetTop));
      if (rows.size > 1) complaints.push(`on two lines: ${keys.textContent}`);
    }
  }
  return complaints;
}

/** The fonts that the heading is really written with. */
async function fontsOf({ page }) {
  const inspector = await page.context().newCDPSession(page);
  const { root } = await inspector.send('DOM.getDocument');
  await inspector.send('CSS.enable');
  const { nodeId } =
    await inspector.send('DOM.querySelector', { nodeId: root.nodeId, selector: 'h1' });
  const { fonts } = await inspector.send('CSS.getPlatformFontsForNode', { nodeId });
  return fonts.map(({ familyName }) => familyName);
}

describe('the words of every language', () => {
  let scene, agents;
  before(async () => {
    scene = await startScene(['alice', 'bob'], {
      browsers: { bob: { start: (hz) => Browser.start(hz, 'wide') } },
    });
    agents = { plain: scene.alice, wide: scene.bob };
  });
  after(() => endScene(scene));

  for (const [font, family] of [['plain', 'Liberation Sans'], ['wide', 'DejaVu Sans']]) {
    it(`are measured in a ${font} font`, async () => {
      assert.deepEqual(await fontsOf(agents[font]), [family]);
    });
  }

  it('that do not come leave the page in English until they do', async () => {
    const { browser } = scene.alice;
    const german = await browser.connected.newContext({ ignoreHTTPSErrors: true, locale: 'de-DE' });
    try {
      const page = await german.newPage();
      await page.clock.install();
      await page.route('**/i18n/de.json', (route) => route.abort());
      await page.goto(`${scene.stack.origin}/alice/`);
      await page.getByRole('heading', { name: 'Call a colleague' }).waitFor();
      assert.equal(await page.locator('html').getAttribute('lang'), 'en');
      await page.unroute('**/i18n/de.json');
      await page.clock.fastForward(5000); // they are asked for again, and if not yet a bit later
      await page.getByRole('heading', { name: 'Kollegen anrufen' }).waitFor();
    } finally {
      await german.close();
    }
  });

  for (const [tag, font] of LANGUAGES.flatMap((each) => FONTS.map((other) => [each, other]))) {
    it(`fit in ${tag}, in a ${font} font`, async () => {
      const { page } = agents[font];
      for (const width of WIDTHS) {
        for (const height of [568, 640]) {
          await page.setViewportSize({ width, height });
          assert.deepEqual(await whatDoesNotFit(page, tag), [], `at ${width}×${height} px`);
        }
      }
      await page.setViewportSize({ width: 320, height: 568 });
      await page.locator('#settings-open').click();
      await page.locator('dialog dt').first().waitFor();
      const sticksOut = await page.evaluate(whatSticksOut);
      await page.keyboard.press('Escape');
      await page.locator('dialog').waitFor({ state: 'detached' });
      assert.deepEqual(sticksOut, [], 'in the settings');
    });
  }
});
