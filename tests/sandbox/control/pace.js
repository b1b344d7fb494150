/**
 * How far away Twilio is and how much it takes at once: numbers beside the switches, which no
 * preset touches. All are 0 at first: a Twilio that answers at once and takes everything.
 */
export const PACE = {
  restLatencyMs: 0, // each REST answer comes so much later
  restLatencyJitterMs: 0, // and by up to so much more
  restLateMs: 0, // what REST says of Tasks, Calls, Conferences and Participants is so old
  restLateJitterMs: 0,
  webhookRetryMs: 0, // between two attempts of one webhook
  callsPerSecond: 0, // further calls wait in the queue
  requestsPerSecond: 0, // of one method of TaskRouter's REST API; further ones get 429
};

/** The pace of suites that run far from Twilio. */
export const FAR = {
  restLatencyMs: 60, restLatencyJitterMs: 40, restLateMs: 300, restLateJitterMs: 1200,
  webhookRetryMs: 500,
};

const MAX = 60_000;

export const isPace = (name) => Object.hasOwn(PACE, name);

export function checkedPace(name, value) {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 0 || number > MAX) {
    throw new Error(`${name} cannot be "${value}"`);
  }
  return number;
}

/** One of the two that vary: from `name` to `name` + jitter. */
export function someMs(switches, name) {
  return switches[name] + Math.random() * switches[name.replace(/Ms$/, 'JitterMs')];
}
