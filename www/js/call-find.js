// Finds calls of this agent that this page doesn't know: one that is offered, and one that goes on
// elsewhere or was left by a page that is gone.

import { canCall } from './call-state.js';
import { insist } from './insist.js';

/** What call-state says of a call that can be come back into. */
const isUp = (phase) => phase === 'connected' || phase === 'reconnecting';

const isOpen = ({ taskSid, state }) => Boolean(taskSid) && state !== 'ended' && state !== 'none';

const isRinging = ({ role, state }) => role === 'callee' && state === 'ringing';

/**
 * A Reservation that is made while TaskRouter's SDK connects can be neither in its list nor in what
 * it is told afterwards: then it has to connect once more. That ends in another look.
 */
function createWaker(parts) {
  const woken = new Set(); // Tasks of which TaskRouter's SDK knew nothing
  return (taskSid) => {
    const taskRouter = parts.taskRouter();
    if (!taskRouter || taskRouter.has(taskSid) || woken.has(taskSid)) return false;
    woken.add(taskSid);
    taskRouter.wake();
    return true;
  };
}

/**
 * @param {object} parts of call-controller.js
 * @param {{state: () => object, knows: (taskSid: string) => boolean,
 *   dispatch: (event: object) => void}} call
 */
export function createFind(parts, call) {
  const wakesFor = createWaker(parts);
  let looked = false;

  /** @param {boolean} early TaskRouter wasn't there when the server was asked */
  function isForUs(answer, early) {
    if (!isOpen(answer)) return false;
    if (isUp(answer.state)) return true;
    return !early && !(answer.role === 'callee' && parts.taskRouter()?.isPending(answer.taskSid));
  }

  async function enter({ taskSid, role, state, other, legs = [] }, { opened, elapsed }) {
    const back = isUp(state) && !call.knows(taskSid)
      && await parts.mayRejoin(taskSid, legs, !opened);
    const place = back ? null : await parts.locate(taskSid, legs);
    const muted = parts.wasMuted(taskSid);
    call.dispatch({ type: 'found', taskSid, role, other, back, muted, place, elapsed });
  }

  return {
    /**
     * Rings only if the server says that this call is for this agent, and from whom. What is on our
     * Workflow and isn't is rejected; where the server doesn't know yet, nothing is.
     */
    async checkOffer(taskSid) {
      let refusal = null;
      const found = await insist(() => parts.api.callState(taskSid).catch((error) => {
        refusal = error.code;
        throw error;
      }));
      if (!found && refusal === 'not_your_call') await parts.taskRouter().reject(taskSid);
      if (!isRinging(found?.answer ?? {}) || !parts.taskRouter().isPending(taskSid)) return;
      const { other, note } = found.answer;
      call.dispatch({ type: 'offer', taskSid, other, note });
    },

    /**
     * Looks for a call that this agent is in without this page. Before TaskRouter is there, only
     * one that is worth coming back into at once counts: no other can be told from one that rings.
     * Only a page that has just been opened takes a call that was elsewhere: one that wakes up
     * leaves it.
     */
    async findCall() {
      const early = !parts.taskRouter();
      const found = await insist(() => parts.api.callState());
      const answer = found?.answer ?? {};
      const opened = !looked;
      looked ||= found !== null;
      if (found && !isOpen(answer)) parts.hasNoCall();
      if (isRinging(answer) && wakesFor(answer.taskSid)) return;
      if (isForUs(answer, early)) await enter(answer, { opened, elapsed: found.elapsed });
      else call.dispatch({ type: 'not-returning' });
    },

    /** This tab is in charge now, for whatever reason: is there a call without a page? */
    async lookForLeftCall() {
      const { taskSid, mine } = call.state();
      if (!taskSid || mine || canCall(call.state())) return;
      const found = await insist(() => parts.api.callState(taskSid));
      if (!isUp(found?.answer.state)) return;
      if (!await parts.mayRejoin(taskSid, found.answer.legs ?? [], true)) return;
      call.dispatch({ type: 'rejoin', taskSid, muted: parts.wasMuted(taskSid) });
    },
  };
}
