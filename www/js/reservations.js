// The Reservations of this agent's Worker, and with them its Tasks, which are named by SID.

const RESERVATION_EVENTS = [
  'accepted', 'rejected', 'timeout', 'canceled', 'rescinded', 'wrapup', 'completed',
];
const TASK_EVENTS = ['updated', 'canceled', 'completed', 'wrapup'];
const OTHER_TAB = 2000; // milliseconds that the tab with the call has for completing its Task
const OVER = ['completed', 'canceled'];
// Milliseconds that a Task which pretends to be this agent's own call may wait for a page that has
// made it, and then for anybody: create-task gives each 20 seconds.
const OWN_WITHIN = 5000;
const OWN_TIMEOUT = 25000;

/** A Task is looked at only if the programs made it; what it says is a hint, nothing more. */
export function kindOf(attributes) {
  if (typeof attributes?.dialpad !== 'string' || attributes.dialpad === '') return null;
  return String(attributes.internal) === 'true' ? 'incoming' : 'outgoing';
}

/**
 * Whether a refused instruction says that another tab was quicker. A token that ran out or too many
 * requests, which the SDK gives the same name, say nothing about the Reservation.
 */
export function isTaken({ name, message }) {
  const [, status] = /status code (\d+)/.exec(message) ?? [];
  return name === 'REQUEST_INVALID' && !['401', '403', '429'].includes(status);
}

/** Completes Tasks that are wrapping, each Reservation once. */
function createCompletion() {
  const completing = new Map(); // sid of a Reservation → the request

  /** A program may still be quicker: then it is done. */
  function complete(reservation) {
    if (!completing.has(reservation.sid)) {
      completing.set(reservation.sid, reservation.complete()
        .catch(() => completing.delete(reservation.sid)));
    }
    return completing.get(reservation.sid);
  }

  return {
    complete,
    /** The tab that has the call completes its Task; another one only if that tab is gone. */
    wrappedUp(reservation, hasCall) {
      if (hasCall) complete(reservation);
      else setTimeout(() => reservation.status === 'wrapping' && complete(reservation), OTHER_TAB);
    },
    /** Says whether there is nothing more to do. */
    async tidy(reservation) {
      if (!reservation || OVER.includes(reservation.status)) return true;
      if (reservation.status !== 'wrapping') await reservation.fetchLatestVersion();
      if (reservation.status === 'wrapping') await complete(reservation);
      return OVER.includes(reservation.status);
    },
  };
}

/** What waits for this agent's answer, and what only takes up the channel. */
function createOffers(reservationOf, ourWorkflow, offered) {
  const refused = new Set(); // Tasks that are no calls of this agent's, and may be offered again

  /** For a Task that isn't of a call of this agent's, and would take up its channel. */
  async function reject(taskSid) {
    refused.add(taskSid);
    const reservation = reservationOf(taskSid);
    // Another tab may be quicker, and the maker of the Task may take it back.
    if (reservation?.status === 'pending') await reservation.reject().catch(() => {});
  }

  /** The page that has made a call has it dialed at once; this Task has no such page, perhaps. */
  function doubt(reservation) {
    const { task } = reservation;
    const after = (ms, act) =>
      setTimeout(() => reservation.status === 'pending' && act(task.sid), ms);
    after(OWN_WITHIN, offered);
    after(OWN_TIMEOUT, reject);
  }

  return {
    reject,
    /** What is on our Workflow without being a call of ours is looked into like one. */
    consider(reservation, kind) {
      const { task, status } = reservation;
      if (status !== 'pending' || !(kind || task.workflowSid === ourWorkflow)) return;
      if (kind !== 'outgoing') offered(task.sid);
      else if (refused.has(task.sid)) reject(task.sid);
      else doubt(reservation);
    },
  };
}

/**
 * @param {(taskSid: string) => ?object} reservationOf as the SDK has it now
 * @param {string} ourWorkflow whose Tasks are calls of ours, or pretend to be
 * @param {object} on handlers: offered(taskSid), changed(taskSid, what), tokenExpired(), and
 *   activity() when the agent begins or ends a Task that isn't ours
 */
export function createReservations(reservationOf, ourWorkflow, on) {
  const completion = createCompletion();
  const offers = createOffers(reservationOf, ourWorkflow, on.offered);
  const waiting = new Map(); // taskSid → who waits for its Reservation
  const dialled = new Set(); // taskSids whose legs this page asked for

  return {
    /** One that is new, or that the SDK has made anew. */
    follow(reservation) {
      const { task } = reservation;
      const kind = kindOf(task.attributes);
      offers.consider(reservation, kind);
      if (!kind) {
        RESERVATION_EVENTS.forEach((name) => reservation.on(name, on.activity));
        return;
      }
      for (const name of RESERVATION_EVENTS) {
        reservation.on(name, () => on.changed(task.sid, name));
      }
      for (const name of TASK_EVENTS) task.on(name, () => on.changed(task.sid, `task-${name}`));
      reservation.on('wrapup', () => completion.wrappedUp(reservation, dialled.has(task.sid)));
      if (reservation.status === 'wrapping') completion.complete(reservation);
      waiting.get(task.sid)?.(reservation);
      waiting.delete(task.sid);
    },

    /** Resolves once one of the Task is followed; rejects after `patience` milliseconds. */
    next(taskSid, patience) {
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

    /**
     * Has TaskRouter dial this agent's softphone, at the address that it knows or at `to`, into the
     * document at `twimlUrl`.
     */
    async dial(taskSid, { twimlUrl, statusCallbackUrl, to }) {
      const reservation = reservationOf(taskSid);
      if (!reservation) throw new Error('no reservation');
      dialled.add(taskSid);
      try {
        await reservation.call(reservation.task.attributes.from, twimlUrl, {
          accept: true, timeout: 15, statusCallbackUrl, ...(to && { to }),
        });
      } catch (error) {
        if (/status code 401/.test(error.message)) on.tokenExpired();
        throw error;
      }
    },

    reject: offers.reject,

    /** Completes the Task if it is wrapping; says whether there is nothing more to do. */
    tidy: (taskSid) => completion.tidy(reservationOf(taskSid)),
  };
}
