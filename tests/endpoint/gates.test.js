// What each program refuses before it does anything, in the order of the gates: method, length,
// content type, credential, parameters.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import tls from 'node:tls';

import { direct } from './direct.js';
import {
  PROGRAMS, expectError, expectHeaders, expectPlainError, isCgi, randomSid, signToken, useLab,
} from './lib.js';

// What shows no genuine token counts for its address, and here that is nearly everything: more
// than nginx lets one address ask, on a quick machine. tests/intruders/limits is about that.
const lab = useLab({ requestsPerSecond: 10_000 });

const ofKind = (kind) => Object.keys(PROGRAMS).filter((name) => PROGRAMS[name].kind === kind);
const pagePosts = ofKind('page').filter((name) => PROGRAMS[name].method === 'POST');
const task = randomSid('WT');

const goodBody = {
  'create-task': { to: randomSid('WK') },
  'hold-participant': { taskSid: task, hold: true },
  'cleanup-rejected-task': { taskSid: task },
  'rejoin-call': { taskSid: task },
  'end-call': { taskSid: task, reason: 'hangup' },
  presence: { activity: randomSid('WA'), name: 'Break', available: false, busy: false },
};

// Where the web server asks for no password of its own.
const pathOf = (program) => `${program === 'session' ? '/alice' : ''}/cgi-bin/${program}`;

function refusal(program, answer, status, code) {
  if (PROGRAMS[program].kind === 'twilio') expectPlainError(answer, status);
  else expectError(answer, status, code);
}

describe('method', () => {
  for (const [program, { method, kind }] of Object.entries(PROGRAMS)) {
    test(program, async () => {
      const allowed = kind === 'twilio' ? ['GET', 'POST']
        : [method, ...(kind === 'open' ? ['HEAD'] : [])];
      const others = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'].filter((m) => !allowed.includes(m));
      for (const other of others) {
        const answer = await lab.ask(program, {
          path: pathOf(program), method: other, body: other === 'GET' ? undefined : '{}',
        });
        refusal(program, answer, 405, 'method_not_allowed');
        assert.equal(answer.headers.allow, allowed.join(', '));
      }
    });
  }
});

describe('length', () => {
  for (const program of [...pagePosts, ...ofKind('twilio')]) {
    const type = PROGRAMS[program].kind === 'twilio' ? 'application/x-www-form-urlencoded'
      : 'application/json';
    const variables = {
      REQUEST_METHOD: 'POST', REQUEST_URI: `/cgi-bin/${program}`, CONTENT_TYPE: type,
    };
    const ask = (announced, body) => direct(lab.stack, program, {
      ...variables,
      HTTP_X_DIALPAD_TOKEN: lab.token('alice'),
      HTTP_X_TWILIO_SIGNATURE: 'x', // without one nobody waits for the body
      ...(announced === undefined ? {} : { CONTENT_LENGTH: String(announced) }),
    }, body);

    test(program, async () => {
      refusal(program, await ask(undefined, '{}'), 411, 'length_required');
      refusal(program, await ask('', '{}'), 411, 'length_required');
      refusal(program, await ask(70_000, 'x'.repeat(70_000)), 413, 'too_large');
      refusal(program, await ask('99999999999999999999', '{}'), 413, 'too_large');
      refusal(program, await ask('12x', '{}'), 400, 'bad_length');
      refusal(program, await ask('-1', '{}'), 400, 'bad_length');
      refusal(program, await ask(100, '{}'), 400, 'bad_length');
    });
  }

  // A program that ends with the body half read resets the connection, and the answer is lost with
  // it before a web server that writes first and reads then.
  for (const size of [70_000, 1_000_000]) {
    test(`a body of ${size} bytes is taken though it is refused`, async () => {
      for (const [headers, status] of [
        [{ CONTENT_LENGTH: String(size) }, 413],
        // Plain CGI alone is given such a body, without a length.
        [isCgi ? { HTTP_TRANSFER_ENCODING: 'chunked' } : { CONTENT_LENGTH: String(size) }, 413],
        [{ CONTENT_LENGTH: String(size), REQUEST_METHOD: 'PUT' }, 405],
      ]) {
        const answer = await direct(lab.stack, 'end-call', {
          REQUEST_METHOD: 'POST', REQUEST_URI: '/cgi-bin/end-call',
          CONTENT_TYPE: 'application/json', HTTP_X_DIALPAD_TOKEN: lab.token('alice'), ...headers,
        }, 'x'.repeat(size));
        expectError(answer, status);
        assert.equal(answer.cut, null, JSON.stringify(headers));
      }
    });
  }

  test('the web server lets nothing large through', async () => {
    for (const size of [20_000, 1_000_000]) {
      const answer = await lab.page('alice', 'end-call', { body: 'x'.repeat(size) });
      assert.equal(answer.status, 413);
    }
  });

  test('a body that stays behind its length is nothing', async () => {
    const before = lab.log('create-task').length;
    await new Promise((done) => {
      const socket = tls.connect({ host: '127.0.0.1', port: lab.stack.port, ca: lab.stack.ca,
        servername: 'localhost' });
      socket.once('secureConnect', () => {
        socket.end('POST /cgi-bin/create-task HTTP/1.1\r\nHost: localhost\r\n'
          + `X-Dialpad-Token: ${lab.token('alice')}\r\nContent-Type: application/json\r\n`
          + 'Content-Length: 1000\r\n\r\n{"to"');
      });
      socket.once('error', done);
      socket.once('close', done);
      socket.resume();
    });
    assert.equal((await lab.ask('health')).status, 200);
    assert.doesNotMatch(lab.log('create-task').slice(before), / status=201 /);
  });

  test('what follows a body is not part of it', async () => {
    const body = JSON.stringify(goodBody['end-call']);
    const received = await new Promise((done, failed) => {
      const chunks = [];
      const socket = tls.connect({ host: '127.0.0.1', port: lab.stack.port, ca: lab.stack.ca,
        servername: 'localhost' });
      socket.on('data', (chunk) => chunks.push(chunk));
      socket.once('error', failed);
      socket.once('close', () => done(Buffer.concat(chunks).toString()));
      socket.write('POST /cgi-bin/end-call HTTP/1.1\r\nHost: localhost\r\n'
        + `X-Dialpad-Token: ${lab.token('alice')}\r\nContent-Type: application/json\r\n`
        + `Content-Length: ${body.length}\r\n\r\n${body}and more\r\n\r\n`);
    });
    assert.match(received, /^HTTP\/1\.1 404 /);
    assert.match(received, /"unknown_task"/);
  });
});

describe('content type', () => {
  for (const program of [...pagePosts, ...ofKind('twilio')]) {
    test(program, async () => {
      const body = JSON.stringify(goodBody[program] ?? {});
      const ask = (type) => lab.page('alice', program, {
        method: 'POST', headers: { 'Content-Type': type }, body,
      });
      const own = PROGRAMS[program].kind === 'twilio' ? 'application/json'
        : 'application/x-www-form-urlencoded';
      for (const type of [own, 'text/plain', '', 'application/jsonx', 'multipart/form-data']) {
        refusal(program, await ask(type), 415, 'unsupported_media_type');
      }
    });
  }

  test('parameters and case of a type are of no interest', async () => {
    for (const type of ['application/json;charset=utf-8', 'Application/JSON ; x=y']) {
      const answer = await lab.page('alice', 'end-call', {
        headers: { 'Content-Type': type }, body: goodBody['end-call'],
      });
      expectError(answer, 404, 'unknown_task');
    }
  });
});

/** What must not pass for a session, and why. */
function badTokens() {
  const { sid } = lab.workers.get('alice');
  const good = lab.token('alice');
  const [head, payload, signature] = good.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url'));
  const sign = (header, change, key = lab.sessionKey) =>
    signToken(key, { alg: 'HS256', typ: 'dialpad-session+jwt', ...header },
      { ...claims, ...change });
  return {
    'no token at all': 'nonsense',
    'two parts': `${head}.${payload}`,
    'four parts': `${good}.${signature}`,
    'no signature': `${head}.${payload}.`,
    'another payload': `${head}.${Buffer.from(JSON.stringify({ ...claims, sub: randomSid('WK') }))
      .toString('base64url')}.${signature}`,
    'another key': sign({}, {}, Buffer.alloc(32)),
    "the API secret's own signature": sign({}, {}, lab.stack.secrets.apiSecret),
    'alg none': signToken(null, { alg: 'none', typ: 'dialpad-session+jwt' }, claims),
    'alg none, signed': sign({ alg: 'none' }, {}),
    'alg HS512': sign({ alg: 'HS512' }, {}),
    'typ of a statement': sign({ typ: 'dialpad-call+jwt' }, {}),
    'typ JWT': sign({ typ: 'JWT' }, {}),
    crit: sign({ crit: ['exp'] }, {}),
    expired: sign({}, { iat: claims.iat - 100, exp: claims.iat - 1 }),
    'without an end': sign({}, { exp: undefined }),
    'exp that is text': sign({}, { exp: String(claims.exp) }),
    'a Worker that is none': sign({}, { sub: sid.replace('WK', 'WS') }),
    'no Worker': sign({}, { sub: undefined }),
    'very long': `${head}.${'A'.repeat(5000)}.${signature}`,
  };
}

describe('credential', () => {
  for (const program of ofKind('page')) {
    test(program, async () => {
      const ask = (token) => lab.page('alice', program, { token, body: goodBody[program] });
      expectError(await ask(null), 401, 'no_token');
      expectError(await ask(''), 401, 'no_token');
      for (const [what, token] of Object.entries(badTokens())) {
        const answer = await ask(token);
        assert.equal(answer.status, 401, `${what}: ${answer.body}`);
        expectError(answer, 401, 'bad_token');
      }
      const { voice, taskrouter } = (await lab.session('alice')).data;
      for (const { token } of [voice, taskrouter]) expectError(await ask(token), 401, 'bad_token');
    });
  }

  test('another header, a cookie or a parameter says nothing', async () => {
    const token = lab.token('alice');
    for (const headers of [{ Authorization: `Bearer ${token}` }, { Cookie: `token=${token}` }]) {
      expectError(await lab.page('alice', 'call-state', { token: null, headers }), 401, 'no_token');
    }
    expectError(await lab.page('alice', 'call-state', {
      token: null, query: `?X-Dialpad-Token=${token}&token=${token}`,
    }), 401, 'no_token');
  });

  for (const program of ofKind('twilio')) {
    test(program, async () => {
      const params = { CallSid: randomSid('CA') };
      const query = `?taskSid=${task}&conferenceName=${task}`;
      assert.deepEqual(await lab.requestsFor(async () => {
        for (const method of ['GET', 'POST']) {
          for (const signature of [null, '', 'A'.repeat(28), `${'A'.repeat(27)}=`,
            'x'.repeat(5000)]) {
            expectPlainError(await lab.webhook(program, { method, query, params, signature }), 403);
          }
        }
      }), []);
    });
  }
});

describe('session', () => {
  const ask = (variables) => direct(lab.stack, 'session', {
    REQUEST_METHOD: 'POST', REQUEST_URI: '/cgi-bin/session', ...variables,
  });

  test('believes REMOTE_USER only together with AUTH_TYPE', async () => {
    expectError(await ask({ REMOTE_USER: 'alice' }), 401, 'not_signed_in');
    expectError(await ask({ REMOTE_USER: 'alice', AUTH_TYPE: '' }), 401, 'not_signed_in');
    expectError(await ask({ AUTH_TYPE: 'Basic' }), 401, 'not_signed_in');
    expectError(await ask({ REMOTE_USER: '', AUTH_TYPE: 'Basic' }), 401, 'not_signed_in');
    expectError(await ask({ HTTP_REMOTE_USER: 'alice', HTTP_AUTH_TYPE: 'Basic' }), 401);
    assert.equal((await ask({ REMOTE_USER: 'alice', AUTH_TYPE: 'Basic' })).status, 200);
  });

  test('the web server asks for a password and passes on no name that is not checked', async () => {
    const basic = (text) => ({ Authorization: `Basic ${Buffer.from(text).toString('base64')}` });
    assert.equal((await lab.ask('session', { method: 'POST' })).status, 401);
    const wrong = await lab.ask('session', { method: 'POST', headers: basic('alice:wrong') });
    assert.equal(wrong.status, 401);
    const right = await lab.ask('session', { method: 'POST', headers: basic('alice:alice') });
    assert.equal(right.status, 200);
    assert.equal(right.data.worker.friendlyName, 'alice');
  });

  test('names the user for whom there is no Worker, or more than one', async () => {
    const stranger = await ask({ REMOTE_USER: 'zoë "x"', AUTH_TYPE: 'Basic' });
    expectError(stranger, 403, 'unknown_agent');
    assert.match(stranger.json().error.message, /zoë "x"/);
    expectError(await ask({ REMOTE_USER: 'Alice', AUTH_TYPE: 'Basic' }), 403, 'unknown_agent');
    await lab.addWorkers([
      { friendly_name: 'twin', attributes: { contact_uri: 'client:twin1' } },
      { friendly_name: 'twin', attributes: { contact_uri: 'client:twin2' } },
      { friendly_name: 'desk', attributes: { contact_uri: '+15005550001' } },
    ]);
    expectError(await ask({ REMOTE_USER: 'twin', AUTH_TYPE: 'Basic' }), 409, 'ambiguous_user');
    expectError(await ask({ REMOTE_USER: 'desk', AUTH_TYPE: 'Basic' }), 409, 'unsupported_contact');
  });
});

const malformed = {
  'create-task': [{}, { to: 5 }, { to: null }, { to: '' }, { to: 'bob' }, { to: 'WK12' },
    { to: [randomSid('WK')] }, { to: { sid: randomSid('WK') } }, { to: true },
    { To: randomSid('WK') },
    { to: `client:${'x'.repeat(5000)}` }],
  'hold-participant': [{ taskSid: task }, { hold: true }, { taskSid: task, hold: 'true' },
    { taskSid: task, hold: 1 }, { taskSid: task, hold: null }, { taskSid: 'WT1', hold: true },
    { taskSid: `${task}0`, hold: true }, { taskSid: `${task}/../x`, hold: true }],
  'cleanup-rejected-task': [{}, { taskSid: null }, { taskSid: 5 }, { taskSid: '' },
    { taskSid: task.replace('WT', 'WK') }, { taskSid: task.slice(0, -1) },
    { taskSid: `${task}\n` }],
  'rejoin-call': [{}, { taskSid: null }, { taskSid: '' }, { taskSid: task.slice(1) }],
  'end-call': [{ taskSid: task }, { reason: 'hangup' }, { taskSid: task, reason: 'busy' },
    { taskSid: task, reason: '' }, { taskSid: task, reason: 'HANGUP' },
    { taskSid: task, reason: 5 },
    { taskSid: 'x', reason: 'hangup' }],
  'call-state': ['?taskSid=', '?taskSid=WT1', `?taskSid=${task}&taskSid=${task}`,
    `?taskSid=${task}%00`, '?taskSid=%zz'],
  'list-agents': ['?limit=0', '?limit=201', '?limit=', '?limit=5x', '?limit=-1', '?limit=1&limit=1',
    '?offset=', '?offset=-1', '?offset=1x', '?offset=100000', '?offset=1&offset=1',
    '?all=2', '?all=', '?all=yes', '?q=a&q=b', '?q=%FF', '?q=%C0%AF',
    '?q=a%00b', '?q=%z'],
};

describe('parameters', () => {
  for (const [program, cases] of Object.entries(malformed)) {
    test(program, async () => {
      assert.deepEqual(await lab.requestsFor(async () => {
        for (const one of cases) {
          const answer = await lab.page('alice', program,
            typeof one === 'string' ? { query: one } : { body: one });
          assert.equal(answer.status, 400, `${JSON.stringify(one)}: ${answer.body}`);
          expectError(answer, 400);
        }
      }), []);
    });
  }

  test('health', async () => {
    for (const query of ['?deep=', '?deep=maybe', '?deep=1&deep=1']) {
      expectError(await lab.ask('health', { query }), 400, 'invalid_parameter');
    }
  });

  test('caller-twiml and callee-twiml', async () => {
    const name = { 'caller-twiml': 'taskSid', 'callee-twiml': 'conferenceName' };
    for (const [program, key] of Object.entries(name)) {
      for (const query of ['', '?', `?${key}=`, `?${key}=x`, `?${key}=${task}&${key}=${task}`,
        `?${key}=${task}%22`]) {
        expectPlainError(await lab.webhook(program, { query }), 400);
      }
      const twice = { [key]: task };
      expectPlainError(
        await lab.webhook(program, { query: `?${key}=${task}`, params: twice }), 400);
    }
  });

  test('status-callback', async () => {
    for (const query of ['?taskSid=', '?taskSid=x', `?taskSid=${task}&taskSid=${task}`]) {
      expectPlainError(await lab.webhook('status-callback', { query }), 400);
    }
  });
});

describe('body', () => {
  const deep = `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`;
  const bodies = {
    nothing: '', word: 'nope', array: '[]', text: '"x"', null: 'null', cut: '{"to":"',
    'rubbish after it': '{} x', 'two objects': '{}{}', deep: deep.slice(0, 15_000),
    'deep and whole': `${'{"a":'.repeat(100)}1${'}'.repeat(100)}`,
    'deep array': `{"a":${'['.repeat(3000)}${']'.repeat(3000)}}`,
    NUL: `{"taskSid":"${task}\\u0000","reason":"hangup"}`,
    'bad UTF-8': Buffer.concat([Buffer.from('{"x":"'), Buffer.from([0xff]), Buffer.from('"}')]),
    'a key twice': `{"taskSid":"${task}","taskSid":"${task}","to":"x","to":"y"}`,
    'single quotes': "{'to':'x'}",
    'byte order mark': '\ufeff{}',
  };
  for (const program of pagePosts) {
    test(`${program}: not a JSON object`, async () => {
      for (const [what, body] of Object.entries(bodies)) {
        const answer = await lab.page('alice', program, {
          body, headers: { 'Content-Type': 'application/json' },
        });
        assert.equal(answer.status, 400, `${what}: ${answer.body}`);
        expectError(answer, 400);
      }
    });

    test(`${program}: what it doesn't know is ignored`, async () => {
      const answer = await lab.page('alice', program, {
        body: { unknown: { deep: [1, { x: null }] }, '': 5, ...goodBody[program] },
      });
      if (program === 'presence') assert.equal(answer.status, 204, answer.body);
      else expectError(answer, program === 'create-task' ? 422 : 404);
    });
  }

  test('more members than anybody would send', async () => {
    const many = Object.fromEntries(Array.from({ length: 600 }, (_, i) => [`m${i}`, i]));
    const answer =
      await lab.page('alice', 'end-call', { body: { ...many, ...goodBody['end-call'] } });
    assert.ok([404, 413].includes(answer.status), answer.body);
  });
});

describe('answers', () => {
  test('each has a request id of its own and is not kept by anybody', async () => {
    const ids = new Set();
    for (const program of Object.keys(PROGRAMS)) {
      const answer = await lab.ask(program, {
        path: pathOf(program), method: PROGRAMS[program].method,
      });
      ids.add(answer.headers['x-request-id']);
      assert.equal(answer.headers['cache-control'], 'no-store', program);
      assert.match(answer.headers['x-content-type-options'], /^nosniff/, program);
    }
    assert.equal(ids.size, Object.keys(PROGRAMS).length);
    assert.ok(![...ids].includes(undefined));
  });

  test('nothing that is asked reaches the log unescaped, and no secret does', async () => {
    const token = lab.token('alice');
    await lab.page('alice', 'call-state', { token, query: '?taskSid=a%0Ab%1B%5B0m' });
    await direct(lab.stack, 'session', {
      REQUEST_METHOD: 'POST', REMOTE_USER: 'x\ny\u001b[1m', AUTH_TYPE: 'Basic',
    });
    const { TWILIO_AUTH_TOKEN, TWILIO_API_SECRET } = lab.config;
    for (const program of ['call-state', 'session']) {
      const log = lab.log(program);
      assert.doesNotMatch(log, /\u001b/);
      for (const secret of [token, TWILIO_AUTH_TOKEN, TWILIO_API_SECRET]) {
        assert.ok(!log.includes(secret));
      }
    }
  });
});

describe('the web server\'s own headers', () => {
  const answers = {
    'the page': ['/', 200],
    'a module of it': ['/js/main.js', 200],
    'a library': ['/vendor/voice-sdk.js', 200],
    'a file that is not there': ['/nothing', 404],
    'a program\'s answer': ['/cgi-bin/health', 200],
    'a program\'s refusal': ['/cgi-bin/call-state', 401],
    'a program that is not there': ['/cgi-bin/nothing', 404],
    'its own refusal': ['/cgi-bin/session', 401],
  };
  for (const [what, [path, status]] of Object.entries(answers)) {
    test(what, async () => {
      const answer = await lab.stack.fetch(path);
      assert.equal(answer.status, status, answer.body);
      expectHeaders(lab, what, answer);
    });
  }
});
