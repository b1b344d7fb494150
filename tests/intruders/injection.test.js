// Texts that users and administrators choose, on their way to every place where a text could be
// taken for something else: a path, a query, an expression, TwiML, a header, a log line, JSON.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { XMLValidator } from 'fast-xml-parser';

import { Agent, pair } from '../endpoint/agent.js';
import { direct } from '../endpoint/direct.js';
import { isCgi, randomSid, until, useLab } from '../endpoint/lib.js';

const NASTY = [
  '<img src=x onerror=alert(1)>',
  '"\'><script>alert(1)</script>',
  '</Conference></Dial><Hangup/>',
  'a\r\nSet-Cookie: stolen=1\r\n\r\n<b>',
  'two\nlines\tand\u0007a bell \u001b[2J',
  '%0d%0a%00%2e%2e%2f',
  '../../Workers?FriendlyName=alice',
  'alice&PageSize=1&FriendlyName=bob#x',
  "x' OR 1==1 OR name=='y",
  '{"sid":"WK00000000000000000000000000000000"}',
  '😀 Zoë Łukasz 𝒳 \u202egnp.exe',
  '\\", "token": "x',
  '$(id) `id` %s%n%n',
];
// What a web server can hand over as a name: nothing with a line break or a NUL survives HTTP.
const LOG_LINE =
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (info|warn|error)( [a-z0-9_]+=("([ !#-[\]-~]|\\[ -~])*"|[!#-<>-[\]-~]+))+$/;

// These Workers go by names that no address could be made from.
const lab = useLab({ extraConfig: { DIALPAD_IDENTITY: 'contact_uri' } });

function nastyWorkers() {
  return NASTY.map((name, i) => ({
    friendly_name: name, attributes: { contact_uri: `client:nasty${i}`, full_name: name },
  }));
}

async function withNastyWorkers() {
  await lab.addWorkers(nastyWorkers());
  await lab.forgetDirectory();
}

/** One user as the web server names them. */
const sessionOf = (user) => direct(lab.stack, 'session', {
  REQUEST_METHOD: 'POST', REQUEST_URI: '/cgi-bin/session', REMOTE_USER: user, AUTH_TYPE: 'Basic',
});

describe('what a text can not become', () => {
  test('a path or a parameter of Twilio\'s REST', async () => {
    await withNastyWorkers();
    await lab.control('requests', undefined, 'DELETE');
    for (const [i, user] of NASTY.entries()) {
      const answer = await sessionOf(user);
      assert.equal(answer.status, 200, answer.body);
      assert.equal(answer.json().worker.contactUri, `client:nasty${i}`);
      assert.equal((await sessionOf(`${user}x`)).status, 403);
    }
    const alice = new Agent(lab, 'alice');
    for (const text of NASTY) {
      for (const to of [text, `client:${text}`, `WK${text}`, `${randomSid('WK')}${text}`]) {
        lab.forgetCalls();
        assert.ok([400, 409, 422].includes((await alice.createTask(to)).status), to);
      }
      await alice.ask('list-agents', { query: `?q=${encodeURIComponent(text)}` });
    }
    const names = new Set(NASTY.flatMap((name) => [name, `${name}x`]));
    for (const { path, query } of await lab.requests()) {
      assert.match(path, /^\/(v1|2010-04-01)(\/[A-Za-z0-9]+)+(\.json)?$/);
      const params = new URLSearchParams(query);
      const allowed = ['FriendlyName', 'PageSize', 'Page', 'PageToken', 'Status', 'WorkflowSid',
        'AssignmentStatus', 'ReservationStatus', 'WorkerSid', 'Ordering', 'TaskQueueSid'];
      for (const [key, value] of params) {
        assert.ok(allowed.includes(key), `${path}?${query}`);
        if (key === 'FriendlyName') assert.ok(names.has(value), value);
        else assert.match(value, /^[A-Za-z0-9:,_-]*$/, `${path}?${query}`);
      }
    }
  });

  test('an expression: a claim that an agent has written', async () => {
    const { caller, callee } = await pair(lab);
    const { data: { taskSid: t1 } } = await caller.createTask(callee.sid);
    // An old claim makes status-callback look for K, which takes an expression.
    await lab.rewrite(t1, (attributes) => ({ ...attributes,
      claim: { id: 'x" OR 1==1 OR "', at: 1_000_000_000 } }));
    await lab.control('requests', undefined, 'DELETE');
    await caller.joinOwn(t1);
    await callee.rings();
    const asked = (await lab.requests())
      .map(({ query }) => new URLSearchParams(query).get('EvaluateTaskAttributes')).filter(Boolean);
    assert.ok(asked.length > 0, 'nobody has looked for K');
    for (const expression of asked) {
      assert.match(expression, /^[a-zA-Z_.]+ ?(==|=) ?['"]WT[0-9a-f]{32}['"]$/);
      assert.ok(expression.includes(t1));
    }
    assert.equal((await caller.endCall(t1, 'cancel')).status, 200);
  });

  test('an element or an attribute of TwiML', async () => {
    const task = randomSid('WT');
    const leg = { CallSid: randomSid('CA'), From: 'client:alice', To: 'client:bob' };
    const pass = (role) => `&pass=${lab.pass(role, task, leg.To)}`;
    const asked = { 'caller-twiml': ['taskSid', pass('caller')],
      'callee-twiml': ['conferenceName', pass('callee')], ringback: ['taskSid', ''] };
    for (const [program, [key, more]] of Object.entries(asked)) {
      const plain = await lab.webhook(program, { query: `?${key}=${task}${more}`, params: leg });
      assert.equal(plain.status, 200, plain.body);
      for (const text of NASTY) {
        // What it doesn't know, it doesn't repeat.
        const query = `?${key}=${task}${more}&name=${encodeURIComponent(text)}`;
        const params = { ...leg, From: text, Called: text };
        const answer = await lab.webhook(program, { query, params });
        assert.equal(XMLValidator.validate(answer.body), true);
        assert.equal(answer.body, plain.body);
        const wrong =
          await lab.webhook(program, { query: `?${key}=${encodeURIComponent(task + text)}` });
        assert.doesNotMatch(wrong.body, /onerror|stolen|script|Hangup|%0d|OR 1/);
        assert.equal(wrong.headers['set-cookie'], undefined);
      }
    }
  });

  test('a header or a second answer', async () => {
    const expected = ['status', 'content-type', 'content-length', 'cache-control',
      'x-content-type-options', 'x-request-id'];
    for (const user of NASTY) {
      const answer = await sessionOf(`${user}-nobody`);
      assert.equal(answer.status, 403, answer.body);
      assert.deepEqual(Object.keys(answer.headers), expected);
      assert.ok(answer.json().error.message.includes(user),
        'the admin sees the name that was tried');
      for (const variable of ['HTTP_IF_NONE_MATCH', 'HTTP_X_REQUEST_ID', 'QUERY_STRING',
        'SCRIPT_NAME']) {
        const list = await direct(lab.stack, 'list-agents', {
          REQUEST_METHOD: 'GET', HTTP_X_DIALPAD_TOKEN: lab.token('alice'), [variable]: user,
        });
        assert.ok(Object.keys(list.headers)
          .every((name) => [...expected, 'etag', 'vary'].includes(name)),
        JSON.stringify(list.headers));
      }
    }
  });

  test('a log line of its own, or half of one', async () => {
    for (const text of NASTY) {
      await sessionOf(text);
      await lab.page('alice', 'call-state', { query: `?taskSid=${encodeURIComponent(text)}` });
      await lab.page('alice', 'create-task', { body: { to: text } });
      await lab.webhook('status-callback', { params: { StatusCallbackEvent: text,
        FriendlyName: randomSid('WT'), CallSid: text, ConferenceSid: text } });
    }
    for (const program of ['session', 'call-state', 'create-task', 'status-callback']) {
      const lines = lab.log(program).split('\n').filter((line) => line.includes(` program=${program} `));
      assert.ok(lines.length >= NASTY.length, program);
      if (isCgi) continue; // the log is fcgiwrap's then, and not all ours
      for (const line of lab.log(program).split('\n').slice(0, -1)) assert.match(line, LOG_LINE);
    }
  });
});

describe('what it stays: the same text', () => {
  test('in the directory, in a search, in Tasks and in what the page is told', async () => {
    await withNastyWorkers();
    const alice = new Agent(lab, 'alice');
    await alice.phone();
    const { data } = await alice.ask('list-agents', { query: '?limit=200' });
    assert.deepEqual(
      data.agents.map(({ name }) => name).filter((name) => NASTY.includes(name)).sort(),
      [...NASTY].sort());
    for (const [i, name] of NASTY.entries()) {
      lab.forgetCalls();
      const callee = data.agents.find((agent) => agent.contactUri === `client:nasty${i}`);
      const { data: { taskSid } } = await alice.createTask(callee.sid);
      assert.equal((await lab.task(taskSid)).attributes.name, name);
      assert.deepEqual((await alice.state(taskSid)).other, { sid: callee.sid, name });
      await alice.endCall(taskSid, 'cancel');
      await until('the own Task', async () =>
        (await lab.task(taskSid)).assignment_status !== 'reserved');
      await alice.wrapUp(taskSid);
    }
  });

  test('a Worker whose Attributes hold a NUL hides nobody else', async () => {
    await lab.addWorkers([{ friendly_name: 'nul',
      attributes: { contact_uri: 'client:nul', full_name: 'a\u0000b' } }]);
    await lab.forgetDirectory();
    const { status, data } = await new Agent(lab, 'alice').ask('list-agents', { query: '?all=1' });
    assert.equal(status, 200);
    assert.ok(['Bob Baker', 'Carol Carter']
      .some((name) => data.agents.some((one) => one.name === name)),
    JSON.stringify(data));
    assert.ok(data.agents.every(({ name }) => !name.includes('\0')));
  });
});
