import { TwilioError, badParameter } from './twilio-error.js';

const MAX_RING_SECONDS = 999;
const DEFAULT_RING_SECONDS = 60;
const LATE_MS = 2000;
const AFTER_JOIN_MS = 200;
const ACCEPTED_AFTER_JOIN_MS = 500;

/**
 * Carries out an update of a reservation, as REST and the event bridge both receive it.
 * `read(name)` gives text or undefined.
 */
export function applyReservationUpdate(world, reservation, read, source) {
  const instruction = read('Instruction');
  const status = read('ReservationStatus');
  const activity = activityOf(world, read('WorkerActivitySid'));
  if (instruction === undefined && status === undefined) {
    throw badParameter('ReservationStatus or Instruction is required');
  }
  const { reservations } = world.taskrouter;
  if (instruction === undefined) {
    reservations.setStatus(reservation, status, { source, activity });
  } else if (instruction === 'accept') {
    reservations.accept(reservation, { source });
  } else if (instruction === 'reject') {
    reservations.reject(reservation, { source, activity });
  } else if (instruction === 'call') {
    callWorker(world, reservation, read, source);
  } else {
    throw badParameter(`Instruction ${instruction} cannot be issued on this task`);
  }
}

function activityOf(world, sid) {
  if (sid === undefined) return undefined;
  const activity = world.taskrouter.activities.get(sid);
  if (!activity) throw badParameter(`WorkerActivitySid ${sid} is not an Activity`);
  return activity;
}

function isAbsolute(url) {
  return /^https?:\/\/[^/?#]+/i.test(url);
}

/** Checks the parameters of Instruction=call; gives what placeCall() takes. */
function callOf(world, reservation, read) {
  if (reservation.status !== 'pending') {
    throw new TwilioError(400, 40114, `Reservation ${reservation.sid} is not pending`);
  }
  const to = read('CallTo') || reservation.worker.attributesObject.contact_uri;
  if (!to) throw new TwilioError(400, 40110, 'CallTo and contact_uri are both missing');
  const from = read('CallFrom');
  if (!from) throw new TwilioError(400, 40111, 'CallFrom is missing');
  const url = read('CallUrl');
  if (!url || !isAbsolute(url)) {
    throw new TwilioError(400, 40112, 'CallUrl must be an absolute URL');
  }
  const statusCallback = read('CallStatusCallbackUrl');
  if (statusCallback !== undefined && !isAbsolute(statusCallback)) {
    throw new TwilioError(400, 40158, 'CallStatusCallbackUrl must be an absolute URL');
  }
  const timeout = read('CallTimeout') ?? String(DEFAULT_RING_SECONDS);
  if (!/^\d+$/.test(timeout) || Number(timeout) < 1 || Number(timeout) > MAX_RING_SECONDS) {
    throw badParameter(`CallTimeout must be a number from 1 to ${MAX_RING_SECONDS}`);
  }
  return {
    to, from, url, method: 'POST', timeout: Number(timeout), statusCallback,
    statusCallbackMethod: world.switches.legEndedMethod, statusCallbackEvent: ['completed'],
  };
}

function callWorker(world, reservation, read, source) {
  const request = callOf(world, reservation, read);
  const accept = ['true', '1', 'yes'].includes((read('CallAccept') ?? '').toLowerCase());
  let call;
  try {
    call = world.voice.placeCall(request);
  } catch (error) {
    throw new TwilioError(400, 40113, `The call could not be placed: ${error.message}`);
  }
  writeCallSid(world, reservation.task, call);
  if (accept) acceptWithCall(world, reservation, call, source);
}

/** TaskRouter writes the leg's CallSid into the Task: at once, late, or after the join. */
function writeCallSid(world, task, call) {
  const write = () => world.taskrouter.tasks.merge(task, { worker_call_sid: call.sid });
  const { workerCallSid } = world.switches;
  if (workerCallSid === 'before') write();
  if (workerCallSid === 'late') setTimeout(write, LATE_MS);
  if (workerCallSid === 'after-join') {
    onceJoinedOrEnded(world, call, () => setTimeout(write, AFTER_JOIN_MS));
  }
}

/** With CallAccept the Task is assigned at once, or, by switch, only after the leg has joined. */
function acceptWithCall(world, reservation, call, source) {
  const accept = () => world.taskrouter.reservations.accept(reservation, { source });
  if (world.switches.taskAtJoin === 'assigned') {
    accept();
    return;
  }
  onceJoinedOrEnded(world, call, () => setTimeout(() => {
    if (reservation.status === 'pending') accept();
  }, ACCEPTED_AFTER_JOIN_MS));
}

function onceJoinedOrEnded(world, call, action) {
  const finish = () => {
    world.events.off('participant-joined', joined);
    call.off('ended', finish);
    action();
  };
  const joined = ({ callSid }) => {
    if (callSid === call.sid) finish();
  };
  world.events.on('participant-joined', joined);
  call.once('ended', finish);
}
