// What is asked of our own programs about calls, and the passes that they give: a leg comes into a
// call only with one.

// Goes up when a page of before could not work with the programs any more (create-task.c has it).
const VERSION = '1';
const KNOWN_MAX = 20; // Tasks that a page remembers

/** call-state refuses, and always will: the Task is no call of this agent's, or is gone. */
export const isRefusedForGood = ({ status, code }) => (
  (status === 403 || status === 404) && code !== 'failed');

/** How far into its call the server is, by the server's own clock. */
function elapsedSince(connectedAt, date) {
  const elapsed = (Date.parse(date) || Date.now()) - Date.parse(connectedAt);
  return Number.isFinite(elapsed) ? Math.max(0, elapsed) : 0;
}

/**
 * For how long this page has known of a Task: Twilio may not show a new one to the programs yet,
 * and they tell by that whether there is one.
 */
function sinceHeard() {
  const heard = new Map(); // taskSid → when it was first asked about
  return (taskSid) => {
    if (!heard.has(taskSid)) heard.set(taskSid, Date.now());
    if (heard.size > KNOWN_MAX) heard.delete(heard.keys().next().value);
    return { taskSid, heard: String(Math.max(0, Date.now() - heard.get(taskSid))) };
  };
}

/**
 * @param {{ask: Function}} api of api.js
 * @param {object} [caller] what the programs are to know of whoever calls from here
 */
export function createCallRequests({ ask }, caller = {}) {
  const post = async (program, body) => (await ask('POST', program, { body })).answer;
  const since = sinceHeard();
  let news = {}; // what the programs are told with the next question
  let admitted = { taskSid: null, pass: null }; // the newest; a page is in one call at a time

  function keepPass({ taskSid, pass }) {
    if (pass) admitted = { taskSid, pass };
  }

  return {
    async createTask(to, note) {
      const line = note ? { note } : {};
      const answer = await post('create-task', { to, version: VERSION, ...caller, ...line });
      keepPass(answer);
      return answer.taskSid;
    },
    /** @returns {string} what admits this page's leg into the call of this Task; '' if nothing */
    pass: (taskSid) => (admitted.taskSid === taskSid ? admitted.pass : ''),
    /** TaskRouter took no key in the address that it was to dial: for the programs' log. */
    dialedPlainly() { news = { callto: 'plain' }; },
    async callState(taskSid, signal) {
      const query = { ...(taskSid ? since(taskSid) : {}), ...news, legs: 1 };
      news = {};
      const { answer, date } = await ask('GET', 'call-state', { query, signal });
      keepPass(answer);
      return { answer, elapsed: elapsedSince(answer.connectedAt, date) };
    },
    holdParticipant: async (taskSid, hold) => (
      (await post('hold-participant', { ...since(taskSid), hold })).hold
    ),
    cleanupRejectedTask: (taskSid, reply) => (
      post('cleanup-rejected-task', { ...since(taskSid), ...(reply ? { reply } : {}) })),
    rejoinCall: async (taskSid) => (await post('rejoin-call', since(taskSid))).callSid,
    endCall: (taskSid, reason) => post('end-call', { ...since(taskSid), reason }),
  };
}
