import { compile } from '../taskrouter/expression.js';
import {
  activityResource, queueResource, taskChannelResource, workflowResource, workspaceResource,
} from './resources.js';
import { TwilioError, badParameter, notFound } from '../twilio-error.js';

const WORKSPACE = '/v1/Workspaces/:workspaceSid';
const MAX_RESERVATION_TIMEOUT = 86_400;
const MAX_RESERVED_WORKERS = 50;

function find(ctx, collection) {
  const entity = collection.get(ctx.path.sid);
  if (!entity) throw notFound(ctx.request.path);
  return entity;
}

function byFriendlyName(ctx, collection) {
  const name = ctx.text('FriendlyName');
  const all = [...collection.values()];
  return name === undefined ? all : all.filter((one) => one.friendlyName === name);
}

function listActivities(ctx) {
  const available = ctx.flag('Available');
  const found = byFriendlyName(ctx, ctx.world.taskrouter.activities)
    .filter((one) => available === undefined || one.available === available);
  ctx.pageMeta('activities', found, (one) => activityResource(ctx, one));
}

function listQueues(ctx) {
  const { queues, workers } = ctx.world.taskrouter;
  let found = byFriendlyName(ctx, queues);
  const expression = ctx.text('EvaluateWorkerAttributes');
  if (expression !== undefined) {
    ctx.countExpression('EvaluateWorkerAttributes');
    compile(expression);
  }
  const worker = ctx.text('WorkerSid') && workers.get(ctx.text('WorkerSid'));
  if (worker) found = found.filter((one) => compile(one.targetWorkers)(workers.scope(worker)));
  ctx.pageMeta('task_queues', found, (one) => queueResource(ctx, one));
}

function queueChanges(ctx) {
  const targetWorkers = ctx.text('TargetWorkers');
  if (targetWorkers !== undefined) compile(targetWorkers);
  const taskOrder = ctx.text('TaskOrder');
  if (taskOrder !== undefined && !['FIFO', 'LIFO'].includes(taskOrder)) {
    throw badParameter('TaskOrder must be FIFO or LIFO');
  }
  return defined({
    friendlyName: ctx.text('FriendlyName'),
    targetWorkers,
    taskOrder,
    maxReservedWorkers: ctx.integer('MaxReservedWorkers', 1, MAX_RESERVED_WORKERS),
  });
}

function workflowChanges(ctx) {
  const configuration = ctx.text('Configuration');
  if (configuration !== undefined) checkConfiguration(ctx, configuration);
  return defined({
    friendlyName: ctx.text('FriendlyName'),
    configuration,
    assignmentCallbackUrl: ctx.text('AssignmentCallbackUrl'),
    fallbackAssignmentCallbackUrl: ctx.text('FallbackAssignmentCallbackUrl'),
    taskReservationTimeout: ctx.integer('TaskReservationTimeout', 1, MAX_RESERVATION_TIMEOUT),
  });
}

/** A broken workflow would only show when a Task meets it, so it is refused here, as at Twilio. */
function checkConfiguration(ctx, text) {
  const { queues } = ctx.world.taskrouter;
  let routing;
  try {
    routing = JSON.parse(text).task_routing;
  } catch {
    throw badParameter('Configuration is not valid JSON');
  }
  if (!routing) throw badParameter('Configuration has no task_routing');
  const targets = routing.default_filter ? [routing.default_filter] : [];
  for (const { expression, targets: ofFilter = [] } of routing.filters ?? []) {
    compile(expression);
    targets.push(...ofFilter);
  }
  for (const { queue, expression } of targets) {
    if (!queues.has(queue)) throw badParameter(`Configuration names an unknown queue ${queue}`);
    if (expression) compile(expression);
  }
}

const defined = (object) =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));

function createQueue(ctx) {
  ctx.required('FriendlyName');
  ctx.reply(201, queueResource(ctx, ctx.world.taskrouter.addQueue(queueChanges(ctx))));
}

function updateQueue(ctx) {
  const { taskrouter } = ctx.world;
  const queue = Object.assign(find(ctx, taskrouter.queues), queueChanges(ctx));
  taskrouter.touch(queue);
  taskrouter.routing.schedule();
  ctx.reply(200, queueResource(ctx, queue));
}

function createWorkflow(ctx) {
  ctx.required('FriendlyName');
  ctx.required('Configuration');
  ctx.reply(201, workflowResource(ctx, ctx.world.taskrouter.addWorkflow(workflowChanges(ctx))));
}

function updateWorkflow(ctx) {
  const { taskrouter } = ctx.world;
  const workflow = Object.assign(find(ctx, taskrouter.workflows), workflowChanges(ctx));
  taskrouter.touch(workflow);
  if (ctx.flag('ReEvaluateTasks')) taskrouter.routing.reevaluate(workflow);
  ctx.reply(200, workflowResource(ctx, workflow));
}

/** Every queue that a Workflow's configuration leads to. */
function queuesOf(workflow) {
  const { task_routing: routing } = JSON.parse(workflow.configuration);
  const { filters = [], default_filter: otherwise } = routing;
  return [otherwise, ...filters.flatMap(({ targets = [] }) => targets)]
    .filter(Boolean).map(({ queue }) => queue);
}

const LIVE = new Set(['pending', 'reserved', 'assigned', 'wrapping']);

function deleteQueue(ctx) {
  const { queues, workflows, workspace } = ctx.world.taskrouter;
  const queue = find(ctx, queues);
  const used = [...workflows.values()].some((workflow) => queuesOf(workflow).includes(queue.sid));
  if (used || workspace.defaultQueue === queue) {
    throw new TwilioError(400, 20001, `TaskQueue ${queue.sid} is used by a Workflow`);
  }
  queues.delete(queue.sid);
  ctx.reply(204);
}

function deleteWorkflow(ctx) {
  const { tasks, workflows } = ctx.world.taskrouter;
  const workflow = find(ctx, workflows);
  const busy = tasks.all().some((task) => LIVE.has(task.status) && task.workflow === workflow);
  if (busy) throw new TwilioError(400, 20001, `Workflow ${workflow.sid} has Tasks`);
  workflows.delete(workflow.sid);
  ctx.reply(204);
}

const QUEUE_PARAMS = ['AssignmentActivitySid', 'FriendlyName', 'MaxReservedWorkers',
  'ReservationActivitySid', 'TargetWorkers', 'TaskOrder'];
const WORKFLOW_PARAMS = ['AssignmentCallbackUrl', 'Configuration', 'FallbackAssignmentCallbackUrl',
  'FriendlyName', 'TaskReservationTimeout'];

function fetchRoute(name, prefix, collection, resource) {
  return {
    method: 'GET', path: `${WORKSPACE}/${name}/:sid`, sidChecks: { sid: prefix },
    handler: (ctx) => ctx.reply(200, resource(ctx, find(ctx, ctx.world.taskrouter[collection]))),
  };
}

function listWorkspaces(ctx) {
  const { workspace } = ctx.world.taskrouter;
  const name = ctx.text('FriendlyName') ?? workspace.friendlyName;
  const found = name === workspace.friendlyName ? [workspace] : [];
  ctx.pageMeta('workspaces', found, (one) => workspaceResource(ctx, one));
}

function fetchWorkspace(ctx) {
  ctx.reply(200, workspaceResource(ctx, ctx.world.taskrouter.workspace));
}

function listWorkflows(ctx) {
  const found = byFriendlyName(ctx, ctx.world.taskrouter.workflows);
  ctx.pageMeta('workflows', found, (one) => workflowResource(ctx, one));
}

function listTaskChannels(ctx) {
  const found = [...ctx.world.taskrouter.channels.values()];
  ctx.pageMeta('channels', found, (one) => taskChannelResource(ctx, one));
}

export const workspaceRoutes = () => [
  { method: 'GET', path: '/v1/Workspaces', list: true, params: ['FriendlyName'],
    handler: listWorkspaces },
  { method: 'GET', path: WORKSPACE, sidChecks: { workspaceSid: 'WS' }, handler: fetchWorkspace },
  { method: 'GET', path: `${WORKSPACE}/Activities`, list: true,
    params: ['Available', 'FriendlyName'], handler: listActivities },
  fetchRoute('Activities', 'WA', 'activities', activityResource),
  { method: 'GET', path: `${WORKSPACE}/TaskQueues`, list: true, handler: listQueues,
    params: ['EvaluateWorkerAttributes', 'FriendlyName', 'Ordering', 'WorkerSid'] },
  { method: 'POST', path: `${WORKSPACE}/TaskQueues`, params: QUEUE_PARAMS, handler: createQueue },
  fetchRoute('TaskQueues', 'WQ', 'queues', queueResource),
  { method: 'POST', path: `${WORKSPACE}/TaskQueues/:sid`, sidChecks: { sid: 'WQ' },
    params: QUEUE_PARAMS, handler: updateQueue },
  { method: 'DELETE', path: `${WORKSPACE}/TaskQueues/:sid`, sidChecks: { sid: 'WQ' },
    handler: deleteQueue },
  { method: 'GET', path: `${WORKSPACE}/Workflows`, list: true, params: ['FriendlyName'],
    handler: listWorkflows },
  { method: 'POST', path: `${WORKSPACE}/Workflows`, params: WORKFLOW_PARAMS,
    handler: createWorkflow },
  fetchRoute('Workflows', 'WW', 'workflows', workflowResource),
  { method: 'POST', path: `${WORKSPACE}/Workflows/:sid`, sidChecks: { sid: 'WW' },
    params: [...WORKFLOW_PARAMS, 'ReEvaluateTasks'], handler: updateWorkflow },
  { method: 'DELETE', path: `${WORKSPACE}/Workflows/:sid`, sidChecks: { sid: 'WW' },
    handler: deleteWorkflow },
  { method: 'GET', path: `${WORKSPACE}/TaskChannels`, list: true, handler: listTaskChannels },
  fetchRoute('TaskChannels', 'TC', 'channels', taskChannelResource),
];
