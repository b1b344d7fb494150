// Runs tests, as many programs or files side by side as there is room for, and says what happened:
//   node tests/run.js                 the short run of `make test`
//   node tests/run.js --all           everything but what is onlyNamed
//   node tests/run.js GROUP...        all of these groups
// The last line is always "N passed, N failed". A group in which nothing ran has failed. Nothing is
// asked twice: a test that fails now and then has a cause. Before the last line comes what each
// kind of test has taken of its time, the worst first; time alone fails nothing.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import { BUDGETS, GROUPS, build, filesIn, repo } from './groups.js';

// What runs side by side fills so many cores, and no more: what waits for time to pass costs little
// of one, browsers and compilers all of it.
const CORES = 2;
const words = process.argv.slice(2);
const isShort = words.length === 0;
const scratch = mkdtempSync(join(tmpdir(), 'dialpad-test-'));
// Sanitizers make programs several times slower.
const patience = build.endsWith('/build') ? 1 : 4;
const running = new Set();

// Runs a command to its end or until its time is up → {status, output}. It leads a process group,
// so that nothing it started stays behind, and it ends if this process does.
function execute(command, args, { env, seconds }) {
  return new Promise((done) => {
    const child = spawn('setpriv', ['--pdeathsig', 'TERM', '--', command, ...args], {
      cwd: repo,
      env: { ...process.env, ...env },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    let output = '';
    let late = '';
    child.stdout.on('data', (text) => { output += text; });
    child.stderr.on('data', (text) => { output += text; });
    const kill = (signal) => {
      late = `\nended after ${seconds} s, its time limit\n`;
      signalGroup(child, signal);
    };
    const timers = [
      setTimeout(kill, seconds * 1000, 'SIGTERM'),
      setTimeout(kill, seconds * 1000 + 10_000, 'SIGKILL'),
    ];
    child.once('close', (code, signal) => {
      timers.forEach(clearTimeout);
      running.delete(child);
      done({ status: late ? 'late' : code ?? signal, output: output + late });
    });
  });
}

function signalGroup(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

function count(text, pattern) {
  return [...text.matchAll(pattern)].length;
}

// A program that ends badly without naming a failed test has failed all the same.
function judge({ status, output }, passed, failed) {
  return { passed, failed: failed || (status === 0 ? 0 : 1), output };
}

const KINDS = {
  async cmocka(file, limits) {
    const result = await execute(file, [], {
      ...limits, env: { ...limits.env, CMOCKA_MESSAGE_OUTPUT: 'TAP' },
    });
    return judge(result, count(result.output, /^ok /gm), count(result.output, /^not ok /gm));
  },

  // What people read goes to the output, what is counted to a file: the readable form differs
  // between the versions of Node.js, the totals of TAP don't.
  async node(file, limits) {
    const folder = mkdtempSync(join(scratch, 'node-'));
    const tap = join(folder, 'tap');
    const result = await execute(process.execPath, [
      '--test-reporter=spec', '--test-reporter-destination=stdout',
      '--test-reporter=tap', `--test-reporter-destination=${tap}`, file,
    ], limits);
    const totals = filesIn(folder, /^tap$/).length ? readFileSync(tap, 'utf8') : '';
    const total = (word) => Number(new RegExp(`^# ${word} (\\d+)$`, 'm').exec(totals)?.[1] ?? 0);
    return judge(result, total('pass'), total('fail') + total('cancelled'));
  },

  // A short run over the corpus and what libFuzzer makes of it; `make fuzz` takes more time.
  async fuzz(file, limits) {
    const target = basename(file).replace('fuzz_', '');
    const found = mkdtempSync(join(scratch, 'found-'));
    const result = await execute(file, [
      '-max_total_time=1', '-print_final_stats=1', `-artifact_prefix=${scratch}/`,
      found, join(repo, 'tests/fuzz/corpus', target),
    ], limits);
    return judge(result, result.status === 0 ? 1 : 0, 0);
  },
};

async function runJob({ group, file, sum }) {
  const before = Date.now();
  const limits = {
    env: { DIALPAD_TEST_LONG: isShort ? '0' : '1', ...group.env },
    seconds: group.seconds * patience,
  };
  const { passed, failed, output } = await KINDS[group.kind](file, limits);
  const took = (Date.now() - before) / 1000;
  sum.seconds += took;
  console.log(`${group.name}: ${basename(file)}: ${passed} passed, ${failed} failed `
    + `(${took.toFixed(1)} s)`);
  if (failed) console.log(output);
  sum.passed += passed;
  sum.failed += failed;
}

/**
 * The job to start beside `running`, or undefined. One with browsers runs all the time, for they
 * take the longest, and beside it what waits, for as long as there is any.
 */
function nextOf(jobs, running) {
  const used = running.reduce((sum, { group }) => sum + group.cores, 0);
  const fits = ({ group }) => running.length === 0 || used + group.cores <= CORES + 0.001;
  const wants = running.some(({ group }) => group.browser)
    ? ({ group }) => !group.browser : ({ group }) => group.browser;
  return jobs.find((job) => fits(job) && wants(job)) ?? jobs.find(fits);
}

async function runAll(jobs) {
  const running = new Map(); // job → promise of its end
  for (;;) {
    for (let job; (job = nextOf(jobs, [...running.keys()]));) start(job);
    if (running.size === 0) return;
    await Promise.race(running.values());
  }

  function start(job) {
    jobs.splice(jobs.indexOf(job), 1);
    running.set(job, runJob(job).finally(() => running.delete(job)));
  }
}

function chosenGroups() {
  const names = words.filter((word) => word !== '--all');
  const unknown = names.filter((name) => !GROUPS.some((group) => group.name === name));
  if (unknown.length) {
    console.error(`No such group: ${unknown.join(' ')}. There are: `
      + GROUPS.map((group) => group.name).join(' '));
    process.exit(2);
  }
  return GROUPS
    .filter((group) => (names.length ? names.includes(group.name) : !group.onlyNamed))
    .filter((group) => !(isShort && group.onlyLong))
    .map((group) => ({ ...group, files: isShort && group.short ? group.short : group.files }));
}

// What is left out says why; what has no files has failed.
function jobsOf(group, sum) {
  if (group.whyNot) {
    console.log(`${group.name}: left out: ${group.whyNot}`);
    return [];
  }
  const jobs = group.files().map((file) => ({ group, file, sum }));
  if (jobs.length === 0) {
    console.log(`${group.name}: no test ran`);
    sum.failed = 1;
  }
  return jobs;
}

// What each kind of test has used of its minutes, of those kinds that ran.
function timesOf(sums) {
  return BUDGETS
    .map(({ what, minutes, groups }) => {
      const seconds = sums.filter(({ name }) => groups.test(name))
        .reduce((all, sum) => all + sum.seconds * sum.cores, 0);
      return { share: seconds / 60 / minutes, seconds, what, minutes };
    })
    .filter(({ seconds }) => seconds > 0)
    .sort((a, b) => b.share - a.share)
    .map(({ share, seconds, what, minutes }) =>
      `${what.padEnd(26)} ${(seconds / 60).toFixed(1)} of `
      + `${minutes} min${share > 1 ? ', more than it has' : ''}`);
}

process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));
for (const [signal, status] of [['SIGINT', 130], ['SIGTERM', 143]]) {
  process.once(signal, async () => {
    const ends = [...running].map((child) => new Promise((ended) => child.once('close', ended)));
    for (const child of running) signalGroup(child, 'SIGTERM');
    await Promise.all(ends);
    process.exit(status);
  });
}

const started = Date.now();
const groups = chosenGroups();
const sums = groups.map(({ name, cores }) => ({ name, cores, passed: 0, failed: 0, seconds: 0 }));
await runAll(groups.flatMap((group, i) => jobsOf(group, sums[i])));

console.log();
for (const [i, sum] of sums.entries()) {
  if (sum.passed + sum.failed === 0 && !groups[i].whyNot) sum.failed = 1;
  console.log(`${sum.name.padEnd(22)} ${sum.passed} passed, ${sum.failed} failed `
    + `(${Math.round(sum.seconds)} s)`);
}
console.log(['', ...timesOf(sums), ''].join('\n'));
console.log(`in ${Math.round((Date.now() - started) / 1000)} s`);
const failed = sums.reduce((all, sum) => all + sum.failed, 0);
console.log(`${sums.reduce((all, sum) => all + sum.passed, 0)} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
