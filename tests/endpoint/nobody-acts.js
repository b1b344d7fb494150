// Calls in which nobody does anything any more, left to Twilio's own time-outs and to ringback.
// They take as long as they take, so they run beside other tests, on a stack of their own.

import assert from 'node:assert/strict';

import { Agent, calleeTasks, expectEnded, ring } from './agent.js';
import { Lab, until } from './lib.js';
import { startStack } from '../stack/stack.js';

const RING_SECONDS = 5;
// The ring time, ten seconds more, a round of ringback, and a slow machine.
const LONG_MS = (RING_SECONDS + 10 + 5 + 40) * 1000;

/** The caller's page has gone, its softphone has not: ringback is what ends the call. */
async function unanswered(lab) {
  const call = await ring(lab, 'alice', 'bob');
  await until('an end', async () => (await call.caller.state(call.t1)).state === 'ended', LONG_MS);
  await expectEnded(call, 'no-answer');
  assert.equal((await calleeTasks(lab, call.t1)).length, 1);
}

/** The caller's page has gone before its Reservation came. */
async function neverAccepted(lab) {
  const [carol, dave] = [new Agent(lab, 'carol'), new Agent(lab, 'dave')];
  await lab.control('worker', { worker: 'dave', activity: 'Available' });
  const { data: { taskSid } } = await carol.createTask(dave.sid);
  await until('an end', async () => (await carol.state(taskSid)).state === 'ended', LONG_MS);
  assert.equal((await lab.task(taskSid)).assignment_status, 'canceled');
  // Both are free for the next call.
  const next = await carol.createTask(dave.sid);
  assert.equal(next.status, 201, next.body);
  await carol.endCall(next.data.taskSid, 'cancel');
}

/** Resolves when all of it has come to its end; rejects if something was left or went wrong. */
export async function nobodyActs() {
  const stack = await startStack({ ringSeconds: RING_SECONDS });
  try {
    const lab = new Lab(stack);
    await lab.loadWorkers();
    await Promise.all([unanswered(lab), neverAccepted(lab)]);
    await lab.expectQuiet();
  } finally {
    await stack.stop();
  }
}
