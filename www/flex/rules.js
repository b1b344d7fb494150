// What is to be done about a call of ours in Flex: pure.

import { detailText, statusText } from '../js/call-text.js';

const hold = (on) => () => ({ type: 'hold', hold: on });

/** Of a call that is up it is hung up; any other was given up. */
const leave = ({ view }) => (
  { type: 'end', reason: isUp(view?.phase) ? 'hangup' : 'cancel' });

/**
 * What stands in for an action of Flex's on a Task of ours, given its kind (of reservations.js) and
 * its view; null: nothing. Flex accepts what goes out by itself, in every tab: the tab that has
 * made the Task has it dialed without being asked.
 */
export const INSTEAD = {
  AcceptTask: ({ kind }) => (kind === 'incoming' ? { type: 'answer' } : null),
  RejectTask: ({ kind }) => (
    kind === 'incoming' ? { type: 'decline' } : { type: 'end', reason: 'cancel' }),
  HangupCall: leave,
  WrapupTask: leave,
  HoldCall: hold(true),
  HoldParticipant: hold(true),
  UnholdCall: hold(false),
  UnholdParticipant: hold(false),
};

/** Flex lets go of its leg; without a word of ours the colleague would wait for it to come back. */
export const GOES_ON = ['HangupCall'];

export const isUp = (phase) => phase === 'connected' || phase === 'reconnecting';

/** Nothing changes any more. */
export const isOver = ({ state }) => state === 'ended' || state === 'none';

function phaseOf({ state, role }) {
  if (state === 'none') return 'ended';
  return state === 'ringing' && role === 'caller' ? 'calling' : state;
}

/** This Task only pretends to be a call of this agent's. */
export const isForeign = ({ code }) => code === 'not_your_call';

/** What call-state would say where it refuses for good, if it had the words. */
export const noCall = (taskSid, before) => ({
  taskSid, state: 'none', role: before?.role ?? null, other: before?.other ?? null, outcome: null,
  hold: { me: false, other: false }, connectedAt: null,
});

/** An answer of call-state, in the words of call-state.js. */
export function viewOf({ answer, elapsed }, now = Date.now()) {
  const { taskSid, role, other, outcome, connectedAt, note, reply } = answer;
  const phase = phaseOf(answer);
  return {
    taskSid, phase, role, other, note, reply, outcome, code: null, mine: true, notice: null,
    hold: answer.hold, warnings: [], lineLost: false, leg: 'open', endedBy: null,
    connectedAt: connectedAt === null ? null : now - elapsed,
    duration: phase === 'ended' && connectedAt !== null ? elapsed : null,
    endedAt: phase === 'ended' ? now : null,
  };
}

/** The view of a call that the server has not begun. */
export const refusedView = (other, code) => ({
  phase: 'ended', role: 'caller', other, outcome: 'refused', code, duration: null,
});

const TOLD = ['declined', 'no-answer', 'busy', 'failed', 'glare', 'refused'];

/**
 * What the caller is told at the end, for Flex's screen changes without a word; null: nothing. The
 * detail says why, or what the colleague has answered instead of the phone.
 */
export function lastWords(view) {
  if (view.role !== 'caller' || !TOLD.includes(view.outcome)) return null;
  const said = [statusText(view), detailText(view)].filter(Boolean);
  return { text: said.join(' · '), failed: ['failed', 'refused'].includes(view.outcome) };
}

/**
 * Whether a call that is up is to be fetched into this Flex, which has just been opened: its leg
 * was here, and no other tab has it.
 */
export const isToReturn = (view, { hasLeg, wasHere, isHeld }) => (
  isUp(view.phase) && !hasLeg && wasHere && !isHeld);
