// An ordinary busy hour, for a few minutes: 200 calls a minute among 50 agents, each with a page,
// through nginx, the programs and the stand-in:
//   LOAD_MINUTES=5 node tests/soak/load.js
// Prints errors, which must be none, how long each endpoint took, and what memory each program had
// every minute, which must not grow.

import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

import { Lab, until } from '../endpoint/lib.js';
import { Random, seed } from '../intruders/random.js';
import { startStack } from '../stack/stack.js';
import { Page } from './page.js';

const AGENTS = 50;
const CALLS_A_MINUTE = 200;
const MINUTE_MS = 60_000;
// From the end of the first minute on: a new thread's arena now and then, but no growth with calls.
const GROWTH_KB = 1024;
const GROWTH_SHARE = 0.05;
const WAIT_MS = 20_000;
// Shown too, but not judged: Node.js decides when it collects its garbage.
const STAND_IN = 'the stand-in';

const talking = ({ phase }) => phase === 'connected';
const over = ({ phase }) => phase === 'ended';

/** Resident memory of a process, in kB. */
function residentKb(pid) {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
}

class Load {
  constructor(minutes) {
    this.minutes = minutes;
    this.random = new Random();
    this.latencies = new Map(); // program → milliseconds
    this.errors = [];
    this.memory = new Map(); // program → kB, one for each minute
    this.done = 0;
    this.pages = [];
  }

  async start() {
    const names = Array.from({ length: AGENTS }, (_, i) => `agent${i + 1}`);
    this.stack = await startStack({
      mode: 'fastcgi', agents: names, sweepEverySeconds: 10,
      sandboxConfig: {
        agents: names.map((name) => ({
          friendly_name: name, attributes: { contact_uri: `client:${name}`, full_name: name },
        })),
      },
    });
    this.lab = new Lab(this.stack);
    await this.lab.loadWorkers();
    for (const name of names) this.pages.push(await this.open(name));
    this.free = [...this.pages];
  }

  async open(name) {
    const measured = (program, status, ms) => {
      if (!this.latencies.has(program)) this.latencies.set(program, []);
      this.latencies.get(program).push(ms);
      if (status < 200 || status > 299) this.errors.push(`${program} answered ${status}`);
      if (typeof status !== 'number') this.errors.push(`${program}: ${status}`);
    };
    await this.lab.control('softphone', { identity: name });
    return new Page(this.lab, name, { measured }).open();
  }

  /** Those who have been free for longest, so that nobody begins more calls than an agent may. */
  async take() {
    await until('two free agents', () => this.free.length > 1, WAIT_MS);
    return this.free.splice(0, 2);
  }

  async call() {
    let pages = [];
    try {
      pages = await this.take();
      await this.converse(...pages);
      this.done += 1;
    } catch (error) {
      this.errors.push(error.message);
    } finally {
      this.free.push(...pages);
    }
  }

  async converse(caller, callee) {
    const { random } = this;
    const name = `${caller.name} to ${callee.name}`;
    const wait = (page, what, condition) => until(`${name}: ${page.name} ${what}`, () => {
      if (what !== 'ended' && over(page.state)) {
        throw new Error(`${name}: ${page.state.outcome} ${page.state.code ?? ''}`);
      }
      return condition(page.state);
    }, WAIT_MS);
    const other = { sid: callee.worker.sid, name: callee.name };
    caller.dispatch({ type: 'dial', agent: other });
    await until(`${name}: ringing`, () => callee.state.phase === 'ringing', WAIT_MS);
    await delay(300 + random.below(1200));
    callee.dispatch({ type: 'answer' });
    await Promise.all([wait(caller, 'connected', talking), wait(callee, 'connected', talking)]);
    await delay(1000 + random.below(3000));
    if (random.chance(0.2)) await this.hold(random.pick([caller, callee]), wait);
    random.pick([caller, callee]).dispatch({ type: 'hang-up' });
    await Promise.all([wait(caller, 'ended', over), wait(callee, 'ended', over)]);
    // A page is told of the end before the Tasks are closed: nobody is free until they are.
    await until(`${name}: both free`, () => !caller.hasTask && !callee.hasTask, WAIT_MS);
  }

  async hold(page, wait) {
    for (const hold of [true, false]) {
      page.dispatch({ type: 'toggle-hold' });
      await wait(page, hold ? 'holds' : 'resumes', (state) =>
        !state.holdPending && state.hold.other === hold);
      await delay(300 + this.random.below(700));
    }
  }

  noteMemory() {
    const processes = { ...this.stack.programs, [STAND_IN]: this.stack.sandboxProcess };
    for (const [name, { pid }] of Object.entries(processes)) {
      this.memory.set(name, [...this.memory.get(name) ?? [], residentKb(pid)]);
    }
  }

  async run() {
    const started = Date.now();
    const all = [];
    const count = Math.round(CALLS_A_MINUTE * this.minutes);
    this.noteMemory();
    for (let number = 1; number <= count; number += 1) {
      all.push(this.call());
      const next = started + number * (MINUTE_MS / CALLS_A_MINUTE);
      if (next > Date.now()) await delay(next - Date.now());
      if (number % CALLS_A_MINUTE === 0) {
        this.noteMemory();
        console.log(`minute ${number / CALLS_A_MINUTE}: ${this.done} calls over, `
          + `${this.errors.length} errors`);
      }
    }
    await Promise.all(all);
    this.seconds = (Date.now() - started) / 1000;
    this.noteMemory();
    await this.lab.expectQuiet();
    this.lab.checkPrograms();
  }

  growth() {
    return [...this.memory].filter(([name, [, settled, ...later]]) => name !== STAND_IN
      && Math.max(0, ...later) - settled > Math.max(GROWTH_KB, settled * GROWTH_SHARE))
      .map(([name]) => `${name} has grown`);
  }

  report() {
    console.log(`${this.done} calls in ${this.seconds.toFixed(0)} s by ${AGENTS} agents`);
    console.log('\nendpoint                 requests   median      95%      99%  longest (ms)');
    for (const [name, times] of [...this.latencies].sort()) {
      const sorted = times.sort((a, b) => a - b);
      const at = (share) => sorted[Math.floor((sorted.length - 1) * share)].toFixed(1).padStart(8);
      console.log(name.padEnd(24), String(sorted.length).padStart(8), at(0.5), at(0.95), at(0.99),
        at(1));
    }
    console.log('\nresident memory in kB: at the start, after each minute, at the end');
    for (const [name, sizes] of [...this.memory].sort()) {
      console.log(name.padEnd(24), ...sizes.map((size) => String(size).padStart(7)));
    }
    const counted = new Map();
    for (const error of this.errors) counted.set(error, (counted.get(error) ?? 0) + 1);
    console.log(`\nerrors: ${this.errors.length}`);
    for (const [error, times] of counted) console.log(`  ${times} ${error}`);
    for (const problem of this.growth()) console.log(`  ${problem}`);
    return this.errors.length + this.growth().length === 0;
  }

  async stop() {
    for (const page of this.pages) page.close();
    await this.stack?.stop();
  }
}

const load = new Load(Number(process.env.LOAD_MINUTES || 5));
console.log(`${CALLS_A_MINUTE} calls a minute for ${load.minutes} minutes, DIALPAD_SEED=${seed}`);
let good = false;
try {
  await load.start();
  await load.run();
  good = load.report();
} finally {
  await load.stop();
}
// Timers of the TaskRouter SDK outlive its connections.
process.exit(good ? 0 : 1);
