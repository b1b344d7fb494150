// Twilio's requests: which signatures are genuine, and the documents that answer them.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { XMLParser, XMLValidator } from 'fast-xml-parser';

import { direct } from './direct.js';
import { expectPlainError, randomSid, useLab } from './lib.js';

const SECONDARY = 'abcdef0123456789abcdef0123456789';
const OVERRIDES = '#rc=4&rp=ct,rt,5xx&ct=2000&rt=5000';

const lab = useLab({ extraConfig: { TWILIO_AUTH_TOKEN_SECONDARY: SECONDARY } });
const task = randomSid('WT');

const voiceParams = () => ({
  CallSid: randomSid('CA'), AccountSid: lab.config.TWILIO_ACCOUNT_SID, ApiVersion: '2010-04-01',
  From: 'client:alice', Caller: 'client:alice', To: 'client:bob', Called: 'client:bob',
  Direction: 'outbound-api', CallStatus: 'in-progress',
});

/** Asks with a signature over this URL and these parameters. */
function signed(program, { url, query = '', params = {}, signedParams = params, token, ...more }) {
  const { method = 'POST' } = more;
  const target = url ?? `${lab.config.DIALPAD_PUBLIC_URL}/${program}${query}`;
  return lab.webhook(program, {
    query, params, ...more,
    signature: lab.sign(target, method === 'POST' ? signedParams : {}, token),
  });
}

function parse(answer) {
  assert.equal(answer.status, 200, answer.body);
  assert.match(answer.headers['content-type'], /^text\/xml(; charset=utf-8)?$/);
  assert.match(answer.body, /^<\?xml /);
  assert.equal(XMLValidator.validate(answer.body), true);
  const document = new XMLParser({
    ignoreAttributes: false, attributeNamePrefix: '@', trimValues: false, preserveOrder: false,
    parseTagValue: false, parseAttributeValue: false,
  }).parse(answer.body.replace(/^<\?xml[^>]*>\s*/, ''));
  assert.deepEqual(Object.keys(document), ['Response']);
  return document.Response;
}

describe('signature', () => {
  const at = (authority, rest = `/cgi-bin/ringback?taskSid=${task}`, scheme = 'https') =>
    `${scheme}://${authority}${rest}`;

  test('with the port, without it and with the default one', async () => {
    const { port } = lab.stack;
    const query = `?taskSid=${task}`;
    for (const method of ['GET', 'POST']) {
      const params = method === 'POST' ? voiceParams() : {};
      for (const authority of ['127.0.0.1', `127.0.0.1:${port}`, '127.0.0.1:443']) {
        const answer = await signed('ringback', { url: at(authority), method, query, params });
        assert.equal(answer.status, 200, `${method} ${authority}`);
      }
      const wrong = [
        at(`127.0.0.1:${port + 1}`), at('127.0.0.1:80'), at('localhost'),
        at('127.0.0.1', undefined, 'http'),
        at('127.0.0.1', `/cgi-bin/status-callback?taskSid=${task}`),
        at('127.0.0.1', `/cgi-bin/ringback/?taskSid=${task}`),
        at('127.0.0.1', '/cgi-bin/ringback'), at('127.0.0.1', `/ringback?taskSid=${task}`),
        at('127.0.0.1', `/cgi-bin/ringback?taskSid=${task}&`),
        `${at('127.0.0.1')}${OVERRIDES}`,
      ];
      for (const url of wrong) {
        const answer = await signed('ringback', { url, method, query, params });
        assert.equal(answer.status, 403, `${method} ${url}`);
      }
    }
  });

  test('path and host of the request itself are not looked at', async () => {
    const query = `?taskSid=${task}`;
    const answer = await signed('ringback', {
      query, path: `/alice/cgi-bin/ringback${query}`, headers: { Host: 'elsewhere.example' },
    });
    assert.equal(answer.status, 200);
  });

  test('the query counts as it was sent', async () => {
    for (const query of [
      `?taskSid=${task}&x=a%20b`, `?taskSid=${task}&x=a+b`, `?x=%C3%A9&taskSid=${task}`,
      `?taskSid=${task}&`, `?&&taskSid=${task}`, `?taskSid=${task}&x=1&x=2`, `?taskSid=${task}&y`,
      `?taskSid=${task}&x=%27`, `?taskSid=${task}&x='`, `?taskSid=${task}&x=a?b`,
    ]) {
      for (const method of ['GET', 'POST']) {
        assert.equal((await signed('ringback', { query, method })).status, 200, query);
        const url = `${lab.config.DIALPAD_PUBLIC_URL}/ringback${query}z`;
        assert.equal((await signed('ringback', { url, query, method })).status, 403, query);
      }
    }
  });

  test('parameters are sorted by name, whatever they are and however they come', async () => {
    const query = `?taskSid=${task}`;
    const sets = [
      { b: '1', a: '2', B: '3', A: '4', 'a.b': '5', 'a[]': '6', '': '7' },
      { ReasonConferenceEnded: 'test', Reason: 'Participant', ReasonX: '' },
      { CalledVia: '', FromCity: '', ToCity: ' ', Body: "It's amazing & <b>100%</b> a+b=c" },
      { Name: 'Zoë Ñandú 日本 😀', Ключ: 'значение', line: 'a\r\nb\tc' },
      Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`p${59 - i}`, `v${i}`])),
    ];
    for (const params of sets) {
      const answer = await signed('ringback', { query, params });
      assert.equal(answer.status, 200, JSON.stringify(params));
    }
  });

  test('a parameter that comes twice', async () => {
    const query = `?taskSid=${task}`;
    const body = 'Digits=5678&Digits=1234&Digits=1234&Sid=CA1';
    const signature = lab.sign(`${lab.config.DIALPAD_PUBLIC_URL}/ringback${query}`,
      { Digits: ['5678', '1234', '1234'], Sid: 'CA1' });
    const answer = await lab.webhook('ringback', {
      query, signature, body, headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    });
    assert.equal(answer.status, 200);
  });

  test('what was tampered with is refused', async () => {
    const query = `?taskSid=${task}`;
    const signedParams = voiceParams();
    const { CallSid, ...without } = signedParams;
    for (const params of [
      { ...signedParams, To: 'client:mallory' }, without, { ...signedParams, Extra: '' }, {},
      { ...without, callsid: CallSid },
    ]) {
      expectPlainError(await signed('ringback', { query, params, signedParams }), 403);
    }
    const url = `${lab.config.DIALPAD_PUBLIC_URL}/ringback${query}`;
    expectPlainError(
      await signed('ringback', { url, query: `?taskSid=${randomSid('WT')}` }), 403);
    const good = lab.sign(url, signedParams);
    for (const signature of [good.toLowerCase(), `${good} `.repeat(2), good.slice(0, -1),
      `${good}=`,
      good.replace(/^./, (c) => (c === 'A' ? 'B' : 'A'))]) {
      expectPlainError(
        await lab.webhook('ringback', { query, params: signedParams, signature }), 403);
    }
  });

  test('while tokens are rotated, both hold', async () => {
    const query = `?taskSid=${task}`;
    const params = voiceParams();
    const ask = (token) => signed('ringback', { query, params, token });
    assert.equal((await ask(lab.config.TWILIO_AUTH_TOKEN)).status, 200);
    assert.equal((await ask(SECONDARY)).status, 200);
    for (const token of [lab.config.TWILIO_API_SECRET, SECONDARY.toUpperCase(), '']) {
      expectPlainError(await ask(token), 403);
    }
  });

  test('a form that can not be read can not have been signed', async () => {
    const query = `?taskSid=${task}`;
    const answer = await lab.webhook('ringback', {
      query, body: 'a=%zz', headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    });
    expectPlainError(answer, 403);
  });
});

const call = randomSid('CA');
const leg = () => ({ ...voiceParams(), CallSid: call });

/** A leg asks one of the two TwiML programs, by either method. */
function ask(program, { method = 'POST', role = program.slice(0, 6), pass, params = leg(),
  more = '', ...options } = {}) {
  const key = role === 'caller' ? 'taskSid' : 'conferenceName';
  const ticket = pass === undefined ? lab.pass(role, task, 'client:bob') : pass;
  const query = `?${key}=${task}${ticket === null ? '' : `&pass=${ticket}`}${more}`;
  return method === 'POST' ? lab.webhook(program, { query, params, ...options })
    : lab.webhook(program, { method, query: `${query}&${new URLSearchParams(params)}`, ...options });
}

const BOTH = ['caller-twiml', 'callee-twiml'];

describe('documents', () => {
  const base = () => lab.config.DIALPAD_PUBLIC_URL;
  const common = (role) => ({
    '@statusCallback': `${base()}/status-callback${OVERRIDES}`,
    '@statusCallbackEvent': 'join leave end',
    // An agent who drops out may come back: DIALPAD_GRACE_SECONDS is on by default.
    '@endConferenceOnExit': 'false',
    '@beep': 'false',
    '@participantLabel': lab.label(task, role, 'client:bob', call),
    '@waitUrl': `${base()}/ringback${lab.waiting(task)}${OVERRIDES}`,
    '#text': lab.room(task),
  });

  for (const method of ['GET', 'POST']) {
    test(`caller-twiml by ${method} hands the pass on`, async () => {
      const pass = lab.pass('caller', task, 'client:bob');
      assert.deepEqual(parse(await ask('caller-twiml', { method, pass })), { Dial: { Conference: {
        ...common('caller'),
        '@statusCallback': `${base()}/status-callback?pass=${pass}${OVERRIDES}`,
        '@waitUrl': `${base()}/ringback${lab.waiting(task, `&pass=${pass}`)}${OVERRIDES}`,
      } } });
    });

    test(`callee-twiml by ${method} hands none on`, async () => {
      assert.deepEqual(parse(await ask('callee-twiml', { method })),
        { Dial: { Conference: { ...common('callee'), '@startConferenceOnEnter': 'false' } } });
    });

    test(`ringback by ${method}`, async () => {
      const round = (number, where = lab.waiting(task), tone = 1) => ({
        Play: `${base()}/ringback?tone=${tone}`,
        Redirect: {
          '@method': 'POST', '#text': `${base()}/ringback${where}&round=${number}${OVERRIDES}`,
        },
      });
      const next = async (query) => parse(await lab.webhook('ringback', { method, query }));
      assert.deepEqual(await next(lab.waiting(task)), round(1));
      assert.deepEqual(await next(lab.waiting(task, '&round=0')), round(1));
      const pass = lab.pass('caller', task, 'client:bob', -3600);
      assert.deepEqual(await next(lab.waiting(task, `&pass=${pass}`)),
        round(1, lab.waiting(task, `&pass=${pass}`)));
      assert.deepEqual(await next(lab.waiting(task, '&why=hold')),
        round(1, lab.waiting(task, '&why=hold'), 2));
      assert.deepEqual(await lab.requests(), [], 'round 0 asks nothing');
      // No such Task: whatever is left is ended, and the leg still gets its document.
      assert.deepEqual(await next(lab.waiting(task, '&round=7')), round(8));
      assert.notDeepEqual(await lab.requests(), []);
    });
  }

  test('ringback asks nothing about an address that is not ours', async () => {
    const other = randomSid('WT');
    for (const more of ['', '&room=', `&room=${task}`, `&room=${lab.room(other)}`,
      `&room=${lab.room(task).slice(0, -1)}`, `&pass=${lab.pass('caller', task, 'client:carol')}`,
      `&pass=${lab.pass('caller', other, 'client:bob')}`, `&room=${lab.room(task)}&room=x`.slice(1)]) {
      for (const why of ['', '&why=hold', '&why=reconnect']) {
        const query = `?taskSid=${task}${more}${why}&round=7`;
        parse(await lab.webhook('ringback', { query, params: leg() }));
      }
    }
    assert.deepEqual(await lab.requests(), []);
    // A pass of the leg itself shows as much as the room's name, however old it is.
    const pass = lab.pass('callee', task, 'client:bob', -36_000);
    const query = `?taskSid=${task}&pass=${pass}&round=7`;
    assert.match((await lab.webhook('ringback', { query, params: leg() })).body, /&amp;room=WT/);
    assert.notDeepEqual(await lab.requests(), []);
  });

  test('what ringback can not use gets a document all the same', async () => {
    for (const query of ['', '?', '?taskSid=', '?taskSid=x', `?taskSid=${task}&round=x`,
      `?taskSid=${task}&round=-1`, `?taskSid=${task}&round=99999999999999999999`, '?round=3',
      '?tone=2',
      `?taskSid=${task}&tone=1`, `?taskSid=${task}&taskSid=${task}`,
      `?taskSid=${task}&round=1&round=2`,
      `?taskSid=${task}&x=%zz`, '?taskSid=%zz', `?%=1&taskSid=${task}`, `?taskSid=${task}&x=a%00b`,
      `?taskSid=${task}&pass=%zz&room=%zz`, `?${'a=1&'.repeat(300)}taskSid=${task}`]) {
      parse(await lab.webhook('ringback', { query }));
      if (query !== '?tone=2') parse(await lab.webhook('ringback', { query, method: 'GET' }));
    }
  });

  test('another account of the same token is told no, but a leg that waits', async () => {
    const [ours, other] = [lab.config.TWILIO_ACCOUNT_SID, randomSid('AC')];
    for (const program of [...BOTH, 'status-callback']) {
      for (const method of ['GET', 'POST']) {
        const from = (AccountSid) => ask(program, { method, params: { ...leg(), AccountSid },
          ...(program === 'status-callback' ? { role: 'caller', pass: null } : {}) });
        expectPlainError(await from(other), 403);
        assert.ok((await from(ours)).status < 300, program);
      }
      await lab.logged(program, new RegExp(`other_account.*${other}`));
    }
    parse(await lab.webhook('ringback', { query: `?taskSid=${task}`,
      params: { ...voiceParams(), AccountSid: other } }));
    await lab.logged('ringback', new RegExp(`AccountSid ${other}`));
  });

  test('what no document is made of may be as malformed as it likes', async () => {
    for (const more of ['&x=%zz', '&x=1&x=2', '&%=', '&x=a%00b']) {
      for (const program of BOTH) parse(await ask(program, { more }));
    }
    for (const query of ['?taskSid=%zz', `?taskSid=${task}&taskSid=%zz`]) {
      expectPlainError(await lab.webhook('caller-twiml', { query }), 400);
    }
  });

  test('no document holds anything that was asked but Task, pass and leg', async () => {
    const answer = await ask('callee-twiml', {
      more: '&x=%3C!--', params: { ...leg(), From: '"><Hangup/>' },
    });
    assert.deepEqual(parse(answer),
      { Dial: { Conference: { ...common('callee'), '@startConferenceOnEnter': 'false' } } });
  });
});

describe('admission', () => {
  test('a pass admits one address into one call, as one of the two, for five minutes', async () => {
    for (const program of BOTH) {
      const role = program.slice(0, 6);
      const other = role === 'caller' ? 'callee' : 'caller';
      const wrong = [null, '', 'x', '1.2', lab.pass(other, task, 'client:bob'),
        lab.pass(role, randomSid('WT'), 'client:bob'), lab.pass(role, task, 'client:alice'),
        lab.pass(role, task, 'client:bo'), lab.pass(role, task, 'client:bob', -60),
        `${lab.pass(role, task, 'client:bob')}A`, lab.pass(role, task, 'client:bob').slice(0, -1)];
      for (const method of ['GET', 'POST']) {
        for (const pass of wrong) expectPlainError(await ask(program, { method, pass }), 403);
        // Clocks of hosts may differ by half a minute.
        const late = lab.pass(role, task, 'client:bob', -15);
        assert.equal((await ask(program, { method, pass: late })).status, 200);
      }
    }
    assert.deepEqual(await lab.requests(), [], 'Twilio is asked nothing');
  });

  test('what stands behind the address is for the softphone', async () => {
    for (const To of ['client:bob', 'client:bob?flex_session_identifier=0123456789abcdef']) {
      for (const program of BOTH) {
        assert.equal((await ask(program, { params: { ...leg(), To } })).status, 200);
      }
    }
    const To = 'client:mallory?x=client:bob';
    expectPlainError(await ask('caller-twiml', { params: { ...leg(), To } }), 403);
  });

  test("Twilio's own fields must be there, and in a GET each of them once", async () => {
    for (const program of BOTH) {
      for (const name of ['To', 'CallSid', 'From']) {
        const { [name]: own, ...others } = leg();
        for (const method of ['GET', 'POST']) {
          expectPlainError(await ask(program, { method, params: others }), 403);
        }
        // What an agent's browser has put into the address stands before what Twilio adds.
        const forged = new URLSearchParams({ [name]: own });
        expectPlainError(await ask(program, { method: 'GET', more: `&${forged}` }), 403);
        expectPlainError(await ask(program, { method: 'GET', more: `&${name}=%zz` }), 403);
        // Of a POST only the form counts.
        assert.equal((await ask(program, { more: `&${name}=x` })).status, 200);
        expectPlainError(await ask(program, { params: others, more: `&${forged}` }), 403);
      }
      expectPlainError(await ask(program, { params: { ...leg(), CallSid: 'x' } }), 403);
    }
  });

  test('a forged address does not help a leg of somebody else', async () => {
    const pass = lab.pass('caller', task, 'client:alice');
    const params = { ...leg(), To: 'client:mallory' };
    for (const more of ['&To=client%3Aalice', '&to=client%3Aalice', '&Called=client%3Aalice']) {
      for (const method of ['GET', 'POST']) {
        expectPlainError(await ask('caller-twiml', { method, pass, params, more }), 403);
      }
    }
  });

  test('the log says who was expected and who came', async () => {
    const pass = lab.pass('caller', task, 'client:alice');
    for (const [program, expected] of [['caller-twiml', 'client:alice'], ['callee-twiml', '.*']]) {
      const answer = await ask(program, { pass });
      expectPlainError(answer, 403);
      await lab.logged(program, new RegExp(`request=${answer.headers['x-request-id']} status=403 .*`
        + `expected ${expected}, Twilio says client:bob`));
    }
  });

  // Twilio's signature leaves out what stands behind a '#'; so might somebody in between. nginx
  // passes such an address on and Apache doesn't, so the program is asked past either.
  test('what stands behind a fragment is not signed', async () => {
    const pass = lab.pass('caller', task, 'client:bob');
    const body = new URLSearchParams(leg()).toString();
    for (const [program, query, more] of [
      ['caller-twiml', `?taskSid=${task}&pass=${pass}`, '&x=1'],
      ['ringback', lab.waiting(task), '&round=9'],
    ]) {
      const signature = lab.sign(`${lab.config.DIALPAD_PUBLIC_URL}/${program}${query}`, leg());
      const post = (fragment) => direct(lab.stack, program, {
        REQUEST_METHOD: 'POST', REQUEST_URI: `/cgi-bin/${program}${query}${fragment}`,
        QUERY_STRING: `${query.slice(1)}${fragment}`, HTTP_X_TWILIO_SIGNATURE: signature,
        CONTENT_TYPE: 'application/x-www-form-urlencoded', CONTENT_LENGTH: String(body.length),
      }, body);
      assert.equal((await post('')).status, 200, program);
      assert.equal((await post(`#${more}`)).status, 403, program);
    }
  });
});

describe('tone', () => {
  test('a sound that anybody may fetch', async () => {
    const chunks = [];
    const response = await fetchRaw('/cgi-bin/ringback?tone=1', chunks);
    assert.equal(response.statusCode, 200);
    assert.equal(response.headers['content-type'], 'audio/wav');
    assert.match(response.headers['cache-control'], /public/);
    const wav = Buffer.concat(chunks);
    assert.equal(Number(response.headers['content-length']), wav.length);
    assert.equal(wav.subarray(0, 4).toString() + wav.subarray(8, 12), 'RIFFWAVE');
    assert.equal(wav.readUInt32LE(4), wav.length - 8);
    const rate = wav.readUInt32LE(28);
    assert.ok(Math.abs(wav.readUInt32LE(40) / rate - 5) < 0.01, 'five seconds');
  });

  test('whose size a player may ask for first', async () => {
    for (const number of [1, 2]) {
      const path = `/cgi-bin/ringback?tone=${number}`;
      const [head, get] =
        [await lab.stack.fetch(path, { method: 'HEAD' }), await lab.stack.fetch(path)];
      assert.equal(head.status, 200);
      assert.equal(head.body, '');
      for (const name of ['content-type', 'content-length', 'cache-control']) {
        assert.equal(head.headers[name], get.headers[name], name);
      }
    }
    const signed = await lab.webhook('ringback', { method: 'HEAD', query: `?taskSid=${task}` });
    assert.deepEqual([signed.status, signed.headers.allow], [405, 'GET, POST']);
  });

  test('and nothing else without a signature', async () => {
    for (const query of ['', '?tone=0', '?tone=1&x=1', `?tone=1&taskSid=${task}`, '?tone=1%20',
      `?taskSid=${task}`]) {
      expectPlainError(
        await lab.webhook('ringback', { method: 'GET', query, signature: null }), 403);
    }
    expectPlainError(await lab.webhook('ringback', { query: '?tone=1', signature: null }), 403);
  });

  async function fetchRaw(path, chunks) {
    const { request } = await import('node:https');
    return new Promise((done, failed) => {
      request({ host: '127.0.0.1', servername: 'localhost', port: lab.stack.port, path,
        ca: lab.stack.ca, agent: false }, (response) => {
        response.on('data', (chunk) => chunks.push(chunk));
        response.once('end', () => done(response));
      }).once('error', failed).end();
    });
  }
});
