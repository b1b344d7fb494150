// Has the server make the Task of a new call.

import { pause } from './pause.js';

const CLOSES_WITHIN = 3000; // a call's Tasks, after its end

/**
 * After these answers nobody knows whether the Task was created: Twilio broke off or failed half
 * way, or a gateway lost our program and says nothing in our words.
 */
const isUnknown = ({ status, code }) => status === 0 || status === 504
  || (status >= 500 && (code === 'failed' || code === 'upstream'));

/**
 * Just after a call its Tasks may still be open for a moment. That isn't worth the agent's
 * attention; any other call is.
 * @param {?{with: string, endedAt: number}} last the last call of this page
 * @returns {number} milliseconds for which it is worth while to ask again
 */
function patienceWith({ code }, to, last) {
  const stale = code === 'already_in_call' || (code === 'callee_busy' && last?.with === to);
  return last && stale ? last.endedAt + CLOSES_WITHIN - Date.now() : 0;
}

/**
 * @param {object} parts of call-controller.js
 * @param {{state: () => object, last: () => ?object, dispatch: (event: object) => void}} call
 */
export function createPlace({ api, reload, taskRouter }, call) {
  /** The agent doesn't want it any more, or another call comes in, which rings at once. */
  function isOff() {
    const state = call.state();
    return state.phase !== 'preparing' || state.waiting !== null;
  }

  async function waitFor(ms) {
    const until = Date.now() + ms;
    while (Date.now() < until && !isOff()) await pause(50);
  }

  /** The programs count each request, so there are few. */
  async function createTask(to, note) {
    for (let wait = 500; ; wait *= 2) {
      try {
        return await api.createTask(to, note);
      } catch (error) {
        const patience = patienceWith(error, to, call.last());
        await waitFor(Math.min(wait, patience));
        if (patience <= 0 || isOff()) throw error;
      }
    }
  }

  return async ({ to, note, attempt }) => {
    try {
      const taskSid = await createTask(to, note);
      call.dispatch({ type: 'task-created', attempt, taskSid });
      // A customer isn't put on hold by that, and this page can do nothing about it.
      if (taskRouter()?.isWithCustomer()) {
        call.dispatch({ type: 'notice', notice: { key: 'customerStays' } });
      }
    } catch (error) {
      // The programs are newer than this page.
      if (error.code === 'reload') reload();
      const type = isUnknown(error) ? 'task-unknown' : 'task-refused';
      call.dispatch({ type, attempt, code: error.code });
    }
  };
}
