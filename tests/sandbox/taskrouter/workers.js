import { parseAttributes } from './attributes.js';
import { badParameter } from '../twilio-error.js';

const MAX_NAME = 64;

export class Workers {
  constructor(taskrouter) {
    this.tr = taskrouter;
    this.bySid = new Map();
  }

  /** `origin` is 'seed' for the configured agents, which a reset restores instead of removing. */
  create({ sid, friendlyName, attributes = '{}', activity, capacity = {}, origin = 'rest' }) {
    checkName(friendlyName);
    const { text, object } = parseAttributes(attributes);
    const worker = this.tr.entity('WK', sid, {
      friendlyName,
      attributes: text,
      attributesObject: object,
      activity: activity ?? this.tr.workspace.defaultActivity,
      capacity,
      origin,
      channels: new Map(),
      open: new Set(),
      scope: null,
    });
    worker.dateStatusChanged = worker.dateCreated;
    worker.initial = { attributes: text, activity: worker.activity };
    this.bySid.set(worker.sid, worker);
    this.tr.routing.schedule();
    return worker;
  }

  get(sid) {
    return this.bySid.get(sid);
  }

  named(friendlyName) {
    return [...this.bySid.values()].find((worker) => worker.friendlyName === friendlyName);
  }

  update(worker, { activity, attributes, friendlyName, rejectPendingReservations }) {
    if (rejectPendingReservations && (!activity || activity.available)) {
      throw badParameter('RejectPendingReservations needs an unavailable ActivitySid');
    }
    this.#describe(worker, { attributes, friendlyName });
    if (activity) this.setActivity(worker, activity);
    if (rejectPendingReservations) this.#rejectPending(worker);
    this.tr.routing.schedule();
  }

  #describe(worker, { attributes, friendlyName }) {
    if (attributes === undefined && friendlyName === undefined) return;
    if (friendlyName !== undefined) checkName(friendlyName);
    if (attributes !== undefined) {
      const { text, object } = parseAttributes(attributes);
      worker.attributes = text;
      worker.attributesObject = object;
    }
    worker.friendlyName = friendlyName ?? worker.friendlyName;
    worker.scope = null;
    this.tr.touch(worker);
    this.tr.announce('worker.attributes.update', { workers: [worker], worker });
  }

  setActivity(worker, activity) {
    if (worker.activity === activity) return;
    worker.activity = activity;
    worker.scope = null;
    this.tr.touch(worker);
    worker.dateStatusChanged = worker.dateUpdated;
    this.tr.announce('worker.activity.update', { workers: [worker], worker });
    this.tr.routing.schedule();
  }

  remove(worker) {
    for (const reservation of [...worker.open]) this.tr.reservations.cancel(reservation);
    this.bySid.delete(worker.sid);
    this.tr.announce('worker.deleted', { workers: [worker], worker });
  }

  /** The Worker's own side of a Task channel, made when it is first looked at. */
  channel(worker, taskChannel) {
    let channel = worker.channels.get(taskChannel.sid);
    if (!channel) {
      channel = this.tr.entity('WC', null, {
        taskChannel,
        worker,
        capacity: worker.capacity[taskChannel.uniqueName] ?? 1,
        available: true,
        lastReserved: worker.dateCreated,
      });
      worker.channels.set(taskChannel.sid, channel);
    }
    return channel;
  }

  allChannels(worker) {
    return [...this.tr.channels.values()].map((channel) => this.channel(worker, channel));
  }

  updateChannel(channel, { capacity, available }) {
    const { worker } = channel;
    if (capacity !== undefined) {
      channel.capacity = capacity;
      this.#channelChanged('worker.capacity.update', worker, channel);
    }
    if (available !== undefined) {
      channel.available = available;
      this.#channelChanged('worker.channel.availability.update', worker, channel);
    }
    this.tr.routing.schedule();
  }

  /** Pending, accepted and wrapping reservations all hold capacity. */
  assignedTasks(worker, taskChannel) {
    let count = 0;
    for (const reservation of worker.open) {
      if (reservation.task.channel === taskChannel) count += 1;
    }
    return count;
  }

  freePercentage({ worker, taskChannel, capacity }) {
    const free = Math.max(capacity - this.assignedTasks(worker, taskChannel), 0);
    return capacity === 0 ? 0 : Math.floor((free * 100) / capacity);
  }

  hasRoom(worker, taskChannel) {
    const { available, capacity } = this.channel(worker, taskChannel);
    return available && this.assignedTasks(worker, taskChannel) < capacity;
  }

  /**
   * What an expression sees of a Worker: its attributes, and four names of the Worker itself, bare
   * or after "worker.". Kept, because routing evaluates it for every Worker there is.
   */
  scope(worker) {
    if (!worker.scope) {
      const scope = {
        ...worker.attributesObject,
        sid: worker.sid,
        friendly_name: worker.friendlyName,
        activity_sid: worker.activity.sid,
        activity_name: worker.activity.friendlyName,
      };
      worker.scope = { ...scope, worker: scope };
    }
    return worker.scope;
  }

  /** Removes what isn't one of the configured agents. */
  removeAdded() {
    for (const worker of [...this.bySid.values()]) {
      if (worker.origin !== 'seed') this.remove(worker);
    }
  }

  /** Gives the configured agents their first attributes, activities and capacities again. */
  backToStart() {
    for (const worker of this.bySid.values()) {
      const { attributes, activity } = worker.initial;
      if (worker.attributes !== attributes) this.update(worker, { attributes });
      this.setActivity(worker, activity);
      worker.channels.clear();
    }
  }

  toJSON() {
    return [...this.bySid.values()].map(({ attributesObject, scope, open, ...worker }) => ({
      ...worker,
      activity: worker.activity.sid,
      initial: { ...worker.initial, activity: worker.initial.activity.sid },
      channels: [...worker.channels.values()].map(({ worker: owner, taskChannel, ...channel }) =>
        ({ ...channel, taskChannel: taskChannel.sid })),
    }));
  }

  /** Their Reservations come with the Tasks. */
  restore(saved) {
    const { activities, channels } = this.tr;
    for (const fields of saved) {
      const worker = {
        ...fields,
        attributesObject: JSON.parse(fields.attributes),
        activity: activities.get(fields.activity),
        initial: { ...fields.initial, activity: activities.get(fields.initial.activity) },
        open: new Set(),
        scope: null,
      };
      worker.channels = new Map(fields.channels.map((channel) => [channel.taskChannel,
        { ...channel, worker, taskChannel: channels.get(channel.taskChannel) }]));
      this.bySid.set(worker.sid, worker);
    }
  }

  #rejectPending(worker) {
    for (const reservation of [...worker.open]) {
      if (reservation.status === 'pending') this.tr.reservations.reject(reservation);
    }
  }

  #channelChanged(type, worker, channel) {
    this.tr.touch(channel);
    worker.version += 1;
    this.tr.announce(type, { workers: [worker], channel });
  }
}

function checkName(friendlyName) {
  if (!friendlyName || friendlyName.length > MAX_NAME) {
    throw badParameter(`FriendlyName must have 1 to ${MAX_NAME} characters`);
  }
}
