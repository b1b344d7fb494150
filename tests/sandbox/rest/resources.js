/** TaskRouter's resources as its REST API writes them. `ctx.base` is the host that was asked. */

const iso = (ms) => new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');

function common(ctx, entity) {
  const { accountSid, workspaceSid } = ctx.world.config;
  return {
    sid: entity.sid,
    account_sid: accountSid,
    workspace_sid: workspaceSid,
    date_created: iso(entity.dateCreated),
    date_updated: iso(entity.dateUpdated),
  };
}

const home = (ctx) => `${ctx.base}/v1/Workspaces/${ctx.world.config.workspaceSid}`;

export function workerResource(ctx, worker) {
  const url = `${home(ctx)}/Workers/${worker.sid}`;
  return {
    ...common(ctx, worker),
    friendly_name: worker.friendlyName,
    activity_sid: worker.activity.sid,
    activity_name: worker.activity.friendlyName,
    attributes: worker.attributes,
    available: worker.activity.available,
    date_status_changed: iso(worker.dateStatusChanged),
    url,
    links: {
      channels: `${url}/Channels`,
      activity: `${home(ctx)}/Activities/${worker.activity.sid}`,
      workspace: home(ctx),
      worker_channels: `${url}/Channels`,
      reservations: `${url}/Reservations`,
    },
  };
}

export function workerChannelResource(ctx, channel) {
  const { workers } = ctx.world.taskrouter;
  return {
    ...common(ctx, channel),
    worker_sid: channel.worker.sid,
    task_channel_sid: channel.taskChannel.sid,
    task_channel_unique_name: channel.taskChannel.uniqueName,
    assigned_tasks: workers.assignedTasks(channel.worker, channel.taskChannel),
    available: channel.available,
    available_capacity_percentage: workers.freePercentage(channel),
    configured_capacity: channel.capacity,
    url: `${home(ctx)}/Workers/${channel.worker.sid}/Channels/${channel.sid}`,
  };
}

const named = (prefix, entity) => ({
  [`${prefix}_sid`]: entity?.sid ?? null,
  [`${prefix}_friendly_name`]: entity?.friendlyName ?? null,
});

export function taskResource(ctx, task) {
  const url = `${home(ctx)}/Tasks/${task.sid}`;
  return {
    ...common(ctx, task),
    assignment_status: task.status,
    attributes: task.attributes,
    addons: '{}',
    age: ctx.world.taskrouter.tasks.age(task),
    priority: task.priority,
    reason: task.reason,
    timeout: task.timeout,
    ...named('workflow', task.workflow),
    ...named('task_queue', task.queue),
    task_channel_sid: task.channel.sid,
    task_channel_unique_name: task.channel.uniqueName,
    task_queue_entered_date: iso(task.queueEntered),
    virtual_start_time: iso(task.virtualStart),
    ignore_capacity: task.ignoreCapacity,
    routing_target: task.routingTarget,
    url,
    links: {
      task_queue: task.queue ? `${home(ctx)}/TaskQueues/${task.queue.sid}` : null,
      workflow: task.workflow ? `${home(ctx)}/Workflows/${task.workflow.sid}` : null,
      workspace: home(ctx),
      reservations: `${url}/Reservations`,
    },
  };
}

export function reservationResource(ctx, reservation) {
  const task = `${home(ctx)}/Tasks/${reservation.task.sid}`;
  return {
    ...common(ctx, reservation),
    task_sid: reservation.task.sid,
    worker_sid: reservation.worker.sid,
    worker_name: reservation.worker.friendlyName,
    reservation_status: reservation.status,
    url: `${task}/Reservations/${reservation.sid}`,
    links: {
      task,
      worker: `${home(ctx)}/Workers/${reservation.worker.sid}`,
      workspace: home(ctx),
    },
  };
}

export function activityResource(ctx, activity) {
  return {
    ...common(ctx, activity),
    friendly_name: activity.friendlyName,
    available: activity.available,
    url: `${home(ctx)}/Activities/${activity.sid}`,
    links: { workspace: home(ctx) },
  };
}

export function queueResource(ctx, queue) {
  return {
    ...common(ctx, queue),
    friendly_name: queue.friendlyName,
    target_workers: queue.targetWorkers,
    max_reserved_workers: queue.maxReservedWorkers,
    task_order: queue.taskOrder,
    assignment_activity_sid: null,
    assignment_activity_name: null,
    reservation_activity_sid: null,
    reservation_activity_name: null,
    url: `${home(ctx)}/TaskQueues/${queue.sid}`,
    links: { workspace: home(ctx) },
  };
}

export function workflowResource(ctx, workflow) {
  return {
    ...common(ctx, workflow),
    friendly_name: workflow.friendlyName,
    configuration: workflow.configuration,
    document_content_type: 'application/json',
    assignment_callback_url: workflow.assignmentCallbackUrl,
    fallback_assignment_callback_url: workflow.fallbackAssignmentCallbackUrl,
    task_reservation_timeout: workflow.taskReservationTimeout,
    url: `${home(ctx)}/Workflows/${workflow.sid}`,
    links: { workspace: home(ctx) },
  };
}

export function taskChannelResource(ctx, channel) {
  return {
    ...common(ctx, channel),
    unique_name: channel.uniqueName,
    friendly_name: channel.friendlyName,
    channel_optimized_routing: channel.optimizedRouting,
    url: `${home(ctx)}/TaskChannels/${channel.sid}`,
    links: { workspace: home(ctx) },
  };
}

export function workspaceResource(ctx, workspace) {
  const { workspace_sid: omitted, ...rest } = common(ctx, workspace);
  return {
    ...rest,
    friendly_name: workspace.friendlyName,
    default_activity_sid: workspace.defaultActivity.sid,
    default_activity_name: workspace.defaultActivity.friendlyName,
    timeout_activity_sid: workspace.timeoutActivity.sid,
    timeout_activity_name: workspace.timeoutActivity.friendlyName,
    event_callback_url: null,
    events_filter: null,
    multi_task_enabled: true,
    prioritize_queue_order: 'FIFO',
    url: home(ctx),
    links: {
      activities: `${home(ctx)}/Activities`,
      tasks: `${home(ctx)}/Tasks`,
      task_queues: `${home(ctx)}/TaskQueues`,
      task_channels: `${home(ctx)}/TaskChannels`,
      workers: `${home(ctx)}/Workers`,
      workflows: `${home(ctx)}/Workflows`,
    },
  };
}
