// Leaves a call: asks the server to end it, as often as it takes; and what follows its end.

import { insist } from '../js/insist.js';
import { pause } from '../js/pause.js';
import { isForeign } from './rules.js';

const TIDY_TRIES = 8;

/**
 * @param {object} api of call-requests.js
 * @param {{view: (taskSid: string) => ?object, soon: (taskSid: string) => void}} watch
 * @param {(taskSid: string) => Promise<void>} reject has TaskRouter take back its offer
 */
export function createEndings(api, watch, reject) {
  const leaving = new Set();
  const isEnded = (taskSid) => watch.view(taskSid)?.phase === 'ended';

  async function leave(taskSid, ask) {
    if (leaving.has(taskSid) || isEnded(taskSid)) return;
    leaving.add(taskSid);
    await insist(ask, () => isEnded(taskSid));
    leaving.delete(taskSid);
    watch.soon(taskSid);
  }

  /** A call is declined by ending it; without one there is only the offer. */
  async function decline(taskSid) {
    if (isEnded(taskSid)) return reject(taskSid);
    let isCall = true;
    await leave(taskSid, () => api.cleanupRejectedTask(taskSid).catch((error) => {
      isCall = !isForeign(error);
      throw error;
    }));
    return isCall ? undefined : reject(taskSid);
  }

  return {
    isEnded,
    end: (taskSid, reason) => leave(taskSid, () => api.endCall(taskSid, reason)),
    decline,
  };
}

/** Ends a call that its caller lets ring for too long. */
export function createRing(end) {
  const timers = new Map();

  function forget(taskSid) {
    clearTimeout(timers.get(taskSid));
    timers.delete(taskSid);
  }

  return {
    /** @param {() => number} seconds asked once it rings */
    follow({ taskSid, phase }, seconds) {
      if (phase !== 'calling') forget(taskSid);
      else if (!timers.has(taskSid)) {
        timers.set(taskSid, setTimeout(end, seconds() * 1000, taskSid, 'no-answer'));
      }
    },
  };
}

/** Completes the Task of a call that is over, if nobody else does. */
export async function tidy(worker, taskSid) {
  for (let tries = 0; tries < TIDY_TRIES; tries += 1) {
    if (await worker.tidy(taskSid).catch(() => false)) return;
    await pause(1000);
  }
}
