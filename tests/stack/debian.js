// A Debian of its own in a folder, for tests of what happens on a host that isn't this one. What
// all of them begin with is made once and kept in build/, and so is what was made of it, by the
// packages that were asked for.

import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const here = dirname(fileURLToPath(import.meta.url));
const kept = resolve(here, '../../build/debian');
const COMMANDS = join(here, 'make-debian');
const SOURCES = '/etc/apt/sources.list.d/debian.sources';
const MUCH = { maxBuffer: 1 << 26 };

/** The release that this machine runs. */
export function releaseOf() {
  return /^VERSION_CODENAME=(\w+)$/m.exec(readFileSync('/etc/os-release', 'utf8'))[1];
}

/** Where the packages that a Debian of this release has fetched are kept. */
export function packagesOf(release) {
  return join(kept, `${release}-packages`);
}

/** Needs root, and whatever this machine takes its own packages from. */
export async function debootstrap(root, packages, release = 'bookworm') {
  const base = join(kept, `${release}.tar`);
  const debs = packagesOf(release);
  mkdirSync(debs, { recursive: true });
  const mirror = existsSync(SOURCES)
    ? readFileSync(SOURCES, 'utf8').match(/^URIs: (\S+)/m)?.[1] : undefined;
  // One at a time: whoever comes second finds what the first has made.
  const whose = release === releaseOf() ? 'same' : 'other';
  await run('flock', [`${base}.lock`, COMMANDS, 'base', base, release, whose,
    ...(mirror ? [mirror] : [])], MUCH);
  if (packages.length) {
    const of = createHash('sha256').update(packages.join(' ')).digest('hex').slice(0, 12);
    const tar = join(kept, `${release}-${of}.tar`);
    await run('flock', [`${debs}.lock`, 'unshare', '--mount', COMMANDS, 'install', root, base, tar,
      debs, ...packages], MUCH);
  } else {
    await run('tar', ['-C', root, '-xf', base]);
  }
  chmodSync(root, 0o755); // it will be everybody's "/", not just its maker's
}

/** Puts all that an installation of these packages will fetch there beforehand. */
export async function fetchPackages(root, packages) {
  const debs = packagesOf(releaseOf());
  await run('flock', [`${debs}.lock`, COMMANDS, 'fetch', root, debs, ...packages], MUCH);
}

/** Why this machine can't boot a second system, or null. */
export function whyNotBoot() {
  if (process.getuid() !== 0) return 'only root can boot a system in namespaces';
  const { status, stderr } = spawnSync('unshare', ['--mount', '--cgroup', '--pid', '--fork',
    'mount', '-t', 'cgroup2', 'cgroup2', '/mnt'], { encoding: 'utf8' });
  return status === 0 ? null : `namespaces and cgroups are not allowed here: ${stderr.trim()}`;
}
