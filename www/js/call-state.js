// The state of this page's call, without a browser: no clock, no network, no document.
//
// `reduce` takes a state and an event and returns the next state and a list of effects: plain
// descriptions of what has to be done, which call-controller.js carries out. What became of a
// call comes from the server's call-state alone; audio and timers here only cause questions.
//
// Phases: idle → preparing → calling → connected → ending → ended   (the caller)
//         idle → ringing → answering → connected → ending → ended   (the callee)
//         reconnecting stands for connected while a leg of the other side is away;
//         rejoining, while this page gets its own agent back into a call that goes on.

export const initialState = Object.freeze({
  phase: 'idle',
  returning: false, // this browser was in a call a moment ago; the server hasn't been heard yet
  attempt: 0, // numbers the calls of this page, so that late answers are recognised
  role: null, // 'caller' or 'callee'
  taskSid: null, // this agent's own Task
  other: null, // {sid, name, friendlyName?}
  note: '', // the caller's line to the colleague
  reply: '', // the colleague's answer to it, instead of the phone
  mine: false, // this page, and not another one, is getting or holding the agent's leg
  place: null, // where it is if not here: 'window' of this browser or 'device'; null: not known
  creating: false, // create-task has been sent
  leg: 'none', // 'none', 'dialing', 'open', 'closed'
  callSids: Object.freeze([]), // the Voice calls that this page has had as its leg
  muted: false,
  hold: Object.freeze({ me: false, other: false }), // who hears music
  holdPending: false,
  connectedAt: null, // by this page's clock
  leftAt: null, // likewise: when this agent's part of the talk ended
  duration: null, // milliseconds of talk, once the call is over
  endedBy: null, // 'me', 'other', or 'line' for a connection that was lost
  looks: 0, // how often the server is still asked in haste: two may have pressed Hold at once
  endedAt: null, // likewise, by this page's clock
  outcome: null, // the server's word, or null; 'refused' and 'unknown' are this page's
  told: null, // an outcome of which TaskRouter has told, and which the server has yet to confirm
  heard: null, // {hold, away}: what TaskRouter has told of the talk last
  doubts: 0, // how many answers in a row have said otherwise
  pushed: false, // TaskRouter tells this page what the programs change: few questions are needed
  code: null, // why something went wrong, a key of strings.js
  waiting: null, // a Task that was offered meanwhile
  displaced: false, // another tab has taken over: it will get the leg
  dropped: false, // the leg was lost, not ended by anybody
  rejoins: 0, // how often this page has tried to fetch it back, since it was last there
  lineLost: false, // the leg has no connection at the moment
  warnings: Object.freeze([]), // what the Voice SDK finds wrong with the sound, by its names
  notice: null, // {key, values}: something to know about this call, a key of strings.js
});

const free = (state) => state.phase === 'idle' || state.phase === 'ended';
const OVER = ['ended', 'none']; // of the server's words
const UP = ['connected', 'reconnecting'];
// Within so many questions another's Hold that crossed this one is seen, and what TaskRouter told.
const LOOKS = 8;
const REJOINS_MAX = 3; // the agent may go on trying
const talking = ({ phase }) => ['connected', 'reconnecting', 'rejoining'].includes(phase);
const stay = (state) => ({ state, effects: [] });
const go = (state, changes, ...effects) => ({ state: { ...state, ...changes }, effects });
const poll = { type: 'poll' };
const pollSoon = { type: 'poll-soon' }; // about what TaskRouter tells in several events
const releaseMic = { type: 'release-mic' };

/** A call of its own: nothing of the last one is left. */
function begin(state, changes, ...effects) {
  return go({ ...initialState, attempt: state.attempt + 1 }, changes, ...effects);
}

/** Milliseconds of talk, without the time that its end took to be known; null: there was none. */
const talkOf = ({ connectedAt, leftAt }, now) => (
  connectedAt === null ? null : Math.max(0, (leftAt ?? now) - connectedAt));

/** Who ended it, which only the page knows that had the leg. */
function enderOf({ mine, endedBy, phase }) {
  if (!mine) return null;
  return endedBy ?? (phase === 'reconnecting' ? 'line' : 'other');
}

/** What went wrong on the way isn't why it ends, unless that is what it was ended for. */
function end(state, now, { outcome, code = state.phase === 'ending' ? state.code : null }) {
  const effects = [releaseMic];
  const { taskSid } = state;
  if (state.mine && taskSid) effects.push({ type: 'drop-leg', taskSid }, { type: 'tidy', taskSid });
  if (state.waiting) effects.push({ type: 'check-offer', taskSid: state.waiting });
  return go(state, {
    phase: 'ended', outcome, told: null, code, endedAt: now, duration: talkOf(state, now),
    endedBy: enderOf(state), waiting: null, creating: false, holdPending: false, leg: 'closed',
    lineLost: false, warnings: initialState.warnings,
    notice: null,
  }, ...effects);
}

/** Fetches the agent's leg to this page: the microphone first, as always. */
function rejoin(state) {
  const attempt = state.attempt + 1;
  return go(state, {
    phase: 'rejoining', attempt, mine: true, place: null, leg: 'none', rejoins: state.rejoins + 1,
    code: null, notice: null, displaced: false, dropped: false, lineLost: false,
    warnings: initialState.warnings, leftAt: null,
  }, { type: 'open-mic', attempt });
}

/** The call goes on, and this page is not in it. */
function stayOut(state, code = null) {
  return go(state, {
    phase: 'connected', mine: false, place: null, leg: 'none', muted: false, displaced: false,
    notice: null, code,
  }, releaseMic, poll);
}

function withLeg({ callSids }, callSid) {
  return { callSids: callSids.includes(callSid) ? callSids : [...callSids, callSid] };
}

/** What the two have sent each other, as the server has it. */
const withLines = (state, { note = state.note, reply = '' }) => ({ ...state, note, reply });

function askToEnd(state, reason, code = null) {
  return go(state, { phase: 'ending', code }, { type: 'silence' },
    { type: 'end-call', taskSid: state.taskSid, reason });
}

const handlers = {
  dial(state, { agent, note = '' }) {
    if (!free(state)) return stay(state);
    const other = { sid: agent.sid, name: agent.name, friendlyName: agent.friendlyName };
    return begin(state, { phase: 'preparing', role: 'caller', other, note, mine: true },
      { type: 'open-mic', attempt: state.attempt + 1 });
  },

  /** The agent has read how it ended. */
  done(state) {
    return state.phase === 'ended' ? begin(state, {}) : stay(state);
  },

  // The microphone comes first: whoever can't speak sends nothing.
  'mic-open'(state, { attempt }) {
    if (attempt !== state.attempt) return stay(state);
    if (state.phase === 'preparing' && !state.creating) {
      const { other, note } = state;
      return go(state, { creating: true },
        { type: 'create-task', to: other.sid, note, attempt });
    }
    if (state.phase === 'answering' && state.mine && state.leg === 'none') {
      return go(state, { leg: 'dialing' },
        { type: 'dial-leg', role: 'callee', taskSid: state.taskSid });
    }
    if (state.phase === 'rejoining' && state.leg === 'none') {
      return go(state, { leg: 'dialing' }, { type: 'rejoin', taskSid: state.taskSid });
    }
    return go(state, {}, releaseMic);
  },

  'mic-failed'(state, { attempt, code, now }) {
    if (attempt !== state.attempt) return stay(state);
    if (state.phase === 'preparing') return end(state, now, { outcome: 'refused', code });
    if (state.phase === 'answering') return go(state, { phase: 'ringing', mine: false, code });
    return state.phase === 'rejoining' ? stayOut(state, code) : stay(state);
  },

  'task-created'(state, { attempt, taskSid }) {
    if (attempt !== state.attempt || !state.creating) return stay(state);
    const known = { ...state, taskSid, creating: false };
    if (state.phase === 'ending') return askToEnd(known, 'cancel');
    return go(known, { phase: 'calling', leg: 'dialing' },
      { type: 'dial-leg', role: 'caller', taskSid });
  },

  'task-refused'(state, { attempt, code, now }) {
    if (attempt !== state.attempt || !state.creating) return stay(state);
    return state.phase === 'ending'
      ? end(state, now, { outcome: 'cancel' }) : end(state, now, { outcome: 'refused', code });
  },

  // Nobody knows whether there is a Task now. If one turns up, it isn't touched.
  'task-unknown'(state, { attempt, now }) {
    if (attempt !== state.attempt || !state.creating) return stay(state);
    return end(state, now, { outcome: 'unknown', code: 'call_unknown' });
  },

  cancel(state, { now }) {
    const mine = { ...state, endedBy: 'me' };
    if (state.phase === 'calling') return askToEnd(mine, 'cancel');
    if (state.phase !== 'preparing') return stay(state);
    return state.creating ? go(mine, { phase: 'ending' }) : end(mine, now, { outcome: 'cancel' });
  },

  offer(state, { taskSid, other, note = '' }) {
    if (taskSid === state.taskSid) return stay(state);
    if (!free(state)) return go(state, { waiting: taskSid });
    return begin(state, { phase: 'ringing', role: 'callee', taskSid, other, note });
  },

  answer(state) {
    if (state.phase !== 'ringing') return stay(state);
    const attempt = state.attempt + 1;
    return go(state, { phase: 'answering', attempt, mine: true, leg: 'none', code: null },
      { type: 'open-mic', attempt });
  },

  decline(state, { reply = '' }) {
    if (state.phase !== 'ringing') return stay(state);
    return go(state, { phase: 'ending', code: null },
      { type: 'decline', taskSid: state.taskSid, reply });
  },

  // Another tab answered.
  taken(state, { taskSid }) {
    if (taskSid !== state.taskSid || state.phase !== 'ringing') return stay(state);
    return go(state, { phase: 'answering', code: null }, poll);
  },

  // While it isn't known yet whether there is a call to come back to.
  returning(state) {
    return state.phase === 'idle' ? go(state, { returning: true }) : stay(state);
  },

  'not-returning'(state) {
    return state.returning ? go(state, { returning: false }) : stay(state);
  },

  // The agent's open call, met when the page connects: another page has it, or the last one had.
  found(state, { taskSid, role, other, back, muted = false, place = null, now, elapsed = 0 }) {
    if (!free(state) || taskSid === state.taskSid) return stay(state);
    const phase = role === 'caller' ? 'calling' : 'answering';
    const known = begin(state, { phase, role, taskSid, other, place }, poll);
    const connectedAt = now - Math.max(0, elapsed);
    return back ? rejoin({ ...known.state, muted, connectedAt }) : known;
  },

  // The call that is elsewhere is to come here.
  rejoin(state, { taskSid = state.taskSid, muted = false }) {
    const elsewhere = talking(state) && !state.mine && taskSid === state.taskSid;
    return elsewhere ? rejoin({ ...state, muted }) : stay(state);
  },

  'rejoin-failed'(state, { taskSid, code }) {
    if (taskSid !== state.taskSid || state.phase !== 'rejoining') return stay(state);
    return stayOut(state, code);
  },

  located(state, { taskSid, place }) {
    if (taskSid !== state.taskSid || state.mine || free(state)) return stay(state);
    return state.place === place ? stay(state) : go(state, { place });
  },

  // Whoever takes charge takes the leg as well; whoever gets it back hasn't lost the leg to it.
  charge(state, { inCharge }) {
    return state.mine && talking(state) ? go(state, { displaced: !inCharge }) : stay(state);
  },

  'dial-failed'(state, { taskSid, taken }) {
    if (taskSid !== state.taskSid || state.leg !== 'dialing') return stay(state);
    const back = { ...state, leg: 'none' };
    if (state.phase === 'calling') return askToEnd(back, 'cancel', 'phone_unreachable');
    if (state.phase !== 'answering') return stay(back);
    const again = taken ? {} : { phase: 'ringing', code: 'answer_failed' };
    return go(back, { mine: false, ...again }, releaseMic, poll);
  },

  // The server has dialled this agent; the call itself may come before or after this.
  'leg-named'(state, { taskSid, callSid }) {
    return taskSid === state.taskSid ? go(state, withLeg(state, callSid)) : stay(state);
  },

  // One that comes too late would keep the microphone open for a call that nobody sees.
  'leg-open'(state, { taskSid, callSid }) {
    const ours = taskSid === state.taskSid;
    if (ours && state.leg === 'open') return stay(state);
    if (!ours || state.leg !== 'dialing') return go(state, {}, { type: 'drop-leg', taskSid });
    const open = { leg: 'open', ...withLeg(state, callSid) };
    if (state.phase === 'rejoining') {
      // Whoever had muted himself is not to be heard because the line was lost.
      const again = state.muted ? [{ type: 'mute', muted: true }] : [];
      return go(state, { ...open, phase: 'connected' }, ...again, releaseMic, poll);
    }
    // That both are in is told by TaskRouter, or found out by the next question.
    const effects = [releaseMic];
    if (state.role === 'caller') effects.push({ type: 'time-ring', taskSid });
    if (state.phase === 'ending') effects.push({ type: 'silence' });
    return go(state, open, ...effects);
  },

  // Both are in, and the leg isn't here: what answers by itself, such as Flex, was quicker.
  'leg-late'(state, { attempt }) {
    const lacksLeg = UP.includes(state.phase) && state.mine && state.leg === 'dialing';
    return lacksLeg && attempt === state.attempt ? stayOut(state, 'leg_taken') : stay(state);
  },

  'leg-closed'(state, { taskSid, dropped = false, now }) {
    if (taskSid !== state.taskSid) return stay(state);
    return go(state, {
      leg: 'closed', dropped, leftAt: state.leftAt ?? now, lineLost: false,
      warnings: initialState.warnings,
    }, poll);
  },

  line(state, { taskSid, lost }) {
    return taskSid === state.taskSid ? go(state, { lineLost: lost, code: null }) : stay(state);
  },

  warning(state, { taskSid, name, on }) {
    if (taskSid !== state.taskSid || state.leg !== 'open') return stay(state);
    const others = state.warnings.filter((warning) => warning !== name);
    return go(state, on ? { warnings: [...others, name], code: null } : { warnings: others });
  },

  notice(state, { notice }) {
    return free(state) ? stay(state) : go(state, { notice });
  },

  'ring-time-over'(state, { taskSid }) {
    if (taskSid !== state.taskSid || state.phase !== 'calling') return stay(state);
    return go(state, {}, { type: 'end-call', taskSid, reason: 'no-answer' });
  },

  // Nobody will say any more what has become of the call that this agent has left or declined.
  'signed-out'(state, { taskSid, now }) {
    if (taskSid !== state.taskSid || state.phase !== 'ending') return stay(state);
    return end(state, now, { outcome: null, code: 'sign_in' });
  },

  'hang-up'(state, { now }) {
    const mine = { ...state, endedBy: 'me', leftAt: now };
    if (state.phase === 'calling') return askToEnd(mine, 'cancel');
    return state.phase === 'answering' || talking(state) ? askToEnd(mine, 'hangup') : stay(state);
  },

  'toggle-hold'(state) {
    if (state.phase !== 'connected' || state.holdPending) return stay(state);
    return go(state, { holdPending: true, code: null, looks: LOOKS },
      { type: 'hold', taskSid: state.taskSid, hold: !state.hold.other });
  },

  held(state, { taskSid, hold }) {
    if (taskSid !== state.taskSid) return stay(state);
    return go(state, { holdPending: false, hold: { ...state.hold, other: hold } });
  },

  'hold-failed'(state, { taskSid, code }) {
    if (taskSid !== state.taskSid) return stay(state);
    const told = state.phase === 'ending' ? state.code : code;
    return go(state, { holdPending: false, code: told }, poll);
  },

  'toggle-mute'(state) {
    if (!canUseLeg(state)) return stay(state);
    return go(state, {}, { type: 'mute', muted: !state.muted });
  },

  // An agent who mutes has read what was said before. A leg that is silenced for its end says
  // nothing new.
  muted(state, { muted }) {
    if (muted === state.muted || state.phase === 'ending') return stay(state);
    return go(state, { muted, code: null, notice: null });
  },

  // What the programs have written into this agent's Task: shown at once, although only the server
  // can say that it is so.
  told(state, told) {
    if (told.taskSid !== state.taskSid || free(state)) return stay(state);
    const known = { ...state, pushed: state.pushed || told.pushed };
    if (told.outcome) return toldOfEnd(known, told.outcome);
    if (talking(state)) return toldOfTalk(known, told);
    return told.connected ? toldOfStart(known, told.now) : stay(known);
  },

  'server-state'(state, { taskSid, answer, now, elapsed = 0 }) {
    if (taskSid !== state.taskSid || free(state)) return stay(state);
    const connectedAt = state.connectedAt ?? now - Math.max(0, elapsed);
    if (OVER.includes(answer.state)) {
      // It may have been connected and over between two questions.
      const last = withLines(answer.connectedAt ? { ...state, connectedAt } : state, answer);
      return end(last, now, { outcome: answer.outcome ?? 'hangup' });
    }
    return notOver(withLines(state, answer), answer, connectedAt);
  },
};

/** As the server has seen it; what TaskRouter has told of an end may be newer than that. */
function notOver(state, answer, connectedAt) {
  if (state.told && state.doubts < LOOKS) return go(state, { doubts: state.doubts + 1 });
  const taken = state.told ? { told: null, doubts: 0 } : {};
  const known = { ...state, other: answer.other ?? state.other, ...taken };
  return state.phase === 'ending' ? stay(known) : goOn(known, answer, connectedAt);
}

function toldOfStart(state, now) {
  const isIn = state.mine && state.leg === 'open' && state.phase !== 'ending';
  const changes = isIn ? { phase: 'connected', connectedAt: state.connectedAt ?? now } : {};
  return go(state, changes, pollSoon);
}

/** While a press of Hold is on its way, its own answer says whom we hold; who holds us is news. */
function holdOf(state, hold) {
  const known = { ...initialState.hold, ...hold };
  return state.holdPending ? { ...known, other: state.hold.other } : known;
}

function toldOfTalk(state, { hold, away }) {
  const isNews = away !== (state.phase === 'reconnecting');
  const heard = state.pushed ? { hold, away } : null;
  return go(state, { hold: holdOf(state, hold), heard, doubts: 0 }, ...(isNews ? [pollSoon] : []));
}

/**
 * An answer that says other than what TaskRouter told last may be older than that: the server is
 * asked again for some seconds. If it still says so, TaskRouter doesn't tell everything.
 */
function withDoubt(state, { state: phase, hold = initialState.hold }) {
  const { heard, doubts } = state;
  const agrees = !heard || (heard.away === (phase === 'reconnecting')
    && ['me', 'other'].every((who) => heard.hold[who] === hold[who]));
  if (agrees) return { hold: holdOf(state, hold), doubts: 0 };
  if (doubts < LOOKS) return { hold: state.hold, doubts: doubts + 1 };
  return { hold: holdOf(state, hold), doubts: 0, heard: null, pushed: false };
}

/** Whoever ends the call asks by himself when that is done. */
function toldOfEnd(state, outcome) {
  return go(state, { told: outcome, doubts: 0 }, ...(state.phase === 'ending' ? [] : [pollSoon]));
}

/** The server says that the call isn't over. */
function goOn(state, answer, connectedAt) {
  const { state: phase, legs = [] } = answer;
  const up = UP.includes(phase);
  if (state.mine && state.leg === 'closed') return withoutLeg(state, up, legs);
  if (!up) return stay(state);
  return go(state, {
    ...withDoubt(state, answer),
    phase: state.phase === 'rejoining' ? state.phase : phase,
    connectedAt,
    looks: Math.max(0, state.looks - 1),
    code: talking(state) ? state.code : null, // what went wrong before matters no more
    rejoins: state.leg === 'open' ? 0 : state.rejoins,
  }, ...seekLeg(state, legs));
}

/** Where the leg is, if it isn't here; one that is to come here has some time for it. */
function seekLeg(state, legs) {
  if (!state.mine) return [{ type: 'locate', taskSid: state.taskSid, legs }];
  const isExpected = state.leg === 'dialing' && !talking(state);
  return isExpected ? [{ type: 'time-leg', attempt: state.attempt }] : [];
}

/**
 * Our leg is gone, yet the call isn't over. Nobody is to wait for somebody who hasn't been in it; a
 * leg that was lost is fetched back; one that was taken from us has gone to another page, be it of
 * this browser or, as the server's list of our legs shows, on another machine.
 */
function withoutLeg(state, up, legs) {
  if (!up) return askToEnd(state, 'hangup');
  const replaced = state.displaced || legs.some((sid) => !state.callSids.includes(sid));
  if (!state.dropped || replaced) return stayOut(state);
  return state.rejoins < REJOINS_MAX ? rejoin(state) : stayOut(state, 'rejoin_failed');
}

// The rest is about a call that is over, and changes nothing in it any more.
const AFTER_THE_END = ['dial', 'done', 'offer', 'found', 'mic-open', 'leg-open'];

/** @returns {{state: object, effects: object[]}} */
export function reduce(state, event) {
  if (state.phase === 'ended' && !AFTER_THE_END.includes(event.type)) return stay(state);
  return Object.hasOwn(handlers, event.type) ? handlers[event.type](state, event) : stay(state);
}

/** Whether a new call may be started, as far as calls are concerned. */
export function canCall(state) {
  return free(state);
}

// Milliseconds until the list of colleagues shows that a call is over.
const LISTED_WITHIN = 20000;

/** Whether the list may still show as busy whom this agent had a call with a moment ago. */
export function wasJustWith({ phase, other, endedAt }, sid, now) {
  return phase === 'ended' && other?.sid === sid && now - endedAt < LISTED_WITHIN;
}

/** Whether somebody called and nobody here took it, or only when it was too late. */
export function isMissed({ phase, role, mine, duration, outcome }) {
  if (phase !== 'ended' || role !== 'callee' || duration !== null) return false;
  return mine ? ['cancel', 'no-answer'].includes(outcome)
    : !['declined', 'glare', null].includes(outcome);
}

/** Whether there is audio of ours to mute or to send digits with. */
export function canUseLeg(state) {
  return state.mine && state.leg === 'open' && ['connected', 'reconnecting'].includes(state.phase);
}

const HASTE = 400;
// Milliseconds between two questions where nothing has happened. A Reservation's events tell of a
// ring's end; of everything else only those tell that TaskRouter may push, and where it does, what
// the questions still find out is what got lost.
const PACE = {
  calling: 5000, ringing: 15_000, answering: 1000, connected: 5000, reconnecting: 5000,
  rejoining: 2000, ending: 3000,
};
const PACE_IF_PUSHED = { calling: 60_000, connected: 60_000, reconnecting: 10_000 };

/** Milliseconds until the next question in this phase; `pushed`: TaskRouter tells what changes. */
export const paceOf = (phase, pushed) => (pushed && PACE_IF_PUSHED[phase]) || PACE[phase];

/** How often the server is asked about which Task, in milliseconds; null: not at all. */
export function pollPlan(state) {
  if (!state.taskSid || free(state)) return null;
  const { taskSid, phase, looks, doubts, pushed } = state;
  if (doubts > 0 || (looks > 0 && !pushed)) return { taskSid, every: HASTE };
  return { taskSid, every: paceOf(phase, pushed) };
}
