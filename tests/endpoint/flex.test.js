// What a plugin inside Twilio Flex may: get a session by its user's token of Flex, and ask the
// page's programs from Flex's origin. What a browser makes of these headers is its own affair; here
// is what it is told.

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
const pages = Object.keys(PROGRAMS)
  .filter((name) => ['page', 'flex'].includes(PROGRAMS[name].kind));

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
    // So many at once, and on a busy machine again and again, until there are too many.
    const flood = (origin) => until('a refusal', async () => {
      const answers = await Promise.all(Array.from({ length: 60 }, () =>
        lab.page('alice', 'call-state', { token, headers: { Origin: origin } })));
      const refused = answers.filter(({ status }) => status === 429);
      return refused.length > 0 && refused;
    });
    const refused = await flood(FLEX);
    for (const answer of refused) {
      assert.match(answer.headers.vary, VARIES);
      assert.deepEqual(granted(answer), {
        'access-control-allow-origin': FLEX, 'access-control-expose-headers': 'Retry-After',
      });
    }
    const [other] = await flood(OTHERS[0]);
    assert.match(other.headers.vary, VARIES);
    assert.deepEqual(granted(other), {});
    return until('the limit to be over', async () =>
      (await lab.page('alice', 'call-state', { token })).status === 200);
  });
});

describe('the plugin', () => {
  const headers = { Origin: FLEX };

  test('and what it brings is read by any page', async () => {
    for (const path of ['/flex/call-agent.js', '/flex/plugin.js', '/flex/call-agent.css',
      '/js/api.js', '/i18n/en.json', '/icons.svg']) {
      const answer = await lab.ask('', { path, headers });
      assert.equal(answer.status, 200, path);
      assert.equal(answer.headers['access-control-allow-origin'], '*', path);
    }
    for (const path of ['/', '/vendor/voice-sdk.js', '/css/style.css']) {
      const answer = await lab.ask('', { path, headers });
      assert.equal(answer.headers['access-control-allow-origin'], undefined, path);
    }
  });

  test('may be asked for with the headers that Flex adds', async () => {
    const answer = await lab.ask('', { path: '/flex/call-agent.js', method: 'OPTIONS', headers: {
      ...headers, 'Access-Control-Request-Method': 'GET',
      'Access-Control-Request-Headers': 'x-flex-jwe,x-flex-version',
    } });
    assert.ok(answer.status === 200 || answer.status === 204, String(answer.status));
    assert.equal(answer.headers['access-control-allow-origin'], '*');
    assert.equal(answer.headers['access-control-allow-headers'], 'X-Flex-JWE, X-Flex-Version');
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

describe('flex-session', () => {
  const signIn = (options) => lab.flexSession({ token: lab.flexToken('alice', options) });
  /** What Twilio says the next time that it is asked whose a token is. */
  const says = (body, status = 200) => lab.fault({ match: { path: '/Tokens/' }, action: 'json',
    status, body: { valid: true, expiration: '2099-01-01T00:00:00Z', ...body } });

  test('gives what session gives, but for what Flex has from Twilio itself', async () => {
    const expected = (await lab.session('alice')).data;
    for (const key of ['taskrouter', 'voice', 'token']) delete expected[key];
    const answer = await signIn();
    assert.equal(answer.status, 200, answer.body);
    const { token, ...rest } = answer.data;
    assert.deepEqual(rest, expected);
    assert.deepEqual(granted(answer), {
      'access-control-allow-origin': FLEX, 'access-control-expose-headers': 'Retry-After',
    });
    const asked = await lab.page('alice', 'call-state', { token, headers: { Origin: FLEX } });
    assert.equal(asked.status, 200, asked.body);
  });

  test('ends with the token that it is for', async () => {
    const { expiresIn, token } = (await signIn({ seconds: 1000 })).data;
    const { iat, exp } = JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
    assert.ok(expiresIn > 0 && expiresIn <= 1000, `${expiresIn}`);
    assert.equal(exp - iat, expiresIn);
  });

  test('asks Twilio whose the token is, once, and in the body alone', async () => {
    await lab.control('requests', undefined, 'DELETE');
    const token = lab.flexToken('alice');
    assert.equal((await lab.flexSession({ token })).status, 200);
    const requests = await lab.requests();
    assert.deepEqual(requests.filter(({ path }) => path.includes('/Tokens/'))
      .map(({ method, path }) => [method, path]),
    [['POST', `/v1/Accounts/${lab.config.TWILIO_ACCOUNT_SID}/Tokens/validate`]]);
    for (const { path, query } of requests) assert.ok(!`${path}${query}`.includes(token));
  });

  test('believes no token that Twilio does not', async () => {
    for (const options of [{ seconds: -10 }, { secret: 'another' }, { sub: randomSid('AC') }]) {
      expectError(await signIn(options), 401, 'bad_flex_token');
    }
    expectError(await lab.flexSession({ token: 'x'.repeat(4096) }), 401, 'bad_flex_token');
    for (const status of [200, 401, 403]) {
      await says({ valid: false }, status);
      expectError(await signIn(), 401, 'bad_flex_token');
    }
    await says({ worker_sid: lab.workers.get('alice').sid, expiration: '2020-01-01T00:00:00Z' });
    expectError(await signIn(), 401, 'bad_flex_token');
  });

  test('is for Workers of this workspace', async () => {
    for (const workerSid of [undefined, null, '', 'WK12', randomSid('WK')]) {
      await says({ worker_sid: workerSid });
      expectError(await signIn(), 403, 'unknown_agent');
    }
  });

  test('is for those whose address is their own', async () => {
    await lab.addWorkers([
      { friendly_name: 'desk', attributes: { contact_uri: '+15005550001' } },
      { friendly_name: 'mallory', attributes: { contact_uri: 'client:alice' } },
    ]);
    const rows = [['desk', 'unsupported_contact'], ['mallory', 'identity_mismatch']];
    for (const [name, code] of rows) {
      expectError(await lab.flexSession({ token: lab.flexToken(name) }), 409, code);
    }
  });

  test('asks nothing for what can be no token', async () => {
    assert.deepEqual(await lab.requestsFor(refuseAll), []);
  });

  async function refuseAll() {
    const good = lab.flexToken('alice');
    for (const token of [undefined, null, 5, true, '', 'x'.repeat(15), 'x'.repeat(4097), [good],
      `${good} `, `${good}\n`, `${good}"`, `${good}&Token=x`, `${good}/`, `${good}ä`]) {
      expectError(await lab.flexSession({ token }), 400, 'invalid_parameter');
    }
    for (const body of ['', '{', '[]', `"${good}"`, `{"token":"${good}","token":"${good}"}`]) {
      expectError(await lab.flexSession(body), 400);
    }
    for (const type of ['text/plain', 'application/x-www-form-urlencoded']) {
      expectError(await lab.flexSession(JSON.stringify({ token: good }),
        { Origin: FLEX, 'Content-Type': type }), 415, 'unsupported_media_type');
    }
    assert.equal((await lab.flexSession({ token: 'x'.repeat(20_000) })).status, 413);
  }

  test('says what is wrong with Twilio', async () => {
    const sid = lab.workers.get('alice').sid;
    const path = '/Tokens/validate';
    const rows = [
      [{ action: 'status', status: 500, times: 1 }, 200],
      [{ action: 'delay', ms: 500 }, 200],
      [{ action: 'status', status: 500, times: 3 }, 502, 'upstream'],
      [{ action: 'status', status: 429, retryAfter: 60 }, 503, 'unavailable'],
      [{ action: 'hang' }, 504, 'timeout'],
      [{ action: 'rubbish' }, 502, 'upstream'],
      [{ action: 'json', body: { worker_sid: sid } }, 502, 'upstream'],
      [{ action: 'json', body: { valid: true, worker_sid: sid } }, 502, 'upstream'],
    ];
    for (const [fault, status, code] of rows) {
      await lab.clearFaults();
      await lab.fault({ match: { path }, ...fault });
      const answer = await signIn();
      assert.equal(answer.status, status, `${JSON.stringify(fault)}: ${answer.body}`);
      if (status !== 200) expectError(answer, status);
      if (status === 503) assert.ok(answer.headers['retry-after'] > 0);
      if (code) assert.ok(answer.data.error.code.includes(code), answer.body);
    }
  });

  test('asks in the other way where the first is closed', async () => {
    const closed = (path) => lab.fault({ match: { path }, action: 'status', status: 401 });
    await closed('/Tokens/validate');
    assert.equal((await signIn()).status, 200);
    await closed('/Tokens/validate');
    expectError(await signIn({ secret: 'another' }), 401, 'bad_flex_token');
    await closed('/Tokens/validate');
    await closed('/Tokens/Info');
    expectError(await signIn(), 502);
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
