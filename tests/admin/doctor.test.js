// dialpad-admin doctor beside a whole product that works: it finds nothing there, and each way in
// which an administrator can get it wrong is named, with its repair.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, chmodSync, chownSync, mkdirSync, readFileSync, readdirSync, renameSync,
  rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';

import { Lab } from '../endpoint/lib.js';
import { reloadNginx } from '../stack/nginx.js';
import { startStack } from '../stack/stack.js';
import { until } from '../stack/system.js';
import { doctor, expectAmong, run } from './lib.js';

let lab;
let stack;
let folder;
const PREVIOUS = 'p'.repeat(32);

before(async () => {
  stack = await startStack({ mode: 'fastcgi', tls: true,
    extraConfig: { DIALPAD_SECRET_PREVIOUS: PREVIOUS } });
  lab = new Lab(stack);
  await lab.loadWorkers();
  [{ dir: folder }] = stack.sets;
  writeFileSync(join(folder, 'state', `sweep-${stack.secrets.workflowSid}`), '');
  await lab.webhook('status-callback', { params: { AccountSid: stack.secrets.accountSid } });
});
after(() => stack.stop());
afterEach(async () => {
  await lab.reset();
});

const examine = (env = {}, { args = [], input } = {}) =>
  doctor({ ...stack.sets[0].env, ...env }, ['--sockets', folder, ...args], input);

const expectFound = async (wanted, env, options) =>
  expectAmong(await examine(env, options), wanted);

const wrongIn = (checks) => Object.keys(checks).filter((id) => checks[id].result !== 'ok');

test('where everything is right, everything is ok', async () => {
  const { status, checks } = await examine();
  assert.deepEqual(wrongIn(checks), [], JSON.stringify(checks, null, 1));
  assert.equal(status, 0);
  assert.ok(Object.keys(checks).length >= 18, Object.keys(checks).join());
});

test('as text: a line a check, only what is wrong with --quiet; usage is 2', async () => {
  const asked = (...args) => run(['doctor', '--sockets', folder, ...args], stack.sets[0].env).ended;
  const all = await asked();
  assert.equal(all.status, 0, all.out);
  assert.match(all.out, /^ok +twilio\.key /m);
  const quiet = await asked('--quiet');
  assert.equal(quiet.out, '');
  for (const words of [['--colour'], ['--call', 'alice'], ['--experiment']]) {
    assert.equal((await asked(...words)).status, 2, words.join(' '));
  }
});

const WRONG_URLS = [
  ['Twilio\'s certificate that isn\'t trusted', { SSL_CERT_DIR: '/nonexistent' },
    ['twilio.reach', 'FAIL', /certificate/i, /ca-certificates/]],
  ['a public URL that no name server knows',
    { DIALPAD_PUBLIC_URL: 'https://calls.example.invalid/cgi-bin' },
    ['inward.url', 'FAIL', /resolve/i, /DNS/]],
  ['a public URL where nobody listens', { DIALPAD_PUBLIC_URL: 'https://127.0.0.1:1/cgi-bin' },
    ['inward.url', 'FAIL', /connect/i, /port/]],
  ['a certificate that isn\'t trusted', { SSL_CERT_DIR: '/nonexistent' },
    ['inward.tls', 'FAIL', /certificate/i, /certbot renew/]],
];

for (const [name, env, found] of WRONG_URLS) {
  test(`${name} is named`, () => expectFound(found, env));
}

test('a public URL with another folder is named', () => expectFound(
  ['inward.url', 'FAIL', /isn't our program: status/, /DIALPAD_PUBLIC_URL/],
  { DIALPAD_PUBLIC_URL: `https://127.0.0.1:${stack.port}/other/cgi-bin` }));

test('a public URL of another site is named', async () => {
  const site = createServer((_, response) => response.end('<html>Welcome</html>'));
  await new Promise((done) => { site.listen(0, '127.0.0.1', done); });
  try {
    await expectFound(['inward.url', 'FAIL', /isn't our program: status 200/, /DIALPAD_PUBLIC_URL/],
      { DIALPAD_PUBLIC_URL: `http://127.0.0.1:${site.address().port}/cgi-bin` });
  } finally {
    site.close();
  }
});

test('a public URL by IPv6 only is named', () => expectFound(
  ['inward.ipv6', 'FAIL', /only an IPv6/, /A record/],
  { DIALPAD_PUBLIC_URL: `https://[::1]:${stack.port}/cgi-bin` }));

// ---- this host

test('a configuration that others can read, or that is malformed, is named', async () => {
  const { configFile } = stack.sets[0];
  chmodSync(configFile, 0o644);
  try {
    await expectFound(['configuration', 'FAIL', /dialpad\.conf/, /dialpad-admin check/]);
    chmodSync(configFile, 0o660);
    const { checks } = await examine();
    assert.notEqual(checks.configuration.result, 'ok');
  } finally {
    chmodSync(configFile, 0o600);
  }
  const copy = join(folder, 'malformed.conf');
  writeFileSync(copy, `${readFileSync(configFile, 'utf8')}COLOUR=red\n`, { mode: 0o600 });
  await expectFound(['configuration', 'FAIL', /:\d+: the line has an unknown key/, /editor/],
    { DIALPAD_CONFIG: copy });
});

test('a state folder that isn\'t there, is a file or can\'t be written is named', async () => {
  const file = join(folder, 'a-file');
  const shut = join(folder, 'shut');
  writeFileSync(file, '');
  mkdirSync(shut, { mode: 0o500 });
  await expectFound(['state', 'WARN', /isn't there/, /install -d/],
    { DIALPAD_STATE_DIR: '/nonexistent/dialpad' });
  await expectFound(['state', 'WARN', /no folder/, /DIALPAD_STATE_DIR/],
    { DIALPAD_STATE_DIR: file });
  await expectFound(['state', 'WARN', /can't be written/, /chown/],
    { DIALPAD_STATE_DIR: shut }, { args: ['--user', 'nobody'] });
});

test('a sweep that hasn\'t run, or not for long, is named', async () => {
  const mark = join(folder, 'state', `sweep-${stack.secrets.workflowSid}`);
  const hourAgo = new Date(Date.now() - 3600_000);
  utimesSync(mark, hourAgo, hourAgo);
  await expectFound(['sweep', 'WARN', /60 minutes ago/, /dialpad-sweep\.timer/]);
  rmSync(mark);
  await expectFound(['sweep', 'WARN', /none has run/, /cron/]);
  writeFileSync(mark, '');
});

test('a program that has ended is named, by its socket and at the public URL', async () => {
  await stack.stopProgram('call-state');
  try {
    const checks = await expectFound(
      ['inward.programs', 'FAIL', /call-state doesn't answer/, /dialpad@call-state\.service/]);
    assert.equal(checks.sockets.result, 'FAIL');
    assert.match(checks.sockets.text, /call-state\.sock/);
    assert.match(checks.sockets.repair, /systemctl restart dialpad@call-state\.socket/);
  } finally {
    await stack.startProgram('call-state');
  }
});

const whyNotRoot = process.getuid() !== 0 && 'only root can give sockets away';

test('a web server that may not use the sockets is named', { skip: whyNotRoot }, async () => {
  const sockets = readdirSync(folder).filter((name) => name.endsWith('.sock'))
    .map((name) => join(folder, name));
  const [{ uid, gid }] = sockets.map((socket) => statSync(socket));
  for (const socket of sockets) chownSync(socket, 0, 0);
  try {
    await expectFound(['group', 'WARN', /www-data isn't in the group root/, /usermod -aG root/]);
  } finally {
    for (const socket of sockets) chownSync(socket, uid, gid);
  }
});

test('that Twilio has never come, and signatures that were refused, are named', async () => {
  const empty = join(folder, 'empty');
  mkdirSync(empty);
  await expectFound(['webhooks', 'WARN', /never/, /call/], { DIALPAD_STATE_DIR: empty });
  await lab.webhook('status-callback', { signature: 'wrong' });
  await expectFound(['webhooks', 'WARN', /1 requests with a wrong signature/, /TWILIO_AUTH_TOKEN/]);
  // Its own signed request has passed; whether Twilio's does only Twilio's can tell.
  await lab.webhook('status-callback', { params: { AccountSid: stack.secrets.accountSid } });
});

// ---- the web server

/** nginx with a changed site, and then as before. */
async function withSite(change, changed, body) {
  const file = join(stack.dir, 'site.conf');
  const old = readFileSync(file, 'utf8');
  const written = change(old);
  assert.notEqual(written, old);
  const reload = async (text, ready) => {
    writeFileSync(file, text);
    await reloadNginx(stack);
    await until('the site', ready);
  };
  await reload(written, changed);
  try {
    await body();
  } finally {
    await reload(old, async () => !(await changed()));
  }
}

const signIn = (user, password) => ({ args: ['--sign-in', user], input: `${password}\n` });
const basic = (user, password) =>
  ({ Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` });

test('a host that signs with another secret is named, and one amid a change of it', async () => {
  const { checks } = await examine();
  assert.match(checks['inward.keys'].text, /^both sides sign with the key [0-9a-f]{8}$/);
  await expectFound(['inward.keys', 'FAIL', /the programs sign with the key [0-9a-f]{8}/,
    /the same DIALPAD_SECRET/], { DIALPAD_SECRET: 'x'.repeat(32) });
  await expectFound(['inward.keys', 'WARN', /is being changed/, /on every host/],
    { DIALPAD_SECRET: PREVIOUS, DIALPAD_SECRET_PREVIOUS: stack.secrets.apiSecret });
});

test('a name that may sign in does; a wrong password and an unknown name are named', async () => {
  const { checks } = await examine({}, signIn('alice', 'alice'));
  assert.equal(checks['inward.sign_in'].text, 'alice is signed in');
  await expectFound(['inward.sign_in', 'FAIL', /doesn't take this password/, /htpasswd/], {},
    signIn('alice', 'wrong'));
});

test('a web server that doesn\'t say AUTH_TYPE is named', () => withSite(
  (site) => site.replace(/ *fastcgi_param AUTH_TYPE Basic;\n/, ''),
  async () => (await lab.ask('session', { method: 'POST', headers: basic('alice', 'alice') }))
    .status === 401,
  () => expectFound(['inward.sign_in', 'FAIL', /doesn't tell session so/, /AUTH_TYPE Basic/], {},
    signIn('alice', 'alice'))));

test('a limit that others have used up is waited out', async () => {
  const asked = () => lab.ask('session', { method: 'POST' });
  while ((await asked()).status !== 429);
  const { checks } = await examine();
  assert.match(checks['inward.sign_in'].text, /asks who is there/);
});

test('a web server that asks for no password is named', () => withSite(
  (site) => site.replace(/ *auth_basic "Dialpad";\n/, ''),
  async () => (await lab.ask('session', { method: 'POST' })).body.includes('not_signed_in'),
  () => expectFound(['inward.sign_in', 'FAIL', /asks nobody/, /auth_basic/])));

test('a file of passwords that isn\'t there is named', async () => {
  const file = join(stack.dir, 'htpasswd');
  renameSync(file, `${file}.away`);
  try {
    await expectFound(['inward.sign_in', 'FAIL', /answers \d+ instead of asking/,
      /auth_basic_user_file/], {}, signIn('alice', 'alice'));
  } finally {
    renameSync(`${file}.away`, file);
  }
});

test('a proxy that changes what Twilio has signed is named, with a token that is right', () => {
  const signed = () => lab.webhook('status-callback', {
    query: '?check=a%20b', params: { AccountSid: stack.secrets.accountSid } });
  return withSite(
    (site) => site.replace('fastcgi_param REMOTE_USER "";',
      'fastcgi_param REMOTE_USER "";\n    fastcgi_param REQUEST_URI $document_uri;'),
    async () => (await signed()).status === 403,
    async () => {
      const checks = await expectFound(
        ['inward.signature', 'FAIL', /a proxy changes the URL/, /REQUEST_URI \$request_uri/]);
      assert.equal(checks['twilio.token'].result, 'ok');
    });
});

// ---- the certificate

/** Asks a host whose certificate is valid from one day to the other, both counted from today. */
async function withCertificate(fromDay, toDay, body) {
  const dir = join(stack.dir, `certificate${toDay}`);
  const day = (days) => `${new Date(Date.now() + days * 86_400_000).toISOString()
    .replace(/[-:T]|\.\d+/g, '')}`;
  mkdirSync(join(dir, 'ca'), { recursive: true });
  writeFileSync(join(dir, 'index'), '');
  writeFileSync(join(dir, 'ca.conf'), `[ca]\ndefault_ca = one\n[one]\ndatabase = ${dir}/index
rand_serial = yes\nnew_certs_dir = ${dir}\ndefault_md = sha256\npolicy = any\nx509_extensions = ext
[any]\ncommonName = supplied\n[ext]\nsubjectAltName = IP:127.0.0.1\nbasicConstraints = CA:true\n`);
  const openssl = (...args) => execFileSync('openssl', args, { stdio: 'pipe' });
  openssl('req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
    '-subj', '/CN=test', '-keyout', `${dir}/key.pem`, '-out', `${dir}/request.pem`);
  openssl('ca', '-batch', '-selfsign', '-config', `${dir}/ca.conf`, '-in', `${dir}/request.pem`,
    '-keyfile', `${dir}/key.pem`, '-startdate', day(fromDay), '-enddate', day(toDay),
    '-notext', '-out', `${dir}/cert.pem`);
  copyFileSync(`${dir}/cert.pem`, `${dir}/ca/one.pem`);
  copyFileSync(join(stack.dir, 'cert.pem'), `${dir}/ca/two.pem`);
  openssl('rehash', `${dir}/ca`);
  const site = createTlsServer({
    key: readFileSync(`${dir}/key.pem`), cert: readFileSync(`${dir}/cert.pem`),
  }, (_, response) => response.end('{"status":"ok","version":"1"}'));
  await new Promise((done) => { site.listen(0, '127.0.0.1', done); });
  try {
    await body({ SSL_CERT_DIR: `${dir}/ca`,
      DIALPAD_PUBLIC_URL: `https://127.0.0.1:${site.address().port}/cgi-bin` });
  } finally {
    site.close();
  }
}

test('an expired certificate is named', () => withCertificate(-20, -10, (env) => expectFound(
  ['inward.tls', 'FAIL', /expired/, /certbot renew/], env)));

test('a certificate that is about to expire is named', () => withCertificate(-20, 5.5,
  async (env) => {
    const checks = await expectFound(
      ['inward.tls', 'WARN', /valid for 5 more days/, /certbot renew/], env);
    // What answers there is older than the check, and that isn't passed over.
    expectAmong({ checks }, ['inward.keys', 'WARN', /can't be compared: health names none/, /./]);
  }));

// ---- last, because the programs are then older than their configuration

test('a configuration that was edited and not read again is named', async () => {
  const { configFile } = stack.sets[0];
  writeFileSync(configFile, readFileSync(configFile));
  await expectFound(['inward.outdated', 'WARN', /older dialpad\.conf/, /systemctl reload/]);
});
