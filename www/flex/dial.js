// Gets this agent's leg into a call: TaskRouter dials the softphone, and Flex answers that by
// itself.

import { insist } from '../js/insist.js';
import { urlsOf } from '../js/leg-urls.js';
import { isTaken } from '../js/reservations.js';

const RESERVED_WITHIN = 25000; // a caller's Task lives 20 s without a reservation

/**
 * @param {object} parts of calls.js
 * @param {object} worker of worker.js
 * @param {{end: Function, failed: (key: string) => void}} call
 */
export function createDial({ api, session, screen }, worker, { end, failed }) {
  async function dial(taskSid, role) {
    const attributes = worker.attributes(taskSid);
    const urls = urlsOf(await session(), api.pass(taskSid), role, taskSid, attributes);
    await worker.dial(taskSid, urls);
    screen.select(worker.reservationSid(taskSid));
  }

  return {
    async caller(taskSid) {
      try {
        await worker.reserved(taskSid, RESERVED_WITHIN);
        await dial(taskSid, 'caller');
      } catch {
        failed('phone_unreachable');
        await end(taskSid, 'cancel');
      }
    },
    async callee(taskSid) {
      try {
        // It holds the pass, without which Twilio finds no way into the call.
        if (!api.pass(taskSid)) await insist(() => api.callState(taskSid));
        await dial(taskSid, 'callee');
      } catch (error) {
        // Or another tab was quicker.
        if (!isTaken(error)) failed('answer_failed');
      }
    },
  };
}
