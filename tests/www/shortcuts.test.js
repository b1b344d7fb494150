// Shortcuts, and keys that belong to an input method.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import test from 'node:test';

import { belongsToInputMethod } from '../../www/js/input-method.js';
import { changeShortcut } from '../../www/js/shortcut-settings.js';
import { SHORTCUTS, canBeShortcut, keysOf, shortcutFor } from '../../www/js/shortcuts.js';
import './english.js';

const key = (code, ...held) => ({
  code, key: code, altKey: false, shiftKey: false, ctrlKey: false, metaKey: false, keyCode: 0,
  isComposing: false, ...Object.fromEntries(held.map((name) => [`${name}Key`, true])),
});

test('each shortcut has keys of its own, and no other key presses anything', () => {
  assert.equal(new Set(SHORTCUTS.map(({ keys }) => keys)).size, SHORTCUTS.length);
  assert.deepEqual([key('F2'), key('F2', 'shift'), key('F4'), key('F8'), key('F9')]
    .map((event) => shortcutFor(event)), ['answer', 'decline', 'hang-up', 'mute', 'hold']);
  for (const event of [key('F3'), key('F4', 'alt'), key('F2', 'ctrl'), key('KeyM')]) {
    assert.equal(shortcutFor(event), undefined);
  }
});

test('no shortcut is one that switches the keyboard, types something, or is AltGr', () => {
  for (const { keys } of SHORTCUTS) assert.doesNotMatch(keys, /Alt.*Shift|Control.*Shift/);
  const can = [
    key('F1'), key('F24'), key('F6', 'shift'), key('KeyM', 'alt'), key('Digit1', 'ctrl'),
  ];
  const cannot = [key('KeyM'), key('KeyM', 'shift'), key('KeyM', 'alt', 'shift'), key('Enter'),
    key('KeyM', 'ctrl', 'shift'), key('KeyM', 'ctrl', 'alt'), key('Tab'), key('Escape', 'alt'),
    key('F2', 'alt', 'shift'), { ...key('F2'), isComposing: true }];
  for (const event of can) assert.equal(canBeShortcut(event), true, keysOf(event));
  for (const event of cannot) assert.equal(canBeShortcut(event), false, keysOf(event));
});

test('keys are changed, but not to those of another button', () => {
  const { changes } = changeShortcut({}, 'mute', key('KeyM', 'alt'));
  assert.deepEqual(changes, { mute: 'Alt+M' });
  assert.equal(shortcutFor(key('KeyM', 'alt'), changes), 'mute');
  assert.equal(shortcutFor(key('F8'), changes), undefined);
  assert.deepEqual(changeShortcut(changes, 'hold', key('KeyM', 'alt')),
    { refused: 'keysTaken', words: 'mute' });
  assert.deepEqual(changeShortcut(changes, 'hold', key('KeyM')), { refused: 'keysNotAllowed' });
  assert.deepEqual(changeShortcut({}, 'mute', key('F8')), { changes: { mute: 'F8' } }, 'its own');
});

test('a key of an input method is told by what each browser says of it', () => {
  const rows = [
    ['Chromium, while composing', { isComposing: true, keyCode: 229 }, true],
    ['Firefox, while composing', { isComposing: true, keyCode: 229 }, true],
    ['an old Firefox, while composing', { isComposing: true, keyCode: 13 }, true],
    ['Safari, the key that ends it', { isComposing: false, keyCode: 229 }, true],
    ['the next key', { isComposing: false, keyCode: 13 }, false],
    ['what a script makes', {}, false],
  ];
  for (const [what, event, belongs] of rows) {
    assert.equal(belongsToInputMethod(event), belongs, what);
  }
  assert.equal(shortcutFor({ ...key('F8'), keyCode: 229 }), undefined);
});

// Any touch of a key is leave to make a sound, and a key that is held down is one press, whoever
// it belongs to.
const TAKES_EVERY_KEY = ['ringer.js', 'press-guard.js'];

test('every module that listens to keys asks whose they are', () => {
  const folder = new URL('../../www/js/', import.meta.url);
  const listening = readdirSync(folder)
    .map((name) => [name, readFileSync(new URL(name, folder), 'utf8')])
    .filter(([name, source]) => /key(down|up|press)/.test(source) && !TAKES_EVERY_KEY.includes(name));
  assert.ok(listening.length >= 4);
  for (const [name, source] of listening) assert.match(source, /belongsToInputMethod\(/, name);
});
