// The Reservations of the Worker that Flex has connected.

import { createReservations } from '../js/reservations.js';

/**
 * @param {object} client Flex's own object of TaskRouter's SDK, which makes its Reservations anew
 *   at each reconnect
 * @param {object} on handlers: offered(taskSid), changed(taskSid, what)
 */
export function followWorker(client, on) {
  const known = new WeakSet();
  const all = () => [...client.reservations.values()];
  const reservationOf = (taskSid) => all().find(({ task }) => task.sid === taskSid);
  // What isn't ours is Flex's business, also on our Workflow.
  const reservations = createReservations(reservationOf, null,
    { ...on, activity() {}, tokenExpired() {} });

  function follow(reservation) {
    if (known.has(reservation)) return;
    known.add(reservation);
    reservations.follow(reservation);
  }

  client.on('reservationCreated', follow);
  client.on('ready', () => all().forEach(follow));
  all().forEach(follow);

  return {
    isPending: (taskSid) => reservationOf(taskSid)?.status === 'pending',
    attributes: (taskSid) => reservationOf(taskSid)?.task.attributes ?? {},
    reserved: (taskSid, patience) => (
      reservationOf(taskSid) ? Promise.resolve() : reservations.next(taskSid, patience)),
    reservationSid: (taskSid) => reservationOf(taskSid)?.sid,
    dial: reservations.dial,
    reject: reservations.reject,
    tidy: reservations.tidy,
  };
}
