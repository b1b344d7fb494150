// A Debian of its own in a folder, for tests of what happens on a host that isn't this one. What
// all of them begin with is made once and kept in build/, and so are the packages that were
// fetched.

import { execFile, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const kept = resolve(dirname(fileURLToPath(import.meta.url)), '../../build/debian');
const SOURCES = '/etc/apt/sources.list.d/debian.sources';
const MUCH = { maxBuffer: 1 << 26 };

/** The release that this machine runs. */
export function releaseOf() {
  return /^VERSION_CODENAME=(\w+)$/m.exec(readFileSync('/etc/os-release', 'utf8'))[1];
}

// What `debootstrap` makes, and the lists of whatever this machine takes its own packages from.
const MAKE_BASE = `
set -eu
[ ! -e "$1" ] || exit 0
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
debootstrap --variant=minbase --include=ca-certificates "$2" "$root" $3
if [ "$4" = same ] && [ -e ${SOURCES} ]; then
    cp ${SOURCES} "$root/etc/apt/sources.list.d/"
    rm -f "$root/etc/apt/sources.list"
    cp /etc/resolv.conf "$root/etc/resolv.conf"
    chroot "$root" apt-get update -qq
fi
rm -f "$root"/var/cache/apt/archives/*.deb
tar -C "$root" -cf "$1.new" .
mv "$1.new" "$1"
`;

// Nothing that is installed may start: it would be on the network of this machine.
const INSTALL = `
set -eu
root=$1 debs=$2
shift 2
mount -t proc proc "$root/proc"
cp /etc/resolv.conf "$root/etc/resolv.conf"
printf '#!/bin/sh\\nexit 101\\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
mount --bind "$debs" "$root/var/cache/apt/archives"
install='apt-get install -y -qq --no-install-recommends'
export DEBIAN_FRONTEND=noninteractive
# The kept lists may be old.
chroot "$root" $install "$@" || { chroot "$root" apt-get update -qq; chroot "$root" $install "$@"; }
rm "$root/usr/sbin/policy-rc.d"
`;

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
  await run('flock', [`${base}.lock`, 'sh', '-c', MAKE_BASE, 'sh', base, release, mirror ?? '',
    release === releaseOf() ? 'same' : 'other'], MUCH);
  await run('tar', ['-C', root, '-xf', base]);
  chmodSync(root, 0o755); // it will be everybody's "/", not just its maker's
  if (packages.length) {
    await run('unshare', ['--mount', 'sh', '-c', INSTALL, 'sh', root, debs, ...packages], MUCH);
  }
}

/** Why this machine can't boot a second system, or null. */
export function whyNotBoot() {
  if (process.getuid() !== 0) return 'only root can boot a system in namespaces';
  const { status, stderr } = spawnSync('unshare', ['--mount', '--cgroup', '--pid', '--fork',
    'mount', '-t', 'cgroup2', 'cgroup2', '/mnt'], { encoding: 'utf8' });
  return status === 0 ? null : `namespaces and cgroups are not allowed here: ${stderr.trim()}`;
}
