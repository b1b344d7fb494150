// The short form of `make soak`: a few calls, another seed each time.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const CALLS = 20;
const script = join(dirname(fileURLToPath(import.meta.url)), 'soak.js');

test(`${CALLS} calls in a storm of faults leave nothing behind`, async (t) => {
  const child = spawn(process.execPath, [script], {
    env: { ...process.env, SOAK_SHORT: '1', SOAK_CALLS: String(CALLS) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (text) => { output += text; });
  child.stderr.on('data', (text) => { output += text; });
  const status = await new Promise((resolve) => { child.once('close', resolve); });
  t.diagnostic(output.replace(/\n/g, '\n# '));
  assert.equal(status, 0, output);
  assert.match(output, /^left: 0$/m);
});
