// What a call costs in REST requests, phase by phase: Twilio allows an account only so many, and an
// agent waits for each that another has to wait for. Counted by the stand-in, with the programs as
// FastCGI and with TaskRouter telling pages what REST has changed. The directory's refresh, which
// follows the agents and not the calls, isn't counted.

import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { after, before, describe, it } from 'node:test';

import { endScene, haveEnded, isQuiet, sandbox, startScene } from './lib.js';

const RING_MS = 10_000;
// Of a minute; pages ask once in it, each at a time of its own.
const TALK_MS = 20_000;
const HOLD_MS = 15_000;
const IDLE_MS = 5_000;

// Phase, how many requests it may cost, and where that isn't reached yet, how many it does.
const BUDGET = [
  ['signing in, per agent', 4, 6],
  ['from Call to the ring', 12, 14],
  ['ringing for 10 s', 3, 4],
  ['from Answer to the talk', 12, 13],
  ['talking for 20 s', 2],
  ['on hold for 15 s, both presses', 14, 16],
  ['from hanging up to being free', 14, 46],
  ['doing nothing for 5 s', 0],
];

const LISTS_ALL_TASKS = (entry) => /\/Tasks$/.test(entry.path) && entry.params.AssignmentStatus;
const LISTS_ALL_WORKERS = (entry) => /\/Workers$/.test(entry.path) && entry.params.PageSize;
const ASKS_WHOSE_TASK = (entry) => /\/Tasks\/WT\w+\/Reservations$/.test(entry.path);
// Three when a page is opened: what was missed meanwhile is no part of a call.
const ASKS_FOR_THE_PAST = (entry) => /\/Events$/.test(entry.path);
const isRefresh = (entry) => entry.method === 'GET'
  && Boolean(LISTS_ALL_TASKS(entry) || LISTS_ALL_WORKERS(entry) || ASKS_WHOSE_TASK(entry)
    || ASKS_FOR_THE_PAST(entry));

class Meter {
  constructor() {
    this.spent = new Map();
    this.last = 0;
  }

  async note(stack, phase, share = 1) {
    const { requests } = await sandbox(stack, `requests?since=${this.last}`);
    this.last = requests.at(-1)?.n ?? this.last;
    const counted = requests.filter((entry) => !isRefresh(entry));
    this.spent.set(phase, { count: counted.length / share,
      list: counted.map(({ method, path, query }) =>
        `${method} ${path.replace(/^.*\/(Workspaces|Accounts)\/\w+/, '')} ${query ?? ''}`) });
  }
}

// A whole call, with a pause in it; each step says afterwards what it was.
async function talk({ stack, alice, bob }, meter) {
  const [, ring, ringing, answer, talking, hold, end, idle] = BUDGET.map(([phase]) => phase);
  await alice.call(bob);
  await bob.isRungBy(alice);
  await meter.note(stack, ring);
  await delay(RING_MS);
  await meter.note(stack, ringing);
  await bob.press('Answer');
  await Promise.all([alice.isIn(bob), bob.isIn(alice)]);
  await meter.note(stack, answer);
  await delay(TALK_MS);
  await meter.note(stack, talking);
  await alice.press('Hold');
  await bob.says('Alice Archer put you on hold');
  await delay(HOLD_MS);
  await alice.press('Resume');
  await bob.isIn(alice);
  await meter.note(stack, hold);
  await alice.press('Hang up');
  await haveEnded(alice, bob);
  await isQuiet(stack, [alice, bob]);
  await meter.note(stack, end);
  await delay(IDLE_MS);
  await meter.note(stack, idle);
}

describe('what a call costs', () => {
  const meter = new Meter();
  let scene;
  before(async () => {
    scene = await startScene(['alice', 'bob']);
    await meter.note(scene.stack, BUDGET[0][0], scene.agents.length);
    await talk(scene, meter);
    for (const [phase, most] of BUDGET) {
      console.log(`${phase}: ${meter.spent.get(phase).count} of ${most}`);
    }
  });
  after(() => endScene(scene));

  for (const [phase, most, today = most] of BUDGET) {
    it(`${phase}: at most ${today}`, () => {
      const { count, list } = meter.spent.get(phase);
      assert.ok(count <= today, `${count} requests:\n${list.join('\n')}`);
    });
  }
});
