// The calls of this Flex: what is asked of our programs and of TaskRouter about them. Flex answers
// the Voice calls, and shows Tasks; what a call is, the server says.

import { insist } from '../js/insist.js';
import { kindOf } from '../js/reservations.js';
import { has, t } from '../js/strings.js';
import { createDial } from './dial.js';
import { createEndings, createRing, tidy } from './endings.js';
import { createCallOf } from './place.js';
import { isToReturn, isUp, lastWords, viewOf } from './rules.js';
import { createWatch } from './watch.js';
import { followWorker } from './worker.js';

/** What this tab knows of its own calls: whom it has called, and what is told at the end. */
function createMade({ leg, screen }, end, ringSeconds) {
  const made = new Set();
  const ring = createRing(end);
  let last = null;
  return {
    last: () => last,
    add: (taskSid) => made.add(taskSid),
    follow(view, { legs = [] }) {
      const { taskSid, phase, other } = view;
      if (made.has(taskSid)) ring.follow(view, ringSeconds);
      if (isUp(phase) && screen.hasLeg()) {
        leg.remember({ taskSid, callSids: legs, muted: false });
        leg.hold(true);
      }
      if (phase !== 'ended') return;
      leg.forget(taskSid);
      leg.hold(false);
      if (!made.delete(taskSid)) return;
      last = { with: other?.sid, endedAt: Date.now() };
      const words = lastWords(view);
      if (words) screen.tell(words);
    },
  };
}

/** After a reload the leg is gone: the server is asked to have it dialed again. */
async function comeBack({ api, leg, screen }, watch, isEnded) {
  const found = await insist(() => api.callState());
  if (!found?.answer.taskSid) return;
  const { taskSid, legs = [] } = found.answer;
  const where = { hasLeg: screen.hasLeg(), wasHere: leg.wasHere(taskSid, legs),
    isHeld: await leg.isHeld() };
  watch.soon(taskSid);
  if (!isToReturn(viewOf(found), where)) return;
  await screen.registered();
  await insist(() => api.rejoinCall(taskSid), () => isEnded(taskSid) || screen.hasLeg());
  watch.soon(taskSid);
}

/** @returns {object} what each type of a step (rules.js) does */
function createActs({ api }, { watch, endings, dial, failed }) {
  return {
    answer: (taskSid) => dial.callee(taskSid),
    decline: (taskSid) => endings.decline(taskSid),
    end: (taskSid, { reason }) => endings.end(taskSid, reason),
    async hold(taskSid, { hold }) {
      await api.holdParticipant(taskSid, hold).catch(({ status, code }) => (
        failed(status > 0 && has(code) ? code : 'hold_failed')));
      watch.soon(taskSid);
    },
  };
}

/**
 * @param {object} parts
 * @param {object} parts.api requests of call-requests.js
 * @param {() => Promise<object>} parts.session what flex-session answered
 * @param {() => number} parts.ringSeconds of it, once there is a call
 * @param {object} parts.client Flex's Worker
 * @param {object} parts.leg of kept-leg.js
 * @param {object} parts.screen of screen.js
 */
export function createCalls(parts) {
  const { api, client, screen, ringSeconds } = parts;
  const failed = (key, values) => screen.tell({ text: t(key, values), failed: true });
  const watch = createWatch(api.callState, heard);
  const endings = createEndings(api, watch, (taskSid) => worker.reject(taskSid));
  const made = createMade(parts, endings.end, ringSeconds);
  const worker = followWorker(client, { offered, changed });
  const dial = createDial(parts, worker, { end: endings.end, failed });
  const acts = createActs(parts, { watch, endings, dial, failed });

  function heard(view, answer) {
    made.follow(view, answer);
    if (view.phase !== 'ended') return;
    if (isJunk(view.taskSid)) worker.reject(view.taskSid);
    else tidy(worker, view.taskSid);
  }

  /** What is offered without being a call of this agent's takes up the channel. */
  function isJunk(taskSid) {
    return watch.isForeign(taskSid) && worker.isPending(taskSid);
  }

  /** One that was rejected may be offered again. */
  function offered(taskSid) {
    if (isJunk(taskSid)) worker.reject(taskSid);
    else watch.soon(taskSid);
  }

  function changed(taskSid, what) {
    const attributes = worker.attributes(taskSid);
    // Flex itself turns down what is pending when its user goes offline.
    if (what === 'rejected' && kindOf(attributes) === 'incoming') endings.decline(taskSid);
    if (what === 'task-updated') watch.told(taskSid, attributes);
    else watch.soon(taskSid);
  }

  return {
    view: watch.view,
    onChange: watch.onChange,
    call: createCallOf(api, {
      begun(taskSid) {
        made.add(taskSid);
        watch.soon(taskSid);
        dial.caller(taskSid);
      },
      tell: screen.tell,
      failed,
      last: made.last,
    }),
    /** @param {?{type: string}} step of rules.js */
    act: (taskSid, step) => (step ? acts[step.type](taskSid, step) : undefined),
    comeBack: () => comeBack(parts, watch, endings.isEnded),
  };
}
