import { compile } from './expression.js';
import { Timer } from '../timer.js';

/**
 * Brings waiting Tasks and Workers together. A Task enters its workflow, where the first matching
 * filter gives it a list of targets; each target is a queue with conditions, the next one is
 * tried when the target's time is over.
 */
export class Routing {
  constructor(taskrouter) {
    this.tr = taskrouter;
    this.waiting = new Map(); // Task → {target, later}: where it is, and the targets after that
    this.scheduled = false;
  }

  /** (Re)starts a pending Task's way through its workflow, or straight to its routing target. */
  enter(task) {
    const direct = this.#directTarget(task);
    const targets = direct ? [direct] : this.#workflowTargets(task);
    if (targets.length === 0) {
      this.tr.tasks.cancel(task, 'Task did not match any workflow filter');
      return;
    }
    this.#enterTarget(task, targets);
  }

  /** After a workflow has changed: its pending Tasks start again. */
  reevaluate(workflow) {
    for (const task of [...this.waiting.keys()]) {
      if (task.workflow === workflow && task.status === 'pending') this.enter(task);
    }
  }

  leave(task) {
    this.tr.tasks.stopTimer(task, 'step');
    this.waiting.delete(task);
  }

  /** Goes on after a restart, with what was left of the target's time, if that is limited. */
  resume(task, place, stepMs) {
    this.waiting.set(task, place);
    if (stepMs !== undefined) this.#limit(task, stepMs);
    this.schedule();
  }

  /** Many changes in one turn of the event loop cost one pass. */
  schedule() {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      this.#pass();
    });
  }

  #directTarget(task) {
    const target = task.routingTarget;
    if (!target || target.startsWith('WW')) return null;
    if (target.startsWith('WQ')) return { queue: target };
    return { queue: task.queue?.sid, worker: target };
  }

  #workflowTargets(task) {
    const { filters = [], default_filter: fallback } =
      JSON.parse(task.workflow.configuration).task_routing ?? {};
    const scope = { ...task.attributesObject, task: task.attributesObject };
    const filter = filters.find(({ expression }) => compile(expression)(scope));
    if (filter) return filter.targets;
    return fallback ? [fallback] : [];
  }

  #enterTarget(task, targets) {
    const [target, ...later] = targets;
    this.tr.tasks.stopTimer(task, 'step');
    const queue = this.tr.queues.get(target.queue) ?? this.tr.workspace.defaultQueue;
    if (task.queue !== queue) task.queueEntered = this.tr.world.now();
    task.queue = queue;
    if (target.priority !== undefined) task.priority = Number(target.priority);
    this.waiting.set(task, { target, later });
    if (target.timeout) this.#limit(task, target.timeout * 1000);
    this.schedule();
  }

  #limit(task, ms) {
    task.timers.step = new Timer(ms, () => this.#targetTimedOut(task));
  }

  #targetTimedOut(task) {
    if (task.status !== 'pending') return;
    const { later } = this.waiting.get(task);
    if (later.length > 0) this.#enterTarget(task, later);
    else this.tr.tasks.cancel(task, 'Task timed out of its workflow');
  }

  #pass() {
    const order = [...this.waiting.keys()].sort((a, b) =>
      b.priority - a.priority
      || (a.queue.taskOrder === 'LIFO' ? b.sequence - a.sequence : a.sequence - b.sequence));
    for (const task of order) this.#reserve(task, this.waiting.get(task).target);
  }

  #reserve(task, target) {
    let room = task.queue.maxReservedWorkers;
    for (const { status } of task.reservations) if (status === 'pending') room -= 1;
    if (room <= 0) return;
    const candidates = this.#candidates(task, target)
      .sort((a, b) => a.dateStatusChanged - b.dateStatusChanged);
    for (const worker of candidates.slice(0, room)) this.tr.reservations.create(task, worker);
  }

  #candidates(task, target) {
    if (target.worker) {
      const worker = this.tr.workers.get(target.worker);
      const free = worker && (task.ignoreCapacity || this.#isFree(worker, task));
      return free && !holds(worker, task) ? [worker] : [];
    }
    const inQueue = compile(task.queue.targetWorkers);
    const wanted = compile(target.expression || '1==1');
    return [...this.tr.workers.bySid.values()].filter((worker) => {
      if (!this.#isFree(worker, task) || holds(worker, task)) return false;
      const scope = this.tr.workers.scope(worker);
      return inQueue(scope) && wanted({ task: task.attributesObject, worker: scope.worker });
    });
  }

  #isFree(worker, task) {
    return worker.activity.available && this.tr.workers.hasRoom(worker, task.channel);
  }
}

function holds(worker, task) {
  for (const reservation of worker.open) if (reservation.task === task) return true;
  return false;
}
