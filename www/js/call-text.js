// What the page says about a call: pure functions from the state to words.

import { isMissed } from './call-state.js';
import { isolate } from './isolated-name.js';
import { toldName } from './marked-name.js';
import { qualityKey } from './quality.js';
import { has, language, number, t } from './strings.js';

const nameOf = (state) => (state.other?.name ? isolate(toldName(state.other)) : t('someone'));

/** Hours and minutes, as the language writes them. */
const timeOfDay = (milliseconds) => (
  new Intl.DateTimeFormat(language, { timeStyle: 'short' }).format(milliseconds));

function connectedText(state) {
  const name = nameOf(state);
  if (state.phase === 'reconnecting') return t('reconnecting', { name });
  if (state.hold.me && state.hold.other) return t('bothOnHold', { name });
  if (state.hold.me) return t('meOnHold', { name });
  return t(state.hold.other ? 'otherOnHold' : 'inCall', { name });
}

const CALLER_OUTCOMES = { declined: 'declined', 'no-answer': 'noAnswer', busy: 'busy' };
const REFUSALS = { callee_busy: 'busy', callee_offline: 'offline' };

/** The colleague's page may have closed a moment ago, or have no connection. */
const isUnreached = ({ role, outcome, duration, code }) => (
  role === 'caller' && outcome === 'failed' && duration === null && !code);

function endedText(state) {
  const name = nameOf(state);
  if (state.outcome === 'refused') return t(REFUSALS[state.code] ?? 'notPlaced', { name });
  if (state.outcome === 'unknown') return t('notKnown');
  if (isUnreached(state)) return t('notReached', { name });
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
export const statusText = (state) => (
  state.told ? endedText({ ...state, outcome: state.told }) : STATUS[state.phase](state));

const reason = (state) => t(has(state.code) ? state.code : 'failed', { name: nameOf(state) });

const isDeclinedElsewhere = ({ outcome, role, mine }) => (
  outcome === 'declined' && role === 'callee' && !mine);

const ENDED_BY = { me: 'youHungUp', other: 'otherHungUp', line: 'failedDuring' };

/** Why it ended, and for how long the two talked. */
function talkDetail(state) {
  const { endedBy, outcome, duration } = state;
  const why = ENDED_BY[outcome === 'failed' ? 'line' : endedBy];
  const lasted = t('lasted', { duration: formatDuration(duration) });
  return why ? `${t(why, { name: nameOf(state) })} · ${lasted}` : lasted;
}

function endedDetail(state) {
  const { code, outcome, duration } = state;
  if (code && !REFUSALS[code]) return reason(state);
  if (duration !== null) return talkDetail(state);
  if (outcome === 'failed') return t('failedBefore');
  if (outcome === 'glare') return t('glare');
  if (outcome === 'cancel' && state.endedBy === 'me') return t('youCanceled');
  if (isMissed(state)) return t('missed', { name: nameOf(state), time: timeOfDay(state.endedAt) });
  return isDeclinedElsewhere(state) ? t('youDeclined', { name: nameOf(state) }) : '';
}

/** Where the call is, if it isn't here. */
function elsewhere(state) {
  if (state.place === 'device') return t('elsewhereDevice');
  return state.place === 'window' ? t('elsewhere') : '';
}

/** Who hears whom, where it may be misunderstood. */
function holdDetail({ phase, hold }) {
  if (phase !== 'connected' || hold.me === hold.other) return '';
  return hold.other ? 'hearsMusic' : 'youHearMusic';
}

/** What is to be known about the agent's own leg. */
function lineDetail(state) {
  const key = qualityKey(state) || holdDetail(state);
  return key ? t(key, { name: nameOf(state) }) : '';
}

/** What one press answers instead of the phone, and its words. */
export const REPLIES = { in5: 'replyIn5', callback: 'replyCallback', chat: 'replyChat' };

/** What the colleague answered instead of the phone. */
export const replyText = (reply) => (
  Object.hasOwn(REPLIES, reply) ? t(REPLIES[reply]) : isolate(reply));

const overDetail = (state) => (state.reply
  ? t('replied', { name: nameOf(state), reply: replyText(state.reply) }) : endedDetail(state));

const SETTLED = ['calling', 'answering', 'connected', 'reconnecting'];

/**
 * The line below it: why, for how long, what to know. May be empty.
 * @param {object} state
 * @param {boolean} reachable whether calls can ring here now
 */
export function detailText(state, reachable = true) {
  if (state.phase === 'idle') return state.returning || !reachable ? '' : t('idleDetail');
  if (state.phase === 'ended') return overDetail(state);
  if (state.code) return reason(state);
  if (state.notice) return t(state.notice.key, state.notice.values);
  if (SETTLED.includes(state.phase) && !state.mine) return elsewhere(state);
  return lineDetail(state);
}

const TALK_TONES = { reconnecting: 'calling', rejoining: 'calling' };
const TONES = {
  preparing: 'calling', calling: 'calling', answering: 'ringing', ringing: 'ringing',
};

/** What the whole stage is coloured by: a state, never a person. */
export function toneOf(state) {
  const { phase, hold } = state;
  if (phase === 'connected') return hold.other ? 'hold' : hold.me ? 'held' : 'go';
  return TALK_TONES[phase] ?? TONES[phase] ?? 'quiet';
}

const CHIPS = {
  preparing: 'chipCalling', calling: 'chipCalling', ringing: 'chipRinging',
  answering: 'chipConnecting', reconnecting: 'chipReconnecting', rejoining: 'chipConnecting',
};
const OVER_CHIPS = {
  declined: 'chipDeclined', 'no-answer': 'chipNoAnswer', busy: 'chipBusy',
  callee_busy: 'chipBusy', callee_offline: 'chipOffline',
};

function overChip(state) {
  if (isMissed(state)) return t('chipMissed');
  if (isUnreached(state)) return t('chipUnreached');
  if (state.outcome === 'refused' && OVER_CHIPS[state.code]) return t(OVER_CHIPS[state.code]);
  const key = state.role === 'caller' ? OVER_CHIPS[state.outcome] : undefined;
  return key ? t(key) : statusText(state);
}

function talkChip({ hold }) {
  if (hold.me && hold.other) return t('chipBothHold');
  if (hold.other) return t('chipHold');
  return t(hold.me ? 'chipHeld' : 'chipInCall');
}

/** The state in a word or two, for the eye: the name stands above it. */
export function chipText(state) {
  if (state.told) return overChip({ ...state, outcome: state.told });
  if (state.phase === 'ended') return overChip(state);
  if (state.phase === 'connected') return talkChip(state);
  return CHIPS[state.phase] ? t(CHIPS[state.phase]) : statusText(state);
}

/**
 * What stands largest.
 * @param {?object} picked whom a press of Call would call
 * @param {string} word how things are while nobody is
 */
export function headline(state, picked, word) {
  if (state.phase === 'idle') return picked ? isolate(toldName(picked)) : word;
  return nameOf(state);
}

/** Milliseconds as 0:07, 12:34 or 1:02:03. */
export function formatDuration(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60];
  const hours = Math.floor(seconds / 3600);
  if (hours > 0) parts.unshift(hours);
  return parts.map((part, i) => number(part, { minimumIntegerDigits: i === 0 ? 1 : 2 })).join(':');
}
