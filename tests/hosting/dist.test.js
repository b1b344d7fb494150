// A release builds and installs without npm and without a network.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const repo = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const dir = mkdtempSync(join(tmpdir(), 'dialpad-dist-'));

after(() => rmSync(dir, { recursive: true, force: true }));

// All that is in the PATH, but Node.js and what comes with it.
function pathWithoutNode() {
  const bin = join(dir, 'bin');
  mkdirSync(bin, { recursive: true });
  for (const folder of ['/usr/bin', '/usr/sbin']) {
    for (const name of readdirSync(folder)) {
      if (/^(node|nodejs|npm|npx|corepack)$/.test(name)) continue;
      try {
        symlinkSync(join(folder, name), join(bin, name));
      } catch (error) {
        if (error.code !== 'EEXIST') throw error;
      }
    }
  }
  return bin;
}

// Without a network where a namespace of one's own is allowed.
async function offline(...command) {
  const alone = await run('unshare', ['-rn', 'true']).then(() => ['unshare', '-rn'], () => []);
  const [file, ...args] = [...alone, ...command];
  return run(file, args, { maxBuffer: 1 << 24,
    env: { PATH: pathWithoutNode(), HOME: dir, LC_ALL: 'C' } });
}

/** In another folder, by somebody whose files nobody else may read, the release is the same. */
async function expectSameElsewhere() {
  await run('sh', ['-ec', `umask 077; git clone -q ${repo} ${dir}/elsewhere/release; cd ${dir}/elsewhere
    cp -r ${repo}/www/vendor release/www; touch release/www/vendor/*
    make -s -C release dist DIST_DIR=..; cmp *.tar.gz ../*.tar.gz; cd ..; rm -rf elsewhere`]);
}

test('make dist, make, make install', async (t) => {
  await run('make', ['-s', '-C', repo, 'dist', `DIST_DIR=${dir}`], { maxBuffer: 1 << 24 });
  await expectSameElsewhere();
  const [tar] = readdirSync(dir).filter((name) => name.endsWith('.tar.gz'));
  await run('tar', ['-C', dir, '-xzf', join(dir, tar)]);
  const source = join(dir, tar.replace('.tar.gz', ''));
  for (const library of ['taskrouter.js', 'voice-sdk.js', 'THIRD-PARTY-NOTICES.txt']) {
    assert.ok(statSync(join(source, 'www/vendor', library)).size > 10_000, library);
  }
  // Unoptimised: what is tried is that it builds.
  const { stdout } = await offline('sh', '-ec',
    `cd ${source}; make -s -j2 CFLAGS=-O0; make -s CFLAGS=-O0 install DESTDIR=${dir}/root`);
  t.diagnostic(tar);
  assert.equal(stdout.match(/npm/), null);
  const programs = readdirSync(join(source, 'cgi-bin')).map((name) => name.replace('.c', ''));
  assert.deepEqual(readdirSync(join(dir, 'root/usr/lib/dialpad/cgi-bin')).sort(), programs.sort());
  assert.ok(statSync(join(dir, 'root/usr/share/dialpad/www/vendor/voice-sdk.js')).isFile());

  // A page without its libraries is none: that is said, and how to get them.
  rmSync(join(source, 'www/vendor'), { recursive: true });
  await assert.rejects(offline('make', '-s', '-C', source, 'CFLAGS=-O0'),
    ({ stderr }) => /www\/vendor could not be built/.test(stderr) && /npm/.test(stderr));
  await assert.rejects(
    offline('make', '-s', '-C', source, 'CFLAGS=-O0', 'install', `DESTDIR=${dir}/without`),
    ({ stderr }) => /www\/vendor is missing/.test(stderr) && /make dist/.test(stderr));
});
