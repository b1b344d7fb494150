// What colleagues are told of this agent: changes only, one a second, the last one always.

import assert from 'node:assert/strict';
import test from 'node:test';

import { createOwnPresence } from '../../www/js/own-presence.js';
import { fakeTime } from './fake-time.js';

const state = (name, more) => ({ activity: `WA${name}`, name, available: true, busy: false, ...more });
const settled = () => new Promise((resolve) => { setImmediate(resolve); });

test('each change once, at most one a second, and the last one arrives', async (t) => {
  const time = fakeTime(t);
  const sent = [];
  const presence = createOwnPresence(async (told) => { sent.push(told.name); });
  presence.tell(null);
  presence.tell(state('Available'));
  presence.tell(state('Available'));
  await settled();
  assert.deepEqual(sent, [], 'the page before this one may have told something just now');
  time.tick(1500);
  await settled();
  assert.deepEqual(sent, ['Available']);
  presence.tell(state('Break'));
  presence.tell(state('Lunch'));
  time.tick(999);
  assert.deepEqual(sent, ['Available']);
  time.tick(1);
  await settled();
  assert.deepEqual(sent, ['Available', 'Lunch']);
  time.tick(60_000);
  presence.tell(state('Lunch'));
  presence.tell(state('Lunch', { busy: true }));
  await settled();
  assert.deepEqual(sent, ['Available', 'Lunch', 'Lunch']);
});

test('what fails is tried again, and after a lost connection it is told anew', async (t) => {
  const time = fakeTime(t);
  const sent = [];
  let works = false;
  const presence = createOwnPresence(async (told) => {
    sent.push(told.name);
    if (!works) throw new Error('unreachable');
  });
  presence.tell(state('Available'));
  time.tick(1500);
  await settled();
  works = true;
  time.tick(5000);
  await settled();
  assert.deepEqual(sent, ['Available', 'Available']);
  time.tick(5000);
  presence.tell(null);
  presence.tell(state('Available'));
  time.tick(1500);
  await settled();
  assert.equal(sent.length, 3);
});
