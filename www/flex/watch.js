// What the server says about the calls of this Flex. Each is asked about as in the page: at once
// when something happens, else at the page's pace.

import { isRefusedForGood } from '../js/call-requests.js';
import { paceOf } from '../js/call-state.js';
import { createPushProof } from '../js/call-told.js';
import { createPoller } from '../js/poller.js';
import { isForeign, isOver, noCall, viewOf } from './rules.js';

/**
 * @param {(taskSid: string, signal: AbortSignal) => Promise<object>} ask call-state
 * @param {(view: object, answer: object) => void} onHeard
 */
export function createWatch(ask, onHeard) {
  const calls = new Map(); // taskSid → {poller, view, pushed, foreign}
  const isProof = createPushProof();
  const followers = new Set();

  function plan(taskSid, call) {
    const every = paceOf(call.view?.phase ?? 'calling', call.pushed);
    call.poller.follow(call.view?.phase === 'ended' ? null : { taskSid, every });
  }

  function heard(taskSid, found) {
    const call = calls.get(taskSid);
    if (!call) return;
    call.view = viewOf({ ...found, answer: { ...found.answer, taskSid } });
    plan(taskSid, call);
    onHeard(call.view, found.answer);
    followers.forEach((follower) => follower());
  }

  function begin(taskSid) {
    const poller = createPoller(ask, {
      onAnswer: heard,
      onError(sid, error) {
        if (!isRefusedForGood(error)) return; // it is asked again
        call.foreign = isForeign(error);
        heard(sid, { answer: noCall(sid, call.view), elapsed: 0 });
      },
      isFinal: ({ answer }) => isOver(answer),
    });
    const call = { poller, view: null, pushed: false, foreign: false };
    calls.set(taskSid, call);
    plan(taskSid, call);
    return call;
  }

  const callOf = (taskSid) => calls.get(taskSid) ?? begin(taskSid);

  return {
    /** Something has happened to this call, which may be new. */
    soon: (taskSid) => callOf(taskSid).poller.soon(),
    /** TaskRouter has told that its attributes are others now. */
    told(taskSid, attributes) {
      const call = callOf(taskSid);
      call.pushed ||= isProof(taskSid, attributes);
      call.poller.soon();
    },
    /** The server says that it is no call of this agent's. */
    isForeign: (taskSid) => calls.get(taskSid)?.foreign ?? false,
    view: (taskSid) => calls.get(taskSid)?.view ?? null,
    /** @returns {() => void} ends it */
    onChange(follower) {
      followers.add(follower);
      return () => followers.delete(follower);
    },
  };
}
