// Carries out what call-state.js asks for and feeds back what came of it. All state is there; here
// and in the modules that get `call` from here are only the hands.

import { createFind } from './call-find.js';
import { createLeave } from './call-leave.js';
import { createLeg } from './call-leg.js';
import { createPlace } from './call-place.js';
import { createRejoin } from './call-rejoin.js';
import { isRefusedForGood } from './call-requests.js';
import { initialState, pollPlan, reduce } from './call-state.js';
import { createPushProof, toldBy } from './call-told.js';
import { createPoller } from './poller.js';

// Milliseconds after both are in until a leg that isn't here is taken for one that is elsewhere.
const LEG_WITHIN = 3000;

/** Asks the server about the call as long as there is one. */
function createQuestions(parts, call, leave) {
  return createPoller((taskSid, signal) => parts.api.callState(taskSid, signal), {
    onAnswer(taskSid, { answer, elapsed }) {
      parts.reached(true);
      call.dispatch({ type: 'server-state', taskSid, answer, elapsed });
      leave.goesOn(taskSid);
    },
    onError(taskSid, error) {
      const { status, code } = error;
      parts.reached(status > 0 && status < 500);
      if (isRefusedForGood(error)) {
        call.dispatch({ type: 'server-state', taskSid, answer: { state: 'none' } });
      }
      if (code === 'ask_again') call.askSoon();
      if (status === 401) call.dispatch({ type: 'signed-out', taskSid });
    },
    isFinal: ({ answer }) => answer.state === 'ended',
  });
}

/** What carries out each effect of call-state.js. */
function createEffects(parts, call, { leg, rejoin, leave, find }) {
  const { api, microphone } = parts;
  return {
    async 'open-mic'({ attempt }) {
      try {
        await microphone.open();
        call.dispatch({ type: 'mic-open', attempt });
      } catch ({ code }) {
        call.dispatch({ type: 'mic-failed', attempt, code: code ?? 'mic_failed' });
      }
    },
    'release-mic': () => microphone.release(),
    'create-task': createPlace(parts, call),
    'dial-leg': leg.dial,
    rejoin: rejoin.rejoin,
    poll: () => call.askNow(),
    'poll-soon': () => call.askSoon(),
    'end-call': leave.end,
    decline: leave.decline,
    async hold({ taskSid, hold }) {
      try {
        call.dispatch({ type: 'held', taskSid, hold: await api.holdParticipant(taskSid, hold) });
      } catch ({ status, code }) {
        // Nobody tries that again but the agent; that the server is out of reach is told elsewhere.
        const why = status > 0 && code ? code : 'hold_failed';
        call.dispatch({ type: 'hold-failed', taskSid, code: why });
      }
    },
    mute: ({ muted }) => parts.softphone().mute(muted),
    silence: () => parts.softphone()?.mute(true),
    'drop-leg': ({ taskSid }) => parts.softphone()?.drop(taskSid),
    'time-leg'({ attempt }) {
      setTimeout(call.dispatch, LEG_WITHIN, { type: 'leg-late', attempt });
    },
    'time-ring'({ taskSid }) {
      const ring = parts.session().ringSeconds * 1000;
      setTimeout(call.dispatch, ring, { type: 'ring-time-over', taskSid });
    },
    tidy: leg.tidy,
    'check-offer': ({ taskSid }) => find.checkOffer(taskSid),
    async locate({ taskSid, legs }) {
      call.dispatch({ type: 'located', taskSid, place: await parts.locate(taskSid, legs) });
    },
  };
}

/** What the page, TaskRouter and the softphone tell. */
function createEvents(parts, call, { leg, rejoin, find }) {
  const isProof = createPushProof();

  /** An event of TaskRouter's is never an answer, but it tells when to ask. */
  function tell(taskSid, what) {
    if (what === 'task-updated') {
      const attributes = parts.taskRouter().attributes(taskSid);
      const told = toldBy(attributes, call.state().role);
      const pushed = isProof(taskSid, attributes);
      call.dispatch({ type: 'told', taskSid, ...told, pushed });
    } else if (what !== 'accepted') {
      call.askSoon();
    }
  }

  return {
    dispatch: call.dispatch,
    sendDigits: (digits) => parts.softphone()?.sendDigits(digits),
    taskRouterUp() {
      if (pollPlan(call.state())) call.askNow();
      else find.findCall();
    },
    /** This browser was in a call; whether it still is, the server has to say. */
    returning: () => call.dispatch({ type: 'returning' }),
    /** The session is there, and nothing else yet; once TaskRouter is, it is asked in any case. */
    signedIn: () => call.state().returning && find.findCall(),
    /** It was refused. */
    signedOut: () => call.dispatch({ type: 'not-returning' }),
    lookForLeftCall: find.lookForLeftCall,
    offered: find.checkOffer,
    taskChanged(taskSid, what) {
      if (what === 'accepted') call.dispatch({ type: 'taken', taskSid });
      if (taskSid === call.state().taskSid) {
        leg.identify(taskSid);
        tell(taskSid, what);
      } else if (what === 'accepted' && call.state().phase !== 'preparing') {
        find.findCall();
      }
    },
    legOpen(taskSid, callSid) {
      rejoin.legOpen();
      call.dispatch({ type: 'leg-open', taskSid, callSid });
      leg.identify(taskSid);
    },
    legClosed: (taskSid, dropped) => call.dispatch({ type: 'leg-closed', taskSid, dropped }),
    legDoubtful: leg.identify,
    muted: (muted) => call.dispatch({ type: 'muted', muted }),
    notice: (key, values) => call.dispatch({ type: 'notice', notice: { key, values } }),
  };
}

/**
 * @param {object} parts {api, microphone, softphone(), taskRouter(), session(), registered(),
 *   mayRejoin(taskSid, legs, patiently), locate(taskSid, legs), wasMuted(taskSid), hasNoCall(),
 *   reached(boolean)}:
 *   functions for what comes later than the page; `registered` resolves once the softphone can be
 *   rung, `mayRejoin` to whether this page is the one to come back into a call, `locate` to where
 *   the agent's leg is; `hasNoCall` is told that there is none, and `reached` whether the server
 *   answers
 * @param {(state: object) => void} onState
 */
export function createCallController(parts, onState) {
  const visited = new Set(); // Tasks that this page knows: what is found later isn't left over
  let state = initialState;
  let last = null; // {with, endedAt}: the last call of this page

  const call = {
    state: () => state,
    last: () => last,
    knows: (taskSid) => visited.has(taskSid),
    askNow: () => poller.now(),
    askSoon: () => poller.soon(),
    askOnce: () => poller.once(),
    dispatch,
  };
  const hands = {
    leg: createLeg(parts, call),
    rejoin: createRejoin(parts, call),
    leave: createLeave(parts, call),
    find: createFind(parts, call),
  };
  const poller = createQuestions(parts, call, hands.leave);
  const effects = createEffects(parts, call, hands);

  function dispatch(event) {
    const result = reduce(state, { now: Date.now(), ...event });
    state = result.state;
    if (state.taskSid) visited.add(state.taskSid);
    if (state.phase === 'ended' && state.taskSid) {
      last = { with: state.other?.sid, endedAt: state.endedAt };
    }
    poller.follow(pollPlan(state));
    for (const effect of result.effects) effects[effect.type](effect);
    onState(state);
  }

  return createEvents(parts, call, hands);
}
