// Whose data is odd: names that show nothing or are spelled in many ways, attributes and pages of
// Workers that are broken. Nobody else is touched by it, and the odd one keeps what can be read.

import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';

import { connect, expectEnded } from './agent.js';
import { isCgi, until, useLab } from './lib.js';

// These Workers go by names that no address could be made from.
const lab = useLab({ extraConfig: { DIALPAD_IDENTITY: 'contact_uri' } });
const WORKERS = { path: '/Workers$' };
const PAGE = 'Workers?PageSize=1000';

async function list(q, options = '&all=1') {
  const query = `?q=${encodeURIComponent(q)}${options}`;
  const answer = await lab.page('alice', 'list-agents', { query });
  assert.equal(answer.status, 200, answer.body);
  return answer.data;
}

const names = ({ agents }) => agents.map(({ name }) => name);

async function addWorker(friendlyName, attributes) {
  const form = new URLSearchParams({ FriendlyName: friendlyName, Attributes: attributes });
  const { status, body } = await lab.rest('Workers', form.toString(), {
    'Content-Type': 'application/x-www-form-urlencoded',
  });
  assert.equal(status, 201, JSON.stringify(body));
  return body.sid;
}

/** The same numbers in every run. */
function dice(seed) {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) % sides;
  };
}

describe('odd Workers', () => {
  afterEach(() => lab.control('workers', undefined, 'DELETE'));

  test('each keeps what can be read, and is named in the log', async () => {
    const deep = `${'['.repeat(1500)}${']'.repeat(1500)}`;
    const rows = [
      ['half an emoji', String.raw`{"contact_uri":"client:o0","full_name":"Half \ud83d"}`,
        'Half \ufffd', 'broken text'],
      ['nul', String.raw`{"contact_uri":"client:o1","full_name":"Nu\u0000l"}`,
        'Nu\ufffdl', 'broken text'],
      ['doubled', '{"contact_uri":"client:o2","full_name":"First","full_name":"Last"}',
        'Last', 'a doubled key'],
      ['deep', `{"x":${deep},"contact_uri":"client:o3","full_name":"Deep"}`,
        'Deep', 'too deep a value'],
      ['a number', '{"contact_uri":"client:o4","full_name":5}', 'a number', 'full_name is no text'],
      ['unseen', String.raw`{"contact_uri":"client:o5","full_name":" \u200b\u3164\u2800\u202e"}`,
        'unseen', null],
      ['no name', '{"contact_uri":"client:o6"}', 'no name', null],
      ['long', `{"contact_uri":"client:o7","full_name":"${'é'.repeat(200)}"}`, 'é'.repeat(128), null],
    ];
    const sids = [];
    for (const [friendlyName, attributes] of rows) {
      sids.push(await addWorker(friendlyName, attributes));
    }
    await lab.forgetDirectory();
    const { agents } = await list('');
    for (const [i, [what, , name, fault]] of rows.entries()) {
      const found = agents.find(({ sid }) => sid === sids[i]);
      assert.deepEqual([found?.name, found?.contactUri], [name, `client:o${i}`], what);
      const lines = lab.log('list-agents').split('\n').filter((line) => line.includes(sids[i]));
      if (fault) assert.match(lines[0], new RegExp(`is odd.*${fault}`), what);
      else assert.deepEqual(lines, [], what);
    }
    assert.ok(names({ agents }).includes('Bob Baker'));
  });

  test('a page of Workers with anything in it keeps the others', async () => {
    const { body: page } = await lab.rest(PAGE);
    const own = JSON.stringify(page.workers.find((one) => one.friendly_name === 'bob'));
    const sid = 'WK000000000000000000000000000000ff';
    const record = (more) => own.replace(/"sid":"WK[^"]*"/, `"sid":"${sid}"`)
      .replace('"friendly_name":"bob"', more);
    const odd = [
      String.raw`"friendly_name":"\ud83d\q\u12"`, '"friendly_name":tru', '"friendly_name":[1,{}]',
      `"deep":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`, '"available":"yes","available":7',
      '"friendly_name":"a","friendly_name":"b"', `"friendly_name":"${'x'.repeat(100_000)}"`,
      '"friendly_name":1e999,"x":NaN', '"":""', 'friendly_name:"x"', '"friendly_name" "x"',
      '"friendly_name":"tab\there"',
    ];
    const nobodies = ['null', '7', '[]', '{}', '"x"', '{"sid":5}', '{"sid":"WK1"}'];
    const roll = dice(7);
    for (let round = 0; round < (isCgi ? 3 : 8); round += 1) {
      const broken = [record(odd[roll(odd.length)]), nobodies[roll(nobodies.length)],
        record(odd[roll(odd.length)])];
      const body = JSON.stringify(page).replace('"workers":[', `"workers":[${broken.join(',')},`);
      await lab.fault({ match: WORKERS, action: 'raw', body, times: 100 });
      await lab.forgetDirectory();
      const { agents } = await list('');
      const found = names({ agents });
      for (const name of ['Bob Baker', 'Carol Castillo', 'Dave Dufour']) {
        assert.ok(found.includes(name), `${name} is not among ${found} with ${broken}`);
      }
      const { contactUri } = agents.find((agent) => agent.sid === sid);
      assert.equal(contactUri, 'client:bob', broken);
      await lab.clearFaults();
    }
  });

  test('a page larger than an answer may be is read in pieces', async () => {
    const note = '山'.repeat(3900);
    for (let from = 0; from < 1000; from += 125) {
      await lab.control('workers', { workers: Array.from({ length: 125 }, (_, i) => ({
        friendly_name: `fat${from + i}`,
        attributes: { contact_uri: `client:fat${from + i}`, full_name: `Fat ${from + i}`, note },
      })) });
    }
    await lab.forgetDirectory();
    await until('the whole directory', async () => {
      const { status, data } = await lab.page('alice', 'list-agents', { query: '?all=1' });
      return status === 200 && data.total === 1003;
    }, 60_000);
    assert.equal((await list('fat 999')).agents[0].name, 'Fat 999');
  });
});

describe('names', () => {
  afterEach(() => lab.control('workers', undefined, 'DELETE'));

  const add = async (people) => {
    await lab.addWorkers(people.map((name, i) => ({
      friendly_name: `w${i}`, attributes: { contact_uri: `client:w${i}`, full_name: name },
    })));
    await lab.forgetDirectory();
  };

  /** The name with what was found in brackets, and "=" when it was typed whole. */
  const marked = ({ name, match, exact }) => {
    let at = 0;
    const parts = match.map(([start, length]) => {
      const part = `${name.slice(at, start)}[${name.slice(start, start + length)}]`;
      at = start + length;
      return part;
    });
    return `${parts.join('')}${name.slice(at)}${exact ? '=' : ''}`;
  };

  test('are found however they are spelled, and the server says where', async () => {
    await add(['Jörg Müller', 'Conan O’Neil', 'Jan van den Berg', 'Ronald Mc Donald', '山田 太郎',
      'مصطفى علی', 'タナカ', '🙂 Joy', 'José Straße']);
    const rows = [
      ['mueller', 'Jörg [Müller]'], ['muller jo', '[Jö]rg [Müller]'], ['ONEIL', 'Conan [O’Neil]'],
      ['o′neil', 'Conan [O’Neil]'], ['vandenberg', 'Jan [van den Berg]'],
      ['mcdonald', 'Ronald [Mc Donald]'], ['山田太郎', '[山田 太郎]='], ['مصطفي', '[مصطفى] علی'],
      ['たなか', '[タナカ]='], ['joy', '🙂 [Joy]'], ['jose\u0301 STRASSE', '[José] [Straße]='],
    ];
    for (const [q, expected] of rows) {
      const { agents } = await list(q);
      assert.deepEqual(agents.map(marked), [expected], q);
    }
    assert.ok(!('match' in (await list('')).agents[0]));
  });

  test('typed whole in any spelling, are found and known to be whole', async () => {
    const letters = [
      'a', 'É', 'ß', 'ł', 'n\u0303', 'ﬁ', 'Ｋ', '’', ' ', '-', 'カ', 'ى', '한', '🙂', 'ü',
    ];
    const roll = dice(3);
    const people = Array.from({ length: 40 }, (_, i) => `Q${i}x ${Array.from(
      { length: 1 + roll(8) }, () => letters[roll(letters.length)]).join('')}z`);
    const spell = [
      (name) => name.normalize('NFD'), (name) => name.normalize('NFC'),
      (name) => name.toUpperCase(), (name) => name.toLowerCase(),
      (name) => name.replaceAll(' ', '\u3000 '), (name) => name.replaceAll('’', 'ʻ'),
      (name) => name.replaceAll('’', ''), (name) => [...name.normalize('NFD')].join('\u200d'),
      (name) => name.replaceAll('ß', 'SS'), (name) => name.normalize('NFKC'),
    ];
    await add(people);
    for (let round = 0; round < 120; round += 1) {
      const name = people[roll(people.length)];
      const typed = spell[roll(spell.length)](spell[roll(spell.length)](name));
      const { agents } = await list(typed);
      const exact = agents.filter((agent) => agent.exact).map((agent) => agent.name);
      assert.ok(exact.includes(name), `${name}, typed ${typed}`);
    }
  });

  test('that show nothing give way to the next best, wherever an agent is met', async () => {
    const nothing = [
      ' ', '\u00a0', '\u2003', '\u3000', '\t', '\u00ad', '\u200b', '\u200d', '\ufeff', '\u200e',
      '\u2066', '\u2069', '\u2060', '\u3164', '\uffa0', '\u2800', '\ufe0f', '\u{e0020}',
    ];
    const roll = dice(11);
    const unseen = () => Array.from({ length: 1 + roll(8) }, () => nothing[roll(nothing.length)])
      .join('');
    const tokens = new Map();
    lab.token = (name) => tokens.get(name);
    for (const [callerName, calleeName] of [['alice', 'bob'], ['bob', 'alice']]) {
      for (const worker of ['alice', 'bob']) {
        await lab.control('worker', { worker,
          attributes: { contact_uri: `client:${worker}`, full_name: unseen() } });
        const { status, body, data } = await lab.session(worker);
        assert.deepEqual([status, data.worker?.name], [200, worker], body);
        tokens.set(worker, data.token);
      }
      const sid = await addWorker(unseen(), JSON.stringify(
        { contact_uri: 'client:nameless', full_name: unseen() }));
      await lab.forgetDirectory();
      const listed = (await lab.page(callerName, 'list-agents', { query: '?all=1' })).data.agents;
      const nameOf = (of) => listed.find((agent) => agent.sid === of)?.name;
      assert.equal(nameOf(sid), 'client:nameless');
      assert.equal(nameOf(lab.workers.get(calleeName).sid), calleeName);
      const call = await connect(lab, callerName, calleeName);
      assert.equal((await call.caller.state(call.t1)).other.name, calleeName);
      assert.equal((await call.callee.state(call.k)).other.name, callerName);
      const [t1, k] = await Promise.all([call.t1, call.k].map((task) => lab.task(task)));
      assert.deepEqual([t1.attributes.name, t1.attributes.fromName, k.attributes.name],
        [calleeName, callerName, callerName]);
      await call.caller.endCall(call.t1);
      await expectEnded(call, 'hangup');
      await Promise.all([call.caller.wrapUp(call.t1), call.callee.wrapUp(call.k)]);
      const past = await lab.page(callerName, 'call-history');
      assert.equal(past.data.calls[0].other.name, calleeName, past.body);
      await lab.control('workers', undefined, 'DELETE');
    }
    delete lab.token;
    for (const program of ['session', 'list-agents', 'create-task', 'status-callback']) {
      assert.doesNotMatch(lab.log(program), /[^\n\x20-\x7e]/, program);
    }
  });

  test('two people of one name are told apart; others need no more', async () => {
    await add(['Bob Baker', 'BOB BAKER', 'Unique']);
    const { agents } = await list('');
    assert.deepEqual(Object.fromEntries(agents.map(({ sid, friendlyName }) =>
      [[...lab.workers.values()].find((one) => one.sid === sid).name, friendlyName])), {
      bob: 'bob', carol: undefined, dave: undefined, w0: 'w0', w1: 'w1', w2: undefined,
    });

    const { sid } = lab.workers.get('w1');
    const made = await lab.page('alice', 'create-task', { body: { to: sid } });
    assert.equal(made.status, 201, made.body);
    const { other } = (await lab.page('alice', 'call-state')).data;
    assert.deepEqual(other, { sid, name: 'BOB BAKER', friendlyName: 'w1' });
    const { taskSid } = made.data;
    await lab.page('alice', 'end-call', { body: { taskSid, reason: 'cancel' } });
  });

  test('a text longer than any name finds whom it finds', async () => {
    await add([`Ana ${'Maria '.repeat(30)}`]);
    for (const q of [`ana ${'maria '.repeat(40)}`, `${' '.repeat(300)}ana`, 'ana '.repeat(100)]) {
      assert.equal((await list(q)).total, 1, q);
    }
    assert.equal((await list('x'.repeat(1000))).total, 0);
    assert.equal((await list('a b '.repeat(400))).total, 0);
  });
});
