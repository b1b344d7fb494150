// Leaves a call: asks the server to end it, as often as it takes.

import { insist } from './insist.js';

const DROP_AFTER = 2000; // a hang-up is heard at once, also when the server is slow

/**
 * @param {object} parts of call-controller.js
 * @param {{state: () => object, askOnce: () => void}} call
 */
export function createLeave(parts, call) {
  let leaving = null; // {taskSid, ask, isOnItsWay}: how the call was to be ended

  /** The server has said so; after a refusal to say more, what was begun is still tried. */
  function isOver(taskSid) {
    const state = call.state();
    return state.taskSid !== taskSid || (state.phase === 'ended' && state.code !== 'sign_in');
  }

  async function leave(request) {
    if (request.isOnItsWay) return;
    leaving = request;
    request.isOnItsWay = true;
    await insist(request.ask, () => isOver(request.taskSid));
    request.isOnItsWay = false;
    if (call.state().taskSid === request.taskSid) call.askOnce();
  }

  return {
    async end({ taskSid, reason }) {
      const dropLeg = () => {
        const state = call.state();
        if (state.taskSid === taskSid && state.phase === 'ending') parts.softphone()?.drop(taskSid);
      };
      const timer = setTimeout(dropLeg, DROP_AFTER);
      await leave({ taskSid, ask: () => parts.api.endCall(taskSid, reason) });
      clearTimeout(timer);
      dropLeg();
    },
    decline: ({ taskSid, reply }) => (
      leave({ taskSid, ask: () => parts.api.cleanupRejectedTask(taskSid, reply) })),

    /** When all that has failed and the server says that the call goes on, it is asked again. */
    goesOn(taskSid) {
      if (call.state().phase === 'ending' && leaving?.taskSid === taskSid) leave(leaving);
    },
  };
}
