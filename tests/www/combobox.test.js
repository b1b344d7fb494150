import assert from 'node:assert/strict';
import test from 'node:test';

import { keyAction, nextIndex } from '../../www/js/combobox.js';

const press = (key, open, more = {}) => (
  keyAction({ key, altKey: false, ctrlKey: false, metaKey: false, ...more }, open)
);

test('keys of the closed box', () => {
  assert.equal(press('ArrowDown', false), 'open-first');
  assert.equal(press('ArrowUp', false), 'open-last');
  assert.equal(press('ArrowDown', false, { altKey: true }), 'open');
  assert.equal(press('Escape', false), 'clear');
  for (const key of ['Enter', 'Tab', 'PageUp', 'PageDown']) assert.equal(press(key, false), null);
});

test('keys of the open box', () => {
  const table = {
    ArrowDown: 'next', ArrowUp: 'previous', PageDown: 'page-down', PageUp: 'page-up',
    Enter: 'commit', Tab: 'commit-and-leave', Escape: 'close',
  };
  for (const [key, action] of Object.entries(table)) assert.equal(press(key, true), action);
  assert.equal(press('ArrowUp', true, { altKey: true }), 'close');
});

test('what edits text is the browser\'s', () => {
  for (const key of ['a', ' ', 'Home', 'End', 'ArrowLeft', 'ArrowRight', 'Backspace', 'Delete']) {
    assert.equal(press(key, true), null);
    assert.equal(press(key, false), null);
  }
  assert.equal(press('ArrowDown', true, { ctrlKey: true }), null);
  assert.equal(press('Enter', true, { metaKey: true }), null);
});

test('moving through three options and back to the input', () => {
  const rows = [
    ['open-first', -1, 0], ['open-last', -1, 2], ['next', -1, 0], ['next', 1, 2], ['next', 2, -1],
    ['previous', -1, 2], ['previous', 2, 1], ['previous', 0, -1],
    ['page-down', -1, 2], ['page-down', 0, 2], ['page-up', 2, 0], ['page-up', -1, 0],
  ];
  for (const [action, from, to] of rows) assert.equal(nextIndex(action, from, 3), to, action);
});

test('an empty list has nothing to move to', () => {
  for (const action of ['open-first', 'open-last', 'next', 'previous', 'page-down', 'page-up']) {
    assert.equal(nextIndex(action, -1, 0), -1);
  }
});
