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

/** The first sign as a reader counts: a flag is one. */
function firstSign(text) {
  const [first] = globalThis.Intl?.Segmenter
    ? [...new Intl.Segmenter(language).segment(text)].map(({ segment }) => segment) : [...text];
  return first ?? '';
}

/**
 * One or two letters that stand for a name: of the first and the last of its words that begin with
 * a letter, which leaves out what stands in parentheses. Without such a word, the first sign.
 */
export function initials(name) {
  const words = name.trim().split(/\s+/u);
  const named = words.filter((word) => /^\p{L}/u.test(word));
  if (named.length === 0) return firstSign(/\p{L}.*/u.exec(name)?.[0] ?? words[0]);
  const ends = named.length > 1 ? [named[0], named.at(-1)] : named;
  return ends.map((word) => firstSign(word).toLocaleUpperCase(language)).join('');
}
