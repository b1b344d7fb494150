// Webhooks: signatures, connection overrides, and the faults that tests order.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import https from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';

import twilio from 'twilio';

import { connectionOverrides, signedUrl, withQuery } from '../voice/webhook.js';
import { Application, startWorld, until } from './voice-support.js';

let world;
let application;
let failures = 0;

before(async () => {
  world = startWorld();
  application = await Application.start({
    '/hook': () => ({ status: 204, body: '' }),
    '/flaky': () => {
      failures -= 1;
      return failures >= 0 ? { status: 503, body: 'later' } : { status: 204, body: '' };
    },
    '/slow': () => new Promise((resolve) => {
      setTimeout(() => resolve({ status: 204, body: '' }), 400);
    }),
    '/long': () => ({ body: 'x'.repeat(65 * 1024) }),
    '/moved': () => ({ status: 302, headers: { Location: '/hook?moved=1' }, body: '' }),
    '/cut': () => 'hang up',
  });
});

afterEach(() => {
  application.requests.length = 0;
  world.voice.reset();
});

after(() => {
  world.voice.close();
  application.close();
});

const send = (path, more) => world.webhook.send({ url: application.url + path, ...more });

test('Twilio\'s own library accepts the signature of a POST', async () => {
  const params = { CallSid: 'CA1', Reason: 'a b', ReasonConferenceEnded: 'ü&+=%', Empty: '' };
  await send('/hook?b=2&a=1%20x', { params });
  const [request] = application.requests;
  assert.deepEqual(request.params, params);
  assert.equal(request.target, '/hook?b=2&a=1%20x');
  assert.ok(twilio.validateRequest(world.config.authToken, request.headers['x-twilio-signature'],
    application.url + request.target, request.params));
});

test('a GET carries and signs its parameters in the query', async () => {
  await send('/hook?a=1#rc=2', { method: 'GET', params: { CallSid: 'CA1', To: 'client:bob' } });
  const [request] = application.requests;
  assert.equal(request.target, '/hook?a=1&CallSid=CA1&To=client%3Abob');
  assert.ok(twilio.validateRequest(world.config.authToken, request.headers['x-twilio-signature'],
    application.url + request.target, {}));
});

test('over TLS: the configured certificate is trusted, and the port is not signed', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'webhook-'));
  const file = (name) => path.join(folder, name);
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj',
    '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', file('key.pem'),
    '-out', file('cert.pem')], { stdio: 'ignore' });
  const seen = [];
  const server = https.createServer({ key: readFileSync(file('key.pem')),
    cert: readFileSync(file('cert.pem')) }, (req, res) => {
    seen.push(req);
    req.resume().on('end', () => res.writeHead(204).end());
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  const trusting = startWorld({ webhookCa: file('cert.pem') });
  const params = { CallSid: 'CA1' };
  const url = `https://127.0.0.1:${port}/hook?a=1`;
  assert.equal((await trusting.webhook.send({ url, params })).status, 204);
  assert.equal((await world.webhook.send({ url: `${url}#rc=0` })).status, 0);
  assert.equal(seen.length, 1);
  assert.equal(seen[0].headers['x-twilio-signature'], twilio.getExpectedTwilioSignature(
    world.config.authToken, 'https://127.0.0.1/hook?a=1', params));
  server.close();
  rmSync(folder, { recursive: true });
});

for (const [url, signed] of [
  ['https://h.example:8443/a?b=%2b#rc=2', 'https://h.example/a?b=%2b'],
  ['https://user:secret@H.example:443/a', 'https://H.example/a'],
  ['https://h.example/a', 'https://h.example/a'],
  ['http://user@h.example:8080/a?b=1', 'http://h.example:8080/a?b=1'],
]) {
  test(`${url} is signed as ${signed}`, () => assert.equal(signedUrl(url), signed));
}

test('parameters of a GET go before the fragment', () => {
  assert.equal(withQuery('https://h/a#rc=1', { b: 'c d' }), 'https://h/a?b=c+d#rc=1');
});

test('connection overrides: values, defaults, and nonsense', () => {
  const { rp, ...numbers } = connectionOverrides('https://h/#rc=4&rp=ct,rt,5xx&ct=2000&rt=99999');
  assert.deepEqual(numbers, { rc: 4, ct: 2000, rt: 15000, tt: 15000, checkName: true });
  assert.deepEqual([...rp], ['ct', 'rt', '5xx']);
  assert.equal(connectionOverrides('https://h/').rc, 1);
});

test('a 5xx is asked again only if the fragment says so, with the same token', async () => {
  failures = 2;
  assert.equal((await send('/flaky')).status, 503);
  failures = 2;
  assert.equal((await send('/flaky#rc=4&rp=5xx')).status, 204);
  const tokens = application.requests.slice(1)
    .map((request) => request.headers['i-twilio-idempotency-token']);
  assert.equal(tokens.length, 3);
  assert.equal(new Set(tokens).size, 1);
});

test('a connection that can\'t be made is retried once by default', async () => {
  const closed = await Application.start({});
  closed.close();
  await world.webhook.send({ url: `${closed.url}/hook` });
  assert.equal(world.webhook.log.at(-1).attempts.length, 2);
});

test('read time-outs and broken connections are retried under rt', async () => {
  assert.equal((await send('/slow#rt=100&rc=1&rp=rt')).status, 0);
  assert.equal(world.webhook.log.at(-1).attempts.length, 2);
  assert.equal((await send('/cut#rc=2&rp=rt')).status, 0);
  assert.equal(world.webhook.log.at(-1).attempts.length, 3);
});

test('an answer over 64 kB is refused, a redirect loses the parameters', async () => {
  assert.match((await send('/long')).error, /longer than/);
  application.requests.length = 0;
  assert.equal((await send('/moved', { params: { a: '1' } })).status, 204);
  const request = application.requests.at(-1);
  assert.deepEqual([request.method, request.target, request.params], ['GET', '/hook?moved=1', {}]);
});

test('faults: drop, repeat, delay and reorder', async () => {
  world.webhook.addFault({ match: { param: { n: '1' } }, times: 1, action: 'drop' });
  assert.equal((await send('/hook', { params: { n: 1 } })).status, 0);
  assert.equal((await send('/hook', { params: { n: 1 } })).status, 204);
  assert.equal(application.requests.length, 1);

  world.webhook.addFault({ match: { url: '/hook$' }, times: 1, action: 'repeat' });
  await send('/hook', { params: { n: 2 } });
  assert.equal(application.requests.length, 3);

  world.webhook.addFault({ match: { param: { n: '3' } }, times: 1, action: 'reorder' });
  const held = send('/hook', { params: { n: 3 } });
  await send('/hook', { params: { n: 4 } });
  await held;
  assert.deepEqual(application.requests.slice(3).map(({ params }) => params.n), ['4', '3']);

  world.webhook.addFault({ times: 1, action: 'delay', ms: 200 });
  const started = Date.now();
  await send('/hook');
  assert.ok(Date.now() - started >= 190);
  assert.deepEqual(world.webhook.listFaults().map(({ remaining }) => remaining), [0, 0, 0, 0]);
});

test('a status callback that is refused shows up in the debugger', async () => {
  world.webhook.notify({ url: `${application.url}/cut` }, { code: 16011, callSid: 'CA1' });
  const error = await until(() => world.errors.at(-1));
  assert.deepEqual([error.code, error.callSid], [16011, 'CA1']);
});
