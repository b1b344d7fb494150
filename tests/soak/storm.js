// Trouble of every kind, at random: what Twilio's REST answers, how its webhooks arrive, programs
// that are killed and sockets that break.

import { send } from '../stack/processes.js';

const PROGRAMS = ['create-task', 'call-state', 'end-call', 'cleanup-rejected-task', 'caller-twiml',
  'callee-twiml', 'ringback', 'status-callback', 'status-callback', 'rejoin-call', 'session'];

// What create-task asks comes seldom: a call that doesn't begin can't go wrong later.
const PATHS = ['', '/Tasks$', '/Tasks/WT', '/Tasks/WT', '/Reservations', '/Workers/',
  '/Conferences', '/Conferences', '/Participants', '/Participants', '/Calls/', '/Calls/'];

// Every program answers within four seconds, whatever Twilio does meanwhile.
const REST_FAULTS = {
  'delayed answer': (r) => ({ action: 'delay', ms: 200 + r.below(1500) }),
  'answer past the deadline': (r) => ({ action: 'delay', ms: 4200 + r.below(2000) }),
  'no answer': () => ({ action: 'hang' }),
  'dropped connection': () => ({ action: 'drop' }),
  429: (r) => ({ action: 'status', status: 429, ...(r.chance(0.5) ? { retryAfter: 1 } : {}) }),
  500: (r) => ({ action: 'status', status: r.pick([500, 502, 503]) }),
  rubbish: () => ({ action: 'rubbish' }),
  'page of HTML': () => ({ action: 'html' }),
  'truncated answer': () => ({ action: 'truncate' }),
};

const WEBHOOK_FAULTS = {
  'repeated webhook': (r) => ({ action: 'repeat', ms: r.below(1500) }),
  'reordered webhook': () => ({ action: 'reorder', ms: 2000 }),
  'delayed webhook': (r) => ({ action: 'delay', ms: 100 + r.below(4000) }),
  'dropped webhook': () => ({ action: 'drop' }),
};

const WEBHOOKS = ['status-callback', 'status-callback', 'ringback', 'caller-twiml', 'callee-twiml'];

export class Storm {
  /** `agents()` lists the names of those who have a page. */
  constructor(lab, random, { agents, everyMs }) {
    Object.assign(this, { lab, random, agents, everyMs });
    this.orders = { rest: new Map(), webhook: new Map() }; // the stand-in's number → what it is
    this.counts = new Map();
    this.stopped = false;
  }

  start() {
    this.running = Promise.all([
      this.#again(() => this.#fault(), this.everyMs),
      this.#again(() => this.#kill(), this.everyMs * 15),
      this.#again(() => this.#breakSocket(), this.everyMs * 12),
      this.#again(() => this.#turnSwitches(), this.everyMs * 40),
      this.#again(() => this.#standStill(), this.everyMs * 60),
    ]);
  }

  async stop() {
    this.stopped = true;
    await this.running;
    await this.#countMet();
    await this.lab.clearFaults();
    await this.lab.control('webhook-faults', undefined, 'DELETE');
  }

  count(what, times = 1) {
    this.counts.set(what, (this.counts.get(what) ?? 0) + times);
  }

  /** Nothing of this Task's call is reported any more. */
  async loseReports(taskSid) {
    for (const match of [{ url: taskSid }, { param: { FriendlyName: taskSid } }]) {
      await this.#order('webhook', 'dropped webhook', { match, times: 1000, action: 'drop' });
    }
  }

  async #again(act, everyMs) {
    while (!this.stopped) {
      await new Promise((resolve) => { setTimeout(resolve, this.random.next() * 2 * everyMs); });
      if (!this.stopped) await act();
    }
  }

  async #order(kind, name, fault) {
    const { id } = await this.lab.control(kind === 'rest' ? 'faults' : 'webhook-faults', fault);
    this.orders[kind].set(id, { name, times: fault.times });
    return id;
  }

  async #fault() {
    const { random } = this;
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
    const id = await this.#order('rest', 'delayed answer', {
      match: { method: 'POST', path: random.pick(['/Tasks', '/Conferences|/Calls/']) },
      times: 1, action: 'delay', ms: 2500, apply: random.pick(['before', 'after']),
    });
    const deadline = Date.now() + 5000;
    const isMet = async () => (await lab.control('faults')).faults
      .some((fault) => fault.id === id && fault.remaining === 0);
    while (!this.stopped && Date.now() < deadline && !await isMet()) {
      await new Promise((resolve) => { setTimeout(resolve, 100); });
    }
    if (this.stopped) return;
    const programs = new Set(Array.from({ length: 3 }, () => random.pick(PROGRAMS)));
    await Promise.all([...programs].map((program) => lab.stack.restartProgram(program, 'SIGKILL')));
    this.count('killed program', programs.size);
  }

  async #breakSocket() {
    const worker = this.random.pick(this.agents());
    const { closed } = await this.lab.control('disconnect', { worker, kind: 'bridge' });
    this.count('broken event-bridge socket', closed);
  }

  async #turnSwitches() {
    await this.lab.control('switches', { preset: `random:${this.random.below(1e6)}` });
    this.count('turned switches');
  }

  /** Twilio as a whole takes nothing and says nothing for a while. */
  async #standStill() {
    const { pid } = this.lab.stack.sandboxProcess;
    send(pid, 'SIGSTOP');
    await new Promise((resolve) => { setTimeout(resolve, 500 + this.random.below(5500)); });
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
