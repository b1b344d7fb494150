// The container's image, step by step as deploy/Containerfile says, in a Debian made by
// debootstrap: what a builder does, without one. Then it runs as an ordinary user, on a root that
// nobody can write. Part of package.test.js.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import {
  chownSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, openSync, readFileSync, readdirSync,
  rmSync, writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { until } from '../endpoint/lib.js';
import { repo } from '../groups.js';
import { debootstrap, fetchPackages, releaseOf } from '../stack/debian.js';
import { makeCertificate, sid, token, writePasswords } from '../stack/system.js';
import { makeDeb } from './deb.js';

const run = promisify(execFile);
const MUCH = { maxBuffer: 1 << 26 };
const OWNER = 990;
const steps = readFileSync(join(repo, 'deploy/Containerfile'), 'utf8').replace(/^#.*\n/gm, '')
  .replace(/\\\n/g, ' ').trim().split('\n').map((line) => line.split(/ (.*)/s).slice(0, 2));
const stepsOf = (name) => steps.filter(([word]) => word === name).map(([, rest]) => rest);

let dir;
let root;
let container;

function copy(words) {
  const to = words.pop();
  for (const word of words) {
    const folder = join(repo, word.replace(/[^/]*$/, ''));
    const pattern = new RegExp(`^${word.split('/').at(-1).replace('.', '\\.').replace('*', '.*')}`);
    for (const name of readdirSync(folder).filter((one) => pattern.test(one))) {
      cpSync(join(folder, name), join(root, to, name));
    }
  }
}

before(async () => {
  assert.equal(process.getuid(), 0, 'debootstrap and namespaces need root');
  dir = mkdtempSync(join(tmpdir(), 'dialpad-container-'));
  root = join(dir, 'root');
  mkdirSync(root);
  await makeDeb();
  await debootstrap(root, [], releaseOf());
  await fetchPackages(root, ['nginx-light', 'spawn-fcgi', 'systemd-standalone-sysusers',
    'libcurl4', 'libcjson1', 'libfcgi0ldbl', 'libutf8proc2']);
  // As Debian's own image has it: nothing starts while the image is made.
  writeFileSync(join(root, 'usr/sbin/policy-rc.d'), '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  await makeCertificate(dir);
  await writePasswords(dir, ['alice']);
});

after(async () => {
  if (container?.exitCode === null) {
    container.kill('SIGKILL');
    await new Promise((done) => { container.once('close', done); });
  }
  rmSync(dir, { recursive: true, force: true });
});

test('each step of the Containerfile succeeds', async () => {
  assert.deepEqual(steps.map(([word]) => word),
    ['FROM', 'COPY', 'RUN', 'USER', 'EXPOSE', 'ENTRYPOINT']);
  copy(stepsOf('COPY')[0].split(/\s+/));
  await run('chroot', [root, 'sh', '-c', stepsOf('RUN')[0]], MUCH);
});

// What deploy/compose.yml.example gives it.
const ENTER = `
set -eu
root=$1
shift
ip link set lo up
mount --bind "$root" "$root"
mount -o remount,bind,ro "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount -t tmpfs -o mode=0750,uid=${OWNER},gid=${OWNER} tmpfs "$root/run/dialpad"
mount -t tmpfs -o mode=0750,uid=${OWNER},gid=${OWNER} tmpfs "$root/var/cache/dialpad"
exec chroot --userspec=${OWNER}:${OWNER} "$root" "$@"
`;

function giveSecrets() {
  const etc = join(root, 'etc/dialpad');
  for (const [from, to] of [['cert.pem', 'tls.pem'], ['key.pem', 'tls.key'],
    ['htpasswd', 'htpasswd']]) copyFileSync(join(dir, from), join(etc, to));
  writeFileSync(join(etc, 'dialpad.conf'), `TWILIO_ACCOUNT_SID=${sid('AC')}
TWILIO_AUTH_TOKEN=${token()}\nTWILIO_API_KEY=${sid('SK')}\nTWILIO_API_SECRET=${token()}
TWILIO_FLEX_WORKSPACE_SID=${sid('WS')}\nTWILIO_FLEX_INTERNAL_CALL_WORKFLOW_SID=${sid('WW')}
DIALPAD_PUBLIC_URL=https://calls.example.com/cgi-bin\n`);
  return run('sh', ['-c', `cd ${etc} && chown ${OWNER} * && chmod 400 *`]);
}

/** What curl, which shares its network, is told. */
async function ask(path) {
  const { stdout: pid } = await run('pgrep', ['-P', String(container.pid)]);
  const { stdout } = await run('nsenter', ['--target', pid.trim(), '--net', 'curl', '-ks',
    '-w', '\n%{http_code}', `https://127.0.0.1:8443${path}`]).catch((error) => error);
  return stdout.split(/\n(?=\d+$)/);
}

test('it runs as an ordinary user on a read-only root, and ends when it is asked to', async () => {
  await giveSecrets();
  mkdirSync(join(root, 'run/dialpad'), { recursive: true });
  // The user's own, as a container's is.
  const log = openSync(join(dir, 'log'), 'a');
  chownSync(join(dir, 'log'), OWNER, OWNER);
  container = spawn('unshare', ['--net', '--mount', '--pid', '--fork', '--kill-child', 'sh', '-c',
    ENTER, 'sh', root, ...JSON.parse(stepsOf('ENTRYPOINT')[0])],
  { stdio: ['ignore', log, log], env: { PATH: process.env.PATH } });
  const said = () => readFileSync(join(dir, 'log'), 'utf8');
  await until('an answer', async () => {
    assert.equal(container.exitCode, null, said());
    return (await ask('/cgi-bin/health').catch(() => [])).at(-1) === '200';
  });
  assert.match((await ask('/'))[0], /<title[^>]*>Call a colleague</);
  assert.equal((await ask('/cgi-bin/session')).at(-1), '401');
  assert.match(said(), /health/, 'the log goes to the standard error');
  const { stdout: first } = await run('pgrep', ['-P', String(container.pid)]);
  process.kill(Number(first.trim()), 'SIGTERM');
  const status = await new Promise((done) => { container.once('close', done); });
  assert.equal(status, 0, said());
});
