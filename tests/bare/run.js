// `make test` on a machine that has nothing: in a Debian made by debootstrap, as root and as an
// ordinary user who may use sudo, each on a clone of HEAD. Needs root.
//   node tests/bare/run.js [root|user]...
// BARE_GROUPS names groups of tests/run.js, for less than everything.

import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { debootstrap, packagesOf, releaseOf, whyNotBoot } from '../stack/debian.js';

const run = promisify(execFile);
const repo = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const groups = process.env.BARE_GROUPS ?? '';
// What it takes to fetch the source and to say `make test`; all else is for install-deps to find.
const PACKAGES = {
  root: ['make', 'git'],
  user: ['make', 'git', 'sudo'],
};

// Inside, as the first process, which takes leave of all others: $1 is the source. With groups,
// what `make test` does, for these alone.
const TEST = `
cd "$1" && shift
if [ $# -eq 0 ]; then make test; exit $?; fi
tests/install-deps test && make -j"$(nproc)" programs bundle-programs units fuzzers www/vendor/THIRD-PARTY-NOTICES.txt &&
    node tests/run.js "$@"
`;

// The mounts that every machine has, in a namespace of their own; packages that were fetched are
// kept. Whom this machine trusts is trusted there: it may reach the network through somebody.
const TRUSTED = '/etc/ssl/certs/ca-certificates.crt';
const ENTER = `
set -eu
root=$1 debs=$2
shift 2
mount --bind "$debs" "$root/var/cache/apt/archives"
cp ${TRUSTED} "$root${TRUSTED}"
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mount --rbind /dev "$root/dev"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
exec chroot "$root" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \\
    LANG=C.UTF-8 NODE_EXTRA_CA_CERTS=${TRUSTED} "$@"
`;

// Nothing of it outlives this process.
function inside(root, command, options) {
  return spawn('setpriv', ['--pdeathsig', 'KILL', '--', 'unshare', '--mount', '--pid', '--fork',
    '--kill-child', 'sh', '-c', ENTER, 'sh', root, packagesOf(releaseOf()), ...command], options);
}

function ended(child) {
  return new Promise((done, failed) => {
    child.once('error', failed);
    child.once('close', (code, signal) => done(code ?? signal));
  });
}

async function prepareUser(root) {
  const commands = 'useradd --create-home --shell /bin/bash tester\n'
    + 'echo "tester ALL=(ALL) NOPASSWD: ALL" >/etc/sudoers.d/tester';
  await run('chroot', [root, 'sh', '-c', commands]);
}

/** → what the last lines of the run were, and whether it went well. */
async function testAs(who, root) {
  await debootstrap(root, PACKAGES[who], releaseOf());
  if (who === 'user') await prepareUser(root);
  const home = who === 'user' ? '/home/tester' : '/root';
  await run('git', ['clone', '-q', '--no-hardlinks', repo, join(root, home, 'dialpad')]);
  const command = ['sh', '-c', TEST, 'sh', `${home}/dialpad`, ...groups.split(' ').filter(Boolean)];
  if (who === 'user') await run('chroot', [root, 'chown', '-R', 'tester:', `${home}/dialpad`]);
  const asWhom = who === 'user'
    ? ['setpriv', '--reuid=tester', '--regid=tester', '--init-groups'] : [];
  const child = inside(root, [`HOME=${home}`, ...asWhom, ...command],
    { stdio: ['ignore', 'pipe', 'inherit'] });
  let last = '';
  child.stdout.on('data', (text) => {
    process.stdout.write(text);
    last = (last + text).slice(-200);
  });
  const status = await ended(child);
  return { status, last: last.trim().split('\n').at(-1) };
}

async function main() {
  const whyNot = whyNotBoot();
  if (whyNot) {
    console.log(`left out: ${whyNot}`);
    return;
  }
  const results = [];
  for (const who of process.argv.length > 2 ? process.argv.slice(2) : ['root', 'user']) {
    const root = mkdtempSync(join(tmpdir(), 'dialpad-bare-'));
    const started = Date.now();
    try {
      const { status, last } = await testAs(who, root);
      const minutes = ((Date.now() - started) / 60_000).toFixed(1);
      results.push({ who, status, line: `as ${who}: ${last} (status ${status}, ${minutes} min)` });
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  }
  console.log(`\n${results.map(({ line }) => line).join('\n')}`);
  process.exitCode = results.some(({ status }) => status !== 0) ? 1 : 0;
}

await main();
