// This agent's Worker, as TaskRouter's SDK shows it, reduced to what the page needs.
//
// The SDK replaces every Reservation object at each reconnect, so nothing outside holds one: Tasks
// are named by SID, and Reservations are looked up here.

import { createReservations, kindOf } from './reservations.js';
import { WorkerConnection } from './worker.js';

/**
 * @param {new (token: string, options: object) => object} Worker the SDK's class
 * @param {object} session what the program `session` answered
 * @param {object} on handlers: up(), down(), offered(taskSid), changed(taskSid, what),
 *   activity(), tokenExpired()
 */
export function connectTaskRouter(Worker, session, on) {
  const reservationOf = (taskSid) => (
    [...(connection.current.reservations?.values() ?? [])].find(({ task }) => task.sid === taskSid)
  );
  const reservations = createReservations(reservationOf, session.workflowSid, on);
  const connection = new WorkerConnection(Worker, session.taskrouter, {
    ...on,
    reservation: reservations.follow,
    ready(worker) {
      worker.reservations.forEach(reservations.follow);
      on.up();
      on.activity();
    },
  });

  return {
    updateToken: (fresh) => connection.updateToken(fresh),
    /** To be called every few seconds. */
    look: () => connection.look(),
    /** After a sleep the socket may be dead without the SDK's knowing. */
    wake: () => connection.replace(),
    /** When the present activity began, as the SDK read it at its last connection. */
    activitySince: () => Number(connection.current.dateActivityChanged ?? NaN),
    activities: () => [...(connection.current.activities?.values() ?? [])],
    activity: () => connection.current.activity ?? null,
    setActivity: async (sid) => connection.current.activities.get(sid).setAsCurrent(),
    /** In a call of somebody else's making, as Flex has them with customers. */
    isWithCustomer: () => [...(connection.current.reservations?.values() ?? [])]
      .some(({ status, task }) => status === 'accepted'
        && task.taskChannelUniqueName === 'voice' && kindOf(task.attributes) === null),
    has: (taskSid) => reservationOf(taskSid) !== undefined,
    isPending: (taskSid) => reservationOf(taskSid)?.status === 'pending',

    /** The attributes of a Task as its push or, freshly, as TaskRouter has them. */
    attributes: (taskSid) => reservationOf(taskSid)?.task.attributes ?? {},
    async refresh(taskSid) {
      await reservationOf(taskSid)?.task.fetchLatestVersion();
    },

    /** Resolves once there is a Reservation of the Task; rejects after `patience` milliseconds. */
    reserved: (taskSid, patience) => (connection.isReady && reservationOf(taskSid)
      ? Promise.resolve() : reservations.next(taskSid, patience)),
    dial: reservations.dial,
    tidy: reservations.tidy,
    reject: reservations.reject,
  };
}
