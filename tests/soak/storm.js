// Trouble of every kind, at random: what Twilio's REST answers, how its webhooks arrive, programs
// that are killed, sockets that break, and Twilio itself, which stands still or fails over.

import { setTimeout as delay } from 'node:timers/promises';

import { send } from '../stack/processes.js';

const PROGRAMS = ['create-task', 'call-state', 'end-call', 'cleanup-rejected-task', 'caller-twiml',
  'callee-twiml', 'ringback', 'status-callback', 'status-callback', 'rejoin-call', 'session'];

// Requests that change something, and the programs that make them: one of these is killed while it
// waits for Twilio's answer.
const CHANGES = [
  { path: '/Tasks$', programs: ['create-task', 'status-callback', 'ringback'] },
  { path: '/Tasks/WT', programs: ['create-task', 'status-callback', 'ringback', 'end-call',
    'cleanup-rejected-task'] },
  { path: '/Conferences/|/Calls/', programs: ['status-callback', 'ringback', 'end-call',
    'cleanup-rejected-task', 'rejoin-call', 'hold-participant'] },
];

// What create-task asks comes seldom: a call that doesn't begin can't go wrong later.
const PATHS = ['', '/Tasks$', '/Tasks/WT', '/Tasks/WT', '/Reservations', '/Workers/',
  '/Conferences', '/Conferences', '/Participants', '/Participants', '/Calls/', '/Calls/'];

// Every program answers within four seconds, whatever Twilio does meanwhile.
const REST_FAULTS = {
  'delayed answer': (r) => ({ action: 'delay', ms: 200 + r.below(1500) }),
  // But no later than after five seconds, when a claim counts as left behind.
  'answer past the deadline': (r) => ({ action: 'delay', ms: 4000 + r.below(700) }),
  'no answer': () => ({ action: 'hang' }),
  'dropped connection': () => ({ action: 'drop' }),
  // Whoever is told so may ask again: Twilio hasn't carried it out.
  429: (r) => ({
    action: 'status', status: 429, apply: 'before', ...(r.chance(0.5) ? { retryAfter: 1 } : {}),
  }),
  500: (r) => ({ action: 'status', status: r.pick([500, 502, 503]) }),
  rubbish: () => ({ action: 'rubbish' }),
  'page of HTML': () => ({ action: 'html' }),
  'truncated answer': () => ({ action: 'truncate' }),
};

const CARRIED_OUT_MS = 30_000;

// So many may wait for a request that they fit: of those that pile up while nothing is asked, each
// request would meet one, and nothing that is asked could be answered any more.
const WAITING_MAX = 12;

const WEBHOOK_FAULTS = {
  'repeated webhook': (r) => ({ action: 'repeat', ms: r.below(1500) }),
  'reordered webhook': () => ({ action: 'reorder', ms: 2000 }),
  'delayed webhook': (r) => ({ action: 'delay', ms: 100 + r.below(4000) }),
  'dropped webhook': () => ({ action: 'drop' }),
};

const WEBHOOKS = ['status-callback', 'status-callback', 'ringback', 'caller-twiml', 'callee-twiml'];

export class Storm {
  /** `agents()` lists the names of those who have a page; `outageEveryMs` is for Twilio's own. */
  constructor(lab, random, { agents, everyMs, outageEveryMs }) {
    Object.assign(this, { lab, random, agents, everyMs, outageEveryMs });
    this.orders = { rest: new Map(), webhook: new Map() }; // the stand-in's number → what it is
    this.counts = new Map();
    this.outages = 0;
    this.ending = new AbortController();
  }

  get stopped() {
    return this.ending.signal.aborted;
  }

  start() {
    this.running = Promise.all([
      this.#again(() => this.#fault(), this.everyMs),
      this.#again(() => this.#kill(), this.everyMs * 15),
      this.#again(() => this.#breakSocket(), this.everyMs * 12),
      this.#again(() => this.#turnSwitches(), this.everyMs * 40),
      this.#again(() => this.#outage(), this.outageEveryMs),
    ]);
  }

  async stop() {
    this.ending.abort();
    await this.running;
    await this.#countMet();
    await this.lab.clearFaults();
    await this.lab.control('webhook-faults', undefined, 'DELETE');
    await this.#carriedOut();
  }

  // What Twilio was told to put off is still to be carried out. Were time made to fly before that,
  // somebody else would take over what its owner has just asked for.
  async #carriedOut() {
    const deadline = Date.now() + CARRIED_OUT_MS;
    for (;;) {
      const { requests } = await this.lab.control('requests');
      const open = requests.filter(({ status }) => status === null);
      if (open.length === 0) return;
      if (Date.now() > deadline) throw new Error(`never answered: ${JSON.stringify(open)}`);
      await delay(50);
    }
  }

  count(what, times = 1) {
    this.counts.set(what, (this.counts.get(what) ?? 0) + times);
  }

  /** Nothing of this Task's call is reported any more. */
  async loseReports(taskSid) {
    for (const match of [{ url: taskSid }, { param: { FriendlyName: this.lab.room(taskSid) } }]) {
      await this.#order('webhook', 'dropped webhook', { match, times: 1000, action: 'drop' });
    }
  }

  async #again(act, everyMs) {
    while (!this.stopped) {
      await this.#pause(this.random.next() * 2 * everyMs);
      if (!this.stopped) await act();
    }
  }

  /** Until the time has passed or the storm is over. */
  async #pause(ms) {
    await delay(ms, undefined, { signal: this.ending.signal }).catch(() => {});
  }

  async #order(kind, name, fault) {
    const { id } = await this.lab.control(kind === 'rest' ? 'faults' : 'webhook-faults', fault);
    this.orders[kind].set(id, { name, times: fault.times });
    return id;
  }

  async #fault() {
    const { random } = this;
    if (await this.#countWaiting() >= WAITING_MAX) return;
    if (random.chance(0.35)) {
      const name = random.pick(Object.keys(WEBHOOK_FAULTS));
      await this.#order('webhook', name, {
        match: { url: random.pick(WEBHOOKS) }, times: 1 + random.below(2),
        ...WEBHOOK_FAULTS[name](random),
      });
    } else {
      const name = random.pick(Object.keys(REST_FAULTS));
      await this.#order('rest', name, { ...this.#restMatch(), ...REST_FAULTS[name](random) });
    }
  }

  async #countWaiting() {
    const lists = await Promise.all(['faults', 'webhook-faults'].map((path) =>
      this.lab.control(path)));
    return lists.flatMap(({ faults }) => faults).filter(({ remaining }) => remaining > 0).length;
  }

  // Before the request is carried out, or after: then only the answer is lost.
  #restMatch() {
    const { random } = this;
    const path = random.pick(PATHS);
    return {
      match: {
        path: `^(?!/v1/wschannels).*${path}`,
        ...(random.chance(0.5) ? { method: random.pick(['GET', 'POST']) } : {}),
      },
      times: 1 + random.below(3),
      skip: random.below(6),
      apply: random.pick(['before', 'after']),
    };
  }

  // In mid-request where that can be had: while Twilio's answer to a change is waited for.
  async #kill() {
    const { random, lab } = this;
    const { path, programs } = random.pick(CHANGES);
    const id = await this.#order('rest', 'delayed answer', {
      match: { method: 'POST', path: `^(?!/v1/wschannels).*(${path})` },
      times: 1, action: 'delay', ms: 2500, apply: random.pick(['before', 'after']),
    });
    const isMet = async () => (await lab.control('faults')).faults
      .some((fault) => fault.id === id && fault.remaining === 0);
    const deadline = Date.now() + 5000;
    let met = false;
    while (!met && !this.stopped && Date.now() < deadline) {
      await this.#pause(100);
      met = await isMet();
    }
    if (this.stopped) return;
    const killed = met ? programs
      : [...new Set(Array.from({ length: 3 }, () => random.pick(PROGRAMS)))];
    await Promise.all(killed.map((program) => lab.stack.restartProgram(program, 'SIGKILL')));
    this.count(met ? 'program killed in mid-request' : 'killed program', met ? 1 : killed.length);
  }

  // A Voice socket that is back in time keeps its call; after five seconds Twilio has ended it.
  async #breakSocket() {
    const { random } = this;
    const worker = random.pick(this.agents());
    const kind = random.pick(['bridge', 'voice']);
    const absentMs = 200 + random.below(7000);
    const { closed } = await this.lab.control('disconnect', { worker, kind, absentMs });
    this.count(kind === 'bridge' ? 'broken event-bridge socket' : 'broken Voice socket', closed);
  }

  async #turnSwitches() {
    // Whoever has learned once that Twilio ignores a RoutingTarget makes each K twice to learn it.
    await this.lab.control('switches',
      { preset: `random:${this.random.below(1e6)}`, routingTarget: 'taken' });
    this.count('turned switches');
  }

  async #outage() {
    this.outages += 1;
    if (this.outages % 2 === 0) {
      await this.#standStill();
      return;
    }
    await this.lab.restartTwilio(this.random.below(2000));
    this.count('restart of Twilio');
  }

  /** Twilio as a whole takes nothing and says nothing for a while. */
  async #standStill() {
    const { pid } = this.lab.stack.sandboxProcess;
    send(pid, 'SIGSTOP');
    await this.#pause(500 + this.random.below(5500));
    send(pid, 'SIGCONT');
    this.count('standstill of Twilio');
  }

  // An order that met no request has done nothing.
  async #countMet() {
    for (const [kind, path] of [['rest', 'faults'], ['webhook', 'webhook-faults']]) {
      for (const { id, remaining } of (await this.lab.control(path)).faults) {
        const order = this.orders[kind].get(id);
        if (order && order.times > remaining) this.count(order.name, order.times - remaining);
      }
    }
  }
}
