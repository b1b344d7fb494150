// Executes TwiML for one leg: the document that its call runs, or one that entertains it while it
// waits or is held.

import { setTimeout as sleep } from 'node:timers/promises';

import { parseWav, pcmSource, silenceSource, toneSource } from '../media/audio.js';
import { recordError } from '../errors.js';
import { checkContentType, parseTwiml, TwimlError } from './twiml.js';

// A document that redirects without playing anything must not turn into a busy loop.
const MIN_LOOP_MS = 1000;
const SAY_HZ = 700;
const SAY_SECONDS_PER_CHARACTER = 0.06;
const SAY_MAX_SECONDS = 10;
const HANG_UP = Symbol('hang up');

// Runs from `start` ({url, method} or {twiml}) until the last verb, a hang-up, an error or the
// abort of `signal`. Resolves to 'ended', 'failed' or 'aborted'. `waiting` allows only the verbs of
// wait and hold documents; `output` has play(source, signal), by default the leg itself.
export async function runTwiml(world, call, start,
  { signal, waiting = false, output = call.port }) {
  const run = { world, call, signal, waiting, output };
  let next = start;
  try {
    while (next && !signal.aborted) {
      const began = Date.now();
      const document = await load(run, next);
      next = await execute(run, document);
      if (next && waiting) await pace(began, signal);
    }
    return signal.aborted ? 'aborted' : 'ended';
  } catch (error) {
    if (signal.aborted) return 'aborted';
    noteFailure(run, error, next.url);
    return 'failed';
  }
}

function noteFailure({ world, call }, error, url) {
  if (!(error instanceof TwimlError)) throw error;
  recordError(world, { code: error.code, message: error.message, callSid: call.sid, url });
}

// Resolves a URL found in a document; an absolute one stays as it was written.
export function resolveUrl(url, base) {
  if (/^https?:\/\//i.test(url)) return url;
  try {
    return new URL(url, base.split('#')[0]).href;
  } catch {
    throw new TwimlError(11100, `Invalid URL: ${url}`);
  }
}

async function pace(began, signal) {
  const rest = MIN_LOOP_MS - (Date.now() - began);
  if (rest > 0) await sleep(rest, undefined, { signal }).catch(() => {});
}

async function load(run, { url, method = 'POST', twiml, params = {} }) {
  if (twiml !== undefined) {
    return { url: 'about:blank', verbs: parseTwiml(twiml, { waiting: run.waiting }) };
  }
  const all = { ...run.call.webhookParams(), ...params };
  const answer = await run.world.webhook.send({ url, method, params: all });
  if (answer.status < 200 || answer.status > 299) {
    throw new TwimlError(/longer than/.test(answer.error) ? 11750 : 11200,
      `HTTP retrieval failure: ${answer.error ?? `status ${answer.status}`}`);
  }
  const type = answer.headers['content-type'];
  if (run.waiting && /^audio\//.test(type)) {
    return { url, verbs: [{ name: 'Play', attributes: { loop: '0' }, text: url }] };
  }
  checkContentType(type);
  return { url: answer.url, verbs: parseTwiml(answer.body, { waiting: run.waiting }) };
}

// Gives the document to continue with, or null after the last verb.
async function execute(run, document) {
  for (const verb of document.verbs) {
    if (run.signal.aborted) return null;
    const outcome = await VERBS[verb.name](run, verb, document.url);
    if (outcome === HANG_UP) return null;
    if (outcome) return outcome;
  }
  return null;
}

const VERBS = {
  async Play(run, verb, base) {
    if (verb.attributes.digits) {
      await run.output.play(silenceSource(verb.attributes.digits.length * 0.25), run.signal);
      return;
    }
    const samples = await fetchSound(run, resolveUrl(verb.text, base));
    if (samples) await run.output.play(pcmSource(samples, repetitions(verb)), run.signal);
  },

  async Say(run, verb) {
    const seconds = Math.min(SAY_MAX_SECONDS, verb.text.length * SAY_SECONDS_PER_CHARACTER);
    for (let left = repetitions(verb); left > 0 && !run.signal.aborted; left -= 1) {
      await run.output.play(toneSource({ hz: SAY_HZ, seconds }), run.signal);
      await run.output.play(silenceSource(0.5), run.signal);
    }
  },

  async Pause(run, verb) {
    await run.output.play(silenceSource(Number(verb.attributes.length ?? 1)), run.signal);
  },

  async Redirect(run, verb, base) {
    return { url: resolveUrl(verb.text, base), method: verb.attributes.method ?? 'POST' };
  },

  async Hangup() {
    return HANG_UP;
  },

  // Rejecting is for incoming calls; a leg that has been answered can only be hung up.
  async Reject() {
    return HANG_UP;
  },

  async Dial(run, verb, base) {
    const noun = verb.nouns[0];
    if (verb.nouns.length !== 1 || noun.name !== 'Conference') {
      const what = noun ? `<${noun.name}>` : verb.text;
      throw new TwimlError(13200, `The stand-in dials nothing but one <Conference>, not ${what}`);
    }
    await run.world.conferences.dial(run.call, noun, base, run.signal);
    const { action, method } = verb.attributes;
    if (action === undefined || run.signal.aborted) return null;
    return { url: resolveUrl(action, base), method: method ?? 'POST',
      params: { DialCallStatus: 'answered', DialBridged: 'true' } };
  },
};

function repetitions(verb) {
  const loop = Number(verb.attributes.loop ?? 1);
  return loop === 0 ? Infinity : loop;
}

// A sound that can't be had is an entry in the debugger, and the next verb's turn.
async function fetchSound(run, url) {
  const answer = await run.world.webhook.fetchAudio(url);
  const problem = (message, code) => {
    recordError(run.world, { code, message, callSid: run.call.sid, url });
    return null;
  };
  if (answer.status !== 200) return problem(answer.error ?? `status ${answer.status}`, 11200);
  if (!/^audio\//.test(answer.headers['content-type'] ?? '')) {
    return problem(`Invalid Content-Type: ${answer.headers['content-type']}`, 12300);
  }
  try {
    return parseWav(answer.body);
  } catch (error) {
    return problem(error.message, 13520);
  }
}
