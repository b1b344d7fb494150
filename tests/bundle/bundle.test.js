// The bundle in a Debian that has Apache and none of our packages: unpacked by a customer into his
// web space, run by Apache under suEXEC. Needs root, for debootstrap and chroot: make test-bundle.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import {
  appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync,
} from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { Agent, connect, expectEnded } from '../endpoint/agent.js';
import { Lab, expectError, until } from '../endpoint/lib.js';
import { debootstrap } from '../stack/debian.js';
import { freePort, listensOn } from '../stack/system.js';
import { startStack } from '../stack/stack.js';

const run = promisify(execFile);
const repo = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const [bundle] = readdirSync(repo).filter((name) => /^dialpad-.*-glibc.*\.tar\.gz$/.test(name));
// Apache itself brings a libcurl along.
const OURS = ['libfcgi0ldbl', 'libcjson1', 'libutf8proc2'];
const WEB = 'home/customer/public_html';
const AGENTS = ['alice', 'bob'];

let root;
let port;
let stack;
let lab;

// With /proc, as on every host, where a program finds out where it is; in a mount namespace of its
// own, so that nothing stays mounted.
const enter = (...command) => ['--mount', 'sh', '-c',
  'mount -t proc proc "$1/proc" && exec chroot "$@"', 'sh', root, ...command];
const inRoot = (...command) => run('unshare', enter(...command));
const asCustomer = (script) => inRoot('su', '-s', '/bin/sh', '-c', script, 'customer');

// One request to the Apache inside, in the manner of Stack.fetch().
function fetchInside(path, { method = 'GET', headers = {}, body } = {}) {
  const text = body === undefined || typeof body === 'string' ? body
    : body instanceof URLSearchParams ? body.toString() : JSON.stringify(body);
  const type = body instanceof URLSearchParams ? 'application/x-www-form-urlencoded'
    : 'application/json';
  return new Promise((done, failed) => {
    const request = http.request({
      host: '127.0.0.1', port, path: path.replace(/^\/(\w+\/)?/, '/dialpad/$1')
        .replace(/^\/dialpad\/(alice|bob)\//, '/dialpad/'),
      method, agent: false,
      headers: {
        ...(text === undefined ? {} : { 'Content-Type': type,
          'Content-Length': Buffer.byteLength(text) }),
        ...headers,
      },
    }, (response) => {
      let received = '';
      response.setEncoding('utf8').on('data', (chunk) => { received += chunk; });
      response.once('end', () => done({ status: response.statusCode, headers: response.headers,
        body: received, json: () => JSON.parse(received) }));
    });
    request.once('error', failed);
    request.end(text);
  });
}

const password = (name) =>
  ({ Authorization: `Basic ${Buffer.from(`${name}:${name}`).toString('base64')}` });

async function makeRoot() {
  await debootstrap(root, ['apache2', 'apache2-suexec-custom']);
  // What a provider does: his customers' web spaces, and a site that shows them.
  writeFileSync(join(root, 'etc/apache2/suexec/www-data'), '/home\npublic_html\n');
  await inRoot('useradd', '--create-home', 'customer');
  await asCustomer('chmod 755 ~ && mkdir ~/public_html');
  writeFileSync(join(root, 'etc/apache2/ports.conf'), `Listen 127.0.0.1:${port}\n`);
  writeFileSync(join(root, 'etc/apache2/sites-available/000-default.conf'), `
ServerName localhost
<VirtualHost *:${port}>
    DocumentRoot /${WEB}
    SuexecUserGroup customer customer
    <Directory /${WEB}>
        AllowOverride All
        Require all granted
    </Directory>
</VirtualHost>\n`);
  await inRoot('a2enmod', '-q', 'cgid', 'suexec', 'headers');
}

async function startApache() {
  stack.processes.start('apache-inside', 'unshare', enter('sh', '-c',
    '. /etc/apache2/envvars; install -d -o www-data $APACHE_RUN_DIR/socks; '
    + 'exec apache2 -DFOREGROUND'));
  await until('Apache', () => listensOn({ host: '127.0.0.1', port }));
}

async function configure() {
  const file = join(root, WEB, 'dialpad/private/dialpad.conf');
  const { DIALPAD_STATE_DIR: ignored, ...config } = stack.config;
  writeFileSync(file, Object.entries(config).map(([key, value]) => `${key}=${value}\n`).join(''));
  for (const name of AGENTS) {
    const { stdout } = await run('openssl', ['passwd', '-apr1', name]);
    appendFileSync(join(root, WEB, 'dialpad/.htpasswd'), `${name}:${stdout}`);
  }
}

before(async () => {
  assert.equal(process.getuid(), 0, 'debootstrap and chroot need root');
  root = mkdtempSync(join(tmpdir(), 'dialpad-root-'));
  port = await freePort();
  await makeRoot();
  stack = await startStack({ mode: 'fastcgi', programs: ['health'],
    extraConfig: { DIALPAD_PUBLIC_URL: `http://127.0.0.1:${port}/dialpad/cgi-bin` } });
  lab = new Lab(Object.assign(Object.create(stack), { fetch: fetchInside }));
  await lab.loadWorkers();
});

after(async () => {
  await stack?.stop();
  rmSync(root, { recursive: true, force: true });
});

test('the root has none of our packages', async () => {
  for (const name of OURS) await assert.rejects(inRoot('dpkg', '-s', name), name);
});

test('the customer unpacks it and runs setup', async () => {
  await run('cp', [join(repo, bundle), join(root, 'home/customer/bundle.tar.gz')]);
  await asCustomer('tar -C ~/public_html -xzf ~/bundle.tar.gz');
  const { stdout, stderr } = await asCustomer('sh ~/public_html/dialpad/private/setup');
  assert.equal(stdout + stderr, '');
  const mode = (file) => statSync(join(root, WEB, 'dialpad', file)).mode & 0o777;
  assert.equal(mode('private'), 0o700);
  assert.equal(mode('private/dialpad.conf'), 0o600);
});

test('before it is filled in, it says that it is not', async () => {
  await startApache();
  const answer = await fetchInside('/cgi-bin/health');
  assert.equal(answer.status, 503);
  assert.notEqual(answer.json().status, 'ok');
});

test('page and programs answer, the rest is closed', async () => {
  await configure();
  assert.equal((await fetchInside('/cgi-bin/health')).status, 200);
  assert.match((await fetchInside('/')).body, /<title[^>]*>Call a colleague</);
  for (const path of ['/private/dialpad.conf', '/private/lib/libcurl.so.4', '/.htpasswd',
    '/.htaccess', '/bin/dialpad-admin', '/cgi-bin/', '/README.txt', '/private/README.txt']) {
    assert.ok([403, 404].includes((await fetchInside(path)).status), path);
  }
});

test('an agent signs in, and nobody does without a password', async () => {
  const ask = (headers) => fetchInside('/cgi-bin/session', { method: 'POST', headers });
  assert.equal((await ask({})).status, 401);
  assert.equal((await ask({ ...password('alice'), Authorization: 'Basic eDp5' })).status, 401);
  const answer = await ask(password('alice'));
  assert.equal(answer.status, 200, answer.body);
  assert.equal(answer.json().worker.friendlyName, 'alice');
  expectError(await fetchInside('/cgi-bin/call-state'), 401, 'no_token');
});

test('its libraries are its own', async () => {
  const { stdout } = await asCustomer(
    'cd ~/public_html/dialpad && ldd cgi-bin/session bin/dialpad-admin');
  for (const library of ['libcurl', 'libcrypto', 'libfcgi', 'libcjson', 'libssl']) {
    assert.match(stdout, new RegExp(`${library}\\S* => /${WEB}/dialpad/\\S*private/lib/`));
  }
  assert.doesNotMatch(stdout, /not found/);
});

test('a call', async () => {
  const call = await connect(lab);
  assert.equal((await call.caller.hold(call.t1, true)).status, 200);
  assert.equal((await call.callee.endCall(call.k)).status, 200);
  await expectEnded(call, 'hangup');
  await lab.expectQuiet();
  assert.ok(new Agent(lab, 'alice').sid);
});

test('the sweep, as cron would run it', async () => {
  await asCustomer('cd / && ~/public_html/dialpad/bin/dialpad-admin sweep');
  assert.ok(existsSync(join(root, WEB, 'dialpad/private/cache')));
});

test('an older or another C library is named', async () => {
  const setup = async (answer) => {
    const bin = join(root, 'home/customer/bin');
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, 'getconf'), `#!/bin/sh\n${answer}\n`, { mode: 0o755 });
    const { code, stderr } = await asCustomer(
      'PATH=$HOME/bin:$PATH sh ~/public_html/dialpad/private/setup').catch((error) => error);
    assert.equal(code, 1);
    return stderr;
  };
  assert.match(await setup("echo 'glibc 2.28'"), /need glibc 2\.\d+ or later, and this is 2\.28/);
  assert.match(await setup("echo 'glibc 2.4'"), /need glibc 2\.\d+ or later, and this is 2\.4\./);
  assert.match(await setup('exit 1'), /need the GNU C library/);
});
