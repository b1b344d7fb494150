// Routing by a Workflow that isn't set up as the README says: nobody is called who isn't meant, and
// it is said what is wrong. (Two Workers with one contact_uri: tests/endpoint/rules.test.js.)

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';

import { Lab, until } from '../endpoint/lib.js';
import { startStack } from '../stack/stack.js';
import { Page } from './page.js';

const OUR_TARGET = 'task.targetWorker==worker.contact_uri';
const AGENTS = ['alice', 'bob', 'carol'];

// What an administrator could have set up instead; `queue` is one that holds everybody.
const MISTAKES = {
  'no filter': {
    routing: (queue) => ({ filters: [], default_filter: { queue } }),
    finding: /workflow_filter: no filter/,
  },
  'a filter that offers everything to everybody stands above ours': {
    routing: (queue) => ({
      filters: [
        { filter_friendly_name: 'All', expression: '1==1', targets: [{ queue }] },
        { filter_friendly_name: 'Internal calls', expression: '1==1',
          targets: [{ queue, expression: OUR_TARGET, priority: '1000' }] },
      ],
    }),
    finding: /workflow_filter_order: another filter/,
  },
  'no default and a filter that matches nothing of ours': {
    routing: (queue) => ({
      filters: [{ filter_friendly_name: 'Sales', expression: 'type == "sales"',
        targets: [{ queue }] }],
    }),
    finding: /workflow_filter: no filter/,
    orders: [['carol', 'bob', 'alice']], // nobody is asked at all
  },
};

let stack;
let lab;
let queue;
let pages = [];

before(async () => {
  stack = await startStack({
    mode: 'fastcgi', ringSeconds: 5, extraConfig: { DIALPAD_ROUTING: 'filter' },
  });
  lab = new Lab(stack);
  await lab.loadWorkers();
  queue = (await lab.rest('TaskQueues')).body.task_queues[0].sid;
});

after(() => stack.stop());

async function configure(routing) {
  const sid = lab.config.TWILIO_FLEX_INTERNAL_CALL_WORKFLOW_SID;
  const { status, body } = await lab.rest(`Workflows/${sid}`,
    { Configuration: JSON.stringify({ task_routing: routing }) });
  assert.equal(status, 200, JSON.stringify(body));
}

/** Pages of all three, everything that each has shown, and who has asked about a Task. */
async function openPages() {
  const shown = new Map(AGENTS.map((name) => [name, new Set()]));
  const asked = new Set();
  pages = await Promise.all(AGENTS.map(async (name) => {
    await lab.control('softphone', { identity: name });
    return new Page(lab, name, {
      onState: ({ phase }) => phase !== 'idle' && shown.get(name).add(phase),
      measured: (program) => program === 'call-state' && asked.add(name),
    }).open();
  }));
  // Each page has looked for a call that it is in: only later questions count.
  await until('the pages', () => asked.size === AGENTS.length);
  asked.clear();
  return { shown, asked, alice: pages[0], bob: pages[1] };
}

/** Who has been offered which of the call's Tasks. */
async function offers() {
  const { reservations, tasks } = await lab.state();
  const isK = (sid) => Boolean(tasks.find((task) => task.sid === sid).attributes.internal);
  return reservations.map(({ worker_name: name, task_sid: sid }) => ({ name, k: isK(sid) }));
}

/** Waits until a wrong one has been offered a Task, and has asked about it if it was K. */
async function offeredWrongly({ alice, asked }) {
  await until('an offer to the wrong one', async () => {
    if (alice.state.phase === 'ended') return true;
    const wrong = (await offers()).find(({ name, k }) => name !== (k ? 'bob' : 'alice'));
    return wrong && (!wrong.k || asked.has(wrong.name));
  });
}

/** TaskRouter asks first who has had the same activity for longest. */
async function asksFirst(order) {
  for (const worker of order) {
    await lab.control('worker', { worker, activity: 'Break' });
    await lab.control('worker', { worker, activity: 'Available' });
    const changed = Date.now();
    await until('the next millisecond', () => Date.now() > changed, 1000, 1);
  }
}

async function sweepLater() {
  await lab.clock(100);
  await promisify(execFile)(join(stack.buildDir, 'bin/dialpad-admin'), ['sweep'],
    { env: { ...process.env, ...stack.sets[0].env } });
}

const ORDERS = [['carol', 'bob', 'alice'], ['bob', 'carol', 'alice'], ['alice', 'carol', 'bob']];

for (const [what, { routing, finding, orders = ORDERS }] of Object.entries(MISTAKES)) {
  describe(what, () => {
    before(() => configure(routing(queue)));

    test('health says so', async () => {
      await stack.restartProgram('health');
      const { status, data } = await lab.ask('health', { query: '?deep=1' });
      assert.equal(status, 503);
      assert.match(data.wrong.join('\n'), finding);
    });

    for (const order of orders) {
      test(`${order[0]} would be asked first: nobody but the two is called`, async () => {
        await asksFirst(order);
        const opened = await openPages();
        const { shown, alice, bob } = opened;
        try {
          alice.dispatch({ type: 'dial', agent: { sid: bob.worker.sid, name: 'Bob Baker' } });
          await until('a Task of the call', () => alice.state.taskSid
            || alice.state.phase === 'ended');
          await offeredWrongly(opened);
          await sweepLater();
          await until('the end', () => alice.state.phase === 'ended');
          assert.ok(['failed', 'no-answer'].includes(alice.state.outcome), alice.state.outcome);
          const { calls } = await lab.state();
          assert.ok(calls.every(({ to }) => to === 'client:alice'), JSON.stringify(calls));
          assert.deepEqual([...shown.get('carol')], [], 'her page has shown nothing');
          assert.ok(!shown.get('bob').has('connected'));
          await lab.expectQuiet();
          lab.checkPrograms();
        } finally {
          for (const page of pages) page.close();
          await lab.reset();
        }
      });
    }
  });
}
