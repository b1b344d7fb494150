import { Reservations } from './reservations.js';
import { Routing } from './routing.js';
import { Tasks } from './tasks.js';
import { Workers } from './workers.js';

/**
 * TaskRouter's state and rules, without any wire format: REST and the event bridge both act
 * through this. What happens is announced on `world.events` as 'taskrouter'.
 */
export class TaskRouter {
  constructor(world) {
    this.world = world;
    this.nextSequence = 1;
    this.activities = new Map();
    this.queues = new Map();
    this.workflows = new Map();
    this.channels = new Map();
    this.workspace = null;
    this.workers = new Workers(this);
    this.tasks = new Tasks(this);
    this.reservations = new Reservations(this);
    this.routing = new Routing(this);
  }

  /** The part that every resource has. `sequence` orders them by creation, for stable pages. */
  entity(prefix, sid, fields) {
    const now = this.world.now();
    return {
      sid: sid ?? this.world.sid(prefix),
      sequence: this.nextSequence++,
      dateCreated: now,
      dateUpdated: now,
      version: 0,
      ...fields,
    };
  }

  touch(entity) {
    entity.version += 1;
    entity.dateUpdated = this.world.now();
  }

  add(collection, prefix, { sid, ...fields }) {
    const entity = this.entity(prefix, sid, fields);
    collection.set(entity.sid, entity);
    return entity;
  }

  addActivity(fields) {
    return this.add(this.activities, 'WA', fields);
  }

  addChannel(fields) {
    return this.add(this.channels, 'TC', { optimizedRouting: false, ...fields });
  }

  addQueue(fields) {
    return this.add(this.queues, 'WQ', {
      targetWorkers: '1==1',
      maxReservedWorkers: 1,
      taskOrder: 'FIFO',
      ...fields,
    });
  }

  addWorkflow(fields) {
    return this.add(this.workflows, 'WW', {
      assignmentCallbackUrl: null,
      fallbackAssignmentCallbackUrl: null,
      taskReservationTimeout: 120,
      ...fields,
    });
  }

  /** A Task channel by SID or by unique name. */
  findChannel(name) {
    if (this.channels.has(name)) return this.channels.get(name);
    return [...this.channels.values()].find((channel) => channel.uniqueName === name);
  }

  activityNamed(name) {
    return [...this.activities.values()].find((activity) => activity.friendlyName === name);
  }

  /** source: 'rest' for changes by REST or by TaskRouter itself, 'bridge' for those by a page. */
  announce(type, event) {
    this.world.events.emit('taskrouter', { source: 'rest', ...event, type });
  }

  /** Back to the beginning: no Task, and the configured agents as they were. */
  reset() {
    this.tasks.endAll();
    this.workers.removeAdded();
    this.workers.restore();
  }
}
