// A bundle's programs find everything beside themselves, in whatever folder it was unpacked.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';

import { build } from '../groups.js';

const run = promisify(execFile);
const bundle = join(build, 'bundle');
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'dialpad-bundled-')));
const programs = ['bin', 'cgi-bin'].flatMap((name) =>
  readdirSync(join(bundle, name)).map((program) => join(name, program)));

after(() => rmSync(folder, { recursive: true, force: true }));

test('all programs are in the bundle', () => {
  for (const name of ['bin', 'cgi-bin']) {
    assert.deepEqual(readdirSync(join(bundle, name)).sort(), readdirSync(join(build, name)).sort());
  }
});

for (const program of programs) {
  test(`${program} looks for its libraries beside itself`, async () => {
    const { stdout } = await run('readelf', ['-d', join(bundle, program)]);
    assert.match(stdout, /\(RPATH\) .*\[\$ORIGIN\/\.\.\/private\/lib\]/);
  });

  test(`${program} looks for its configuration beside itself`, async () => {
    mkdirSync(join(folder, program, '..'), { recursive: true });
    cpSync(join(bundle, program), join(folder, program));
    const words = program.startsWith('bin/') ? ['check'] : [];
    // Without a configuration it says where it has looked.
    const { stderr } = await run(join(folder, program), words,
      { cwd: '/', env: { REQUEST_METHOD: 'GET' } }).catch((error) => error);
    assert.ok(stderr.includes(`${folder}/${program.split('/')[0]}/../private/dialpad.conf`),
      stderr);
  });
}
