// Which Voice call is the leg that this page has asked for. Anybody who may dial the agent's
// softphone can make it ring, and only our own leg may open the microphone.

export const EXPECTED_FOR = 20000;

/**
 * Pure.
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

export function createExpectedLeg() {
  let expected = null; // {taskSid, since, from, callSid, named}
  let doubtful = []; // calls that only a worker_call_sid can tell from ours

  function expect(taskSid, from, named) {
    expected = { taskSid, from, since: Date.now(), callSid: null, named };
    doubtful = [];
  }

  const isFor = (taskSid) => expected?.taskSid === taskSid;

  return {
    /** From now on the next Voice call from `from` is ours. */
    from: (taskSid, from) => expect(taskSid, from, false),
    /** Only the call that `legIs` names, which may come before its name. */
    named: (taskSid) => expect(taskSid, null, true),
    nothing(taskSid) {
      if (isFor(taskSid)) expected = null;
    },

    /**
     * @returns {{verdict: string, askAbout: ?string}} of judgeCall; `askAbout`: the Task whose
     *   worker_call_sid would tell
     */
    judge(call) {
      const { CallSid: callSid, From: from } = call.parameters;
      const verdict = judgeCall({ callSid, from, now: Date.now() }, expected);
      if (verdict !== 'wait') return { verdict, askAbout: null };
      doubtful.push(call);
      return { verdict, askAbout: expected.named ? null : expected.taskSid };
    },

    /** Its call is named; returns that call if it has come already, or undefined. */
    legIs(taskSid, callSid) {
      if (!isFor(taskSid)) return undefined;
      expected.callSid = callSid;
      return doubtful.find(({ parameters }) => parameters.CallSid === callSid);
    },
    isUnsure: (taskSid) => isFor(taskSid) && !expected.callSid && !expected.named,

    /** It has come: nothing more is expected. */
    come() {
      const { taskSid, callSid } = expected;
      expected = null;
      doubtful = [];
      return { taskSid, judged: Boolean(callSid) };
    },
    forgetDoubtful() { doubtful = []; },
  };
}
