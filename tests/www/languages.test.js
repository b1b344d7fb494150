// The language tables: complete, without leftovers, and chosen as the reader prefers.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import test from 'node:test';

import { LANGUAGES, chooseLanguage, useLanguage } from '../../www/js/language.js';
import { fakeTime } from './fake-time.js';
import { language, number, plural, speak, t } from '../../www/js/strings.js';

const www = new URL('../../www/', import.meta.url);
const read = (path) => readFileSync(new URL(path, www), 'utf8');
const tableOf = (tag) => JSON.parse(read(`i18n/${tag}.json`));
const english = tableOf('en');
const settled = () => new Promise((resolve) => { setImmediate(resolve); });
const others = LANGUAGES.filter((tag) => tag !== 'en');

const PLURAL = /_(zero|one|two|few|many|other)$/;
// `mic_other` and the like would be plurals too; there is none, and this keeps it so.
const isPlural = (key) => PLURAL.test(key) && `${key.replace(PLURAL, '')}_other` in english;
const plain = (table) => Object.keys(table).filter((key) => !isPlural(key)).sort();
const counted = (table) => [...new Set(Object.keys(table).filter(isPlural)
  .map((key) => key.replace(PLURAL, '')))].sort();
const placeholders = (text) => (text.match(/\{\w+\}/g) ?? []).sort();

test('there is one file for each language, and no other', () => {
  const files = readdirSync(new URL('i18n/', www)).map((name) => name.replace(/\.json$/, ''));
  assert.deepEqual(files.sort(), [...LANGUAGES].sort());
});

test('a table that cannot be loaded leaves the words as they are', async (context) => {
  const served = new Set();
  context.mock.method(globalThis, 'fetch', async ({ href }) => {
    const tag = /\/i18n\/(.*)\.json$/.exec(href)[1];
    return served.has(tag) ? Response.json(tableOf(tag)) : new Response('', { status: 503 });
  });
  const root = { documentElement: { dataset: { translating: '' } }, querySelectorAll: () => [] };
  const time = fakeTime(context);
  const first = useLanguage('fr', root);
  await settled();
  assert.deepEqual([language, root.documentElement.dataset], [null, {}], 'its own English shows');
  served.add('en');
  time.tick(3000);
  assert.equal(await first, false);
  assert.deepEqual([language, t('hold'), root.documentElement],
    ['en', 'Hold', { dataset: {}, lang: 'en', dir: 'ltr' }]);
  served.add('de');
  assert.equal(await useLanguage('de', root), true);
  assert.equal(await useLanguage('fr', root), false);
  assert.deepEqual([language, t('hold'), root.documentElement.lang], ['de', 'Halten', 'de']);
});

test('of two choices the last one counts, whichever table comes first', async (context) => {
  const late = {};
  context.mock.method(globalThis, 'fetch', ({ href }) => {
    const tag = /\/i18n\/(.*)\.json$/.exec(href)[1];
    return new Promise((come) => { late[tag] = () => come(Response.json(tableOf(tag))); });
  });
  const root = { documentElement: { dataset: {} }, querySelectorAll: () => [] };
  const choices = [useLanguage('ja', root), useLanguage('fr', root)];
  late.fr();
  await choices[1];
  late.ja();
  assert.deepEqual([await Promise.all(choices), language], [[true, true], 'fr']);
  const back = [useLanguage('ja', root), useLanguage('fr', root)];
  late.ja();
  assert.deepEqual([await Promise.all(back), language], [[true, true], 'fr']);
});

test('in French no sign stands alone at the start or the end of a line', () => {
  const alone = Object.entries(tableOf('fr')).filter(([, text]) => /« | [»:;?!]/.test(text));
  assert.deepEqual(alone, []);
});

test('no key is missing and none is left over, in any language', () => {
  for (const tag of others) {
    const table = tableOf(tag);
    assert.deepEqual(plain(table), plain(english), tag);
    assert.deepEqual(counted(table), counted(english), tag);
  }
});

test('every language has the plurals that it needs and no others', () => {
  for (const tag of LANGUAGES) {
    const table = tableOf(tag);
    const forms = new Intl.PluralRules(tag).resolvedOptions().pluralCategories;
    for (const key of counted(english)) {
      const there = Object.keys(table).filter((name) => name.replace(PLURAL, '') === key)
        .map((name) => name.slice(key.length + 1));
      // Millions of agents (`many` in Spanish, French, Portuguese) read like hundreds.
      const needed = forms.filter((form) => form !== 'many');
      assert.deepEqual(there.sort(), needed.sort(), `${tag}: ${key}`);
    }
  }
});

test('the same things are filled in, in every language', () => {
  for (const tag of others) {
    for (const [key, text] of Object.entries(tableOf(tag))) {
      assert.notEqual(text.trim(), '', `${tag}: ${key}`);
      assert.deepEqual(placeholders(text), placeholders(english[key]), `${tag}: ${key}`);
    }
  }
});

test('no key is unused', () => {
  const scripts = ['js/', 'flex/'].flatMap((folder) => readdirSync(new URL(folder, www))
    .map((name) => read(folder + name))).join('\n');
  const documented = read('index.html');
  // The server's words for what it refuses are keys, which no source of ours spells.
  const refusals = ['caller_unavailable', 'ambiguous_agent', 'unsupported_contact', 'call_yourself',
    'identity_mismatch', 'ambiguous_user',
    'unknown_agent', 'no_worker', 'nobody_to_hold', 'failed', 'already_in_call'];
  for (const key of [...plain(english), ...counted(english)]) {
    const named = new RegExp(`['"\`]${key}['"\`]|\\b${key}:`);
    assert.ok(refusals.includes(key) || named.test(scripts) || named.test(documented), key);
  }
});

test('the browser\'s preferences choose, in their order', () => {
  const rows = [
    [['de-AT'], 'de'], [['en-GB', 'de'], 'en-GB'], [['en-US'], 'en'],
    [['en-AU'], 'en-GB'], [['en'], 'en'], [['nl', 'fr-CA'], 'fr'], [['pt-PT'], 'pt-BR'],
    [['es'], 'es-ES'], [['es-ES'], 'es-ES'], [['es-AR'], 'es-MX'], [['es-419'], 'es-MX'],
    [['zh-Hans-SG'], 'zh-CN'], [['zh'], 'zh-CN'], [['zh-TW', 'en'], 'en'], [['ZH-cn'], 'zh-CN'],
    [['nl', 'sv'], 'en'], [[], 'en'], [['ja-JP'], 'ja'], [['th'], 'th'],
  ];
  for (const [preferred, tag] of rows) assert.equal(chooseLanguage(preferred), tag, preferred);
});

test('numbers and plurals are the language\'s own', (context) => {
  context.after(() => speak('en', english));
  speak('de', tableOf('de'));
  assert.equal(plural('agentsFound', 1), '1 Person gefunden');
  assert.equal(plural('agentsFound', 1234), '1.234 Personen gefunden');
  assert.equal(number(0.5), '0,5');
  speak('ja', tableOf('ja'));
  assert.equal(plural('agentsFound', 1), '1 人見つかりました');
  speak('es-ES', tableOf('es-ES'));
  assert.match(plural('agentsFound', 1_000_000), /compañeros/);
  assert.equal(t('hold'), 'Retener');
});
