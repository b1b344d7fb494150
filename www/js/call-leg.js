// Gets the agent's leg for a call whose Task this page holds: TaskRouter dials the softphone, which
// takes that Voice call and no other.

import { withKey } from './expected-leg.js';
import { urlsOf } from './leg-urls.js';
import { pause } from './pause.js';
import { isTaken } from './reservations.js';

const RESERVED_WITHIN = 25000; // a caller's Task lives 20 s without a reservation

/**
 * @param {object} parts of call-controller.js
 * @param {{state: () => object, dispatch: (event: object) => void}} call
 */
export function createLeg(parts, call) {
  const identifying = new Set();
  let plain = false; // TaskRouter takes no address with a key in it

  /** TaskRouter tells which Voice call is the Task's leg, at its own time. */
  async function identify(taskSid) {
    if (identifying.has(taskSid)) return;
    identifying.add(taskSid);
    for (let tries = 0; tries < 8 && parts.softphone().isUnsure(taskSid); tries += 1) {
      const callSid = parts.taskRouter().attributes(taskSid).worker_call_sid;
      if (callSid) {
        parts.softphone().legIs(taskSid, callSid);
      } else {
        await pause(500);
        await parts.taskRouter().refresh(taskSid).catch(() => {});
      }
    }
    identifying.delete(taskSid);
  }

  function isWanted(taskSid) {
    const state = call.state();
    return state.taskSid === taskSid && state.leg === 'dialing' && state.phase !== 'ending';
  }

  /**
   * Dials the agent's address with the key. Where that is refused the one that TaskRouter knows is
   * dialed, unless another tab was quicker: then that is refused as well.
   */
  async function dialKeyed(taskSid, urls, key) {
    const { contactUri } = parts.session().worker;
    try {
      await parts.taskRouter().dial(taskSid,
        plain ? urls : { ...urls, to: withKey(contactUri, key) });
    } catch (error) {
      if (plain || !isTaken(error) || !isWanted(taskSid)) throw error;
      await parts.taskRouter().dial(taskSid, urls);
      plain = true;
      parts.api.dialedPlainly();
    }
  }

  async function dial({ role, taskSid }) {
    const taskRouter = parts.taskRouter();
    const softphone = parts.softphone();
    try {
      await taskRouter.reserved(taskSid, RESERVED_WITHIN);
      if (!isWanted(taskSid)) return;
      const attributes = taskRouter.attributes(taskSid);
      const pass = parts.api.pass(taskSid);
      const key = parts.newKey();
      softphone.expect(taskSid, key);
      await dialKeyed(taskSid, urlsOf(parts.session(), pass, role, taskSid, attributes), key);
    } catch (error) {
      softphone.expectNothing(taskSid);
      call.dispatch({ type: 'dial-failed', taskSid, taken: isTaken(error) });
    }
  }

  /** Completes the Task of a call that is over, if nobody else does. */
  async function tidy({ taskSid }) {
    for (let tries = 0; tries < 8; tries += 1) {
      if (await parts.taskRouter()?.tidy(taskSid).catch(() => false)) return;
      await pause(1000);
    }
  }

  return { identify, dial, tidy };
}
