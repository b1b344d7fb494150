// Finding a colleague: marked letters, favourites and recents, and a list that keeps still.

import assert from 'node:assert/strict';
import test from 'node:test';

import { arrange, createColleagues, merge } from '../../www/js/colleagues.js';
import { foldText, isMatch, markedPieces } from '../../www/js/name-match.js';
import { openLatestStore, openStore } from '../../www/js/store.js';

const marked = (name, asked) => markedPieces(name, asked)
  .map(({ text, marked: is }) => (is ? `[${text}]` : text)).join('');

test('the letters asked for are marked as they are written', () => {
  const rows = [
    ['Bob Baker', 'b', '[B]ob [B]aker'],
    ['Bob Baker', '', 'Bob Baker'],
    ['Bob Baker', 'BAK bo', '[Bo]b [Bak]er'],
    ['Łukasz Kowalski', 'luk kow', '[Łuk]asz [Kow]alski'],
    ['Conan O’Neil', 'oneil', 'Conan [O’Neil]'],
    ['José Peña', 'jose pena', '[José] [Peña]'],
    ['Straße', 'stras', '[Straß]e'],
    ['Søren Æbelø', 'sor aeb', '[Sør]en [Æb]elø'],
    ['Anne-Marie', 'anne marie', '[Anne]-[Marie]'],
    ['山田 太郎', '太', '山田 [太]郎'],
    ['Rosemarie Weber', 'marie', 'Rose[marie] Weber'],
    ['Anna Banana', 'an', '[An]na Banana'],
    ['<b>x</b>', 'x', '<b>[x]</b>'],
  ];
  for (const [name, asked, expected] of rows) assert.equal(marked(name, asked), expected);
});

test('a name is found by all the words asked for', () => {
  assert.ok(isMatch('Łukasz Kowalski', 'kow luk'));
  assert.ok(isMatch('Bob', ''));
  assert.ok(!isMatch('Bob Baker', 'bo x'));
});

test('no letter is lost or doubled by marking', () => {
  for (const name of ['ﬁnn 👩‍💻 Ünal', 'İrem Yılmaz', 'ＦＵＬＬ Width', '']) {
    for (const asked of ['f', 'i', 'width', '👩', 'zzz']) {
      assert.equal(markedPieces(name, asked).map(({ text }) => text).join(''), name);
    }
  }
  assert.equal(foldText('  Ｊörg-Uwe  O\'Hara '), 'jorg uwe ohara');
});

const person = (sid, more) =>
  ({ sid, name: sid, available: true, busy: false, activity: 'A', ...more });
const sids = (agents) => agents.map(({ sid }) => sid).join(' ');

test('favourites stand first, then recents, each as the server has them', () => {
  const all = ['a', 'b', 'c', 'd'].map((sid) => person(sid));
  assert.equal(sids(arrange(all, { favourites: ['d'], recents: ['b', 'd'] })), 'd b a c');
  assert.equal(sids(arrange(all, { favourites: [], recents: [] })), 'a b c d');
});

test('what is shown is brought up to date without moving', () => {
  const shown = ['a', 'b', 'c'].map((sid) => person(sid));
  const fresh = [person('n'), person('c', { busy: true }), person('a')];
  const merged = merge(shown, fresh, 4);
  assert.equal(sids(merged), 'a b c n');
  assert.equal(merged[2].busy, true);
  assert.equal(merged[1].activity, '');
  assert.equal(sids(merge(shown, fresh, 2)), 'a b c');
});

function memory() {
  const kept = new Map();
  return {
    getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value), kept,
  };
}

test('favourites and recents are kept for the agent whose they are', () => {
  const storage = memory();
  const alice = createColleagues(openStore('WKalice', storage));
  alice.toggleFavourite('b');
  for (const sid of ['1', '2', '3', '4', '5', '6', '7', '8', '9', '2', undefined]) alice.met(sid);
  const again = createColleagues(openStore('WKalice', storage));
  assert.deepEqual([again.isFavourite('b'), again.isRecent('9'), again.isRecent('1')],
    [true, true, false]);
  again.toggleFavourite('b');
  assert.equal(again.isFavourite('b'), false);
  assert.equal(createColleagues(openStore('WKbob', storage)).isRecent('9'), false);
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

test('favourites whom a long directory leaves out are asked for by SID', async () => {
  const colleagues = createColleagues(openStore('WK1', memory()));
  for (const sid of ['x', 'gone', 'a']) colleagues.toggleFavourite(sid);
  const asked = [];
  const find = async (sid) => {
    asked.push(sid);
    if (sid === 'gone') throw new Error('404');
    return { agents: [person(sid)] };
  };
  const long = await colleagues.complete({ agents: [person('a')], total: 90 }, find);
  assert.equal(sids(long.agents), 'x a');
  assert.deepEqual(asked, ['x', 'gone']);
  const short = { agents: [person('a')], total: 1 };
  assert.equal(await colleagues.complete(short, assert.fail), short);
});
