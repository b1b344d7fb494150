import { parseAttributes } from './attributes.js';
import { Timer } from '../timer.js';
import { badParameter } from '../twilio-error.js';

// Ended Tasks stay in the control API's list after REST has forgotten them; so many at most.
const ARCHIVE = 3000;
const DEFAULT_TIMEOUT = 86_400;

const LIVE = new Set(['pending', 'reserved', 'assigned', 'wrapping']);
const WAITING = new Set(['pending', 'reserved']);

const isLive = (task) => LIVE.has(task.status);

const reservationsIn = (task, ...statuses) =>
  task.reservations.filter((reservation) => statuses.includes(reservation.status));

export class Tasks {
  constructor(taskrouter) {
    this.tr = taskrouter;
    this.bySid = new Map();
    this.archive = [];
  }

  get(sid) {
    return this.bySid.get(sid);
  }

  /** Every Task since the last reset, newest last, also those that REST no longer knows. */
  all() {
    return this.archive;
  }

  create({ attributes = '{}', workflow, queue = null, channel, priority = 0,
    timeout = DEFAULT_TIMEOUT, routingTarget = null, ignoreCapacity = false, virtualStart }) {
    const { text, object } = parseAttributes(attributes);
    const task = this.tr.entity('WT', null, {
      attributes: text,
      attributesObject: object,
      status: 'pending',
      workflow,
      queue,
      channel,
      priority,
      reason: null,
      timeout,
      routingTarget,
      ignoreCapacity,
      reservations: [],
      rejections: 0,
      timers: {},
    });
    task.virtualStart = virtualStart ?? task.dateCreated;
    task.queueEntered = task.dateCreated;
    this.bySid.set(task.sid, task);
    this.archive.push(task);
    this.tr.world.past.note(task);
    this.#forgetOldest();
    this.#startTimer(task, 'ttl', timeout * 1000);
    this.tr.announce('task.created', { workers: [], task });
    this.tr.routing.enter(task);
    return task;
  }

  /** Changes everything but the status. New attributes send a pending Task through its workflow. */
  update(task, { attributes, priority, channel, virtualStart }, source) {
    const parsed = attributes === undefined ? null : parseAttributes(attributes);
    if (parsed) {
      task.attributes = parsed.text;
      task.attributesObject = parsed.object;
    }
    if (priority !== undefined) task.priority = priority;
    if (channel !== undefined) task.channel = channel;
    if (virtualStart !== undefined) task.virtualStart = virtualStart;
    this.tr.touch(task);
    this.tr.announce('task.updated', { workers: this.#holders(task), task, source });
    if (task.status === 'pending') this.tr.routing.enter(task);
  }

  /** What TaskRouter itself writes into attributes, such as worker_call_sid. */
  merge(task, attributes) {
    if (!isLive(task)) return;
    this.update(task, { attributes: JSON.stringify({ ...task.attributesObject, ...attributes }) });
  }

  setStatus(task, status, reason, source) {
    const transitions = { canceled: 'cancel', wrapping: 'wrap', completed: 'complete' };
    const action = transitions[status];
    if (!action) throw badParameter(`AssignmentStatus cannot be set to ${status}`);
    if (!reason && status !== 'wrapping') throw badParameter(`Reason is required for ${status}`);
    this[action](task, reason, source);
  }

  cancel(task, reason, source) {
    if (!WAITING.has(task.status)) {
      throw badParameter(`Cannot cancel task ${task.sid} because it is not pending or reserved.`);
    }
    const holders = this.#holders(task);
    this.#end(task, 'canceled', reason);
    for (const reservation of reservationsIn(task, 'pending')) {
      this.tr.reservations.end(reservation, 'canceled', source);
    }
    this.tr.announce('task.canceled', { workers: holders, task, source });
  }

  wrap(task, reason, source) {
    if (task.status !== 'assigned') {
      throw badParameter(
        `Cannot wrap up task ${task.sid} because it is not currently assigned.`);
    }
    task.status = 'wrapping';
    if (reason) task.reason = reason;
    this.tr.touch(task);
    for (const reservation of reservationsIn(task, 'accepted')) {
      this.tr.reservations.mark(reservation, 'wrapping', source);
    }
    this.tr.announce('task.wrapup', { workers: this.#holders(task), task, source });
  }

  complete(task, reason, source) {
    if (task.status !== 'assigned' && task.status !== 'wrapping') {
      throw badParameter(
        `Cannot complete task ${task.sid} because it is not currently assigned.`);
    }
    const holders = this.#holders(task);
    this.#end(task, 'completed', reason);
    for (const reservation of reservationsIn(task, 'accepted', 'wrapping')) {
      this.tr.reservations.end(reservation, 'completed', source);
    }
    this.tr.announce('task.completed', { workers: holders, task, source });
  }

  remove(task) {
    for (const reservation of reservationsIn(task, 'pending', 'accepted', 'wrapping')) {
      this.tr.reservations.end(reservation, 'canceled');
    }
    this.#clearTimers(task);
    if (isLive(task)) task.status = 'canceled';
    this.bySid.delete(task.sid);
    this.tr.routing.leave(task);
  }

  endAll() {
    for (const task of [...this.bySid.values()]) this.remove(task);
    this.archive = [];
  }

  age(task) {
    return Math.floor((this.tr.world.now() - task.dateCreated) / 1000);
  }

  stopTimer(task, name) {
    task.timers[name]?.stop();
    delete task.timers[name];
  }

  toJSON() {
    return this.archive.map(({ attributesObject, ...task }) => ({
      ...task,
      workflow: task.workflow?.sid,
      queue: task.queue?.sid,
      channel: task.channel.sid,
      reservations: task.reservations.map((one) => this.tr.reservations.toPlain(one)),
      known: this.bySid.has(task.sid),
      waiting: this.tr.routing.waiting.get(this.bySid.get(task.sid)),
    }));
  }

  restore(saved) {
    for (const one of saved) this.#restoreOne(one);
  }

  #holders(task) {
    return task.reservations
      .filter((reservation) => this.tr.reservations.isOpen(reservation))
      .map((reservation) => reservation.worker);
  }

  #expire(task) {
    if (WAITING.has(task.status)) this.cancel(task, 'Task TTL Exceeded');
  }

  #end(task, status, reason) {
    task.status = status;
    if (reason) task.reason = reason;
    this.tr.touch(task);
    this.#clearTimers(task);
    this.tr.routing.leave(task);
    this.#startTimer(task, 'deletion', this.tr.world.config.endedTaskLifetimeMs);
  }

  /** A Task that REST still knows is kept, however old it is. */
  #forgetOldest() {
    if (this.archive.length <= ARCHIVE * 1.5) return;
    const kept = this.archive.length - ARCHIVE;
    this.archive = this.archive.filter((task, at) => at >= kept || this.bySid.has(task.sid));
  }

  #startTimer(task, name, ms) {
    const actions = { ttl: () => this.#expire(task), deletion: () => this.remove(task) };
    task.timers[name] = new Timer(ms, actions[name]);
  }

  #clearTimers(task) {
    for (const name of Object.keys(task.timers)) this.stopTimer(task, name);
  }

  #restoreOne({ known, waiting, timers, reservations, ...fields }) {
    const { workflows, queues, channels } = this.tr;
    const task = {
      ...fields,
      attributesObject: JSON.parse(fields.attributes),
      workflow: workflows.get(fields.workflow),
      queue: queues.get(fields.queue) ?? null,
      channel: channels.get(fields.channel),
      timers: {},
    };
    task.reservations = reservations.flatMap((one) => this.tr.reservations.restore(task, one));
    this.archive.push(task);
    if (known) this.bySid.set(task.sid, task);
    const { step, ...ours } = timers;
    for (const [name, leftMs] of Object.entries(ours)) this.#startTimer(task, name, leftMs);
    if (waiting) this.tr.routing.resume(task, waiting, step);
  }
}
