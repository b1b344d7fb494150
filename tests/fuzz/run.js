// `make fuzz`: runs every fuzz target for a time and says how far it came.
//   node tests/fuzz/run.js [SECONDS [TARGET...]]
// What a run has learnt is kept in build/fuzz/found/ for the next one, and inputs that break
// something in build/fuzz/findings/: add those, mended, to tests/fuzz/corpus/.

import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const repo = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const build = join(repo, 'build/fuzz');
const [seconds = '60', ...wanted] = process.argv.slice(2);

function fuzz(target) {
  const found = join(build, 'found', target);
  mkdirSync(found, { recursive: true });
  return new Promise((done) => {
    const child = spawn(join(build, 'fuzz', `fuzz_${target}`), [
      `-max_total_time=${seconds}`, '-timeout=10', '-print_final_stats=1',
      `-artifact_prefix=${join(build, 'findings', target)}-`,
      found, join(repo, 'tests/fuzz/corpus', target),
    ], { stdio: ['ignore', 'ignore', 'pipe'] });
    let output = '';
    child.stderr.on('data', (text) => { output += text; });
    child.once('close', (status) => done({ status, output }));
  });
}

mkdirSync(join(build, 'findings'), { recursive: true });
const targets = readdirSync(join(build, 'fuzz')).map((file) => file.replace('fuzz_', ''))
  .filter((target) => !wanted.length || wanted.includes(target));
let executions = 0;
let findings = 0;
for (const target of targets) {
  const { status, output } = await fuzz(target);
  const ran = Number(/number_of_executed_units: (\d+)/.exec(output)?.[1] ?? 0);
  const covered = [...output.matchAll(/cov: (\d+)/g)].pop()?.[1] ?? '?';
  executions += ran;
  if (status !== 0) findings++;
  console.log(`${target.padEnd(10)} ${String(ran).padStart(9)} executions, ${covered} branches`
    + `${status === 0 ? '' : ', A FINDING'}`);
  if (status !== 0) console.log(output.split('\n').slice(-60).join('\n'));
}
console.log(`${targets.length} targets, ${executions} executions, ${findings} findings`);
process.exitCode = findings || targets.length === 0 ? 1 : 0;
