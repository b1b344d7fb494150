// Has the server dial this agent into a call that goes on once more, and takes exactly that Voice
// call.

import { insist } from './insist.js';

const COMES_WITHIN = 20000; // the Voice call that brings an agent back

/**
 * @param {object} parts of call-controller.js
 * @param {{state: () => object, dispatch: (event: object) => void}} call
 */
export function createRejoin(parts, call) {
  let coming = null;

  function isOff(taskSid) {
    const state = call.state();
    return state.taskSid !== taskSid || state.leg !== 'dialing' || state.phase !== 'rejoining';
  }

  function fail(taskSid) {
    if (isOff(taskSid)) return;
    parts.softphone()?.expectNothing(taskSid);
    call.dispatch({ type: 'rejoin-failed', taskSid, code: 'rejoin_failed' });
  }

  return {
    async rejoin({ taskSid }) {
      await parts.registered();
      if (isOff(taskSid)) return;
      // A call is expected for some seconds, and each request has one come.
      const callSid = await insist(() => {
        parts.softphone().expectNamed(taskSid);
        return parts.api.rejoinCall(taskSid);
      }, () => isOff(taskSid));
      if (callSid) {
        call.dispatch({ type: 'leg-named', taskSid, callSid });
        parts.softphone().legIs(taskSid, callSid);
      }
      clearTimeout(coming);
      if (!callSid) fail(taskSid);
      else if (!isOff(taskSid)) coming = setTimeout(fail, COMES_WITHIN, taskSid);
    },

    /** The leg is there. */
    legOpen: () => clearTimeout(coming),
  };
}
