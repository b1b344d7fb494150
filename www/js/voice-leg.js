// The agent's leg in a call: a Voice call that is answered by itself because this page expected it.

import { createExpectedLeg } from './expected-leg.js';

/** What the agent hears and says over `leg`, told while it lasts. */
function watchLine({ call, taskSid }, { on, heard }, lineIs) {
  call.on('mute', (muted) => on.muted(muted));
  call.on('reconnecting', () => lineIs(true));
  call.on('reconnected', () => lineIs(false));
  call.on('warning', (name) => on.warning(taskSid, name, true));
  call.on('warning-cleared', (name) => on.warning(taskSid, name, false));
  call.on('volume', (input) => on.level(input));
  call.on('audio', heard.take);
}

/** How loud the colleague is, of whatever elements the SDK plays a call through. */
function createHeard() {
  let elements = [];
  let volume = 1;
  return {
    /** Another call begins. */
    begin() { elements = []; },
    take(element) {
      elements.push(element);
      element.volume = volume;
    },
    set(share) {
      volume = share;
      for (const element of elements) element.volume = share;
    },
  };
}

/**
 * Answers a Voice call as the leg of a Task.
 * @param {object} call the SDK's
 * @param {{taskSid: string, judged: boolean}} whose `judged`: it is certain that it is that leg
 * @param {{isClosed: (call: object) => boolean, on: object, heard: object}} parts
 * @param {(leg: object) => boolean} letGo says whether it was the leg until now
 */
function answerLeg(call, { taskSid, judged }, { isClosed, on, heard }, letGo) {
  let lost = false;
  const leg = {
    call, taskSid, judged, callSid: call.parameters.CallSid,
    /** Whether it is closed, perhaps without a word: then it was lost. */
    fail() {
      lost = true;
      if (isClosed(call)) close();
    },
  };

  function close() {
    if (letGo(leg)) on.legClosed(taskSid, lost);
  }

  call.on('accept', () => on.legOpen(taskSid, leg.callSid));
  for (const name of ['disconnect', 'cancel', 'reject']) call.on(name, close);
  call.on('error', leg.fail); // an error in setting up is followed by no `disconnect`
  watchLine(leg, { on, heard }, (now) => {
    lost = now;
    on.line(taskSid, now);
  });
  return leg;
}

/**
 * At most one at a time.
 * @param {Function} Call the SDK's class
 * @param {object} on handlers of softphone.js
 */
export function createVoiceLeg(Call, on) {
  const expected = createExpectedLeg();
  const heard = createHeard();
  const isClosed = (call) => call.status() === Call.State.Closed;
  let leg = null;
  let last = null; // the Voice call of the last leg, which may be over

  const isOf = (taskSid) => leg?.taskSid === taskSid;

  function letGo(gone) {
    if (leg !== gone) return false;
    leg = null;
    return true;
  }

  function take(call) {
    heard.begin();
    leg = answerLeg(call, expected.come(), { isClosed, on, heard }, letGo);
    last = call;
    call.accept();
  }

  return {
    expected,

    /** A Voice call comes in. */
    consider(call) {
      if (leg) return;
      const { verdict, askAbout } = expected.judge(call);
      if (verdict === 'accept') take(call);
      if (askAbout) on.doubtful(askAbout);
    },

    isThere: () => leg !== null,
    /** As `isThere`, but notices one that was closed without a word. */
    lives() {
      if (leg && isClosed(leg.call)) leg.fail();
      return leg !== null;
    },

    /** TaskRouter has said which call is the Task's leg: a stranger that we took is dropped. */
    is(taskSid, callSid) {
      if (isOf(taskSid) && !leg.judged) {
        leg.judged = true;
        if (leg.callSid !== callSid) leg.call.disconnect();
      }
      const call = expected.legIs(taskSid, callSid);
      if (call?.status() === 'pending') take(call);
    },
    /** Whether it is still open which Voice call belongs to the Task. */
    isUnsure: (taskSid) => (isOf(taskSid) && !leg.judged) || expected.isUnsure(taskSid),

    drop(taskSid) {
      expected.nothing(taskSid);
      if (isOf(taskSid)) leg.call.disconnect();
    },
    mute: (muted) => leg?.call.mute(muted),
    setVolume: heard.set,
    sendDigits: (digits) => leg?.call.sendDigits(digits),
    rate: (score) => last?.postFeedback(score).catch(() => {}),
  };
}
