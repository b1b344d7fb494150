// What is asked of our own programs about calls.

/** How far into its call the server is, by the server's own clock. */
function elapsedSince(connectedAt, date) {
  const elapsed = (Date.parse(date) || Date.now()) - Date.parse(connectedAt);
  return Number.isFinite(elapsed) ? Math.max(0, elapsed) : 0;
}

/** @param {{ask: Function}} api of api.js */
export function createCallRequests({ ask }) {
  const post = async (program, body) => (await ask('POST', program, { body })).answer;

  return {
    createTask: async (to) => (await post('create-task', { to })).taskSid,
    async callState(taskSid, signal) {
      const query = taskSid ? { taskSid, legs: 1 } : { legs: 1 };
      const { answer, date } = await ask('GET', 'call-state', { query, signal });
      return { answer, elapsed: elapsedSince(answer.connectedAt, date) };
    },
    holdParticipant: async (taskSid, hold) => (
      (await post('hold-participant', { taskSid, hold })).hold
    ),
    cleanupRejectedTask: (taskSid) => post('cleanup-rejected-task', { taskSid }),
    rejoinCall: async (taskSid) => (await post('rejoin-call', { taskSid })).callSid,
    endCall: (taskSid, reason) => post('end-call', { taskSid, reason }),
  };
}
