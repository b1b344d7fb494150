import { TwilioError, badParameter } from '../twilio-error.js';

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

function ringSeconds(text = String(DEFAULT_RING_SECONDS)) {
  if (!/^\d+$/.test(text) || Number(text) < 1 || Number(text) > MAX_RING_SECONDS) {
    throw badParameter(`CallTimeout must be a number from 1 to ${MAX_RING_SECONDS}`);
  }
  return Number(text);
}

/** What TaskRouter may not take, although the product believes that it does. */
function refuseByChoice({ urlFragment, toParameters }, { to, url, statusCallback }) {
  if (urlFragment === 'refused' && `${url}${statusCallback}`.includes('#')) {
    throw new TwilioError(400, 40112, 'CallUrl must be an absolute URL without a fragment');
  }
  if (toParameters === 'refused' && to.includes('?')) {
    throw badParameter('CallTo must not have parameters');
  }
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
  refuseByChoice(world.switches, { to, url, statusCallback });
  if (statusCallback !== undefined && !isAbsolute(statusCallback)) {
    throw new TwilioError(400, 40158, 'CallStatusCallbackUrl must be an absolute URL');
  }
  return {
    to, from, url, method: 'POST', timeout: ringSeconds(read('CallTimeout')), statusCallback,
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
  noteCall(world, reservation.task, call);
  if (accept) acceptWithCall(world, reservation, call, source);
}

/** TaskRouter writes the leg's CallSid into the Task: at once, late, or after the join. */
function noteCall(world, task, call) {
  const { followUps } = world.taskrouter;
  const step = { kind: 'note-call', taskSid: task.sid, callSid: call.sid };
  const { workerCallSid } = world.switches;
  if (workerCallSid === 'before') followUps.carryOut(step);
  if (workerCallSid === 'late') followUps.after(LATE_MS, step);
  if (workerCallSid === 'after-join') followUps.afterJoin(call, AFTER_JOIN_MS, step);
}

/** With CallAccept the Task is assigned at once, or, by switch, only after the leg has joined. */
function acceptWithCall(world, reservation, call, source) {
  const { followUps, reservations } = world.taskrouter;
  if (world.switches.taskAtJoin === 'assigned') {
    reservations.accept(reservation, { source });
    return;
  }
  followUps.afterJoin(call, ACCEPTED_AFTER_JOIN_MS, {
    kind: 'accept', taskSid: reservation.task.sid, reservationSid: reservation.sid, source,
  });
}
