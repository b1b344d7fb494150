import {
  activityPayload, bareReservationPayload, reservationPayload, taskPayload, workerChannelPayload,
  workerPayload,
} from './resources.js';
import { applyReservationUpdate } from '../taskrouter/reservation-update.js';
import { applyTaskUpdate, newTask } from '../taskrouter/task-parameters.js';
import { TwilioError, badParameter, notFound } from '../twilio-error.js';

const WORKER = 'Workspaces/(?<workspace>[^/]+)/Workers/(?<worker>[^/]+)';
const WORKSPACE = 'Workspaces/(?<workspace>[^/]+)';

const operation = (method, pattern, run) => ({ method, pattern: new RegExp(`^${pattern}$`), run });

/**
 * The operations of the event bridge: {method, pattern, run(request)}. A request is
 * {world, worker, path, read, version}; `worker` is the token's, `path` the pattern's groups.
 */
const OPERATIONS = [
  operation('GET', WORKER, ({ world, worker }) => workerPayload(world, worker)),
  operation('POST', WORKER, updateWorker),
  operation('GET', `${WORKSPACE}/Activities`, ({ world }) =>
    list([...world.taskrouter.activities.values()], (one) => activityPayload(world, one))),
  operation('GET', `${WORKER}/WorkerChannels`, ({ world, worker }) => list(
    world.taskrouter.workers.allChannels(worker), (one) => workerChannelPayload(world, one))),
  operation('GET', `${WORKER}/Reservations`, listReservations),
  operation('GET', `${WORKER}/Reservations/(?<sid>[^/]+)`, (request) =>
    reservationPayload(request.world, findReservation(request))),
  operation('POST', `${WORKER}/Reservations/(?<sid>[^/]+)`, updateReservation),
  operation('POST', `${WORKSPACE}/Tasks`, ({ world, read }) =>
    taskPayload(world, world.taskrouter.tasks.create(newTask(world.taskrouter, read)))),
  operation('GET', `${WORKSPACE}/Tasks/(?<sid>[^/]+)`, (request) =>
    taskPayload(request.world, findTask(request))),
  operation('POST', `${WORKSPACE}/Tasks/(?<sid>[^/]+)`, updateTask),
];

/** The answers that a page needs before it is ready. */
const STARTUP = [
  { name: 'worker', pattern: OPERATIONS[0].pattern },
  { name: 'activities', pattern: OPERATIONS[2].pattern },
  { name: 'channels', pattern: OPERATIONS[3].pattern },
  { name: 'reservations', pattern: OPERATIONS[4].pattern },
];

export const STARTUP_NAMES = STARTUP.map(({ name }) => name);

/** Which of the start-up reads this request is, or undefined. */
export function startupRead(method, url) {
  if (method !== 'GET') return undefined;
  return STARTUP.find(({ pattern }) => pattern.test(url))?.name;
}

/** Carries out one request of a page and gives the payload of the answer. */
export function runOperation(world, worker, { method, url, params = {} }, version) {
  for (const { method: wanted, pattern, run } of OPERATIONS) {
    const match = wanted === method && pattern.exec(url);
    if (!match) continue;
    const path = match.groups;
    if (path.workspace !== world.config.workspaceSid) throw notFound(path.workspace);
    if (path.worker && path.worker !== worker.sid) {
      throw new TwilioError(403, 20003, 'The token is not for this worker');
    }
    return run({ world, worker, path, read: (name) => asText(params, name), version });
  }
  throw badParameter(`The event bridge does not know ${method} ${url}`);
}

/** The SDK keeps the JSON types of its values; the rules behind it are those of REST's text. */
function asText(params, name) {
  const value = params[name === 'TaskChannel' ? taskChannelKey(params) : name];
  if (value === undefined || value === null) return undefined;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function taskChannelKey(params) {
  return ['TaskChannelUniqueName', 'TaskChannelSid'].find((key) => params[key]) ?? 'TaskChannel';
}

function list(items, render) {
  return { contents: items.map(render), after_sid: null, total: items.length };
}

/** The SDK sends the plain version, and only where version checks are on. */
function checkVersion(entity, version) {
  if (version !== undefined && version !== String(entity.version)) {
    throw new TwilioError(412, 20412, 'If-Match does not name the current version');
  }
}

function listReservations({ world, worker, read }) {
  const { reservations } = world.taskrouter;
  const wanted = read('Active') === 'true' ? (one) => reservations.isOpen(one) : () => true;
  const found = reservations.ofWorker(worker).filter(wanted);
  return list(found, (one) => reservationPayload(world, one));
}

function findReservation({ world, worker, path }) {
  const { reservations } = world.taskrouter;
  const reservation = reservations.find(reservations.ofWorker(worker), path.sid);
  if (!reservation) throw notFound(`reservation ${path.sid}`);
  return reservation;
}

function findTask({ world, path }) {
  const task = world.taskrouter.tasks.get(path.sid);
  if (!task) throw notFound(`task ${path.sid}`);
  return task;
}

function updateWorker({ world, worker, read, version }) {
  checkVersion(worker, version);
  const sid = read('ActivitySid');
  const activity = sid === undefined ? undefined : world.taskrouter.activities.get(sid);
  if (sid !== undefined && !activity) throw badParameter(`ActivitySid ${sid} is not an Activity`);
  world.taskrouter.workers.update(worker, {
    activity,
    attributes: read('Attributes'),
    rejectPendingReservations: read('RejectPendingReservations') === 'true',
  });
  return workerPayload(world, worker);
}

function updateReservation(request) {
  const { world, read, version } = request;
  const reservation = findReservation(request);
  checkVersion(reservation, version);
  applyReservationUpdate(world, reservation, read, 'bridge');
  return bareReservationPayload(world, reservation);
}

function updateTask(request) {
  const { world, read, version } = request;
  const task = findTask(request);
  checkVersion(task, version);
  applyTaskUpdate(world.taskrouter, task, read, 'bridge');
  return taskPayload(world, task);
}
