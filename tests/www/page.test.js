// The document: names, words and weight.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import test from 'node:test';

import { buttonsFor } from '../../www/js/call-buttons.js';
import { initialState } from '../../www/js/call-state.js';
import { statusWord } from '../../www/js/own-status.js';
import { kindOfActivity, presenceOf, useDoNotDisturb } from '../../www/js/presence.js';
import { readiness } from '../../www/js/readiness.js';
import { has, plural, t } from '../../www/js/strings.js';
import './english.js';

const www = new URL('../../www/', import.meta.url);
const html = readFileSync(new URL('index.html', www), 'utf8');
const scriptsIn = (folder) => readdirSync(new URL(folder, www))
  .filter((name) => name.endsWith('.js'))
  .map((name) => [name, readFileSync(new URL(`${folder}${name}`, www), 'utf8')]);
const scripts = scriptsIn('js/');
// The plugin's, which is shown by another page.
const everyScript = [...scripts, ...scriptsIn('flex/')];

test('the words in the document are those of strings.js', () => {
  const marked = [...html.matchAll(/data-text="(\w+)">([^<]*)</g)];
  assert.ok(marked.length > 8);
  for (const [, key, text] of marked) assert.equal(text, t(key), key);
});

test('every string that the code asks for exists', () => {
  for (const [name, source] of everyScript) {
    for (const [, key] of source.matchAll(/\bt\('(\w+)'/g)) assert.ok(has(key), `${name}: ${key}`);
  }
});

test('nothing in the page breaks its Content-Security-Policy', () => {
  assert.doesNotMatch(html, /<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/);
  for (const [name, source] of everyScript) {
    assert.doesNotMatch(source, /innerHTML|outerHTML|insertAdjacentHTML|document\.write/, name);
  }
});

/** The modules that each one imports: at once, or also what it loads when that is needed. */
function importsOf(source, late) {
  const atOnce = [...source.matchAll(/^import\b[^;]*?'\.\/([\w-]+\.js)';/gms)];
  return [...atOnce, ...(late ? source.matchAll(/\bimport\('\.\/([\w-]+\.js)'\)/g) : [])]
    .map(([, name]) => name);
}

const modules = new Map(scripts);

/** How many modules stand on each other below this one, and it. */
function floorOf(name, above = []) {
  assert.ok(!above.includes(name), `a circle: ${[...above, name].join(' → ')}`);
  const below = importsOf(modules.get(name), true);
  return 1 + Math.max(0, ...below.map((other) => floorOf(other, [...above, name])));
}

test('modules import each other in one direction, and stand on eight floors at most', () => {
  assert.ok(floorOf('main.js') > 2);
  for (const [name] of scripts) assert.ok(floorOf(name) <= 8, name);
});

function reach(name, reached = new Set()) {
  reached.add(name);
  for (const other of importsOf(modules.get(name), false)) {
    if (!reached.has(other)) reach(other, reached);
  }
  return reached;
}

test('main.js and the document name every module that is fetched beforehand, and no other', () => {
  const first = reach('main.js');
  const [, parts] = /const PARTS = `([^`]*)`/.exec(modules.get('main.js'));
  assert.deepEqual(parts.trim().split(/\s+/).map((name) => `${name}.js`),
    [...reach('calls.js')].filter((name) => !first.has(name)).sort());
  assert.deepEqual([...html.matchAll(/"modulepreload" href="js\/([\w-]+\.js)"/g)]
    .map(([, name]) => name), [...first].filter((name) => name !== 'main.js').sort());
});

test('a status that changes may be seen within three seconds: lists are asked often enough', () => {
  const [, every] = /const LISTS_EVERY = ([\d_]+);/.exec(modules.get('calls.js'));
  assert.match(modules.get('calls.js'), /team\.refresh\(\);\n\}, LISTS_EVERY\);/);
  assert.ok(Number(every.replaceAll('_', '')) <= 2000, every);
});

test('no script is written for the newest browsers only', () => {
  for (const [name, source] of everyScript) {
    assert.doesNotMatch(source, /\bwith(: \{| \{) type:/, `${name} imports JSON`);
  }
});

test('placeholders and plurals', () => {
  assert.equal(t('calling', { name: '{name} $& <b>' }), 'Calling {name} $& <b>');
  assert.deepEqual([plural('agentsFound', 1), plural('agentsFound', 1200)],
    ['1 colleague found', '1,200 colleagues found']);
});

const shown = (changes) => Object.entries(buttonsFor({ ...initialState, ...changes }))
  .filter(([, want]) => want).map(([id, { enabled }]) => (enabled ? id : `(${id})`)).sort();

test('the buttons of each state', () => {
  const mine = { mine: true, leg: 'open' };
  assert.deepEqual(shown({}), []);
  assert.deepEqual(shown({ phase: 'preparing' }), ['cancel']);
  assert.deepEqual(shown({ phase: 'calling' }), ['cancel']);
  assert.deepEqual(shown({ phase: 'ending', role: 'caller' }), ['(cancel)']);
  assert.deepEqual(shown({ phase: 'ringing' }), ['answer', 'decline']);
  assert.deepEqual(shown({ phase: 'answering' }), ['hang-up']);
  assert.deepEqual(shown({ phase: 'connected', connectedAt: 1, ...mine }),
    ['hang-up', 'hold', 'keypad-toggle', 'mute']);
  assert.deepEqual(shown({ phase: 'connected', connectedAt: 1 }),
    ['hang-up', 'hold', 'rejoin']);
  assert.deepEqual(shown({ phase: 'connected', connectedAt: 1, holdPending: true, ...mine }),
    ['hang-up', 'hold', 'keypad-toggle', 'mute'], 'a button that waits keeps the focus');
  assert.deepEqual(shown({ phase: 'ending', connectedAt: 1, ...mine }),
    ['(hang-up)', '(hold)', '(keypad-toggle)', '(mute)']);
  assert.deepEqual(shown({ phase: 'rejoining', connectedAt: 1, mine: true }),
    ['(hold)', '(keypad-toggle)', '(mute)', 'hang-up']);
  assert.deepEqual(shown({ phase: 'ended' }), ['done']);
  assert.deepEqual(shown({ phase: 'ended', other: { sid: 'WK1', name: 'Bob' } }),
    ['call-again', 'done']);
  const busy = { phase: 'ended', role: 'caller', outcome: 'busy', other: { sid: 'WK1' } };
  assert.deepEqual(shown(busy), ['call-again', 'done', 'wish']);
});

test('presence has a shape and a text', () => {
  const agent = { available: true, busy: false, activity: 'Available' };
  assert.deepEqual(presenceOf(agent), { kind: 'available', text: 'Available' });
  assert.deepEqual(presenceOf({ ...agent, busy: true }), { kind: 'busy', text: 'On a call' });
  assert.deepEqual(presenceOf({ ...agent, busy: null }), { kind: 'available', text: 'Available' });
  assert.equal(presenceOf({ ...agent, available: false, activity: 'Lunch' }).kind, 'away');
  assert.equal(presenceOf({ ...agent, available: false, activity: 'Offline' }).kind, 'offline');
  assert.equal(kindOfActivity({ available: false, name: 'Break' }), 'away');
  useDoNotDisturb(['Focus']);
  assert.equal(kindOfActivity({ available: false, name: 'Focus' }), 'dnd');
  assert.equal(kindOfActivity({ available: false, name: 'focus' }), 'away');
  assert.equal(presenceOf({ ...agent, available: false, activity: 'Focus' }).text, 'Focus');
  assert.equal(presenceOf({ ...agent, busy: true, activity: 'Focus' }).kind, 'busy');
  useDoNotDisturb([]);
});

test('whether a call can be made, and why not', () => {
  const picked = { name: 'Bob', available: true, busy: false, activity: 'Available' };
  const good = {
    problem: null, connected: true, wasConnected: true, microphone: 'granted', soundBlocked: false,
    activity: { name: 'Available', available: true }, picked,
  };
  const rows = [
    [{}, true, '', ''],
    [{ picked: null }, false, '', ''],
    [{ connected: false, wasConnected: false }, false, '', 'Connecting to the phone system…'],
    [{ connected: false }, false, '', 'Connection lost. Reconnecting…'],
    [{ microphone: 'prompt' }, true, 'ready', t('hintGoReady')],
    [{ soundBlocked: true }, true, 'ready', t('hintGoReady')],
    [{ microphone: 'denied' }, true, '', t('mic_blocked')],
    [{ activity: { name: 'Lunch', available: false } }, false, '',
      'Your status is Lunch. Change it to call somebody.'],
    [{ picked: { ...picked, available: false, activity: 'Offline' } }, true, '',
      'Bob may not answer. Status: Offline.'],
    [{ picked: { ...picked, busy: true } }, true, '', 'Bob seems to be on a call.'],
    [{ picked: { ...picked, busy: true, friendlyName: 'bob2' } }, true, '',
      'Bob (bob2) seems to be on a call.'],
    [{ problem: 'sign_in' }, true, 'reload', t('sign_in')],
  ];
  for (const [changes, canCall, step, text] of rows) {
    const said = readiness({ ...good, ...changes });
    const read = said.text.replace(/[\u2068\u2069]/g, '');
    assert.deepEqual([said.canCall, said.step, read], [canCall, step, text]);
  }
});

test('the own status is what is true', () => {
  const good = {
    connected: true, wasConnected: true, inCall: false, microphone: 'granted',
    current: { available: true },
  };
  const rows = [
    [{}, null], [{ inCall: true }, 'onACall'], [{ connected: false }, 'statusNotConnected'],
    [{ connected: false, inCall: true }, 'statusNotConnected'],
    [{ connected: false, wasConnected: false }, 'statusConnecting'],
    [{ microphone: 'prompt' }, 'statusNotReady'], [{ microphone: 'denied' }, 'statusNotReady'],
    [{ microphone: 'denied', inCall: true }, 'onACall'],
    [{ microphone: 'denied', current: { available: false } }, null],
  ];
  for (const [changes, word] of rows) {
    assert.equal(statusWord({ ...good, ...changes }), word, JSON.stringify(changes));
  }
});

test('calls are promised to ring only where they can', () => {
  const reachable = (connected, wasConnected, problem = null) => (
    readiness({ connected, wasConnected, problem }).reachable);
  assert.equal(reachable(true, true), true);
  assert.equal(reachable(false, false), true, 'it is on its way');
  assert.equal(reachable(false, true), false);
  assert.equal(reachable(false, false, 'sign_in'), false);
  for (const lacking of [{ microphone: 'prompt' }, { microphone: 'denied' }, { soundBlocked: true },
    { inCharge: false }, { activity: { name: 'Break', available: false } }]) {
    assert.equal(readiness({ connected: true, wasConnected: true, ...lacking }).reachable, false);
  }
});
