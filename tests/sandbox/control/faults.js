import { EVENT_BRIDGE_PATH } from '../bridge/event-bridge.js';

const ACTIONS = [
  'delay', 'meet', 'hold', 'status', 'drop', 'hang', 'rubbish', 'truncate', 'html', 'json', 'raw',
];

/** Faults that a test orders: the next matching REST requests are delayed, refused, lost… */
export class Faults {
  constructor() {
    this.nextId = 1;
    this.orders = [];
  }

  add({ match = {}, skip = 0, times = 1, apply = 'before', ...rest }) {
    if (!ACTIONS.includes(rest.action)) {
      throw new Error(`action must be one of ${ACTIONS.join(', ')}`);
    }
    const order = { id: this.nextId++, match, skip, remaining: times, apply, ...rest };
    this.#enter(order);
    return order.id;
  }

  /**
   * The fault that this request meets, or null; counts it down. A fault without a path is meant
   * for REST, so requests to the event bridge meet only those that name its path.
   */
  take(request) {
    for (const { order, pattern } of this.orders) {
      if (order.remaining <= 0 || !matches(order.match, pattern, request)) continue;
      if (order.skip > 0) {
        order.skip -= 1;
        continue;
      }
      order.remaining -= 1;
      return order;
    }
    return null;
  }

  list() {
    return this.orders.map(({ order }) => order);
  }

  /** Takes this order back, or all of them; what one holds is carried out. */
  clear(id) {
    const stays = ({ order }) => id !== undefined && order.id !== id;
    for (const one of this.orders) if (!stays(one)) one.order.released = true;
    this.orders = this.orders.filter(stays);
  }

  toJSON() {
    return { nextId: this.nextId, orders: this.list() };
  }

  restore({ nextId, orders }) {
    this.nextId = nextId;
    for (const order of orders) this.#enter(order);
  }

  #enter(order) {
    const { path } = order.match;
    this.orders.push({ order, pattern: path === undefined ? null : new RegExp(path) });
  }
}

function matches(match, pattern, { method, path, params }) {
  if (!pattern && path === EVENT_BRIDGE_PATH) return false;
  if (match.method && match.method !== method) return false;
  if (pattern && !pattern.test(path)) return false;
  return Object.entries(match.param ?? {})
    .every(([name, value]) => params.get(name) === String(value));
}
