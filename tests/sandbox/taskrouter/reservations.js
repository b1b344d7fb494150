import { Timer } from '../timer.js';
import { badParameter } from '../twilio-error.js';

// A Task that is rejected so often is canceled.
const MAX_REJECTIONS = 10;
const OPEN = new Set(['pending', 'accepted', 'wrapping']);

const EVENTS = {
  accepted: 'reservation.accepted',
  wrapping: 'reservation.wrapup',
  completed: 'reservation.completed',
  rejected: 'reservation.rejected',
  timeout: 'reservation.timeout',
  canceled: 'reservation.canceled',
  rescinded: 'reservation.rescinded',
};

export class Reservations {
  constructor(taskrouter) {
    this.tr = taskrouter;
  }

  isOpen(reservation) {
    return OPEN.has(reservation.status);
  }

  find(container, sid) {
    return container.find((reservation) => reservation.sid === sid);
  }

  /** All reservations of a Worker whose Tasks still exist, oldest first. */
  ofWorker(worker) {
    const found = [];
    for (const task of this.tr.tasks.bySid.values()) {
      found.push(...task.reservations.filter((reservation) => reservation.worker === worker));
    }
    return found.sort((a, b) => a.sequence - b.sequence);
  }

  create(task, worker) {
    const timeout = task.workflow?.taskReservationTimeout ?? 120;
    const reservation = this.tr.entity('WR', null, { task, worker, status: 'pending', timeout });
    task.reservations.push(reservation);
    worker.open.add(reservation);
    worker.version += 1;
    this.tr.workers.channel(worker, task.channel).lastReserved = reservation.dateCreated;
    if (task.status === 'pending') {
      task.status = 'reserved';
      this.tr.touch(task);
    }
    this.#expireAfter(reservation, timeout * 1000);
    this.tr.announce('reservation.created', { workers: [worker], reservation });
    return reservation;
  }

  setStatus(reservation, status, options = {}) {
    const transitions = {
      accepted: 'accept', rejected: 'reject', wrapping: 'wrap', completed: 'complete',
    };
    const action = transitions[status];
    if (!action) throw badParameter(`ReservationStatus cannot be set to ${status}`);
    this[action](reservation, options);
  }

  accept(reservation, { source } = {}) {
    this.#require(reservation, ['pending'], 'accepted');
    const { task } = reservation;
    task.status = 'assigned';
    this.tr.touch(task);
    this.tr.tasks.stopTimer(task, 'ttl');
    this.tr.routing.leave(task);
    this.mark(reservation, 'accepted', source);
    for (const other of task.reservations) {
      if (other.status === 'pending') this.end(other, 'rescinded', source);
    }
  }

  reject(reservation, { source, activity } = {}) {
    this.#require(reservation, ['pending'], 'rejected');
    if (activity) this.tr.workers.setActivity(reservation.worker, activity);
    this.end(reservation, 'rejected', source);
    reservation.task.rejections += 1;
    this.#backToQueue(reservation.task);
  }

  wrap(reservation, { source } = {}) {
    this.#require(reservation, ['accepted'], 'wrapping');
    this.tr.tasks.wrap(reservation.task, null, source);
  }

  complete(reservation, { source } = {}) {
    this.#require(reservation, ['accepted', 'wrapping'], 'completed');
    this.tr.tasks.complete(reservation.task, null, source);
  }

  /** The Worker is gone: an unaccepted Task looks for another one. */
  cancel(reservation) {
    const wasPending = reservation.status === 'pending';
    this.end(reservation, 'canceled');
    if (wasPending) this.#backToQueue(reservation.task);
  }

  mark(reservation, status, source) {
    reservation.timer?.stop();
    reservation.status = status;
    this.tr.touch(reservation);
    this.tr.announce(EVENTS[status], { workers: [reservation.worker], reservation, source });
  }

  /** Ends it and frees the capacity that it held. */
  end(reservation, status, source) {
    reservation.worker.open.delete(reservation);
    this.mark(reservation, status, source);
    this.tr.routing.schedule();
  }

  /** What a restart needs to know; the Task is the one that lists it. */
  toPlain({ task, worker, ...fields }) {
    return { ...fields, workerSid: worker.sid };
  }

  /** Gives nothing for a Worker who has been deleted: nobody can ask for that Reservation. */
  restore(task, { workerSid, timer: leftMs, ...fields }) {
    const worker = this.tr.workers.get(workerSid);
    if (!worker) return [];
    const reservation = { ...fields, task, worker };
    if (this.isOpen(reservation)) worker.open.add(reservation);
    if (reservation.status === 'pending') this.#expireAfter(reservation, leftMs);
    return [reservation];
  }

  #expireAfter(reservation, ms) {
    reservation.timer = new Timer(ms, () => this.#expire(reservation));
  }

  #require(reservation, states, wanted) {
    if (!states.includes(reservation.status)) {
      throw badParameter(`Reservation ${reservation.sid} cannot become ${wanted}: `
        + `it is ${reservation.status}`);
    }
  }

  #expire(reservation) {
    if (reservation.status !== 'pending') return;
    this.end(reservation, 'timeout');
    this.tr.workers.setActivity(reservation.worker, this.tr.workspace.timeoutActivity);
    this.#backToQueue(reservation.task);
  }

  #backToQueue(task) {
    if (task.reservations.some((reservation) => reservation.status === 'pending')) return;
    if (task.rejections >= MAX_REJECTIONS) {
      this.tr.tasks.cancel(task, 'Task TTL Exceeded or Max assignment count exceeded');
      return;
    }
    task.status = 'pending';
    this.tr.touch(task);
    this.tr.routing.schedule();
  }
}
