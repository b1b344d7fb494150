// How long a call takes in two browsers, through everything that the demo runs: from pressing Call
// to the ring, from Answer until both pages say that they are in the call, from Hang up until the
// other page says that it is over. With Twilio near and far, and beside the reference's own steps.

import { endScene, haveEnded, isQuiet, sandbox, startScene } from '../e2e/lib.js';
import { median } from './load.js';
import { Reference } from './reference.js';

/** How far away Twilio's REST API is, in milliseconds a request. */
export const LATENCIES = [0, 80, 200];

const last = (events, wanted) => events.filter(({ text }) => text === wanted).at(-1).at;

const medians = (calls) => Object.fromEntries(Object.keys(calls[0]).map((key) =>
  [key, median(calls.map((call) => call[key]))]));

async function timeCall({ stack, alice, bob }) {
  await alice.call(bob);
  await bob.isRungBy(alice);
  await bob.press('Answer');
  await Promise.all([alice.isIn(bob), bob.isIn(alice)]);
  await bob.press('Hang up');
  await haveEnded(alice, bob);
  await isQuiet(stack, [alice, bob]);
  const [alicePressed, aliceSaid, bobPressed, bobSaid] =
    await Promise.all([alice.pressed(), alice.said(), bob.pressed(), bob.said()]);
  const bothIn = Math.max(last(aliceSaid, 'In call with Bob Baker'),
    last(bobSaid, 'In call with Alice Archer'));
  return {
    ring: last(bobSaid, 'Alice Archer is calling') - last(alicePressed, 'Call'),
    answer: bothIn - last(bobPressed, 'Answer'),
    end: last(aliceSaid, 'Call ended') - last(bobPressed, 'Hang up'),
  };
}

async function several(count, call) {
  const calls = [];
  while (calls.length < count) calls.push(await call());
  return medians(calls);
}

// Programs that have just been started know nothing and have no connection.
async function restartPrograms(stack) {
  await Promise.all(stack.names.map((name) => stack.restartProgram(name)));
}

async function timeAt(latency, { scene, reference, calls }) {
  const { stack } = scene;
  await sandbox(stack, 'switches', { method: 'POST', body: { restLatencyMs: latency } });
  if (stack.mode.cgi) return { latency, cgi: await several(calls, () => timeCall(scene)) };
  await restartPrograms(stack);
  const cold = await timeCall(scene);
  const warm = await several(calls, () => timeCall(scene));
  return { latency, cold, warm, reference: await several(calls, () => reference.call()) };
}

/**
 * For each latency {latency} with {cold, warm, reference} or, as plain CGI, {cgi}: medians of
 * {ring, answer, end} in milliseconds; `cold` is a single call.
 */
export async function timeCalls(mode, calls, report) {
  const scene = await startScene(['alice', 'bob'], { mode });
  const reference = new Reference(scene.stack, 'carol', 'dave');
  try {
    await reference.open();
    for (const latency of LATENCIES) report(await timeAt(latency, { scene, reference, calls }));
  } finally {
    reference.close();
    await endScene(scene);
  }
}
