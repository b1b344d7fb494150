// Parts of the page that come late, or don't come.

import assert from 'node:assert/strict';
import test from 'node:test';

import { loadWithRetries, need } from '../../www/js/loading.js';
import { fakeTime } from './fake-time.js';

const settled = () => new Promise((resolve) => { setImmediate(resolve); });

/** Fails `failures` times, then brings 'it'. */
function slow(failures) {
  const load = async () => {
    load.asked += 1;
    if (load.asked <= failures) throw new TypeError('it did not come');
    return 'it';
  };
  load.asked = 0;
  return load;
}

/** What has been told, each change once. */
function listener() {
  const told = [];
  return { told, tell: (failing) => failing !== told.at(-1) && told.push(failing) };
}

async function pass(time, seconds) {
  for (let i = 0; i < seconds; i += 1) {
    time.tick(1000);
    await settled();
  }
}

test('what comes at the third try comes, and both are told', async (t) => {
  const time = fakeTime(t);
  const { told, tell } = listener();
  const load = slow(2);
  const loaded = loadWithRetries(load, tell);
  await settled();
  assert.deepEqual(told, [true]);
  await pass(time, 10);
  assert.equal(await loaded, 'it');
  assert.deepEqual(told, [true, false]);
  assert.equal(load.asked, 3);
});

test('what may be missing is given up at last', async (t) => {
  const time = fakeTime(t);
  const { told, tell } = listener();
  const failed = assert.rejects(loadWithRetries(slow(Infinity), tell), TypeError);
  await pass(time, 20);
  await failed;
  assert.deepEqual(told, [true, false]);
});

test('what is needed is asked for on and on, the page loaded anew once it can be', async (t) => {
  const time = fakeTime(t);
  let up = false;
  let reloads = 0;
  globalThis.document = { baseURI: 'https://calls.example/' };
  globalThis.location = { reload: () => { reloads += 1; } };
  const kept = new Map();
  globalThis.sessionStorage = {
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => kept.set(name, value),
  };
  t.after(() => {
    delete globalThis.document;
    delete globalThis.location;
    delete globalThis.sessionStorage;
  });
  t.mock.method(globalThis, 'fetch', async () => {
    if (!up) throw new TypeError('network');
    return { ok: true };
  });
  const { told, tell } = listener();
  const load = slow(30);
  const loaded = need(load, tell);
  await pass(time, 20);
  assert.equal(reloads, 0, 'the error page of a browser tries no more');
  assert.equal(told.at(-1), true);
  up = true;
  await pass(time, 10);
  assert.equal(reloads, 1);
  await pass(time, 120);
  assert.equal(await loaded, 'it');
  assert.equal(told.at(-1), false);
  assert.equal(reloads, 1, 'what is missing for good is not reloaded for');
});
