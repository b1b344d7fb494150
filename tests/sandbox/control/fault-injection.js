import { setTimeout as sleep } from 'node:timers/promises';
import { TwilioError } from '../twilio-error.js';

const DEFAULT_DELAY_MS = 1000;
const HELD_MS = 3000; // programs give up a moment later

/**
 * Answers a request that meets a fault. `answer()` carries the request out and gives what would
 * have been sent. Gives what to send instead, or null where the connection itself was dealt with.
 */
export async function injectFault(fault, answer, res) {
  if (fault.action === 'delay') return delayed(fault, answer);
  if (fault.action === 'meet') return once(() => fault.remaining === 0, fault, answer);
  if (fault.action === 'hold') return once(() => fault.released, fault, answer);
  const carriedOut = fault.apply === 'after' ? await answer() : null;
  if (fault.action === 'drop') {
    res.destroy();
    return null;
  }
  if (fault.action === 'hang') return null;
  if (fault.action === 'truncate') return truncate(carriedOut ?? refusal(fault), res);
  return refusal(fault);
}

async function delayed(fault, answer) {
  const ms = fault.ms ?? DEFAULT_DELAY_MS;
  if (fault.apply !== 'after') {
    await sleep(ms);
    return answer();
  }
  const outcome = await answer();
  await sleep(ms);
  return outcome;
}

/** Carries it out once all that are to meet have come, or once the order is taken back. */
async function once(condition, fault, answer) {
  const until = Date.now() + (fault.ms ?? HELD_MS);
  while (!condition() && Date.now() < until) await sleep(10);
  return answer();
}

// By action: an answer that isn't one of Twilio's errors.
const ANSWERS = {
  json: ({ status = 200, body }) => ({
    status,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  }),
  // A text as it is, which may be broken JSON.
  raw: ({ status = 200, body }) => ({
    status, headers: { 'Content-Type': 'application/json' }, body,
  }),
  rubbish: ({ status = 200 }) => ({ status, headers: {}, body: '\u0000{not json' }),
  html: ({ status = 502 }) => ({
    status,
    headers: { 'Content-Type': 'text/html' },
    body: '<html><head><title>502 Bad Gateway</title></head><body>Bad Gateway</body></html>',
  }),
};

function refusal(fault) {
  const { action, status, code, retryAfter } = fault;
  if (Object.hasOwn(ANSWERS, action)) return ANSWERS[action](fault);
  const wanted = status ?? (action === 'truncate' ? 200 : 500);
  const error = new TwilioError(wanted, code ?? 20_000 + wanted, 'A fault that a test has ordered');
  const headers = { 'Content-Type': 'application/json' };
  if (retryAfter !== undefined) headers['Retry-After'] = String(retryAfter);
  return { status: wanted, headers, body: JSON.stringify(error.body()) };
}

/** Announces the whole answer, sends half of it and closes. */
function truncate({ status, headers, body }, res) {
  const bytes = Buffer.from(body);
  res.writeHead(status, { ...headers, 'Content-Length': bytes.length });
  res.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => res.destroy());
  return null;
}
