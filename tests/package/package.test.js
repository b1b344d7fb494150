// The Debian package, made from a release without a network, and the README's installation in an
// empty Debian. Needs root: make test-package.
//
// The Debian that boots here listens where every machine does, so it has a network of its own, and
// what asks it runs there, too (inside.js). All that its apt will fetch is fetched before.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { repo } from '../groups.js';
import { debootstrap, fetchPackages, releaseOf } from '../stack/debian.js';
import './container.js';
import { makeDeb } from './deb.js';
import { commandsOf } from './readme.js';

const run = promisify(execFile);

let dir;
let release;
let deb;

before(async () => {
  assert.equal(process.getuid(), 0, 'debootstrap and namespaces need root');
  dir = mkdtempSync(join(tmpdir(), 'dialpad-package-'));
  ({ release, deb } = await makeDeb());
});

after(() => rmSync(dir, { recursive: true, force: true }));

test('lintian has nothing to say', async () => {
  const { stdout } = await run('lintian', ['--allow-root', '--fail-on', 'error,warning', deb]);
  assert.equal(stdout, '');
});

// The packages that the README names, without our own.
const named = (heading) => commandsOf(heading)
  .flatMap((command) => /^apt install -y (.*)$/.exec(command)?.[1].split(/\s+/) ?? [])
  .filter((name) => !name.includes('dialpad'));

async function librariesOf(file) {
  const { stdout } = await run('dpkg-deb', ['-f', file, 'Depends']);
  return stdout.split(',').map((one) => one.trim().split(/[ |]/)[0]);
}

/** An empty Debian: what debootstrap makes, and systemd to boot it. */
async function makeDebian() {
  const root = join(dir, 'root');
  mkdirSync(root);
  await debootstrap(root, ['systemd-sysv', 'logrotate', 'cron'], releaseOf());
  await fetchPackages(root, [...named('Install it'), ...named('From source'),
    ...await librariesOf(deb)]);
  for (const file of [deb, release]) {
    cpSync(file, join(root, 'root', file.split('/').at(-1)));
  }
  return root;
}

test('the README\'s installation, an upgrade, a purge, and all again from source', async (t) => {
  const root = await makeDebian();
  // It is a run of its own, which reports to us alone.
  const { NODE_TEST_CONTEXT: ignored, ...env } = process.env;
  const inside = spawn('setpriv', ['--pdeathsig', 'KILL', '--', 'unshare', '--net', 'sh', '-c',
    'ip link set lo up && exec "$@"', 'sh', process.execPath, '--test-reporter=spec',
    join(repo, 'tests/package/inside.js')], { stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...env, PACKAGE_ROOT: root } });
  let said = '';
  inside.stdout.on('data', (chunk) => { said += chunk; });
  const status = await new Promise((done) => { inside.once('close', done); });
  for (const line of said.match(/^ℹ (?!tests|suites|pass|fail|cancelled|skipped|todo|duration).*$/gm)
    ?? []) t.diagnostic(line.slice(2));
  assert.equal(status, 0, said);
  assert.match(said, /^ℹ fail 0$/m, said);
  assert.match(said, /^ℹ pass [1-9]/m, said);
});
