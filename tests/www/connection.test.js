// Tabs, sleep, the chosen status and dead ends of the SDKs: everything about staying connected that
// needs no browser.

import assert from 'node:assert/strict';
import test from 'node:test';

import { createSleepMeter } from '../../www/js/awake.js';
import { createChosenStatus } from '../../www/js/chosen-status.js';
import { readiness } from '../../www/js/readiness.js';
import { openStore } from '../../www/js/store.js';
import { createTabs } from '../../www/js/tabs.js';
import './english.js';

const settled = async () => {
  for (let i = 0; i < 10; i += 1) await new Promise((resolve) => { setImmediate(resolve); });
};

function storage() {
  const kept = new Map();
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
}

/** Web Locks as far as they are used: exclusive, queued, stolen, and gone with their tab. */
class Locks {
  held = new Map();

  queues = new Map();

  manager(tab) {
    const request = (name, options, callback) => (callback
      ? this.request(tab, name, options, callback) : this.request(tab, name, {}, options));
    return {
      request,
      query: async () => ({ held: [...this.held.keys()].map((name) => ({ name })) }),
    };
  }

  request(tab, name, { ifAvailable, steal, signal }, callback) {
    return new Promise((resolve, reject) => {
      const claim = { tab, resolve, reject, callback };
      signal?.addEventListener('abort', () => {
        const queue = this.queues.get(name) ?? [];
        if (!queue.includes(claim)) return;
        queue.splice(queue.indexOf(claim), 1);
        reject(Object.assign(new Error('aborted'), { name: 'AbortError' }));
      });
      const holder = this.held.get(name);
      const stolen = Object.assign(new Error('stolen'), { name: 'AbortError' });
      if (holder && steal) holder.reject(stolen);
      if (!holder || steal) this.grant(name, claim);
      else if (ifAvailable) Promise.resolve(callback(null)).then(resolve);
      else this.queues.set(name, [...(this.queues.get(name) ?? []), claim]);
    });
  }

  grant(name, claim) {
    this.held.set(name, claim);
    Promise.resolve().then(() => claim.callback({ name })).then((value) => {
      if (this.held.get(name) === claim) this.next(name);
      claim.resolve(value);
    });
  }

  next(name) {
    this.held.delete(name);
    const next = this.queues.get(name)?.shift();
    if (next) this.grant(name, next);
  }

  close(tab) {
    for (const queue of this.queues.values()) {
      queue.splice(0, queue.length, ...queue.filter((claim) => claim.tab !== tab));
    }
    for (const [name, claim] of [...this.held]) if (claim.tab === tab) this.next(name);
  }
}

function browser() {
  const locks = new Locks();
  const kept = storage();
  let loads = 0;
  const memories = new Map();
  const open = (tab) => {
    if (!memories.has(tab)) memories.set(tab, storage());
    const load = `${tab}-${loads += 1}`;
    const charges = [];
    const tabs = createTabs(openStore('WK1', kept), (inCharge) => charges.push(inCharge),
      { locks: locks.manager(load), memory: memories.get(tab), returnWithin: 20 });
    return Object.assign(tabs, { charges, close: () => locks.close(load) });
  };
  return { open };
}

test('the first tab is in charge, the next one follows when it closes', async () => {
  const { open } = browser();
  const a = open('a');
  await a.known;
  const b = open('b');
  await b.known;
  assert.deepEqual([a.inCharge(), b.inCharge(), b.charges], [true, false, [false]]);
  a.close();
  await settled();
  assert.equal(b.inCharge(), true);
});

test('taking over tells the other tab, which stands in line again', async () => {
  const { open } = browser();
  const a = open('a');
  await a.known;
  const b = open('b');
  await b.known;
  await b.takeOver();
  await settled();
  assert.deepEqual([a.charges, b.charges], [[true, false], [false, true]]);
  b.close();
  await settled();
  assert.equal(a.inCharge(), true);
  await a.takeOver();
  assert.equal(a.inCharge(), true);
});

test('a tab that reloads is in charge again, though another one stood in line', async () => {
  const { open } = browser();
  const a = open('a');
  await a.known;
  const b = open('b');
  await b.known;
  a.close();
  const again = open('a');
  await again.known;
  await settled();
  assert.deepEqual([again.inCharge(), b.inCharge()], [true, false]);
});

const inCall = (taskSid, ...callSids) => (
  { phase: 'connected', mine: true, leg: 'open', taskSid, callSids });
const over = (taskSid) => (
  { phase: 'ended', mine: true, leg: 'closed', taskSid, callSids: [] });

test('who may come back into a call', async () => {
  const { open } = browser();
  const a = open('a');
  assert.equal(await a.mayRejoin('WT1', []), false, 'it never was in this browser');
  assert.equal(await a.locate('WT1', []), 'device');
  a.follow(inCall('WT1', 'CA1'));
  await settled();
  assert.equal(await a.mayRejoin('WT1', ['CA1']), false, 'it has the call');
  const b = open('b');
  assert.equal(await b.mayRejoin('WT1', ['CA1']), false, 'another tab has the call');
  assert.equal(await b.locate('WT1', ['CA1']), 'window');
  a.close();
  await settled();
  assert.equal(b.inCharge(), true);
  const patient = b.mayRejoin('WT1', [], true);
  const again = open('a');
  assert.equal(await again.mayRejoin('WT1', ['CA1']), true, 'the tab that had it, reloaded');
  assert.equal(await patient, false, 'a tab that waited for it');
  again.close();
  await settled();
  assert.equal(await b.mayRejoin('WT2', [], true), false, 'an old mark of another call');
  assert.equal(await b.mayRejoin('WT1', [], true), true, 'the tab that had it is gone for good');
});

test('a call that was fetched to another machine stays there', async () => {
  const { open } = browser();
  const a = open('a');
  a.follow(inCall('WT1', 'CA1'));
  a.close();
  const again = open('a');
  for (const legs of [['CA8'], ['CA1', 'CA8']]) {
    assert.equal(await again.mayRejoin('WT1', legs), false);
    assert.equal(await again.locate('WT1', legs), 'device');
  }
  again.follow(inCall('WT1', 'CA2'));
  assert.equal(await again.locate('WT1', ['CA1', 'CA2']), 'window');
  again.close();
  assert.equal(await open('a').mayRejoin('WT1', ['CA1', 'CA2']), true, 'both were of this browser');
});

test('a leg that was lost before its turn came is in nobody\'s way', async () => {
  const { open } = browser();
  const a = open('a');
  const b = open('b');
  a.follow(inCall('WT1', 'CA1'));
  await settled();
  b.follow(inCall('WT1', 'CA2')); // while a still has the call
  await b.hasNoCall();
  b.follow({ ...inCall('WT1', 'CA2'), leg: 'closed' });
  a.follow({ ...inCall('WT1', 'CA1'), leg: 'closed' });
  await settled();
  assert.equal(await a.mayRejoin('WT1', ['CA1', 'CA2']), true, 'nobody has it');
});

test('nothing of a call is kept once it is over', async () => {
  const kept = storage();
  const store = openStore('WK1', kept);
  const tabs = createTabs(store, () => {}, { locks: null });
  tabs.follow(inCall('WT1', 'CA1'));
  tabs.follow(over('WT7'));
  assert.deepEqual(store.get('leg').callSids, ['CA1']);
  assert.equal(tabs.wasMuted('WT1'), false);
  tabs.follow({ ...inCall('WT1', 'CA1'), muted: true });
  assert.deepEqual([tabs.wasMuted('WT1'), tabs.wasMuted('WT7')], [true, false]);
  tabs.follow(over('WT1'));
  assert.equal(store.get('leg'), null);
  tabs.follow(inCall('WT2', 'CA3'));
  await tabs.hasNoCall();
  assert.equal(store.get('leg'), null);
});

test('a browser without locks has one tab in charge: each', async () => {
  const tabs = createTabs(openStore('WK1', storage()), () => {}, { locks: null });
  await tabs.takeOver();
  tabs.follow(inCall('WT1', 'CA1'));
  assert.equal(await tabs.mayRejoin('WT1', ['CA1']), true);
  tabs.follow(over('WT1'));
});

test('a browser that refuses locks has one tab in charge: each', async () => {
  const refuse = async () => { throw Object.assign(new Error(), { name: 'SecurityError' }); };
  for (const memory of [undefined, { getItem: () => 'true', setItem() {} }]) {
    const tabs = createTabs(openStore('WK1', storage()), () => {},
      { locks: { request: refuse, query: refuse }, memory });
    await tabs.known;
    assert.equal(tabs.inCharge(), true);
    tabs.follow(inCall('WT1', 'CA1'));
    assert.equal(await tabs.mayRejoin('WT1', ['CA1']), true);
  }
});

test('a browser that keeps nothing asks before it fetches a call', async () => {
  const refusing = {
    getItem() { throw new Error('SecurityError'); },
    setItem() { throw new Error('SecurityError'); },
  };
  const tabs = createTabs(openStore('WK1', refusing), () => {}, { locks: null, memory: undefined });
  tabs.follow(inCall('WT1', 'CA1'));
  assert.equal(await tabs.mayRejoin('WT1', ['CA1']), false);
  assert.equal(await tabs.locate('WT1', ['CA1']), 'device');
});

test('a late tick means sleep; a hidden page\'s ticks may be a minute late', () => {
  const slept = createSleepMeter(0);
  const rows = [
    [5000, false, false], [10100, false, false], [71000, false, true], [76000, true, false],
    [136000, true, false], [196000, false, false], [201000, false, false], [501000, true, true],
  ];
  for (const [now, hidden, late] of rows) assert.equal(slept(now, hidden), late, `at ${now}`);
});

const AVAILABLE = { sid: 'WA1', name: 'Available', available: true };
const OFFLINE = { sid: 'WA0', name: 'Offline', available: false };
const LUNCH = { sid: 'WA2', name: 'Lunch', available: false };

function chosen() {
  const kept = storage();
  const clock = { now: 1e6 };
  const load = () => createChosenStatus(openStore('WK1', kept), () => clock.now);
  return { clock, load };
}

test('the status is set again after a reload, whether it was chosen here or before', () => {
  for (const pick of [true, false]) {
    const { clock, load } = chosen();
    const before = load();
    assert.equal(before.back(pick ? OFFLINE : AVAILABLE, NaN), null);
    if (pick) before.choose('WA1');
    clock.now += 60000;
    before.left();
    const offlineAt = clock.now + 1000;
    clock.now += 3000;
    assert.equal(load().back(OFFLINE, offlineAt), 'WA1');
  }
});

test('what somebody chose elsewhere while the page was away stands', () => {
  const rows = [
    ['much later', OFFLINE, 200000], ['something else', LUNCH, 1000],
    ['nobody knows when', OFFLINE, NaN], ['before the page went', OFFLINE, -60000],
  ];
  for (const [why, current, after] of rows) {
    const { clock, load } = chosen();
    const before = load();
    before.back(AVAILABLE, NaN);
    before.left();
    const changedAt = clock.now + after;
    clock.now += 300000;
    assert.equal(load().back(current, changedAt), null, why);
  }
});

test('what somebody chose elsewhere while the page was there stands too', () => {
  const { clock, load } = chosen();
  const status = load();
  status.back(AVAILABLE, NaN);
  clock.now += 1000;
  assert.equal(status.changed(OFFLINE), null);
  assert.equal(status.changed(LUNCH), null);
  status.left();
  assert.equal(load().back(OFFLINE, clock.now + 500), 'WA2');
});

test('a notice of the old connection that comes after the new one is no choice', () => {
  const { clock, load } = chosen();
  load().back(AVAILABLE, NaN);
  clock.now += 1000;
  const status = load();
  status.back(AVAILABLE, NaN);
  clock.now += 2000;
  assert.equal(status.changed(OFFLINE), 'WA1');
  assert.equal(status.changed(AVAILABLE), null);
  clock.now += 20000;
  assert.equal(status.changed(OFFLINE), null);
});

test('a new day starts anew', () => {
  const { clock, load } = chosen();
  const status = load();
  status.back(AVAILABLE, NaN);
  status.left();
  const offlineAt = clock.now + 1000;
  clock.now += 8 * 3600000;
  assert.equal(load().back(OFFLINE, offlineAt), null);
});

test('offline and another tab are said in words', () => {
  const good = {
    problem: null, connected: true, wasConnected: true, microphone: 'granted', soundBlocked: false,
    activity: { name: 'Available', available: true }, picked: null,
  };
  const offline = readiness({ ...good, connected: false, online: false });
  assert.deepEqual([offline.text, offline.tone],
    ['You are offline. Waiting for the network…', 'warning']);
  assert.equal(offline.reachable, false);
  const other = readiness({ ...good, inCharge: false, picked: { available: true, name: 'Bob' } });
  assert.deepEqual([other.step, other.canCall], ['tab', true]);
  assert.equal(readiness({ ...good, inCharge: true }).step, '');
});
