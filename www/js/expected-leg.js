// Whether a Voice call is the leg that this page has asked for. Anybody who may dial the agent's
// softphone can make it ring, and only our own leg may open the microphone.

export const EXPECTED_FOR = 20000;

/**
 * @param {{callSid: string, from: string, now: number}} call
 * @param {{since: number, from: string, callSid: ?string} | null} expected `callSid` is the Task's
 *   worker_call_sid, once TaskRouter has told it
 * @returns {'accept' | 'leave' | 'wait'} 'wait': only the Task's worker_call_sid can tell
 */
export function judgeCall(call, expected) {
  if (!expected || call.now - expected.since > EXPECTED_FOR) return 'leave';
  if (expected.callSid) return call.callSid === expected.callSid ? 'accept' : 'leave';
  return call.from === expected.from ? 'accept' : 'wait';
}
