// Hundreds of calls in a storm of faults, and what is left of them afterwards, which must be
// nothing:
//   SOAK_CALLS=300 SOAK_SEED=1 node tests/soak/soak.js
// The seed chooses what agents do and which faults there are; when each one strikes is up to the
// machine. SOAK_SHORT=1 lets time fly once all agents have done what they do.

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

import { Random } from '../intruders/random.js';
import { startStack } from '../stack/stack.js';
import { SoakLab } from './lab.js';
import { Observer, leftOf } from './observer.js';
import { Page } from './page.js';
import { PLANS } from './plans.js';
import { Storm } from './storm.js';

const RING_SECONDS = 5;
const GRACE_SECONDS = 5;
const SWEEP_SECONDS = 10;
// After their last deed: the 45 s that the sweep gives a call that nobody reports, the ring time
// and ten seconds more, two sweeps in case a fault meets the first, and a slow machine.
const QUIET_MS = 100_000;

const run = promisify(execFile);

export class Soak {
  constructor({ calls, seed, short }) {
    Object.assign(this, { calls, seed, short });
    this.atOnce = 10;
    this.outcomes = new Map();
    this.left = [];
    this.quietAfter = [];
    this.pages = new Map();
    this.free = [];
  }

  async start() {
    const count = this.short ? this.calls * 2 : this.atOnce * 2 + 4;
    const names = Array.from({ length: count }, (_, i) => `agent${i + 1}`);
    this.stack = await startStack({
      mode: 'fastcgi', agents: names, ringSeconds: RING_SECONDS, graceSeconds: GRACE_SECONDS,
      sweepEverySeconds: SWEEP_SECONDS,
      sandboxConfig: {
        agents: names.map((name) => ({
          friendly_name: name, attributes: { contact_uri: `client:${name}`, full_name: name },
        })),
      },
    });
    this.lab = new SoakLab(this.stack);
    await this.lab.loadWorkers();
    this.observer = new Observer(this.lab);
    this.observer.start();
    await Promise.all(names.map((name) => this.open(name)));
    this.free = [...names];
    this.storm = new Storm(this.lab, new Random(this.seed),
      { agents: () => names, everyMs: this.short ? 250 : 400,
        outageEveryMs: this.short ? 4000 : 12_000 });
    this.storm.start();
  }

  async open(name) {
    const page = new Page(this.lab, name, { watched: true });
    page.setPhone = (behaviour) => (behaviour
      ? this.lab.control('softphone', { identity: name, behaviour })
      : this.lab.control(`softphone?identity=${name}`, undefined, 'DELETE'));
    await page.setPhone('answer');
    await page.open();
    this.pages.set(name, page);
    this.observer.watched.add(page);
    return page;
  }

  /** The window is closed: the leg that it held is gone with it, and none can come. */
  async vanish(page) {
    page.close();
    this.observer.watched.delete(page);
    await page.setPhone(null);
    await page.hangUp();
  }

  /** An agent who is ready for a call: with a page, a phone and an activity that allows it. */
  async ready(name) {
    const page = this.pages.get(name);
    if (page.closed) return this.open(name);
    page.dialled = false;
    await page.setPhone('answer');
    return page;
  }

  async play(number) {
    const random = new Random(this.seed + number * 7919);
    const names = [this.take(random), this.take(random)];
    await Promise.all(names.map((worker) =>
      this.lab.control('worker', { worker, activity: 'Available' })));
    const [caller, callee] = await Promise.all(names.map((name) => this.ready(name)));
    const plan = random.pick(Object.keys(PLANS));
    await PLANS[plan]({
      random, caller, callee,
      vanish: (page) => this.vanish(page),
      reopen: (page) => this.open(page.name),
      loseReports: (taskSid) => this.storm.loseReports(taskSid),
    });
    return { number, plan, names, random };
  }

  take(random) {
    return this.free.splice(random.below(this.free.length), 1)[0];
  }

  /** Waits for the end of all that these agents have begun, and writes down what has none. */
  async settle({ number, plan, names }) {
    const started = Date.now();
    const agents = () => names.map((name) => this.pages.get(name));
    let left;
    // A Task whose creation Twilio has put off may turn up when all has been quiet for a moment.
    do {
      left = await this.leftAfter(started + QUIET_MS, agents);
      if (left.length === 0) left = await this.askPrograms(agents());
    } while (left.length > 0 && Date.now() < started + QUIET_MS);
    this.quietAfter.push(Date.now() - started);
    this.left.push(...left.map((what) => `call ${number} (${plan}): ${what}`));
    const outcome = agents()[0].state.outcome ?? 'page closed';
    this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
    if (left.length === 0) this.free.push(...names);
  }

  async leftAfter(deadline, agents) {
    for (;;) {
      const state = await this.observer.next();
      const left = [...leftOf(state, agents()), ...agents()
        .filter((page) => !page.closed && !page.isFree)
        .map((page) => `${page.name}'s page believes to be ${page.state.phase}`)];
      if (left.length === 0 || Date.now() > deadline) return left;
    }
  }

  /** call-state of both ends: nothing that isn't over. */
  async askPrograms(pages) {
    const left = [];
    for (const page of pages) {
      const answer = await this.insist(() => this.lab.page(page.name, 'call-state'));
      if (!['ended', 'none'].includes(answer?.data?.state)) {
        left.push(`call-state tells ${page.name}: ${answer?.body ?? 'nothing'}`);
      }
    }
    return left;
  }

  async insist(ask) {
    for (let tries = 0; tries < 20; tries += 1) {
      const answer = await ask().catch(() => null);
      if (answer?.status === 200) return answer;
      await delay(500);
    }
    return null;
  }

  /** So many calls at once; the long form waits for each one's end before its agents go on. */
  async all() {
    let next = 0;
    const waiting = [];
    await Promise.all(Array.from({ length: this.atOnce }, async () => {
      while (next < this.calls) {
        next += 1;
        if (!this.short && next % 25 === 0) console.log(`call ${next} begins`);
        const played = await this.play(next);
        if (this.short) waiting.push(played);
        else await this.settle(played);
      }
    }));
    if (!this.short) return;
    await this.storm.stop();
    await this.lab.clock(QUIET_MS / 1000);
    await this.sweep();
    await Promise.all(waiting.map((played) => this.settle(played)));
  }

  async sweep() {
    await run(join(this.stack.buildDir, 'bin/dialpad-admin'), ['sweep'],
      { env: { ...process.env, ...this.stack.sets[0].env } });
  }

  /** What was left wrapping by pages that are gone is completed too, and no program has died. */
  async finish() {
    await this.storm.stop();
    // A Task may have been made long after its page had given up.
    if (this.left.length === 0) {
      this.left.push(...await this.leftAfter(Date.now() + QUIET_MS,
        () => [...this.pages.values()]));
    }
    await this.lab.clock(20);
    await this.sweep();
    await this.observer.stop();
    const { tasks } = await this.lab.state();
    const isWrapping = (task) => !task.deleted && task.assignment_status === 'wrapping';
    this.left.push(...this.observer.wrongs,
      ...tasks.filter(isWrapping).map((task) => `${task.sid} is left wrapping`));
    this.rung = tasks.filter(({ attributes }) => attributes.internal).length;
    this.connected = tasks.filter(({ attributes }) => attributes.connectedAt).length;
    this.lab.checkPrograms();
  }

  report() {
    const list = (map) => [...map].sort((a, b) => b[1] - a[1])
      .map(([what, times]) => `  ${String(times).padStart(5)}  ${what}`).join('\n');
    const faults = [...this.storm.counts.values()].reduce((sum, times) => sum + times, 0);
    const sorted = [...this.quietAfter].sort((a, b) => a - b);
    const seconds = (share) => (sorted[Math.floor((sorted.length - 1) * share)] / 1000).toFixed(1);
    console.log(`calls: ${this.quietAfter.length}; ${this.rung} rang, ${this.connected} were `
      + "connected. As the caller's page saw them end:");
    console.log(list(this.outcomes));
    console.log(`faults: ${faults}\n${list(this.storm.counts)}`);
    console.log(`quiet after the agents' last deed: median ${seconds(0.5)} s, 95% `
      + `${seconds(0.95)} s, longest ${seconds(1)} s of ${QUIET_MS / 1000} s`);
    console.log(`left: ${this.left.length}`);
    for (const what of this.left) console.log(`  ${what}`);
  }

  async stop() {
    for (const page of this.pages.values()) page.close();
    await this.stack?.stop();
  }
}

const seed = Number(process.env.SOAK_SEED || Math.floor(Math.random() * 2 ** 32));
const soak = new Soak({
  calls: Number(process.env.SOAK_CALLS || 300), seed, short: process.env.SOAK_SHORT === '1',
});
console.log(`SOAK_CALLS=${soak.calls} SOAK_SEED=${seed}`);
let failed = true;
try {
  await soak.start();
  await soak.all();
  await soak.finish();
  soak.report();
  failed = soak.left.length > 0;
} finally {
  await soak.stop();
}
// Timers of the TaskRouter SDK outlive its connections.
process.exit(failed ? 1 : 0);
