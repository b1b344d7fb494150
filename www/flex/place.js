// A press of Call: the server makes the Task, as it does for the page.

import { createPlace } from '../js/call-place.js';
import { lastWords, refusedView } from './rules.js';

/**
 * @param {object} api of call-requests.js
 * @param {object} on
 * @param {(taskSid: string, agent: object) => void} on.begun
 * @param {(words: {text: string, failed: boolean}) => void} on.tell
 * @param {(key: string, values: object) => void} on.failed
 * @param {() => ?object} on.last the last call of this tab: {with, endedAt}
 * @returns {(agent: object) => Promise<boolean>} whether there is a call now
 */
export function createCallOf(api, { begun, tell, failed, last }) {
  const state = { phase: 'preparing', waiting: null }; // nothing takes its place

  return async (agent) => {
    let isBegun = false;
    const place = createPlace({ api, reload() {}, taskRouter: () => null }, {
      state: () => state,
      last,
      dispatch({ type, taskSid, code }) {
        isBegun = type === 'task-created';
        if (isBegun) begun(taskSid, agent);
        else if (type === 'task-unknown') failed('call_unknown', { name: agent.name });
        else tell(lastWords(refusedView(agent, code)));
      },
    });
    await place({ to: agent.sid });
    return isBegun;
  };
}
