import { compile } from '../taskrouter/expression.js';
import { isSid } from './router.js';
import { workerChannelResource, workerResource } from './resources.js';
import { badParameter, notFound } from '../twilio-error.js';

const WORKERS = '/v1/Workspaces/:workspaceSid/Workers';
const MAX_CAPACITY = 50;

export function findWorker(ctx, sid) {
  const worker = ctx.world.taskrouter.workers.get(sid);
  if (!worker) throw notFound(ctx.request.path);
  return worker;
}

/** The Activity that a parameter names, or undefined where it isn't given. */
export function activityParameter(ctx, name) {
  const sid = ctx.text(name);
  if (sid === undefined) return undefined;
  const activity = ctx.world.taskrouter.activities.get(sid);
  if (!isSid('WA', sid) || !activity) throw badParameter(`${name} ${sid} is not an Activity`);
  return activity;
}

function queueTest(ctx) {
  const { queues } = ctx.world.taskrouter;
  const [sid, name] = [ctx.text('TaskQueueSid'), ctx.text('TaskQueueName')];
  if (sid === undefined && name === undefined) return null;
  const queue = [...queues.values()].find((one) => one.sid === sid || one.friendlyName === name);
  return queue ? compile(queue.targetWorkers) : () => false;
}

function matchingWorkers(ctx) {
  const { workers } = ctx.world.taskrouter;
  const tests = [];
  const expect = (name, read) => {
    const wanted = ctx.text(name);
    if (wanted !== undefined) tests.push((worker) => read(worker) === wanted);
  };
  expect('FriendlyName', (worker) => worker.friendlyName);
  expect('ActivityName', (worker) => worker.activity.friendlyName);
  expect('ActivitySid', (worker) => worker.activity.sid);
  const available = ctx.flag('Available');
  if (available !== undefined) tests.push((worker) => worker.activity.available === available);
  const expressions = [queueTest(ctx)];
  const target = ctx.text('TargetWorkersExpression');
  if (target !== undefined) {
    ctx.countExpression('TargetWorkersExpression');
    expressions.push(compile(target));
  }
  for (const test of expressions.filter(Boolean)) {
    tests.push((worker) => test(workers.scope(worker)));
  }
  const all = [...workers.bySid.values()];
  return tests.length ? all.filter((worker) => tests.every((test) => test(worker))) : all;
}

function order(ctx, workers) {
  const ordering = ctx.text('Ordering');
  if (ordering === undefined) return workers;
  const match = /^DateStatusChanged:(asc|desc)$/.exec(ordering);
  if (!match) throw badParameter(`Ordering ${ordering} is not supported`);
  const sign = match[1] === 'asc' ? 1 : -1;
  return workers.sort((a, b) => sign * (a.dateStatusChanged - b.dateStatusChanged));
}

function listWorkers(ctx) {
  ctx.pageMeta('workers', order(ctx, matchingWorkers(ctx)), (one) => workerResource(ctx, one));
}

function replyWorker(ctx, status, worker) {
  ctx.replyVersioned(status, workerResource(ctx, worker), worker.version);
}

function createWorker(ctx) {
  const worker = ctx.world.taskrouter.workers.create({
    friendlyName: ctx.required('FriendlyName'),
    attributes: ctx.text('Attributes'),
    activity: activityParameter(ctx, 'ActivitySid'),
  });
  replyWorker(ctx, 201, worker);
}

function updateWorker(ctx) {
  const worker = findWorker(ctx, ctx.path.sid);
  ctx.checkIfMatch(worker.version);
  ctx.world.taskrouter.workers.update(worker, {
    activity: activityParameter(ctx, 'ActivitySid'),
    attributes: ctx.text('Attributes'),
    friendlyName: ctx.text('FriendlyName'),
    rejectPendingReservations: ctx.flag('RejectPendingReservations'),
  });
  replyWorker(ctx, 200, worker);
}

function deleteWorker(ctx) {
  const worker = findWorker(ctx, ctx.path.sid);
  ctx.checkIfMatch(worker.version);
  ctx.world.taskrouter.workers.remove(worker);
  ctx.reply(204);
}

function listChannels(ctx) {
  const worker = findWorker(ctx, ctx.path.workerSid);
  const channels = ctx.world.taskrouter.workers.allChannels(worker);
  ctx.pageMeta('channels', channels, (one) => workerChannelResource(ctx, one));
}

function findChannel(ctx) {
  const worker = findWorker(ctx, ctx.path.workerSid);
  const { sid } = ctx.path;
  const channel = ctx.world.taskrouter.workers.allChannels(worker).find((one) =>
    [one.sid, one.taskChannel.sid, one.taskChannel.uniqueName].includes(sid));
  if (!channel) throw notFound(ctx.request.path);
  return channel;
}

function updateChannel(ctx) {
  const channel = findChannel(ctx);
  ctx.world.taskrouter.workers.updateChannel(channel, {
    capacity: ctx.integer('Capacity', 0, MAX_CAPACITY),
    available: ctx.flag('Available'),
  });
  ctx.reply(200, workerChannelResource(ctx, channel));
}

export const workerRoutes = () => [
  {
    method: 'GET', path: WORKERS, list: true, handler: listWorkers,
    params: ['ActivityName', 'ActivitySid', 'Available', 'FriendlyName', 'Ordering',
      'TargetWorkersExpression', 'TaskQueueName', 'TaskQueueSid'],
  },
  {
    method: 'POST', path: WORKERS, handler: createWorker,
    params: ['ActivitySid', 'Attributes', 'FriendlyName'],
  },
  {
    method: 'GET', path: `${WORKERS}/:sid`, sidChecks: { sid: 'WK' },
    handler: (ctx) => replyWorker(ctx, 200, findWorker(ctx, ctx.path.sid)),
  },
  {
    method: 'POST', path: `${WORKERS}/:sid`, sidChecks: { sid: 'WK' }, handler: updateWorker,
    params: ['ActivitySid', 'Attributes', 'FriendlyName', 'RejectPendingReservations'],
  },
  {
    method: 'DELETE', path: `${WORKERS}/:sid`, sidChecks: { sid: 'WK' }, handler: deleteWorker,
  },
  {
    method: 'GET', path: `${WORKERS}/:workerSid/Channels`, sidChecks: { workerSid: 'WK' },
    list: true, handler: listChannels,
  },
  {
    method: 'GET', path: `${WORKERS}/:workerSid/Channels/:sid`, sidChecks: { workerSid: 'WK' },
    handler: (ctx) => ctx.reply(200, workerChannelResource(ctx, findChannel(ctx))),
  },
  {
    method: 'POST', path: `${WORKERS}/:workerSid/Channels/:sid`, sidChecks: { workerSid: 'WK' },
    params: ['Available', 'Capacity'], handler: updateChannel,
  },
];
