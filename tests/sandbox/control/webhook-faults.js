// Faults that a test orders for webhooks: the next matching deliveries are repeated, dropped,
// delayed, or held back until another one has been delivered.

const ACTIONS = ['repeat', 'drop', 'delay', 'reorder'];
const DEFAULT_HOLD_MS = 5000;

export class WebhookFaults {
  constructor() {
    this.faults = [];
    this.held = new Set();
    this.nextId = 1;
  }

  add({ match = {}, times = 1, action, ms = 0 }) {
    if (!ACTIONS.includes(action)) throw new Error(`unknown action ${action}`);
    const fault = { id: this.nextId, match, remaining: times, action, ms };
    this.nextId += 1;
    this.enter(fault);
    return fault.id;
  }

  enter(fault) {
    const { url } = fault.match;
    this.faults.push(url === undefined ? fault : { ...fault, pattern: new RegExp(url) });
  }

  clear() {
    this.faults = [];
    this.release();
  }

  list() {
    return this.faults.map(({ pattern, ...fault }) => fault);
  }

  toJSON() {
    return { nextId: this.nextId, faults: this.list() };
  }

  restore({ nextId, faults }) {
    this.nextId = nextId;
    for (const fault of faults) this.enter(fault);
  }

  // The fault that applies to this delivery, used up by one, or null.
  take(url, params) {
    const fault = this.faults.find((f) => f.remaining > 0 && matches(f, url, params));
    if (!fault) return null;
    fault.remaining -= 1;
    return fault;
  }

  // Resolves once another delivery is done; the time limit serves a test in which none follows.
  hold(ms) {
    return new Promise((resolve) => {
      const release = () => {
        clearTimeout(timer);
        this.held.delete(release);
        resolve();
      };
      const timer = setTimeout(release, ms || DEFAULT_HOLD_MS);
      this.held.add(release);
    });
  }

  release() {
    for (const release of [...this.held]) release();
  }
}

function matches(fault, url, params) {
  if (fault.pattern && !fault.pattern.test(url)) return false;
  return Object.entries(fault.match.param ?? {})
    .every(([name, value]) => String(params[name] ?? '') === String(value));
}
