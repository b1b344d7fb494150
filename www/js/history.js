// An agent's past calls: what this browser saw of them, and what the server knows, as one list.
// Pure: a row is {taskSid, at, role, other, outcome, seconds, note, reply}, with `at` the
// milliseconds since 1970 when the call began.

const KEPT = 100; // that this browser remembers by itself
const SHOWN = 200;
const SEEN_WITHIN = 5000; // milliseconds after its beginning a page hears of a call
const MAX_AGE = 30 * 86_400_000; // as long as TaskRouter remembers
const ENDED_BEFORE_IT_RANG = ['refused', 'unknown', 'glare'];

const isText = (value) => typeof value === 'string';

/** A row of call-history; null for what isn't one. */
export function rowOf(call) {
  const at = Date.parse(call?.at);
  if (Number.isNaN(at) || !isText(call.taskSid) || !isText(call.other?.sid)) return null;
  const { taskSid, role, other, outcome, seconds, note, reply } = call;
  return { taskSid, at, role, other, outcome, seconds, note: note ?? null, reply: reply ?? null };
}

/**
 * What this page saw of a call that is over; null for one that nobody could have heard ring.
 * @param {object} state of call-state.js
 * @param {number} began milliseconds since 1970
 */
export function rowOfState(state, began) {
  const { phase, taskSid, role, other, outcome, duration, note, reply } = state;
  if (phase !== 'ended' || !taskSid || !other?.sid) return null;
  if (ENDED_BEFORE_IT_RANG.includes(outcome)) return null;
  const { sid, name, friendlyName } = other;
  return {
    taskSid, at: began, role, other: { sid, name, ...(friendlyName && { friendlyName }) },
    outcome, seconds: duration === null ? 0 : Math.max(1, Math.round(duration / 1000)),
    note: note || null, reply: reply || null,
  };
}

const newestFirst = (a, b) => b.at - a.at || (a.taskSid < b.taskSid ? -1 : 1);

/** Adds a row to those that this browser keeps, once for each Task. */
export function remember(seen, row) {
  const others = seen.filter(({ taskSid }) => taskSid !== row.taskSid);
  return [row, ...others].sort(newestFirst).slice(0, KEPT);
}

/**
 * When a call began: as this browser saw it, whose clock also says when the list was looked at,
 * while the server tells whole seconds. A page that came later knows less than the server.
 */
const beganAt = (told, seen) => (
  seen && seen.at > told.at && seen.at - told.at < SEEN_WITHIN ? seen.at : told.at);

/** One row a call: the server's where it has one, because it knows of other tabs and devices. */
export function merge(seen, told, now) {
  const rows = new Map(seen.map((row) => [row.taskSid, row]));
  for (const row of told) {
    const known = rows.get(row.taskSid);
    const seconds = row.seconds || (known?.seconds ?? 0);
    rows.set(row.taskSid, { ...row, at: beganAt(row, known), seconds });
  }
  return [...rows.values()].filter(({ at }) => now - at < MAX_AGE)
    .sort(newestFirst).slice(0, SHOWN);
}

/** It rang here, and the two did not talk, which wasn't this agent's own choice. */
export const isMissed = ({ role, outcome, seconds }) => (
  role === 'callee' && seconds === 0 && outcome !== 'declined');

/** How many were missed since this agent has last looked. */
export const countMissed = (rows, lookedAt) => (
  rows.filter((row) => isMissed(row) && row.at > lookedAt).length);

const OUTCOMES = {
  declined: 'chipDeclined', 'no-answer': 'chipNoAnswer', busy: 'chipBusy', failed: 'chipUnreached',
  cancel: 'historyCanceled',
};

/** Why the two did not talk, as a key of the language tables; null if they did. */
export function whyNot(row) {
  if (row.seconds > 0) return null;
  if (isMissed(row)) return 'chipMissed';
  return OUTCOMES[row.outcome] ?? 'chipUnreached';
}
