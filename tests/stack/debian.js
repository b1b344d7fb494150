// A Debian of its own in a folder, for tests of what happens on a host that isn't this one.

import { execFile, spawnSync } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Needs root, and whatever this machine takes its own packages from. */
export async function debootstrap(root, packages, release = 'bookworm') {
  const mirror = readFileSync('/etc/apt/sources.list.d/debian.sources', 'utf8')
    .match(/^URIs: (\S+)/m)?.[1];
  await run('debootstrap', ['--variant=minbase', `--include=${packages.join(',')}`, release, root,
    ...(mirror ? [mirror] : [])], { maxBuffer: 1 << 24 });
  chmodSync(root, 0o755); // it will be everybody's "/", not just its maker's
}

/** Why this machine can't boot a second system, or null. */
export function whyNotBoot() {
  if (process.getuid() !== 0) return 'only root can boot a system in namespaces';
  const { status, stderr } = spawnSync('unshare', ['--mount', '--cgroup', '--pid', '--fork',
    'mount', '-t', 'cgroup2', 'cgroup2', '/mnt'], { encoding: 'utf8' });
  return status === 0 ? null : `namespaces and cgroups are not allowed here: ${stderr.trim()}`;
}
