// Sign-in by an identity provider, by the very lines of the README: nginx with an oauth2-proxy that
// is played here, and Apache with its own mod_auth_openidc before a provider that is.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { repo } from '../groups.js';
import { reloadNginx } from '../stack/nginx.js';
import { startStack } from '../stack/stack.js';
import { until } from '../stack/system.js';

const MODULE = '/usr/lib/apache2/modules/mod_auth_openidc.so';
const ALICE = 'alice@example.com';
const options = { programs: ['session', 'health', 'status-callback'],
  extraConfig: { DIALPAD_USER_ATTRIBUTE: 'email' } };

/** What stands in the README, indented, below the line that holds `text`. */
function snippet(text) {
  const readme = readFileSync(join(repo, 'README.md'), 'utf8');
  const [, found] = new RegExp(`${text}[^\n]*\n\n((?: {4}.*\n)+)`).exec(readme);
  return found;
}

async function listen(server) {
  await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
  return server;
}

/** The site with other lines. */
function changeSite(stack, ...changes) {
  const file = join(stack.dir, 'site.conf');
  writeFileSync(file, changes.reduce((text, [from, to]) => {
    assert.match(text, from);
    return text.replace(from, () => to);
  }, readFileSync(file, 'utf8')));
}

const lead = (stack) => stack.fetch('/', { headers: { Accept: 'text/html' } });
const untilLed = (stack) => until('the site', async () => {
  stack.processes.check(stack.server);
  return (await lead(stack).catch(() => ({}))).status === 302;
});

async function expectAlice(stack, headers) {
  const answer = await stack.fetch('/cgi-bin/session', { method: 'POST', headers });
  assert.equal(answer.status, 200, answer.body);
  assert.equal(answer.json().worker.friendlyName, 'alice');
}

/** Nobody is led anywhere who asks as Twilio, a monitor or a browser for a library does. */
async function expectOthersUntouched(stack) {
  assert.equal((await stack.fetch('/cgi-bin/health')).status, 200);
  assert.match((await stack.fetch('/cgi-bin/status-callback', { method: 'POST',
    body: new URLSearchParams({ a: '1' }) })).body, /isn't signed by Twilio/);
}

describe('nginx', () => {
  let stack;
  let proxy;

  before(async () => {
    proxy = await listen(createServer(({ url, headers }, response) => {
      if (url === '/oauth2/auth') {
        const [, email] = /signed_in=([^;]+)/.exec(headers.cookie ?? '') ?? [];
        response.writeHead(email ? 202 : 401, email ? { 'X-Auth-Request-Email': email } : {}).end();
      } else {
        response.writeHead(302, { Location: 'https://login.example.com/' }).end();
      }
    }));
    stack = await startStack({ mode: 'fastcgi', ...options });
    changeSite(stack, [/(?=\n {4}location \/ \{)/, `\n${snippet('and in nginx by oauth2-proxy')
      .replace('127.0.0.1:4180', `127.0.0.1:${proxy.address().port}`)}`],
    [/(?<=\n {4}location \/ \{\n)/, snippet('in `location /`')],
    [/ *auth_basic "Dialpad";\n/, snippet('in the location of `session`')],
    [/ *auth_basic_user_file .*\n/, ''], [/ *fastcgi_param REMOTE_USER \$remote_user;\n/, ''],
    [/ *fastcgi_param AUTH_TYPE Basic;\n/, '']);
    await reloadNginx(stack);
  });
  after(async () => {
    await stack?.stop();
    proxy.close();
  });

  test('who has signed in is believed, others are led to the provider or refused', async () => {
    const cookie = { Cookie: `signed_in=${ALICE}` };
    await expectAlice(stack, cookie);
    assert.match((await stack.fetch('/', { headers: cookie })).body, /Call a colleague/);
    const led = await lead(stack);
    assert.deepEqual([led.status, led.headers.location], [302, 'https://login.example.com/']);
    for (const headers of [{}, { 'X-Auth-Request-Email': ALICE, 'X-Forwarded-Email': ALICE },
      { Authorization: `Basic ${Buffer.from('alice:alice').toString('base64')}` }]) {
      const answer = await stack.fetch('/cgi-bin/session', { method: 'POST', headers });
      assert.equal(answer.status, 401, answer.body);
    }
    await expectOthersUntouched(stack);
  });
});

describe('Apache', () => {
  const SECRET = 's'.repeat(32);
  let stack;
  let provider;
  let nonce;

  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

  function idToken() {
    const now = Math.floor(Date.now() / 1000);
    const signed = `${part({ alg: 'HS256' })}.${part({ iss: 'http://provider.example.com',
      sub: '1', aud: 'dialpad', email: ALICE, nonce, iat: now, exp: now + 60 })}`;
    return `${signed}.${createHmac('sha256', SECRET).update(signed).digest('base64url')}`;
  }

  before(async () => {
    stack = await startStack({ mode: 'apache-proxy', ...options });
    const [key, cert] = ['key.pem', 'cert.pem'].map((name) => readFileSync(join(stack.dir, name)));
    provider = await listen(createTlsServer({ key, cert }, (_, response) => response
      .writeHead(200, { 'Content-Type': 'application/json' })
      .end(JSON.stringify({ access_token: 'a', token_type: 'Bearer', id_token: idToken() }))));
    const settings = `OIDCProviderIssuer http://provider.example.com
      OIDCProviderAuthorizationEndpoint https://login.example.com/authorize
      OIDCProviderTokenEndpoint https://127.0.0.1:${provider.address().port}/token
      OIDCClientID dialpad
      OIDCClientSecret ${SECRET}
      OIDCIDTokenSignedResponseAlg HS256
      OIDCSSLValidateServer Off
      OIDCScope "openid email"
      OIDCCryptoPassphrase ${'c'.repeat(32)}\n`;
    changeSite(stack, [/^/, `LoadModule auth_openidc_module ${MODULE}\n`],
      [/ *<Location "\/cgi-bin\/session">[^]*?<\/Location>\n/, settings + snippet('mod_auth_openidc')]);
    // A module that comes with a reload alone isn't ready.
    await stack.processes.stop(stack.server);
    stack.server = stack.processes.start('apache', 'apache2',
      ['-DFOREGROUND', '-f', join(stack.dir, 'apache.conf')]);
    await untilLed(stack);
  });
  after(async () => {
    await stack?.stop();
    provider?.close();
  });

  const cookies = ({ headers }) => [headers['set-cookie']].flat()
    .map((cookie) => cookie.split(';')[0]).join('; ');

  test('who has signed in is believed, others are led to the provider', async () => {
    const led = await lead(stack);
    const question = new URL(led.headers.location);
    assert.equal(question.host, 'login.example.com');
    const back = question.searchParams.get('redirect_uri');
    assert.equal(new URL(back).pathname, '/signed-in');
    nonce = question.searchParams.get('nonce');
    const query = new URLSearchParams({ code: 'c', state: question.searchParams.get('state') });
    const signedIn = await stack.fetch(`/signed-in?${query}`, { headers: { Cookie: cookies(led) } });
    assert.equal(signedIn.status, 302, signedIn.body + stack.logs('apache'));
    const cookie = { Cookie: cookies(signedIn) };
    await expectAlice(stack, cookie);
    assert.match((await stack.fetch('/', { headers: cookie })).body, /Call a colleague/);
    for (const headers of [{}, { 'OIDC-CLAIM-email': ALICE, 'X-Remote-User': ALICE },
      { Authorization: `Basic ${Buffer.from('alice:alice').toString('base64')}` }]) {
      const answer = await stack.fetch('/cgi-bin/session', { method: 'POST', headers });
      assert.equal(answer.status, 401, answer.body);
    }
    await expectOthersUntouched(stack);
  });
});
