import { compile } from '../taskrouter/expression.js';
import { taskResource } from './resources.js';
import { applyTaskUpdate, newTask } from '../taskrouter/task-parameters.js';
import { badParameter, notFound } from '../twilio-error.js';

const TASKS = '/v1/Workspaces/:workspaceSid/Tasks';
const STATUSES = ['pending', 'reserved', 'assigned', 'wrapping', 'completed', 'canceled'];
const ORDERS = {
  DateCreated: 'dateCreated', Priority: 'priority', VirtualStartTime: 'virtualStart',
};

export function findTask(ctx, sid) {
  const task = ctx.world.taskrouter.tasks.get(sid);
  if (!task) throw notFound(ctx.request.path);
  return task;
}

// As REST shows it, which may be late.
function shownTask(ctx, sid) {
  const task = ctx.world.past.see(findTask(ctx, sid));
  if (!task) throw notFound(ctx.request.path);
  return task;
}

function wantedStatuses(ctx) {
  const wanted = ctx.params.getAll('AssignmentStatus').flatMap((text) => text.split(','));
  for (const status of wanted) {
    if (!STATUSES.includes(status)) throw badParameter(`AssignmentStatus ${status} does not exist`);
  }
  return wanted;
}

function matchingTasks(ctx) {
  const tests = [];
  const expect = (name, read) => {
    const wanted = ctx.text(name);
    if (wanted !== undefined) tests.push((task) => String(read(task)) === wanted);
  };
  const statuses = wantedStatuses(ctx);
  if (statuses.length) tests.push((task) => statuses.includes(task.status));
  expect('Priority', (task) => task.priority);
  expect('RoutingTarget', (task) => task.routingTarget);
  expect('WorkflowSid', (task) => task.workflow?.sid);
  expect('WorkflowName', (task) => task.workflow?.friendlyName);
  expect('TaskQueueSid', (task) => task.queue?.sid);
  expect('TaskQueueName', (task) => task.queue?.friendlyName);
  // No Task here has add-ons.
  if (ctx.flag('HasAddons')) tests.push(() => false);
  const expression = ctx.text('EvaluateTaskAttributes');
  if (expression !== undefined) {
    ctx.countExpression('EvaluateTaskAttributes');
    const test = compile(expression);
    tests.push((task) => test({ ...task.attributesObject, task: task.attributesObject }));
  }
  return ctx.world.past.seeAll([...ctx.world.taskrouter.tasks.bySid.values()])
    .filter((task) => tests.every((test) => test(task)));
}

function order(ctx, tasks) {
  const ordering = ctx.text('Ordering');
  if (ordering === undefined) return tasks;
  const keys = ordering.split(',').map((part) => {
    const [name, direction = 'asc'] = part.trim().split(':');
    if (!ORDERS[name] || !['asc', 'desc'].includes(direction)) {
      throw badParameter(`Ordering ${ordering} is not supported`);
    }
    return { name, field: ORDERS[name], sign: direction === 'asc' ? 1 : -1 };
  });
  const names = keys.map((key) => key.name);
  if (names.includes('DateCreated') && names.includes('VirtualStartTime')) {
    throw badParameter('Ordering takes DateCreated or VirtualStartTime, not both');
  }
  const last = keys.at(-1).sign;
  return tasks.sort((a, b) => {
    for (const { field, sign } of keys) {
      if (a[field] !== b[field]) return sign * (a[field] - b[field]);
    }
    return last * (a.sequence - b.sequence);
  });
}

function listTasks(ctx) {
  const hidden = ctx.world.switches.listAttributes === 'null' ? { attributes: null } : {};
  ctx.pageMeta('tasks', order(ctx, matchingTasks(ctx)),
    (task) => ({ ...taskResource(ctx, task), ...hidden }));
}

function replyTask(ctx, status, task) {
  ctx.replyVersioned(status, taskResource(ctx, task), task.version);
}

function createTask(ctx) {
  const { taskrouter } = ctx.world;
  replyTask(ctx, 201, taskrouter.tasks.create(newTask(taskrouter, (name) => ctx.text(name))));
}

function updateTask(ctx) {
  const task = findTask(ctx, ctx.path.sid);
  ctx.checkIfMatch(task.version);
  applyTaskUpdate(ctx.world.taskrouter, task, (name) => ctx.text(name), 'rest');
  replyTask(ctx, 200, task);
}

function deleteTask(ctx) {
  const task = findTask(ctx, ctx.path.sid);
  ctx.checkIfMatch(task.version);
  ctx.world.taskrouter.tasks.remove(task);
  ctx.reply(204);
}

export const taskRoutes = () => [
  {
    method: 'GET', path: TASKS, list: true, handler: listTasks,
    params: ['AssignmentStatus[]', 'EvaluateTaskAttributes', 'HasAddons', 'Ordering', 'Priority',
      'RoutingTarget', 'TaskQueueName', 'TaskQueueSid', 'WorkflowName', 'WorkflowSid'],
  },
  {
    method: 'POST', path: TASKS, handler: createTask,
    params: ['Attributes', 'IgnoreCapacity', 'Priority', 'RoutingTarget', 'TaskChannel',
      'TaskQueueSid', 'Timeout', 'VirtualStartTime', 'WorkflowSid'],
  },
  {
    method: 'GET', path: `${TASKS}/:sid`, sidChecks: { sid: 'WT' },
    handler: (ctx) => replyTask(ctx, 200, shownTask(ctx, ctx.path.sid)),
  },
  {
    method: 'POST', path: `${TASKS}/:sid`, sidChecks: { sid: 'WT' }, handler: updateTask,
    params: ['AssignmentStatus', 'Attributes', 'Priority', 'Reason', 'TaskChannel',
      'VirtualStartTime'],
  },
  { method: 'DELETE', path: `${TASKS}/:sid`, sidChecks: { sid: 'WT' }, handler: deleteTask },
];
