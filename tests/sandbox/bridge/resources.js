/** TaskRouter's resources as the event bridge writes them: every date in epoch seconds. */

const seconds = (ms) => Math.floor(ms / 1000);

function common({ config }, entity) {
  return {
    sid: entity.sid,
    account_sid: config.accountSid,
    workspace_sid: config.workspaceSid,
    date_created: seconds(entity.dateCreated),
    date_updated: seconds(entity.dateUpdated),
  };
}

export function workerPayload(world, worker) {
  return {
    ...common(world, worker),
    friendly_name: worker.friendlyName,
    activity_sid: worker.activity.sid,
    activity_name: worker.activity.friendlyName,
    available: worker.activity.available,
    attributes: worker.attributes,
    date_status_changed: seconds(worker.dateStatusChanged),
    version: worker.version,
  };
}

export function activityPayload(world, activity) {
  return {
    ...common(world, activity),
    friendly_name: activity.friendlyName,
    available: activity.available,
  };
}

export function workerChannelPayload(world, channel) {
  const { workers } = world.taskrouter;
  return {
    ...common(world, channel),
    worker_sid: channel.worker.sid,
    task_channel_sid: channel.taskChannel.sid,
    task_channel_unique_name: channel.taskChannel.uniqueName,
    configured_capacity: channel.capacity,
    available: channel.available ? 1 : 0,
    assigned_tasks: workers.assignedTasks(channel.worker, channel.taskChannel),
    available_capacity_percentage: workers.freePercentage(channel),
    // The one date in milliseconds.
    last_reserved_time: channel.lastReserved,
  };
}

export function taskPayload(world, task) {
  return {
    ...common(world, task),
    attributes: task.attributes,
    addons: '{}',
    assignment_status: task.status,
    age: world.taskrouter.tasks.age(task),
    priority: task.priority,
    reason: task.reason,
    routing_target: task.routingTarget,
    timeout: task.timeout,
    queue_sid: task.queue?.sid ?? null,
    queue_name: task.queue?.friendlyName ?? null,
    workflow_sid: task.workflow?.sid ?? null,
    workflow_name: task.workflow?.friendlyName ?? null,
    task_channel_sid: task.channel.sid,
    task_channel_unique_name: task.channel.uniqueName,
    virtual_start_time: seconds(task.virtualStart),
    version: task.version,
  };
}

/** The short form that answers a reservation's update. */
export function bareReservationPayload(world, reservation) {
  return {
    ...common(world, reservation),
    worker_sid: reservation.worker.sid,
    worker_name: reservation.worker.friendlyName,
    task_sid: reservation.task.sid,
    task_channel_sid: reservation.task.channel.sid,
    reservation_status: reservation.status,
    reservation_timeout: reservation.timeout,
    version: reservation.version,
  };
}

/** The full form, with its Task: what events and lists carry. */
export function reservationPayload(world, reservation) {
  return {
    ...common(world, reservation),
    worker_sid: reservation.worker.sid,
    worker_name: reservation.worker.friendlyName,
    reservation_status: reservation.status,
    reservation_timeout: reservation.timeout,
    version: reservation.version,
    task: taskPayload(world, reservation.task),
  };
}

/** What the frame of a TaskRouter event carries; undefined for events that pages don't get. */
export function eventPayload(world, { type, worker, reservation, task, channel }) {
  if (type === 'worker.deleted') return undefined;
  if (reservation) return reservationPayload(world, reservation);
  if (channel) return workerChannelPayload(world, channel);
  if (worker) return workerPayload(world, worker);
  return taskPayload(world, task);
}
