import { Events } from './events.js';
import { FollowUps } from './follow-ups.js';
import { Reservations } from './reservations.js';
import { Routing } from './routing.js';
import { Tasks } from './tasks.js';
import { Workers } from './workers.js';

const COLLECTIONS = ['activities', 'queues', 'workflows', 'channels'];

// What the workspace points to, and the collection that holds it.
const WORKSPACE_REFERENCES = {
  defaultQueue: 'queues',
  defaultActivity: 'activities',
  timeoutActivity: 'activities',
  offlineActivity: 'activities',
};

const mapValues = (object, change) =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value, key)]));

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
    this.followUps = new FollowUps(this);
    this.events = new Events(this);
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
    if (entity.sid.startsWith('WT')) this.world.past.note(entity);
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
    this.followUps.clear();
    this.tasks.endAll();
    this.workers.removeAdded();
    this.workers.backToStart();
    this.events.clear();
  }

  toJSON() {
    const { workspace } = this;
    return {
      nextSequence: this.nextSequence,
      ...Object.fromEntries(COLLECTIONS.map((name) => [name, [...this[name].values()]])),
      workspace: {
        ...workspace, ...mapValues(WORKSPACE_REFERENCES, (name, key) => workspace[key].sid),
      },
      workers: this.workers,
      tasks: this.tasks,
      followUps: this.followUps,
      events: this.events,
    };
  }

  /** Voice has been restored before: some of what is still to be done waits for a call. */
  restore(saved) {
    this.nextSequence = saved.nextSequence;
    for (const name of COLLECTIONS) {
      for (const entity of saved[name]) this[name].set(entity.sid, entity);
    }
    this.workspace = {
      ...saved.workspace,
      ...mapValues(WORKSPACE_REFERENCES, (name, key) => this[name].get(saved.workspace[key])),
    };
    this.workers.restore(saved.workers);
    this.tasks.restore(saved.tasks);
    this.followUps.restore(saved.followUps);
    this.events.restore(saved.events);
  }
}
