// Twilio fails over while calls are at every step: sockets are cut, requests in flight are lost,
// legs that were up are gone. Each call is over soon for everybody, and the next one works.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { until } from '../endpoint/lib.js';
import { startStack } from '../stack/stack.js';
import { SoakLab } from './lab.js';
import { Observer, leftOf } from './observer.js';
import { Page } from './page.js';

const SECONDS = 1000;
const RING_SECONDS = 10; // all calls are rung and answered at once
const GRACE_SECONDS = 5;
// The ring time, the time to come back and what Twilio's own retries take.
const QUIET_MS = 60 * SECONDS;

const is = (...phases) => ({ state }) => phases.includes(state.phase);
const isConnected = is('connected');

async function dial(caller, callee) {
  caller.dispatch({ type: 'dial', agent: { sid: callee.worker.sid, name: callee.name } });
  await until(`${caller.name}'s T1`, () => caller.state.taskSid);
}

async function ring(caller, callee) {
  await dial(caller, callee);
  await until(`${callee.name} rings`, () => is('ringing')(callee));
}

async function connect(caller, callee) {
  await ring(caller, callee);
  callee.dispatch({ type: 'answer' });
  await until(`${caller.name} talks to ${callee.name}`,
    () => isConnected(caller) && isConnected(callee), QUIET_MS);
}

// What is done in time before Twilio fails over, and what at the last moment.
const STEPS = {
  'T1 has just been made': { lastly: dial },
  'the callee is rung': { first: ring },
  "the callee's phone rings": {
    async first(caller, callee) {
      await lab.control('softphone', { identity: callee.name, delayMs: 6 * SECONDS });
      await ring(caller, callee);
    },
    async lastly(caller, callee) {
      callee.dispatch({ type: 'answer' });
      await until(`${callee.name}'s phone`, async () => (await lab.state()).calls
        .some(({ to, status }) => to === callee.contactUri && status === 'ringing'));
    },
  },
  'they talk': { first: connect },
  'one holds the other': {
    async first(caller, callee) {
      await connect(caller, callee);
      caller.dispatch({ type: 'toggle-hold' });
      await until('the hold', async () => (await lab.state()).conferences
        .some(({ participants }) => participants.some(({ to, hold }) =>
          hold && to === callee.contactUri)));
    },
  },
  'one hangs up': {
    first: connect,
    lastly: (caller, callee) => callee.dispatch({ type: 'hang-up' }),
  },
};

let stack;
let lab;
let observer;
const calls = [];

before(async () => {
  const names = Object.keys(STEPS).flatMap((_, at) => [`caller${at + 1}`, `callee${at + 1}`]);
  stack = await startStack({
    mode: 'fastcgi', agents: names, ringSeconds: RING_SECONDS, graceSeconds: GRACE_SECONDS,
    sandboxConfig: {
      offlineGraceMs: 60 * SECONDS, // a page that is slow to come back isn't what this is about
      agents: names.map((name) => ({
        friendly_name: name, attributes: { contact_uri: `client:${name}`, full_name: name },
      })),
    },
  });
  lab = new SoakLab(stack);
  await lab.loadWorkers();
  observer = new Observer(lab);
  observer.start();
  const pages = await Promise.all(names.map(async (name) => {
    await lab.control('softphone', { identity: name });
    const page = await new Page(lab, name, { watched: true }).open();
    observer.watched.add(page);
    return page;
  }));
  for (const step of Object.keys(STEPS)) calls.push({ step, pages: pages.splice(0, 2) });
});

after(async () => {
  for (const { pages } of calls) for (const page of pages) page.close();
  await observer?.stop();
  await stack?.stop();
});

async function isOver({ pages }) {
  return pages.every((page) => page.isFree)
    && leftOf(await observer.next(), pages).length === 0;
}

test('Twilio fails over at every step of a call', async (t) => {
  for (const part of ['first', 'lastly']) {
    await Promise.all(calls.map(({ step, pages }) => STEPS[step][part]?.(...pages)));
  }
  await lab.restartTwilio(0);
  for (const call of calls) {
    await t.test(`${call.step}: the call ends`, () =>
      until('the end', () => isOver(call), QUIET_MS));
    await t.test(`${call.step}: the next call is like any other`, async () => {
      const [caller, callee] = call.pages;
      for (const page of call.pages) {
        await lab.control('softphone', { identity: page.name });
        await lab.control('worker', { worker: page.name, activity: 'Available' });
      }
      await until('no Task to wrap up', () => call.pages.every((page) => !page.hasTask));
      await connect(caller, callee);
      caller.dispatch({ type: 'hang-up' });
      await until('the end', () => isOver(call), QUIET_MS);
    });
  }
  assert.deepEqual([...observer.wrongs], []);
  lab.checkPrograms();
});
