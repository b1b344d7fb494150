// This agent's Worker, as TaskRouter's SDK shows it, reduced to what the page needs.
//
// The SDK replaces every Reservation object at each reconnect and says `ready` again, so nothing
// outside holds one: Tasks are named by SID, and Reservations are looked up here. A Worker that has
// come to a dead end is replaced too.

import { isOnline } from './awake.js';

const RESERVATION_EVENTS = [
  'accepted', 'rejected', 'timeout', 'canceled', 'rescinded', 'wrapup', 'completed',
];
const TASK_EVENTS = ['updated', 'canceled', 'completed', 'wrapup'];
const OTHER_TAB = 2000; // milliseconds that the tab with the call has for completing its Task
const OVER = ['completed', 'canceled'];
const HOPELESS = 20000; // milliseconds without a connection after which a Worker is replaced
const AFTER_FAILURE = 2000;

/** A Task is looked at only if the programs made it; what it says is a hint, nothing more. */
export function kindOf(attributes) {
  if (typeof attributes?.dialpad !== 'string' || attributes.dialpad === '') return null;
  return String(attributes.internal) === 'true' ? 'incoming' : 'outgoing';
}

/** `base` with one more parameter; the fragment, which Twilio reads, stays last. */
export function withParameter(base, name, value) {
  const url = new URL(base);
  url.searchParams.set(name, value);
  return url.href;
}

/**
 * Whether a refused instruction says that another tab was quicker. A token that ran out or too many
 * requests, which the SDK gives the same name, say nothing about the Reservation.
 */
export function isTaken({ name, message }) {
  const [, status] = /status code (\d+)/.exec(message) ?? [];
  return name === 'REQUEST_INVALID' && !['401', '403', '429'].includes(status);
}

/**
 * @param {new (token: string, options: object) => object} Worker the SDK's class
 * @param {object} session what the program `session` answered
 * @param {object} on handlers: up(), down(), offered(taskSid), changed(taskSid, what),
 *   activity(), tokenExpired()
 */
export function connectTaskRouter(Worker, session, on) {
  const { token, ebServer, wsServer } = session.taskrouter;
  let worker = null;
  const waiting = new Map(); // taskSid → who waits for its Reservation
  const dialled = new Set(); // taskSids whose legs this page asked for
  const completing = new Map(); // sid of a Reservation → the request
  let ready = false;
  let expired = false;
  let nextToken = null;
  let newest = token;
  let lostAt = 0;

  const reservationOf = (taskSid) => (
    [...(worker.reservations?.values() ?? [])].find(({ task }) => task.sid === taskSid)
  );

  /** Once per Reservation. A program may still be quicker: then it is done. */
  function complete(reservation) {
    if (!completing.has(reservation.sid)) {
      completing.set(reservation.sid, reservation.complete()
        .catch(() => completing.delete(reservation.sid)));
    }
    return completing.get(reservation.sid);
  }

  /** The tab that has the call completes its Task; another one only if that tab is gone. */
  function wrappedUp(reservation) {
    if (dialled.has(reservation.task.sid)) complete(reservation);
    else setTimeout(() => reservation.status === 'wrapping' && complete(reservation), OTHER_TAB);
  }

  function follow(reservation) {
    const { task } = reservation;
    const kind = kindOf(task.attributes);
    if (!kind) return;
    for (const name of RESERVATION_EVENTS) {
      reservation.on(name, () => on.changed(task.sid, name));
    }
    for (const name of TASK_EVENTS) task.on(name, () => on.changed(task.sid, `task-${name}`));
    reservation.on('wrapup', () => wrappedUp(reservation));
    if (reservation.status === 'wrapping') complete(reservation);
    waiting.get(task.sid)?.(reservation);
    waiting.delete(task.sid);
    if (kind === 'incoming' && reservation.status === 'pending') on.offered(task.sid);
  }

  function applyToken() {
    const fresh = nextToken;
    nextToken = null;
    expired = false;
    newest = fresh;
    worker.updateToken(fresh);
  }

  function lost() {
    if (ready) lostAt = Date.now();
    ready = false;
    on.down();
  }

  function build() {
    const mine = new Worker(newest, ebServer && wsServer ? { ebServer, wsServer } : {});
    worker = mine;
    lostAt = Date.now();
    mine.on('ready', () => {
      ready = true;
      if (nextToken) applyToken();
      mine.reservations.forEach(follow);
      on.up();
      on.activity();
    });
    mine.on('disconnected', lost);
    mine.on('reservationCreated', follow);
    mine.on('activityUpdated', on.activity);
    mine.on('tokenExpired', () => {
      expired = true;
      if (nextToken) applyToken();
      else on.tokenExpired();
    });
    mine.on('error', (error) => {
      if (ready || !/failed to initialize/i.test(error?.message)) return;
      // The SDK gives up here, with its socket open.
      setTimeout(() => mine === worker && !ready && replace(), AFTER_FAILURE);
    });
  }

  function replace() {
    const old = worker;
    newest = nextToken ?? newest;
    nextToken = null;
    expired = false;
    old.removeAllListeners();
    old.on('error', () => {}); // without a listener the SDK throws
    lost();
    build();
    old.disconnect();
  }

  build();

  return {
    /** While the SDK waits to reconnect, a new token would open a second socket. */
    updateToken(fresh) {
      nextToken = fresh;
      if (ready || expired) applyToken();
    },
    /** To be called every few seconds. */
    look() {
      if (!ready && isOnline() && Date.now() - lostAt > HOPELESS) replace();
    },
    /** After a sleep the socket may be dead without the SDK's knowing. */
    wake: () => replace(),
    /** When the present activity began, as the SDK read it at its last connection. */
    activitySince: () => Number(worker.dateActivityChanged ?? NaN),
    activities: () => [...(worker.activities?.values() ?? [])],
    activity: () => worker.activity ?? null,
    setActivity: async (sid) => worker.activities.get(sid).setAsCurrent(),
    has: (taskSid) => reservationOf(taskSid) !== undefined,
    isPending: (taskSid) => reservationOf(taskSid)?.status === 'pending',

    /** The attributes of a Task as its push or, freshly, as TaskRouter has them. */
    attributes: (taskSid) => reservationOf(taskSid)?.task.attributes ?? {},
    async refresh(taskSid) {
      await reservationOf(taskSid)?.task.fetchLatestVersion();
    },

    /** Resolves once there is a Reservation of the Task; rejects after `patience` milliseconds. */
    reserved(taskSid, patience) {
      if (ready && reservationOf(taskSid)) return Promise.resolve();
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(taskSid);
          reject(new Error('no reservation'));
        }, patience);
        waiting.set(taskSid, () => {
          clearTimeout(timer);
          resolve();
        });
      });
    },

    /** Has TaskRouter dial this agent's softphone into the document at `twimlUrl`. */
    async dial(taskSid, { twimlUrl, statusCallbackUrl }) {
      const reservation = reservationOf(taskSid);
      if (!reservation) throw new Error('no reservation');
      dialled.add(taskSid);
      try {
        await reservation.call(reservation.task.attributes.from, twimlUrl, {
          accept: true, timeout: 15, statusCallbackUrl,
        });
      } catch (error) {
        if (/status code 401/.test(error.message)) on.tokenExpired();
        throw error;
      }
    },

    /** Completes the Task if it is wrapping; says whether there is nothing more to do. */
    async tidy(taskSid) {
      const reservation = reservationOf(taskSid);
      if (!reservation || OVER.includes(reservation.status)) return true;
      if (reservation.status !== 'wrapping') await reservation.fetchLatestVersion();
      if (reservation.status === 'wrapping') await complete(reservation);
      return OVER.includes(reservation.status);
    },
  };
}
