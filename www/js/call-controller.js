// Carries out what call-state.js asks for and feeds back what came of it. All state is there; here
// are only the hands.

import { canCall, initialState, pollPlan, reduce } from './call-state.js';
import { insist } from './insist.js';
import { pause } from './pause.js';
import { createPoller } from './poller.js';
import { isTaken, withParameter } from './taskrouter.js';

const RESERVED_WITHIN = 25000; // a caller's Task lives 20 s without a reservation
const DROP_AFTER = 2000; // a hang-up is heard at once, also when the server is slow
const COMES_WITHIN = 20000; // the Voice call that brings an agent back into a call
const CLOSES_WITHIN = 3000; // a call's Tasks, after its end

/** What call-state says of a call that can be come back into. */
const isUp = (phase) => phase === 'connected' || phase === 'reconnecting';

/**
 * After these answers nobody knows whether the Task was created: Twilio broke off or failed half
 * way, or a gateway lost our program and says nothing in our words.
 */
const isUnknown = (status, code) => status === 0 || status === 504
  || (status >= 500 && (code === 'failed' || code === 'upstream'));

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
  const { api, microphone } = parts;
  const identifying = new Set();
  const unheard = new Set(); // Tasks of which TaskRouter's SDK knew nothing
  const visited = new Set(); // Tasks that this page knows: what is found later isn't left over
  let state = initialState;
  let coming = null;
  let leaving = null; // {taskSid, ask, isOnItsWay}: how the call was to be ended
  let looked = false;
  let last = null; // {with, endedAt}: the last call of this page

  const poller = createPoller((taskSid, signal) => api.callState(taskSid, signal), {
    onAnswer(taskSid, { answer, elapsed }) {
      parts.reached(true);
      dispatch({ type: 'server-state', taskSid, answer, elapsed });
      if (state.phase === 'ending' && leaving?.taskSid === taskSid) leave(leaving);
    },
    onError(taskSid, { status, code }) {
      parts.reached(status > 0 && status < 500);
      // Not a Task of ours, or no Task any more.
      if ((status === 403 || status === 404) && code !== 'failed') {
        dispatch({ type: 'server-state', taskSid, answer: { state: 'none' } });
      }
      if (status === 401) dispatch({ type: 'signed-out', taskSid });
    },
  });

  /** The server has said so; after a refusal to say anything more, what was begun is still tried. */
  const isOver = (taskSid) => state.taskSid !== taskSid
    || (state.phase === 'ended' && state.code !== 'sign_in');

  /** TaskRouter tells which Voice call is the Task's leg, at its own time. */
  async function identifyLeg(taskSid) {
    if (identifying.has(taskSid)) return;
    identifying.add(taskSid);
    for (let tries = 0; tries < 8 && parts.softphone().isUnsure(taskSid); tries += 1) {
      const callSid = parts.taskRouter().attributes(taskSid).worker_call_sid;
      if (callSid) {
        parts.softphone().legIs(taskSid, callSid);
      } else {
        await pause(500);
        await parts.taskRouter().refresh(taskSid).catch(() => {});
      }
    }
    identifying.delete(taskSid);
  }

  function twimlUrl(role, taskSid, attributes) {
    const { callerTwimlUrl, calleeTwimlUrl } = parts.session();
    return role === 'caller' ? withParameter(callerTwimlUrl, 'taskSid', taskSid)
      : withParameter(calleeTwimlUrl, 'conferenceName', attributes.conferenceSid);
  }

  async function dialLeg({ role, taskSid }) {
    const taskRouter = parts.taskRouter();
    const softphone = parts.softphone();
    try {
      await taskRouter.reserved(taskSid, RESERVED_WITHIN);
      if (state.taskSid !== taskSid || state.leg !== 'dialing' || state.phase === 'ending') return;
      const attributes = taskRouter.attributes(taskSid);
      softphone.expect(taskSid, attributes.from);
      await taskRouter.dial(taskSid, {
        twimlUrl: twimlUrl(role, taskSid, attributes),
        statusCallbackUrl: withParameter(parts.session().legEndedUrl, 'taskSid', taskSid),
      });
    } catch (error) {
      softphone.expectNothing(taskSid);
      dispatch({ type: 'dial-failed', taskSid, taken: isTaken(error) });
    }
  }

  /** Has the server dial this agent into the call once more, and takes exactly that call. */
  async function rejoin({ taskSid }) {
    const isOff = () => state.taskSid !== taskSid || state.leg !== 'dialing'
      || state.phase !== 'rejoining';
    const fail = () => {
      if (isOff()) return;
      parts.softphone()?.expectNothing(taskSid);
      dispatch({ type: 'rejoin-failed', taskSid, code: 'rejoin_failed' });
    };
    await parts.registered();
    if (isOff()) return;
    // A call is expected for some seconds, and each request has one come.
    const callSid = await insist(() => {
      parts.softphone().expectNamed(taskSid);
      return api.rejoinCall(taskSid);
    }, isOff);
    if (callSid) {
      dispatch({ type: 'leg-named', taskSid, callSid });
      parts.softphone().legIs(taskSid, callSid);
    }
    clearTimeout(coming);
    if (!callSid) fail();
    else if (!isOff()) coming = setTimeout(fail, COMES_WITHIN);
  }

  /**
   * Asks the server to end a call, as often as it takes; and once more when all that has failed and
   * the server then says that the call goes on.
   */
  async function leave(request) {
    if (request.isOnItsWay) return;
    leaving = request;
    request.isOnItsWay = true;
    await insist(request.ask, () => isOver(request.taskSid));
    request.isOnItsWay = false;
    if (state.taskSid === request.taskSid) poller.now();
  }

  async function endCall({ taskSid, reason }) {
    const dropLeg = () => {
      if (state.taskSid === taskSid && state.phase === 'ending') parts.softphone()?.drop(taskSid);
    };
    const timer = setTimeout(dropLeg, DROP_AFTER);
    await leave({ taskSid, ask: () => api.endCall(taskSid, reason) });
    clearTimeout(timer);
    dropLeg();
  }

  /**
   * Just after a call its Tasks may still be open for a moment. That isn't worth the agent's
   * attention; any other call is, and one that comes in meanwhile rings at once. The programs count
   * each request, so there are few.
   */
  async function createTask(to) {
    const isOff = () => state.phase !== 'preparing' || state.waiting !== null;
    for (let wait = 500; ; wait *= 2) {
      try {
        return await api.createTask(to);
      } catch (error) {
        const { code } = error;
        const stale = code === 'already_in_call' || (code === 'callee_busy' && last?.with === to);
        const patience = last && stale ? last.endedAt + CLOSES_WITHIN - Date.now() : 0;
        const again = Date.now() + Math.min(wait, patience);
        while (Date.now() < again && !isOff()) await pause(50);
        if (patience <= 0 || isOff()) throw error;
      }
    }
  }

  const effects = {
    async 'open-mic'({ attempt }) {
      try {
        await microphone.open();
        dispatch({ type: 'mic-open', attempt });
      } catch ({ code }) {
        dispatch({ type: 'mic-failed', attempt, code: code ?? 'mic_failed' });
      }
    },
    'release-mic': () => microphone.release(),
    async 'create-task'({ to, attempt }) {
      try {
        dispatch({ type: 'task-created', attempt, taskSid: await createTask(to) });
      } catch ({ status, code }) {
        dispatch({ type: isUnknown(status, code) ? 'task-unknown' : 'task-refused', attempt, code });
      }
    },
    'dial-leg': dialLeg,
    rejoin,
    poll: () => poller.now(),
    'end-call': endCall,
    decline: ({ taskSid }) => leave({ taskSid, ask: () => api.cleanupRejectedTask(taskSid) }),
    async hold({ taskSid, hold }) {
      try {
        dispatch({ type: 'held', taskSid, hold: await api.holdParticipant(taskSid, hold) });
      } catch ({ status, code }) {
        // Nobody tries that again but the agent; that the server is out of reach is told elsewhere.
        const why = status > 0 && code ? code : 'hold_failed';
        dispatch({ type: 'hold-failed', taskSid, code: why });
      }
    },
    mute: ({ muted }) => parts.softphone().mute(muted),
    silence: () => parts.softphone()?.mute(true),
    'drop-leg': ({ taskSid }) => parts.softphone()?.drop(taskSid),
    'time-ring'({ taskSid }) {
      setTimeout(dispatch, parts.session().ringSeconds * 1000, { type: 'ring-time-over', taskSid });
    },
    async tidy({ taskSid }) {
      for (let tries = 0; tries < 8; tries += 1) {
        if (await parts.taskRouter()?.tidy(taskSid).catch(() => false)) return;
        await pause(1000);
      }
    },
    'check-offer': ({ taskSid }) => checkOffer(taskSid),
    async locate({ taskSid, legs }) {
      dispatch({ type: 'located', taskSid, place: await parts.locate(taskSid, legs) });
    },
  };

  /** Rings only if the server says that this call is for this agent, and from whom. */
  async function checkOffer(taskSid) {
    const found = await insist(() => api.callState(taskSid));
    const { role, state: phase, other } = found?.answer ?? {};
    if (role !== 'callee' || phase !== 'ringing') return;
    if (!parts.taskRouter().isPending(taskSid)) return;
    dispatch({ type: 'offer', taskSid, other });
  }

  /**
   * A Reservation that is made while TaskRouter's SDK connects can be neither in its list nor in what
   * it is told afterwards: then it has to connect once more. That ends in another look.
   */
  function isUnheard(taskSid) {
    const taskRouter = parts.taskRouter();
    if (!taskRouter || taskRouter.has(taskSid) || unheard.has(taskSid)) return false;
    unheard.add(taskSid);
    taskRouter.wake();
    return true;
  }

  /**
   * Looks for a call that this agent is in without this page. Before TaskRouter is there, only one
   * that is worth coming back into at once counts: no other can be told from one that rings. Only a
   * page that has just been opened takes a call that was elsewhere: one that wakes up leaves it.
   */
  async function findCall() {
    const early = !parts.taskRouter();
    const found = await insist(() => api.callState());
    const { taskSid, role, state: phase, other, legs = [] } = found?.answer ?? {};
    const opened = !looked;
    looked ||= found !== null;
    const open = taskSid && phase !== 'ended' && phase !== 'none';
    if (found && !open) parts.hasNoCall();
    if (role === 'callee' && phase === 'ringing' && isUnheard(taskSid)) return;
    const up = isUp(phase);
    const rings = role === 'callee' && parts.taskRouter()?.isPending(taskSid);
    if (!open || (!up && (early || rings))) {
      dispatch({ type: 'not-returning' });
      return;
    }
    const back = up && !visited.has(taskSid) && await parts.mayRejoin(taskSid, legs, !opened);
    const place = back ? null : await parts.locate(taskSid, legs);
    const muted = parts.wasMuted(taskSid);
    dispatch({ type: 'found', taskSid, role, other, back, muted, place, elapsed: found.elapsed });
  }

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

  /** An event of TaskRouter's is never an answer, but it tells when to ask. */
  function isWorthAsking(taskSid, what) {
    if (what !== 'task-updated') return true;
    const { outcome, connectedAt } = parts.taskRouter().attributes(taskSid);
    return Boolean(outcome || (connectedAt && state.phase !== 'connected'));
  }

  return {
    dispatch,
    sendDigits: (digits) => parts.softphone()?.sendDigits(digits),

    /** Events of TaskRouter and of the softphone. */
    taskRouterUp() {
      if (pollPlan(state)) poller.now();
      else findCall();
    },
    /** This browser was in a call; whether it still is, the server has to say. */
    returning: () => dispatch({ type: 'returning' }),
    /** The session is there, and nothing else yet. */
    signedIn: () => canCall(state) && findCall(),
    /** It was refused. */
    signedOut: () => dispatch({ type: 'not-returning' }),
    /** This tab is in charge now, for whatever reason: is there a call without a page? */
    async lookForLeftCall() {
      const { taskSid, mine } = state;
      if (!taskSid || mine || canCall(state)) return;
      const found = await insist(() => api.callState(taskSid));
      if (!isUp(found?.answer.state)) return;
      if (!await parts.mayRejoin(taskSid, found.answer.legs ?? [], true)) return;
      dispatch({ type: 'rejoin', taskSid, muted: parts.wasMuted(taskSid) });
    },
    offered: checkOffer,
    taskChanged(taskSid, what) {
      if (what === 'accepted') dispatch({ type: 'taken', taskSid });
      if (taskSid === state.taskSid) {
        identifyLeg(taskSid);
        if (isWorthAsking(taskSid, what)) poller.now();
      } else if (what === 'accepted' && state.phase !== 'preparing') {
        findCall();
      }
    },
    legOpen(taskSid, callSid) {
      clearTimeout(coming);
      dispatch({ type: 'leg-open', taskSid, callSid });
      identifyLeg(taskSid);
    },
    legClosed: (taskSid, dropped) => dispatch({ type: 'leg-closed', taskSid, dropped }),
    legDoubtful: identifyLeg,
    muted: (muted) => dispatch({ type: 'muted', muted }),
    notice: (key, values) => dispatch({ type: 'notice', notice: { key, values } }),
  };
}
