import { checkedPace, isPace } from './pace.js';

/**
 * Points on which Twilio's behaviour isn't settled. The product must live with either answer,
 * so each one can be turned: the first value belongs to preset "a", the second to "b"; where
 * there is a third, only a random preset or an explicit setting picks it.
 */
export const SWITCHES = {
  loneConferenceStatus: ['in-progress', 'init'],
  conferenceEndNeverStarted: ['sent', 'not-sent'],
  completeNeverStarted: ['200', '400'],
  workerCallSid: ['before', 'late', 'after-join'],
  taskAtJoin: ['assigned', 'reserved'],
  legEndedMethod: ['GET', 'POST'],
  listAttributes: ['present', 'null'],
  ifMatch: ['bare', 'quoted'],
  taskUpdatedPush: ['pushed', 'not'],
  offlineOnLastSocket: ['yes', 'no'],
  retryAfter: ['none', 'sent'],
  routingTarget: ['taken', 'ignored', 'capacity-ignored'],
  toParameters: ['stripped', 'kept', 'refused'],
  statusWithAttributes: ['taken', 'refused', 'status-alone'],
  participantLabel: ['returned', 'absent'],
  keyReadsAccount: ['yes', 'no'],
};

/**
 * Points at which the other answer would end every call until an administrator turns a setting: no
 * preset turns them.
 */
export const BELIEFS = {
  urlFragment: ['taken', 'refused'], // in addresses that go through TaskRouter
  conferenceStart: ['by-anybody', 'by-starter'], // with two in it, one of them a starter
};
const ALL = { ...SWITCHES, ...BELIEFS };

/** mulberry32: small, and the same seed gives the same switches on every machine. */
function seededRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export function preset(name) {
  const chosen = {};
  const random = /^random:(\d+)$/.exec(name);
  const next = random ? seededRandom(Number(random[1])) : null;
  if (!random && name !== 'a' && name !== 'b') {
    throw new Error(`there is no preset "${name}": use a, b or random:NUMBER`);
  }
  for (const [key, values] of Object.entries(SWITCHES)) {
    const index = random ? Math.floor(next() * values.length) : name === 'b' ? 1 : 0;
    chosen[key] = values[index];
  }
  for (const [key, [believed]] of Object.entries(BELIEFS)) chosen[key] = believed;
  return chosen;
}

/** Applies {preset} first, then single settings; changes nothing if any of them is wrong. */
export function applySwitches(switches, wanted = {}) {
  const { preset: presetName, ...settings } = wanted;
  const next = { ...switches, ...(presetName ? preset(presetName) : {}) };
  for (const [key, value] of Object.entries(settings)) {
    if (isPace(key)) {
      next[key] = checkedPace(key, value);
      continue;
    }
    if (!ALL[key]?.includes(String(value))) {
      throw new Error(`switch ${key} cannot be "${value}"`);
    }
    next[key] = String(value);
  }
  return Object.assign(switches, next);
}
