// How long it takes from pressing Call in one browser to the ring in another, through everything
// that the demo runs. Prints each call and, last, the median in milliseconds.

import { endScene, haveEnded, isQuiet, startScene } from '../e2e/lib.js';

const CALLS = 10;

const scene = await startScene(['alice', 'bob']);
const { stack, alice, bob } = scene;

const last = (events, wanted) => events.filter(({ text }) => text === wanted).at(-1);

async function timeToRing() {
  await alice.call(bob);
  await bob.isRungBy(alice);
  const pressed = last(await alice.pressed(), 'Call');
  const rang = last(await bob.said(), 'Alice Archer is calling');
  await alice.press('Cancel');
  await haveEnded(alice, bob);
  await isQuiet(stack, [alice, bob]);
  return rang.at - pressed.at;
}

try {
  await timeToRing(); // the first one finds everything cold
  const times = [];
  for (let i = 0; i < CALLS; i += 1) {
    const time = await timeToRing();
    times.push(time);
    console.log(`call ${i + 1}: ${time.toFixed(0)} ms`);
  }
  times.sort((a, b) => a - b);
  const median = (times[CALLS / 2 - 1] + times[CALLS / 2]) / 2;
  console.log(`median of ${CALLS}: ${median.toFixed(0)} ms`);
} finally {
  await endScene(scene);
}
