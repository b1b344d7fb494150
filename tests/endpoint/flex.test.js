// What a plugin inside Twilio Flex may: ask the page's programs from Flex's origin. What a browser
// makes of these headers is its own affair; here is what it is told.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { Agent } from './agent.js';
import { PROGRAMS, expectError, randomSid, routing, until, useLab } from './lib.js';

const FLEX = 'https://flex.twilio.com';
const OTHERS = ['https://flex.twilio.com.evil.example', 'http://flex.twilio.com',
  'https://flex.twilio.co', 'https://FLEX.twilio.com', `${FLEX} https://flex.example.com`, 'null'];
// Programs and web servers may add what else an answer depends on.
const VARIES = /\bOrigin\b/;
const lab = useLab({ extraConfig: { DIALPAD_FLEX_ORIGINS: `https://flex.example.com ${FLEX}` } });
const pages = Object.keys(PROGRAMS).filter((name) => PROGRAMS[name].kind === 'page');

const preflight = (program, origin, headers = {}) => lab.ask(program, {
  method: 'OPTIONS',
  headers: {
    Origin: origin, 'Access-Control-Request-Method': PROGRAMS[program].method, ...headers,
  },
});

const granted = ({ headers }) => Object.fromEntries(Object.entries(headers)
  .filter(([name]) => name.startsWith('access-control-')));

describe('a page of Flex', () => {
  for (const program of pages) {
    test(`may ask ${program}`, async () => {
      const answer = await preflight(program, FLEX,
        { 'Access-Control-Request-Headers': 'content-type,x-dialpad-token' });
      assert.equal(answer.status, 204, answer.body);
      assert.equal(answer.body, '');
      assert.match(answer.headers.vary, VARIES);
      assert.deepEqual(granted(answer), {
        'access-control-allow-origin': FLEX,
        'access-control-allow-methods': PROGRAMS[program].method,
        'access-control-allow-headers': 'Content-Type, X-Dialpad-Token',
        'access-control-max-age': '7200',
      });
    });
  }

  test('reads answers and errors', async () => {
    const headers = { Origin: FLEX };
    const answers = [
      await lab.page('alice', 'list-agents', { headers }),
      await lab.page('alice', 'list-agents', { headers, token: null }),
      await lab.page('alice', 'create-task', { headers, body: '{' }),
      await lab.ask('end-call', { headers, method: 'PUT', body: '{}' }),
    ];
    assert.deepEqual(answers.map(({ status }) => status), [200, 401, 400, 405]);
    for (const answer of answers) {
      assert.match(answer.headers.vary, VARIES);
      assert.deepEqual(granted(answer), {
        'access-control-allow-origin': FLEX, 'access-control-expose-headers': 'Retry-After',
      });
    }
  });

  test('reads that it asks too often', async (context) => {
    if (lab.stack.mode.server !== 'nginx') return context.skip('nginx.conf.example');
    const token = lab.token('alice');
    const flood = (origin) => Promise.all(Array.from({ length: 60 }, () =>
      lab.page('alice', 'call-state', { token, headers: { Origin: origin } })));
    const refused = (await flood(FLEX)).filter(({ status }) => status === 429);
    assert.ok(refused.length > 0);
    for (const answer of refused) {
      assert.match(answer.headers.vary, VARIES);
      assert.deepEqual(granted(answer), {
        'access-control-allow-origin': FLEX, 'access-control-expose-headers': 'Retry-After',
      });
    }
    const other = (await flood(OTHERS[0])).find(({ status }) => status === 429);
    assert.match(other.headers.vary, VARIES);
    assert.deepEqual(granted(other), {});
    return until('the limit to be over', async () =>
      (await lab.page('alice', 'call-state', { token })).status === 200);
  });
});

describe('a page of anybody else', () => {
  test('is told nothing', async () => {
    for (const origin of OTHERS) {
      const asked = await preflight('create-task', origin);
      expectError(asked, 405, 'method_not_allowed');
      const answer = await lab.page('alice', 'call-state', { headers: { Origin: origin } });
      for (const { headers } of [asked, answer]) assert.match(headers.vary, VARIES);
      assert.deepEqual([granted(asked), granted(answer)], [{}, {}]);
    }
  });

  test('nor is any page by a program that isn\'t for pages, or by OPTIONS alone', async () => {
    const headers = { Origin: FLEX };
    const answers = [
      await lab.session('alice', { headers }),
      await lab.webhook('ringback', { headers }),
      await lab.ask('health', { headers }),
    ];
    for (const answer of answers) {
      assert.deepEqual([granted(answer), answer.headers.vary], [{}, undefined]);
    }
    expectError(await lab.ask('end-call', { method: 'OPTIONS', headers }), 405,
      'method_not_allowed');
  });
});

describe('create-task', () => {
  test('makes T1 outbound, which Flex then accepts by itself', async () => {
    const [alice, bob] = ['alice', 'bob'].map((name) => new Agent(lab, name));
    for (const [flex, direction] of [[false, routing === 'direct' ? 'internal' : 'outbound'],
      [true, 'outbound']]) {
      const { status, data } = await alice.post('create-task', { to: bob.sid, flex });
      assert.equal(status, 201);
      const { attributes } = await lab.task(data.taskSid);
      assert.equal(attributes.direction, direction);
      assert.equal((await alice.endCall(data.taskSid)).status, 200);
    }
  });

  test('takes nothing else for flex', async () => {
    for (const flex of ['yes', 1, null, {}]) {
      const answer = await new Agent(lab, 'alice').post('create-task',
        { to: randomSid('WK'), flex });
      expectError(answer, 400, 'invalid_parameter');
    }
  });
});
