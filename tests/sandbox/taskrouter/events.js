import { keepLatest } from '../keep-latest.js';

// So many at most, whatever their age.
const KEPT = 4000;
// TaskRouter keeps its Events for 30 days.
const LIFETIME_MS = 30 * 86_400_000;

// What an announcement is about, in the order in which its Event names a resource.
const SUBJECTS = ['reservation', 'task', 'channel', 'worker'];
const RESOURCE_TYPES = { channel: 'worker' };

/**
 * The Workspace's Events: what TaskRouter has announced, as it was at that moment. Each one is
 * {sid, at, type, subject, resourceSid, data}, newest last.
 */
export class Events {
  constructor(taskrouter) {
    this.tr = taskrouter;
    this.list = [];
    taskrouter.world.events.on('taskrouter', (event) => this.#keep(event));
  }

  /** Newest first, as REST lists them. */
  newest() {
    const since = this.tr.world.now() - LIFETIME_MS;
    return this.list.filter(({ at }) => at >= since).reverse();
  }

  clear() {
    this.list = [];
  }

  toJSON() {
    return this.list;
  }

  restore(saved) {
    this.list = saved;
  }

  #keep(event) {
    const subject = SUBJECTS.find((name) => event[name]);
    this.list.push({
      sid: this.tr.world.sid('EV'),
      at: this.tr.world.now(),
      type: event.type,
      subject: RESOURCE_TYPES[subject] ?? subject,
      resourceSid: (event.channel?.worker ?? event[subject]).sid,
      data: this.#data(event),
    });
    keepLatest(this.list, KEPT);
  }

  #data({ reservation, channel, ...event }) {
    const { workspace } = this.tr;
    const task = event.task ?? reservation?.task;
    const worker = event.worker ?? (reservation ?? channel)?.worker;
    return {
      ...(reservation && { reservation_sid: reservation.sid,
        reservation_version: String(reservation.version) }),
      ...(task && this.#taskData(task)),
      ...(worker && workerData(worker)),
      ...(channel && channelData(channel, this.tr.workers)),
      workspace_name: workspace.friendlyName,
      workspace_sid: this.tr.world.config.workspaceSid,
    };
  }

  #taskData(task) {
    return {
      task_sid: task.sid,
      task_age: String(this.tr.tasks.age(task)),
      task_assignment_status: task.status,
      task_attributes: task.attributes,
      task_priority: String(task.priority),
      ...(task.reason && { [`task_${task.status}_reason`]: task.reason }),
      task_channel_sid: task.channel.sid,
      task_channel_unique_name: task.channel.uniqueName,
      task_queue_sid: task.queue?.sid ?? null,
      task_queue_name: task.queue?.friendlyName ?? null,
      workflow_sid: task.workflow?.sid ?? null,
      workflow_name: task.workflow?.friendlyName ?? null,
    };
  }
}

function workerData(worker) {
  return {
    worker_sid: worker.sid,
    worker_name: worker.friendlyName,
    worker_attributes: worker.attributes,
    worker_activity_sid: worker.activity.sid,
    worker_activity_name: worker.activity.friendlyName,
    worker_version: String(worker.version),
  };
}

function channelData({ worker, taskChannel, ...channel }, workers) {
  return {
    worker_channel_available: channel.available,
    worker_channel_task_count: workers.assignedTasks(worker, taskChannel),
    task_channel_sid: taskChannel.sid,
    task_channel_unique_name: taskChannel.uniqueName,
  };
}
