// What a call costs in REST requests, phase by phase: Twilio allows an account only so many, and an
// agent waits for each that another has to wait for. Counted by the stand-in. The directory's
// refresh, which follows the agents and not the calls, isn't counted.

import { setTimeout as delay } from 'node:timers/promises';

import { haveEnded, isQuiet, sandbox, until } from './lib.js';

/** Phase → how many requests it may cost; of a talk, how many a minute. */
export const BUDGET = {
  'signing in, per agent': 4,
  'from Call to the ring': 12,
  ringing: 3,
  'from Answer to the talk': 12,
  talking: 4,
  'on hold, with both presses': 14,
  'from hanging up to being free': 14,
  'doing nothing': 0,
};

const LISTS_ALL_TASKS = (entry) => /\/Tasks$/.test(entry.path) && entry.params.AssignmentStatus;
const LISTS_ALL_WORKERS = (entry) => /\/Workers$/.test(entry.path) && entry.params.PageSize;
const ASKS_WHOSE_TASK = (entry) => /\/Tasks\/WT\w+\/Reservations$/.test(entry.path);
// Three when a page is opened: what was missed meanwhile is no part of a call.
const ASKS_FOR_THE_PAST = (entry) => /\/Events$/.test(entry.path);
const isRefresh = (entry) => entry.method === 'GET'
  && Boolean(LISTS_ALL_TASKS(entry) || LISTS_ALL_WORKERS(entry) || ASKS_WHOSE_TASK(entry)
    || ASKS_FOR_THE_PAST(entry));

const PROMPT_MS = 2500; // within which a step of a call is done
const REST_MS = 1500; // longer than anything is put off after a call

class Meter {
  constructor(stack) {
    Object.assign(this, { stack, spent: {}, last: 0, since: Date.now() });
  }

  /**
   * What was asked since the last note was asked in this phase, which takes `ms` by itself. Where a
   * busy machine needs longer, pages ask meanwhile: a question a second at most, of three requests.
   */
  async note(phase, { share = 1, ms = 0 } = {}) {
    const late = Math.max(0, Date.now() - this.since - ms - PROMPT_MS);
    this.since = Date.now();
    const { requests } = await sandbox(this.stack, `requests?since=${this.last}`);
    this.last = requests.at(-1)?.n ?? this.last;
    const counted = requests.filter((entry) => !isRefresh(entry));
    this.spent[phase] = {
      count: counted.length / share,
      grace: 3 * Math.ceil(late / 1000),
      list: counted.map(({ method, path, query }) =>
        `${method} ${path.replace(/^.*\/(Workspaces|Accounts)\/\w+/, '')} ${query ?? ''}`),
    };
  }
}

/** Twilio has reported all that it has to report. */
function areReported(stack) {
  return until('everything is reported', async () => {
    const { webhooks } = await sandbox(stack, 'webhooks');
    return webhooks.filter(({ done }) => !done).map(({ url }) => url).join(', ');
  });
}

/** What a program still has to do after its answer, as a second look a second later, is done. */
function areAtRest(stack, since) {
  return until(`nothing is asked for ${REST_MS} ms`, async () => {
    const { requests } = await sandbox(stack, `requests?since=${since}`);
    const last = requests.filter((entry) => !isRefresh(entry)).at(-1);
    return last && Date.now() - Date.parse(last.time) < REST_MS ? `${last.method} ${last.path}` : '';
  });
}

/**
 * A whole call, with a pause in it.
 * @param {{ringMs: number, talkMs: number, holdMs: number, idleMs: number}} times
 * @returns phase → {count, grace, list}
 */
export async function costsOf({ stack, agents, alice, bob }, times) {
  const meter = new Meter(stack);
  await meter.note('signing in, per agent', { share: agents.length });
  await alice.call(bob);
  await bob.isRungBy(alice);
  await meter.note('from Call to the ring');
  await delay(times.ringMs);
  await meter.note('ringing', { ms: times.ringMs });
  await bob.press('Answer');
  await Promise.all([alice.isIn(bob), bob.isIn(alice)]);
  await meter.note('from Answer to the talk');
  await delay(times.talkMs);
  await meter.note('talking', { ms: times.talkMs });
  await alice.press('Hold');
  await bob.says('Alice Archer put you on hold');
  await delay(times.holdMs);
  await alice.press('Resume');
  await bob.isIn(alice);
  await meter.note('on hold, with both presses', { ms: times.holdMs });
  await alice.press('Hang up');
  await haveEnded(alice, bob);
  await isQuiet(stack, [alice, bob]);
  await areReported(stack);
  await areAtRest(stack, meter.last);
  await meter.note('from hanging up to being free', { ms: REST_MS });
  await delay(times.idleMs);
  await meter.note('doing nothing', { ms: times.idleMs });
  return meter.spent;
}
