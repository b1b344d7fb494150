import { badParameter } from '../twilio-error.js';

const MAX_PRIORITY = 2 ** 31 - 1;
const MAX_TIMEOUT = 1_209_600;

/**
 * Turns the parameters of a Task, as REST and the event bridge give them, into what
 * Tasks.create() and Tasks.update() take. `read(name)` gives text or undefined.
 */
export function newTask(taskrouter, read) {
  const routingTarget = routingTargetOf(taskrouter, read);
  return {
    attributes: read('Attributes'),
    workflow: workflowOf(taskrouter, read('WorkflowSid'), routingTarget),
    queue: queueOf(taskrouter, read('TaskQueueSid')),
    channel: channelOf(taskrouter, read('TaskChannel') ?? 'default'),
    priority: integer('Priority', read('Priority'), 0, MAX_PRIORITY),
    timeout: integer('Timeout', read('Timeout'), 1, MAX_TIMEOUT),
    routingTarget,
    ignoreCapacity: ignoresCapacity(taskrouter, read, routingTarget),
    virtualStart: virtualStartOf(taskrouter, read('VirtualStartTime')),
  };
}

export function changedTask(taskrouter, read) {
  const channel = read('TaskChannel');
  return {
    attributes: read('Attributes'),
    priority: integer('Priority', read('Priority'), 0, MAX_PRIORITY),
    channel: channel === undefined ? undefined : channelOf(taskrouter, channel),
    virtualStart: virtualStartOf(taskrouter, read('VirtualStartTime')),
  };
}

/** Carries out an update of a Task; a step that isn't legal changes nothing. */
export function applyTaskUpdate(taskrouter, task, read, source) {
  const changes = changedTask(taskrouter, read);
  const status = read('AssignmentStatus');
  const { statusWithAttributes } = taskrouter.world.switches;
  if (status !== undefined && changes.attributes !== undefined) {
    if (statusWithAttributes === 'refused') {
      throw badParameter('AssignmentStatus and Attributes cannot be changed together');
    }
    if (statusWithAttributes === 'status-alone') delete changes.attributes;
  }
  if (status !== undefined) taskrouter.tasks.setStatus(task, status, read('Reason'), source);
  const changed = Object.values(changes).some((value) => value !== undefined);
  if (changed) taskrouter.tasks.update(task, changes, source);
}

function routingTargetOf(taskrouter, read) {
  const target = read('RoutingTarget');
  if (target === undefined || taskrouter.world.switches.routingTarget === 'ignored') {
    return undefined;
  }
  const collections = {
    WK: taskrouter.workers.bySid, WQ: taskrouter.queues, WW: taskrouter.workflows,
  };
  if (!collections[target.slice(0, 2)]?.has(target)) {
    throw badParameter(`RoutingTarget ${target} is not a Worker, TaskQueue or Workflow`);
  }
  return target;
}

function workflowOf(taskrouter, sid, routingTarget) {
  const wanted = routingTarget?.startsWith('WW') ? routingTarget : sid;
  if (wanted === undefined) {
    if (taskrouter.workflows.size === 1) return [...taskrouter.workflows.values()][0];
    throw badParameter('WorkflowSid is required: the workspace has several workflows');
  }
  const workflow = taskrouter.workflows.get(wanted);
  if (!workflow) throw badParameter(`WorkflowSid ${wanted} is not a Workflow of this workspace`);
  return workflow;
}

function queueOf(taskrouter, sid) {
  if (sid === undefined) return undefined;
  const queue = taskrouter.queues.get(sid);
  if (!queue) throw badParameter(`TaskQueueSid ${sid} is not a TaskQueue of this workspace`);
  return queue;
}

function channelOf(taskrouter, name) {
  const channel = taskrouter.findChannel(name);
  if (!channel) throw badParameter(`TaskChannel ${name} does not exist`);
  return channel;
}

function ignoresCapacity(taskrouter, read, routingTarget) {
  const { routingTarget: answer } = taskrouter.world.switches;
  const text = answer === 'taken' ? read('IgnoreCapacity') : undefined;
  if (!routingTarget?.startsWith('WK')) {
    if (text !== undefined) throw badParameter('IgnoreCapacity needs a Worker as RoutingTarget');
    return false;
  }
  return text === undefined || ['true', '1', 'yes'].includes(text.toLowerCase());
}

function integer(name, text, low, high) {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < low || value > high) {
    throw badParameter(`${name} must be a number from ${low} to ${high}`);
  }
  return value;
}

function virtualStartOf(taskrouter, text) {
  if (text === undefined) return undefined;
  const time = Date.parse(text);
  // A second of tolerance: the caller's clock is not ours.
  if (Number.isNaN(time) || time > taskrouter.world.now() + 1000) {
    throw badParameter('VirtualStartTime must be an ISO 8601 time that is not in the future');
  }
  return time;
}
