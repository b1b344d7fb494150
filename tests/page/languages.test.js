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
  };
}

function prepareCheck() {
  const { byId, complaints } = window.words;
  const top = (id) => byId(id).getBoundingClientRect().top;
  const bottom = (id) => byId(id).getBoundingClientRect().bottom;

  function texts() {
    for (const element of document.querySelectorAll(
      '.words, .detail, .hint p, button, label, h1')) {
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
    texts();
    labels();
    if (document.documentElement.scrollWidth > innerWidth) complaints.add(`${what}: too wide`);
    if (bottom('hint-text') > top('stage') + 1) complaints.add(`${what}: over the stage`);
    if (bottom('call-detail') > top('actions') + 1) complaints.add(`${what}: over the buttons`);
  };
}

/** The status ends after two lines, which must hold the sentence, or two lines of it. */
function showCall() {
  const { byId, complaints, show, write, label } = window.words;
  for (const id of ['mute', 'keypad-toggle', 'hold', 'hang-up']) byId(id).hidden = false;
  label('mute', 'unmute');
  label('hold', 'resume');
  write('call-status', 'notPlaced');
  show('call-detail', 'idleDetail', 'call_unknown', 'mic_blocked', 'mic_failed', 'failed');
  write('call-status', 'inCall');
  byId('timer').textContent = '1:23:45';
  write('call-detail', 'elsewhereDevice');
  const status = byId('call-status');
  if (status.clientHeight < Math.min(status.scrollHeight, 52) - 2) {
    complaints.add('half a line of the status is missing');
  }
  show('call-detail', 'muted', 'micSilent', 'deviceLost', 'choppy');
  write('call-detail');
  show('call-status', 'returning');
  if (status.scrollHeight > status.clientHeight + 2) {
    complaints.add(`cut off: ${status.textContent}`);
  }
}

function showEnd() {
  const { byId, check, show, write, label, hide } = window.words;
  write('timer');
  write('call-status', 'ended');
  byId('stage').dataset.missed = 'true';
  show('call-detail', 'missed');
  byId('stage').dataset.missed = 'false';
  write('call-detail');
  hide('mute', 'keypad-toggle');
  label('rejoin', 'bringHere');
  label('call-again', 'callBack');
  check('other buttons');
  hide('rejoin', 'call-again');
}

function showHints() {
  const { byId, show } = window.words;
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
      await page.route('**/i18n/de.json', (route) => route.abort());
      await page.goto(`${scene.stack.origin}/alice/`);
      await page.getByRole('heading', { name: 'Call Agent' }).waitFor();
      assert.equal(await page.locator('html').getAttribute('lang'), 'en');
      await page.unroute('**/i18n/de.json');
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
