// Finding a colleague: marked letters, favourites and recents, and a list that keeps still.

import assert from 'node:assert/strict';
import test from 'node:test';

import { arrange, createColleagues, merge } from '../../www/js/colleagues.js';
import { markedPieces, toldName } from '../../www/js/marked-name.js';
import { openLatestStore, openStore } from '../../www/js/store.js';
import { sectionsOf } from '../../www/js/team.js';

const marked = (name, match) => markedPieces(name, match)
  .map(({ text, marked: is }) => (is ? `[${text}]` : text)).join('');

test('the parts that the server found are marked', () => {
  const rows = [
    ['Bob Baker', [[0, 1], [4, 1]], '[B]ob [B]aker'],
    ['Bob Baker', [], 'Bob Baker'],
    ['Bob Baker', undefined, 'Bob Baker'],
    ['Conan O’Neil', [[6, 6]], 'Conan [O’Neil]'],
    ['🙂 Joy', [[0, 2], [3, 3]], '[🙂] [Joy]'],
    ['山田 太郎', [[0, 5]], '[山田 太郎]'],
    ['<b>x</b>', [[3, 1]], '<b>[x]</b>'],
    ['', [], ''],
  ];
  for (const [name, match, expected] of rows) assert.equal(marked(name, match), expected);
});

test('two people of one name are told apart', () => {
  assert.equal(toldName({ name: 'Bob Baker' }), 'Bob Baker');
  assert.equal(toldName({ name: 'Bob Baker', friendlyName: 'bob2' }), 'Bob Baker (bob2)');
});

const person = (sid, more) =>
  ({ sid, name: sid, available: true, busy: false, activity: 'A', ...more });
const sids = (agents) => agents.map(({ sid }) => sid).join(' ');

test('favourites stand first, then recents, each as the server has them', () => {
  const all = ['a', 'b', 'c', 'd'].map((sid) => person(sid));
  assert.equal(sids(arrange(all, { favourites: ['d'], recents: ['b', 'd'] })), 'd b a c');
  assert.equal(sids(arrange(all, { favourites: [], recents: [] })), 'a b c d');
});

test('at rest favourites and recents stand in the order of their own, and nobody twice', () => {
  const all = ['a', 'b', 'c', 'd'].map((sid) => person(sid));
  const { favourites, recents, others } = sectionsOf(
    all, { favourites: ['d', 'gone', 'a'], recents: ['b', 'd'] });
  assert.deepEqual([favourites, recents, others].map(sids), ['d a', 'b', 'c']);
});

test('what is shown is brought up to date without moving', () => {
  const shown = ['a', 'b', 'c'].map((sid) => person(sid));
  const fresh = [person('n'), person('c', { busy: true }), person('a')];
  const merged = merge(shown, fresh, 4);
  assert.equal(sids(merged), 'a b c n');
  assert.equal(merged[2].busy, true);
  assert.equal(merged[1].activity, '');
  assert.equal(sids(merge(shown, fresh, 2)), 'a b c');
  assert.equal(merge(shown, fresh, 4, true)[1].activity, 'A', 'a part says nothing of the others');
});

function memory() {
  const kept = new Map();
  return {
    getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value), kept,
  };
}

test('favourites and recents are kept for the agent whose they are', () => {
  const storage = memory();
  const of = (sid) => {
    const colleagues = createColleagues();
    colleagues.belongTo(openStore(sid, storage));
    return colleagues;
  };
  const alice = of('WKalice');
  alice.toggleFavourite('b');
  const met = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '2', undefined];
  for (const sid of met) alice.met({ sid });
  const again = of('WKalice');
  assert.deepEqual([again.isFavourite('b'), again.isRecent('9'), again.isRecent('1')],
    [true, true, false]);
  again.toggleFavourite('b');
  assert.equal(again.isFavourite('b'), false);
  assert.equal(of('WKbob').isRecent('9'), false);
  assert.equal(openLatestStore(storage).sid, 'WKalice');
});

test('a browser that keeps nothing, or nonsense, costs no more than that', () => {
  const refuse = () => { throw new Error('no storage'); };
  const none = openStore('WK1', { getItem: refuse, setItem: refuse });
  none.set('theme', 'dark');
  assert.equal(none.get('theme', 'light'), 'light');
  assert.equal(openLatestStore({ getItem: refuse }).sid, null);
  assert.equal(openStore('WK1', { getItem: () => '{' }).get('x', 7), 7);
});

test('favourites whom a long directory leaves out are asked for at once, by SID', async () => {
  const colleagues = createColleagues();
  colleagues.belongTo(openStore('WK1', memory()));
  for (const sid of ['x', 'gone', 'a']) colleagues.toggleFavourite(sid);
  const asked = [];
  const find = async (q, { limit }) => {
    asked.push(q);
    return { agents: q.split(' ').slice(0, limit).filter((sid) => sid !== 'gone').map(person) };
  };
  const long = await colleagues.complete({ agents: [person('a')], total: 90 }, find);
  assert.equal(sids(long.agents), 'x a');
  assert.deepEqual(asked, ['x gone']);
  const down = () => Promise.reject(new Error('down'));
  assert.deepEqual(await colleagues.complete({ agents: [person('a')], total: 90 }, down),
    { agents: [person('a')], total: 90 });
  const short = { agents: [person('a')], total: 1 };
  assert.equal(await colleagues.complete(short, assert.fail), short);
});

test('whoever is waited for is asked for, however many favourites there are', async () => {
  const colleagues = createColleagues();
  for (let n = 0; n < 100; n += 1) colleagues.toggleFavourite(`WKfavourite${n}`);
  let asked = '';
  await colleagues.complete({ agents: [person('a')], total: 900 }, async (q) => {
    asked = q;
    return { agents: [] };
  }, ['WKawaited']);
  assert.ok(asked.split(' ').includes('WKawaited'), asked);
});
