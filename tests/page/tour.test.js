// What must hold in every state of the page and in every look: nothing that axe-core finds,
// nothing cut off, nothing that jumps, no third party asked, no Content-Security-Policy broken.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, describe, it } from 'node:test';

import { until } from '../e2e/lib.js';
import { isLong } from '../long.js';
import { LOOKS, inLooks } from './looks.js';
import { endTour, startTour, tour } from './tour.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
// What Core Web Vitals call good is 0.1 in all; between two states nothing should move at all.
const SHIFT = 0.002;

/**
 * The looks in which axe-core reads the page in a state, which takes it half a second: the ordinary
 * one always, and in the short run one of the others in every second state, in turn.
 */
function readIn(visited) {
  const [ordinary, ...others] = Object.keys(LOOKS);
  return [ordinary, ...others.filter((_, i) => isLong || 2 * i === visited % (2 * others.length))];
}

/** Rules and places that axe-core complains about. */
async function complaintsOf(page) {
  if (!await page.evaluate(() => Boolean(window.axe))) await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, {
    resultTypes: ['violations'],
  }));
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => (
    `${id}: ${target.join(' ')}: ${failureSummary.split('\n').slice(1, 2)}`)));
}

/**
 * What a look has lost: words, an edge in common, room between parts, a button in the window, a
 * shape.
 */
const lost = (page) => page.evaluate(
  `[${[cutOff, misplaced, scattered, unseen, flat, unchosen].map((look) => `...(${look})()`)}]`);

// These run in the page.

/** What is wider than the window, or larger than its own element, or stands out of the panel. */
function cutOff() {
  const panel = document.querySelector('.panel').getBoundingClientRect();
  const all = 'button, label, .block, .detail, h1, h2, .hint p';
  const cut = [...document.querySelectorAll(all)]
    .filter((element) => !element.classList.contains('unseen'))
    .filter((element) => element.checkVisibility()
      && (element.scrollWidth > element.clientWidth + 1
        || element.scrollHeight > element.clientHeight + 2
        || (!element.closest('dialog, .lists')
          && element.getBoundingClientRect().bottom > panel.bottom))
      && getComputedStyle(element).display !== 'inline')
    .map((element) => `cut off: ${element.id || element.className} “${element.textContent}”`);
  const { scrollWidth } = document.documentElement;
  return scrollWidth > innerWidth ? [...cut, `${scrollWidth} px wide`] : cut;
}

function misplaced() {
  const box = (selector) => {
    const element = document.querySelector(selector);
    return element.checkVisibility() ? element.getBoundingClientRect() : null;
  };
  const found = [];
  const [lastKey, level, actions] = ['#keys button:last-child', '#level', '#actions'].map(box);
  if (lastKey && level && level.top - lastKey.bottom < 4) found.push('the level touches the keys');
  if (actions?.bottom > innerHeight) {
    found.push('the buttons of the call are below the window');
  }
  return found;
}

function unseen() {
  const found = [];
  const ground = (element) => getComputedStyle(element).backgroundColor;
  const rest = document.querySelector('.actions button:not(.on, .yes, .no, [hidden]) i');
  for (const on of document.querySelectorAll('.actions .on:not([hidden]) i')) {
    if (rest && ground(on) === ground(rest)) {
      found.push(`not seen to be on: ${on.parentElement.textContent}`);
    }
  }
  for (const control of document.querySelectorAll('button, select, input')) {
    const { width, height } = control.getBoundingClientRect();
    if (control.checkVisibility() && Math.min(width, height) < 24) {
      found.push(`small: ${control.id || control.type}`);
    }
  }
  return found;
}

/** A name stands where what is said of it begins, whichever way either runs. */
function scattered() {
  const edge = document.dir === 'rtl' ? 'right' : 'left';
  const begins = (element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    return range.getBoundingClientRect()[edge];
  };
  return [...document.querySelectorAll('.who')]
    .map((who) => [who, who.querySelector('.name'), who.querySelector('.activity')])
    .filter(([who, name, words]) => who.checkVisibility() && words.textContent
      && Math.abs(begins(name) - begins(words)) > 2)
    .map(([, name]) => `away from its row: ${name.textContent}`);
}

/** Where colors are forced, buttons have lost their grounds, and the chosen tab its line. */
function flat() {
  if (!matchMedia('(forced-colors: active)').matches) return [];
  const found = [...document.querySelectorAll('.big, .find, .keys button, .ring, #answer')]
    .filter((button) => button.checkVisibility()
      && getComputedStyle(button).borderTopWidth === '0px')
    .map(({ id, className }) => `not seen to be a button: ${id || className || 'a key'}`);
  const tab = document.querySelector('.tabs [aria-selected="true"]');
  const ground = (element, pseudo) => getComputedStyle(element, pseudo).backgroundColor;
  const isChosen = ground(tab, '::after') !== ground(document.body);
  return isChosen ? found : [...found, 'no tab looks chosen'];
}

function unchosen() {
  const [chosen, other] = ['true', 'false'].map((is) => (
    document.querySelector(`#agents [aria-selected="${is}"]`)));
  const frame = (option) => {
    const { boxShadow, outlineStyle } = getComputedStyle(option);
    return `${boxShadow} ${outlineStyle}`;
  };
  if (!chosen?.checkVisibility() || !other) return [];
  return frame(chosen) === frame(other) ? ['nobody looks chosen'] : [];
}

/** How much has moved since it was asked last, without what the looks have moved. */
async function moved(page) {
  const shifts = await page.evaluate(() => {
    const note = (entries) => window.shifts.push(...entries.map(({ value, sources }) => ({
      value, what: sources.map(({ node }) => node?.id || node?.className || node?.nodeName)
        .join(', '),
    })));
    if (!window.shiftObserver) {
      window.shifts = [];
      window.shiftObserver = new PerformanceObserver((list) => note(list.getEntries()));
      window.shiftObserver.observe({ type: 'layout-shift' });
    }
    note(window.shiftObserver.takeRecords());
    return window.shifts.splice(0);
  });
  return shifts.filter(({ value }) => value > SHIFT).map(({ value, what }) => `${value}: ${what}`);
}

/** Notes, for every page of these agents, whom it asks and what its own policy forbids it. */
function watch({ agents, stack: { origin } }) {
  const noted = [];
  const own = [origin, origin.replace(/^https/, 'wss'), 'null']; // of data: and the like
  const note = (url) => {
    if (!own.includes(new URL(url).origin)) noted.push(`asked ${url}`);
  };
  for (const { page } of agents) {
    page.on('request', (request) => note(request.url()));
    page.on('websocket', (socket) => note(socket.url()));
    page.on('console', (message) => {
      if (/Content[ -]Security[ -]Policy/.test(message.text())) noted.push(message.text());
    });
  }
  return noted;
}

async function forget(page) {
  // The frame in which the ordinary look comes back has to be over first.
  await page.evaluate(() => new Promise((resolve) => {
    requestAnimationFrame(() => requestAnimationFrame(resolve));
  }));
  await moved(page);
}

describe('every state of the page', () => {
  let scene, noted;
  before(async () => {
    scene = await startTour('wide'); // what fits in it fits in another
    noted = watch(scene);
  });
  after(() => endTour(scene));

  it('is watched by something that notices what moves', async () => {
    const { page } = scene.alice;
    await moved(page);
    await page.evaluate(() => {
      document.querySelector('.dial').style.setProperty('margin-top', '40px');
    });
    await until('the move has been noticed', async () => (
      (await moved(page)).length > 0 ? null : 'it has not'));
    await scene.alice.reload();
  });

  it('is watched by something that notices whom it asks', async () => {
    const { page } = scene.alice;
    const asks = {
      'https://eventgw.twilio.com/': 'asked https://eventgw.twilio.com/',
      'wss://eventgw.twilio.com/': 'asked wss://eventgw.twilio.com/',
      'https://calls.example.com/': 'Content Security Policy',
    };
    for (const [address, trace] of Object.entries(asks)) {
      await page.evaluate((url) => {
        if (url.startsWith('wss')) new WebSocket(url);
        else fetch(url).catch(() => {});
      }, address);
      await until(`${address} has been noted`, async () => (
        noted.some((text) => text.includes(trace)) ? null : noted.join('\n')));
    }
    await scene.alice.reload();
    noted.length = 0;
  });

  it('can be perceived by everybody, in every look, and nothing jumps', async () => {
    const complaints = [];
    let visited = 0;
    const visit = async (state, page) => {
      const read = readIn(visited);
      visited += 1;
      const note = (look, list) => {
        complaints.push(...list.map((text) => `${state}, ${look}: ${text}`));
      };
      note('as it came', await moved(page));
      await inLooks(page, Object.keys(LOOKS), async (look) => {
        if (read.includes(look)) note(look, await complaintsOf(page));
        note(look, await lost(page));
      });
      await forget(page);
    };
    await tour(scene, visit).finally(() => assert.deepEqual(complaints, []));
    // The stand-in answers at our own origin: of Twilio's own hosts none is needed here.
    assert.deepEqual(noted, [], 'a third party was asked, or the policy was broken');
  });
});
