// Who is asking: tokens that somebody has made, kept too long or found elsewhere, and names that a
// client has given itself.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { Agent } from '../endpoint/agent.js';
import { direct } from '../endpoint/direct.js';
import { PROGRAMS, expectError, randomSid, signToken, until, useLab } from '../endpoint/lib.js';
import { Random, seed } from './random.js';

const EMBEDS = 'https://desk.example.com';
const FLEX = 'https://flex.twilio.com';
const lab = useLab({ extraConfig: {
  DIALPAD_EMBED_ORIGINS: `https://other.example.com ${EMBEDS}`, DIALPAD_FLEX_ORIGINS: FLEX,
} });
const random = new Random();
const page = Object.keys(PROGRAMS).filter((name) => PROGRAMS[name].kind === 'page');
const now = () => Math.floor(Date.now() / 1000);
const derived = (secret, label) => createHmac('sha256', secret).update(label).digest();

const bodies = () => ({
  'create-task': { to: randomSid('WK') },
  'hold-participant': { taskSid: randomSid('WT'), hold: true },
  'end-call': { taskSid: randomSid('WT'), reason: 'hangup' },
});

const ask = (program, token) => lab.page('alice', program, {
  token, body: PROGRAMS[program].method === 'GET' ? undefined
    : bodies()[program] ?? { taskSid: randomSid('WT') },
});

async function refusedEverywhere(token, what) {
  for (const program of page) {
    const answer = await ask(program, token);
    assert.equal(answer.status, 401, `${what}, ${program}: ${answer.body}`);
    expectError(answer, 401, 'bad_token');
  }
}

describe('a token', () => {
  test('of another workspace that shares the API key, or of another account', async () => {
    const { apiSecret, authToken, workspaceSid } = lab.stack.secrets;
    const keys = {
      'another workspace': derived(apiSecret, `dialpad session ${randomSid('WS')}`),
      'no workspace': derived(apiSecret, 'dialpad session'),
      'another secret': derived(`${apiSecret}0`, `dialpad session ${workspaceSid}`),
      'the auth token': derived(authToken, `dialpad session ${workspaceSid}`),
      'the secret itself': apiSecret,
      nothing: '',
    };
    for (const [what, key] of Object.entries(keys)) {
      await refusedEverywhere(lab.token('alice', { key }), what);
    }
    assert.deepEqual(await lab.requests(), []);
  });

  test('of a host whose clock is minutes off', async () => {
    const good = { iat: now() + 300, exp: now() + 300 + 3600 };
    assert.equal((await ask('call-state', lab.token('alice', good))).status, 200, 'fast');
    assert.equal(
      (await ask('call-state', lab.token('alice', { iat: now() - 600, exp: now() + 60 })))
        .status, 200, 'slow');
    for (const exp of [now() - 1, now() - 300, 0, -1, 1e300 * -1, '9999999999', null, true,
      [1e12]]) {
      await refusedEverywhere(lab.token('alice', { exp }), `exp ${exp}`);
    }
  });

  test('of Twilio is none of ours, and ours is none of Twilio\'s', async () => {
    const { data } = await lab.session('alice');
    await refusedEverywhere(data.voice.token, 'voice');
    await refusedEverywhere(data.taskrouter.token, 'taskrouter');
    const { TWILIO_ACCOUNT_SID: account } = lab.config;
    const answer = await fetch(`${lab.stack.sandbox}/2010-04-01/Accounts/${account}/Calls.json`, {
      headers: { authorization: `Bearer ${data.token}` },
    });
    assert.equal(answer.status, 401);
  });

  test('of a call (its signed statement) is no session', async () => {
    const statement = signToken(lab.sessionKey, { alg: 'HS256', typ: 'dialpad-call+jwt' }, {
      sub: lab.workers.get('alice').sid, caller: lab.workers.get('alice').sid,
      contactUri: 'client:alice', name: 'Alice', exp: now() + 600,
    });
    await refusedEverywhere(statement, 'statement');
  });

  test(`with any letter changed (seed ${seed})`, async () => {
    const good = lab.token('alice');
    for (let n = 0; n < 300; n++) {
      const at = random.below(good.length);
      const letter = random.pick([...'ABCxyz019-_.=+/ ']);
      if (letter === good[at]) continue;
      const changed = good.slice(0, at) + letter + good.slice(at + 1);
      // A blank at the end is no part of a header's value.
      if (changed.trim() === good) continue;
      const program = page[n % page.length];
      // Past the web server, which counts them for one agent.
      const answer = await direct(lab.stack, program, {
        REQUEST_METHOD: PROGRAMS[program].method, CONTENT_TYPE: 'application/json',
        CONTENT_LENGTH: '2', HTTP_X_DIALPAD_TOKEN: changed.trim(),
      }, '{}');
      assert.equal(answer.status, 401, `seed ${seed}: ${changed}`);
    }
  });

  test('of somebody else shows that one\'s calls and nobody else\'s', async () => {
    const [alice, bob] = ['alice', 'bob'].map((name) => new Agent(lab, name));
    const { data: { taskSid } } = await alice.createTask(bob.sid);
    assert.equal((await bob.state()).state, 'none');
    assert.equal((await alice.state()).taskSid, taskSid);
    await alice.endCall(taskSid, 'cancel');
  });
});

describe('a token of Flex', () => {
  const subOf = (session) => JSON.parse(Buffer.from(session.split('.')[1], 'base64url')).sub;

  test('is its own Worker\'s, whoever shows it and however often', async () => {
    const [alice, bob] = ['alice', 'bob'].map((name) => lab.workers.get(name));
    const token = lab.flexToken('alice');
    for (const more of [{}, { worker_sid: bob.sid, sub: bob.sid, name: 'bob' }]) {
      const headers = { Origin: FLEX, 'X-Dialpad-Token': lab.token('bob'),
        Authorization: `Basic ${btoa('bob:bob')}` };
      const answer = await lab.flexSession({ token, ...more }, headers);
      assert.equal(answer.status, 200, answer.body);
      assert.equal(subOf(answer.data.token), alice.sid);
      assert.equal(answer.data.worker.sid, alice.sid);
    }
  });

  test('opens nothing by itself, and no session is one', async () => {
    await refusedEverywhere(lab.flexToken('alice'), 'a token of Flex');
    expectError(await lab.flexSession({ token: lab.token('alice') }), 401, 'bad_flex_token');
  });

  test('of another account, made by hand or changed, is none', async () => {
    const good = lab.flexToken('alice');
    const [head, payload, signature] = good.split('.');
    const bob = lab.flexToken('bob').split('.')[1];
    for (const token of [lab.flexToken('alice', { sub: randomSid('AC') }),
      lab.flexToken('alice', { iss: randomSid('SK') }), lab.flexToken('alice', { secret: 'x' }),
      `${head}.${bob}.${signature}`, `${head}.${payload}.`, good.slice(0, -1), `${good}.`]) {
      expectError(await lab.flexSession({ token }), 401, 'bad_flex_token');
    }
  });

  test('is taken from pages of Flex alone', async () => {
    const token = lab.flexToken('alice');
    for (const Origin of [undefined, '', 'null', 'https://evil.example.com', EMBEDS,
      `${FLEX}.evil.example.com`, `${FLEX}:8443`, `${FLEX}/`, `${FLEX} ${EMBEDS}`,
      'http://flex.twilio.com', 'https://flex.twilio.co', '*']) {
      const headers = { Referer: `${FLEX}/agent-desktop`, 'X-Forwarded-Host': 'flex.twilio.com',
        ...(Origin === undefined ? {} : { Origin }) };
      const answer = await lab.flexSession({ token }, headers);
      expectError(answer, 403, 'origin_not_allowed');
      assert.equal(answer.headers['access-control-allow-origin'], undefined);
    }
    assert.deepEqual(await lab.requests(), []);
  });
});

describe('session, asked by a page', () => {
  const by = (headers) => lab.session('alice', { headers });

  test('of another site is refused', async () => {
    const evil = 'https://evil.example.com';
    for (const headers of [{ 'Sec-Fetch-Site': 'cross-site' },
      { 'Sec-Fetch-Site': 'cross-site', Origin: EMBEDS }, { 'Sec-Fetch-Site': 'same-site' },
      { 'Sec-Fetch-Site': 'same-site', Origin: evil },
      { 'Sec-Fetch-Site': 'same-site', Origin: `${EMBEDS}.evil.com` },
      { 'Sec-Fetch-Site': 'same-site', Origin: 'null' }]) {
      expectError(await by(headers), 403, 'foreign_page');
    }
    assert.deepEqual(await lab.requests(), []);
  });

  test('of ours is answered, and so is an older browser', async () => {
    for (const headers of [{ 'Sec-Fetch-Site': 'same-origin' }, { 'Sec-Fetch-Site': 'none' },
      { 'Sec-Fetch-Site': 'same-site', Origin: EMBEDS }, {}]) {
      assert.equal((await by(headers)).status, 200, JSON.stringify(headers));
    }
  });
});

describe('an Authorization header that nobody asked for', () => {
  const headers = { Authorization: `Basic ${Buffer.from('alice:alice').toString('base64')}` };

  test('is no token', async () => {
    for (const program of page) {
      expectError(
        await lab.page('alice', program, { token: null, headers, body: {} }), 401, 'no_token');
    }
  });

  test('names nobody where the password is wrong', async () => {
    for (const guess of ['alice:', 'alice:wrong', 'alice', ':alice', '']) {
      const answer = await lab.ask('session', { method: 'POST',
        headers: { Authorization: `Basic ${Buffer.from(guess).toString('base64')}` } });
      assert.equal(answer.status, 401, guess);
    }
  });

  test('is believed by no header of the same name', async () => {
    for (const name of ['Remote-User', 'REMOTE_USER', 'Auth-Type', 'X-Remote-User', 'Proxy']) {
      const answer = await lab.ask('session', { method: 'POST',
        headers: { [name]: 'alice', 'Auth-Type': 'Basic' } });
      assert.equal(answer.status, 401, name);
    }
  });

  // nginx fills $remote_user from the header, and Debian's fastcgi_params hand it over.
  test('means nothing in a place that asks for no password', async (context) => {
    const { stack } = lab;
    if (stack.mode.server !== 'nginx') return context.skip('a place in nginx');
    appendFileSync(join(stack.dir, 'agents.conf'), `
location = /careless/cgi-bin/session {
    include fastcgi_params;
    fastcgi_param SCRIPT_FILENAME ${stack.buildDir}/cgi-bin/session;
    fastcgi_pass dialpad-session;
}
`);
    process.kill(stack.server.pid, 'SIGHUP');
    const careless = () => lab.ask('session', {
      method: 'POST', path: '/careless/cgi-bin/session', headers,
    });
    const answer = await until('nginx to read its configuration', async () => {
      const tried = await careless();
      return tried.status !== 404 && tried;
    });
    return expectError(answer, 401, 'not_signed_in');
  });
});
