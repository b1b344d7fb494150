// What the page says about a call: pure functions from the state to words.

import { isMissed } from './call-state.js';
import { toldName } from './marked-name.js';
import { qualityKey } from './quality.js';
import { has, language, number, t, timeOfDay } from './strings.js';

const nameOf = (state) => (state.other?.name ? toldName(state.other) : t('someone'));

function connectedText(state) {
  const name = nameOf(state);
  if (state.phase === 'reconnecting') return t('reconnecting', { name });
  if (state.hold.me && state.hold.other) return t('bothOnHold', { name });
  if (state.hold.me) return t('meOnHold', { name });
  return t(state.hold.other ? 'otherOnHold' : 'inCall', { name });
}

const CALLER_OUTCOMES = { declined: 'declined', 'no-answer': 'noAnswer', busy: 'busy' };
const REFUSALS = { callee_busy: 'busy', callee_offline: 'offline' };

function endedText(state) {
  const name = nameOf(state);
  if (state.outcome === 'refused') return t(REFUSALS[state.code] ?? 'notPlaced', { name });
  if (state.outcome === 'unknown') return t('notKnown');
  const key = state.role === 'caller' ? CALLER_OUTCOMES[state.outcome] : undefined;
  return t(key ?? 'ended', { name });
}

const endingText = ({ role, connectedAt }) => (
  t(role === 'caller' && connectedAt === null ? 'canceling' : 'ending'));

const saying = (key) => (state) => t(key, { name: nameOf(state) });

const STATUS = {
  idle: ({ returning }) => t(returning ? 'returning' : 'idle'),
  preparing: saying('calling'),
  calling: saying('calling'),
  ringing: saying('incoming'),
  answering: saying('answering'),
  connected: connectedText,
  reconnecting: connectedText,
  rejoining: saying('rejoining'),
  ending: endingText,
  ended: endedText,
};

/** The one sentence of the status region. */
export const statusText = (state) => STATUS[state.phase](state);

const reason = (state) => t(has(state.code) ? state.code : 'failed', { name: nameOf(state) });

const isDeclinedElsewhere = ({ outcome, role, mine }) => (
  outcome === 'declined' && role === 'callee' && !mine);

function endedDetail(state) {
  const { code, outcome, duration } = state;
  if (code && !REFUSALS[code]) return reason(state);
  if (outcome === 'failed') return t(duration === null ? 'failedBefore' : 'failedDuring');
  if (outcome === 'glare') return t('glare');
  if (duration !== null) return t('lasted', { duration: formatDuration(duration) });
  if (isMissed(state)) return t('missed', { name: nameOf(state), time: timeOfDay(state.endedAt) });
  return isDeclinedElsewhere(state) ? t('youDeclined', { name: nameOf(state) }) : '';
}

/** Where the call is, if it isn't here. */
function elsewhere(state) {
  if (state.place === 'device') return t('elsewhereDevice');
  return state.place === 'window' ? t('elsewhere') : '';
}

/** What is to be known about the agent's own leg. */
function lineDetail(state) {
  const bad = qualityKey(state);
  if (bad) return t(bad, { name: nameOf(state) });
  return state.muted ? t('muted') : '';
}

const SETTLED = ['calling', 'answering', 'connected', 'reconnecting'];

/**
 * The line below it: why, for how long, what to know. May be empty.
 * @param {object} state
 * @param {boolean} reachable whether calls can ring here now
 */
export function detailText(state, reachable = true) {
  if (state.phase === 'idle') return state.returning || !reachable ? '' : t('idleDetail');
  if (state.phase === 'ended') return endedDetail(state);
  if (state.code) return reason(state);
  if (state.notice) return t(state.notice.key, state.notice.values);
  if (SETTLED.includes(state.phase) && !state.mine) return elsewhere(state);
  return lineDetail(state);
}

/** Milliseconds as 0:07, 12:34 or 1:02:03. */
export function formatDuration(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60];
  const hours = Math.floor(seconds / 3600);
  if (hours > 0) parts.unshift(hours);
  return parts.map((part, i) => number(part, { minimumIntegerDigits: i === 0 ? 1 : 2 })).join(':');
}

/** One or two letters that stand for a name. */
export function initials(name) {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : words;
  return letters.map((word) => [...word][0].toLocaleUpperCase(language)).join('');
}
