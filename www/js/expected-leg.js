// Which Voice call is the leg that this page has asked for. Anybody who may dial the agent's
// softphone can make it ring, and only our own leg may open the microphone.

export const EXPECTED_FOR = 20000;
// A parameter of the address that is dialed comes out at the softphone. By this one Flex tells its
// own calls from others; whatever of Flex runs beside this page leaves one of another value alone.
const KEY_PARAMETER = 'flex_session_identifier';
const KEY_BYTES = 16;

/** What only this page and the one who dials in its name know. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The agent's own address, with the key in it. */
export const withKey = (contactUri, key) => `${contactUri}?${KEY_PARAMETER}=${key}`;

/**
 * Pure. Who calls says nothing: anybody may dial an agent in anybody's name.
 * @param {{callSid: string, key: ?string, now: number}} call
 * @param {{since: number, key: ?string, callSid: ?string} | null} expected `callSid` is the Task's
 *   worker_call_sid, once TaskRouter has told it
 * @returns {'accept' | 'leave' | 'wait'} 'wait': only the Task's worker_call_sid can tell
 */
export function judgeCall(call, expected) {
  if (!expected || call.now - expected.since > EXPECTED_FOR) return 'leave';
  if (expected.callSid) return call.callSid === expected.callSid ? 'accept' : 'leave';
  return expected.key && call.key === expected.key ? 'accept' : 'wait';
}

export function createExpectedLeg() {
  let expected = null; // {taskSid, since, key, callSid, named}
  let doubtful = []; // calls that only a worker_call_sid can tell from ours

  function expect(taskSid, key, named) {
    expected = { taskSid, key, since: Date.now(), callSid: null, named };
    doubtful = [];
  }

  const isFor = (taskSid) => expected?.taskSid === taskSid;

  return {
    /** From now on the Voice call that has this key is ours. */
    keyed: (taskSid, key) => expect(taskSid, key, false),
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
      const { CallSid: callSid } = call.parameters;
      const key = call.customParameters.get(KEY_PARAMETER);
      const verdict = judgeCall({ callSid, key, now: Date.now() }, expected);
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
