import { Timer } from '../timer.js';

/**
 * What TaskRouter has still to do for a leg that it has placed: a little later, or once the leg has
 * joined its Conference. Each step is data that names SIDs, because a closure would not survive a
 * restart: {kind: 'note-call', taskSid, callSid} writes the leg into the Task, and
 * {kind: 'accept', taskSid, reservationSid, source} accepts the Reservation.
 */
export class FollowUps {
  constructor(taskrouter) {
    this.tr = taskrouter;
    this.due = new Set();
    this.waiting = new Set();
    taskrouter.world.events.on('participant-joined', ({ callSid }) => this.#begin(callSid));
  }

  after(ms, step) {
    const entry = { step };
    entry.timer = new Timer(ms, () => {
      this.due.delete(entry);
      this.carryOut(step);
    });
    this.due.add(entry);
  }

  /** A leg that ends before it has joined will never join: the step is taken all the same. */
  afterJoin(call, ms, step) {
    this.waiting.add({ callSid: call.sid, ms, step });
    call.once('ended', () => this.#begin(call.sid));
  }

  carryOut(step) {
    const task = this.tr.tasks.get(step.taskSid);
    if (!task) return;
    if (step.kind === 'note-call') {
      this.tr.tasks.merge(task, { worker_call_sid: step.callSid });
      return;
    }
    const { reservations } = this.tr;
    const reservation = reservations.find(task.reservations, step.reservationSid);
    if (reservation?.status === 'pending') {
      reservations.accept(reservation, { source: step.source });
    }
  }

  clear() {
    for (const { timer } of this.due) timer.stop();
    this.due.clear();
    this.waiting.clear();
  }

  toJSON() {
    return {
      due: [...this.due].map(({ timer, step }) => ({ ms: timer, step })),
      waiting: [...this.waiting],
    };
  }

  restore({ due, waiting }) {
    for (const { ms, step } of due) this.after(ms, step);
    for (const { callSid, ms, step } of waiting) {
      this.afterJoin(this.tr.world.voice.getCall(callSid), ms, step);
    }
  }

  #begin(callSid) {
    for (const entry of this.waiting) {
      if (entry.callSid !== callSid) continue;
      this.waiting.delete(entry);
      this.after(entry.ms, entry.step);
    }
  }
}
