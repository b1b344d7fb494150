// A release and the Debian package of it, as `make deb` makes them, once per process.

import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { build, repo } from '../groups.js';

const run = promisify(execFile);
const MUCH = { maxBuffer: 1 << 26 };

async function make() {
  const folder = join(build, 'release');
  mkdirSync(folder, { recursive: true });
  await run('make', ['-s', '-C', repo, `B=${build}`, 'dist', `DIST_DIR=${folder}`], MUCH);
  const [release] = readdirSync(folder);
  const version = /^dialpad-(.*)\.tar\.gz$/.exec(release)[1];
  // Without a network.
  await run('unshare', ['--net', join(repo, 'deploy/make-deb'), join(folder, release), version,
    join(build, 'deb')], MUCH);
  const name = readdirSync(join(build, 'deb')).find((one) => one.endsWith('.deb'));
  return { release: join(folder, release), deb: join(build, 'deb', name) };
}

let made;

/** → the paths of both: {release, deb}. */
export function makeDeb() {
  made ??= make();
  return made;
}
