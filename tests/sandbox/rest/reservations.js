import { reservationResource } from './resources.js';
import { applyReservationUpdate } from '../taskrouter/reservation-update.js';
import { findTask } from './tasks.js';
import { findWorker } from './workers.js';
import { badParameter, notFound } from '../twilio-error.js';

const WORKSPACE = '/v1/Workspaces/:workspaceSid';
const STATUSES = ['pending', 'accepted', 'rejected', 'timeout', 'canceled', 'rescinded', 'wrapping',
  'completed'];

// Those of the other instructions are known to Twilio, so they are not "unknown" here either.
const UPDATE = `
  Beep BeepOnCustomerEntrance CallAccept CallFrom CallRecord CallStatusCallbackUrl CallTimeout
  CallTo CallUrl ConferenceRecord ConferenceRecordingStatusCallback
  ConferenceRecordingStatusCallbackMethod ConferenceStatusCallback ConferenceStatusCallbackEvent[]
  ConferenceStatusCallbackMethod ConferenceTrim DequeueFrom DequeuePostWorkActivitySid
  DequeueRecord DequeueStatusCallbackEvent[] DequeueStatusCallbackUrl DequeueTimeout DequeueTo
  EarlyMedia EndConferenceOnCustomerExit EndConferenceOnExit From Instruction JitterBufferSize
  MaxParticipants Muted PostWorkActivitySid Record RecordingChannels RecordingStatusCallback
  RecordingStatusCallbackMethod RedirectAccept RedirectCallSid RedirectUrl Region
  ReservationStatus SipAuthPassword SipAuthUsername StartConferenceOnEnter StatusCallback
  StatusCallbackEvent[] StatusCallbackMethod Supervisor SupervisorMode Timeout To WaitMethod
  WaitUrl WorkerActivitySid`.trim().split(/\s+/);

function list(ctx, reservations) {
  const status = ctx.text('ReservationStatus');
  const workerSid = ctx.text('WorkerSid');
  if (status !== undefined && !STATUSES.includes(status)) {
    throw badParameter(`ReservationStatus ${status} does not exist`);
  }
  const wanted = reservations.filter((one) =>
    (status === undefined || one.status === status)
    && (workerSid === undefined || one.worker.sid === workerSid));
  ctx.pageMeta('reservations', wanted, (one) => reservationResource(ctx, one));
}

/** The reservations under the Worker or the Task that the path names. */
function inPath(ctx) {
  if (ctx.path.taskSid) return findTask(ctx, ctx.path.taskSid).reservations;
  return ctx.world.taskrouter.reservations.ofWorker(findWorker(ctx, ctx.path.workerSid));
}

function find(ctx) {
  const reservation = ctx.world.taskrouter.reservations.find(inPath(ctx), ctx.path.sid);
  if (!reservation) throw notFound(ctx.request.path);
  return reservation;
}

function reply(ctx, reservation) {
  ctx.replyVersioned(200, reservationResource(ctx, reservation), reservation.version);
}

function update(ctx) {
  const reservation = find(ctx);
  ctx.checkIfMatch(reservation.version);
  applyReservationUpdate(ctx.world, reservation, (name) => ctx.text(name), 'rest');
  reply(ctx, reservation);
}

function routesUnder(parent, sidChecks, listParams) {
  const path = `${WORKSPACE}/${parent}/Reservations`;
  const one = { path: `${path}/:sid`, sidChecks: { ...sidChecks, sid: 'WR' } };
  return [
    {
      method: 'GET', path, sidChecks, list: true, params: listParams,
      handler: (ctx) => list(ctx, inPath(ctx)),
    },
    { method: 'GET', ...one, handler: (ctx) => reply(ctx, find(ctx)) },
    { method: 'POST', ...one, params: UPDATE, handler: update },
  ];
}

export const reservationRoutes = () => [
  ...routesUnder('Tasks/:taskSid', { taskSid: 'WT' }, ['ReservationStatus', 'WorkerSid']),
  ...routesUnder('Workers/:workerSid', { workerSid: 'WK' }, ['ReservationStatus']),
];
