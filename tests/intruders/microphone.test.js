// With real microphones: anybody may have Twilio ring an agent's softphone, in anybody's name. The
// page takes the one Voice call that it has asked for, and opens its microphone to no other.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { endScene, startScene } from '../e2e/lib.js';
import { Agent } from '../endpoint/agent.js';
import { Lab, until } from '../endpoint/lib.js';
import { HZ, Intruder, roomTwiml, voicesIn } from './intruder.js';

const FLOOD = 6;

let scene;
let lab;
let carol;

before(async () => {
  scene = await startScene(['alice']);
  lab = new Lab(scene.stack);
  await lab.loadWorkers();
});
afterEach(async () => { await carol?.stop(); });
after(() => endScene(scene));

/** Rings Alice's softphone in this name, again and again; whoever answers is in a room of hers. */
async function flood(from, room) {
  const document = carol.publish(roomTwiml(room));
  const held = await Promise.all(Array.from({ length: FLOOD }, () => carol.ownTask()));
  return () => Promise.all(held.map((reservation) =>
    reservation.call(from, document, { accept: true, timeout: 15, to: 'client:alice' })));
}

async function inTrap(room) {
  const { conferences } = await lab.state();
  return conferences.filter(({ friendlyName }) => friendlyName === room)
    .flatMap(({ participants }) => participants).filter(({ to }) => to === 'client:alice').length;
}

for (const moment of ['before', 'after']) {
  test(`a flood of calls in the caller's name, ${moment} Alice presses Answer`, async () => {
    const { alice } = scene;
    carol = await Intruder.start(lab);
    const ear = await carol.dialWith(roomTwiml('trap'));
    const bob = new Agent(lab, 'bob');
    await bob.phone('answer', { toneHz: HZ.bob });
    const strike = await flood(bob.contactUri, 'trap');

    const { data: { taskSid: t1 } } = await bob.createTask(lab.workers.get('alice').sid);
    await bob.joinOwn(t1);
    await alice.isOffered('Answer');
    if (moment === 'before') await Promise.all([strike(), alice.press('Answer')]);
    else await Promise.all([alice.press('Answer'), strike()]);
    await until('both to be connected', async () => {
      assert.equal(await inTrap('trap'), 0, 'a call of the flood was answered');
      assert.ok(!(await voicesIn(lab, ear)).includes('alice'), 'Alice is overheard');
      return (await bob.state(t1)).state === 'connected';
    });
    await until("Bob to hear Alice's microphone", async () => {
      const { calls } = await lab.state();
      const leg = calls.find(({ to, endTime }) => to === bob.contactUri && !endTime);
      return leg && (await voicesIn(lab, leg.sid)).includes('alice');
    });
    assert.equal(await inTrap('trap'), 0, 'a call of the flood was answered');
    await bob.endCall(t1);
    await alice.says('Call ended');
    await carol.hangUpAll();
    lab.forgetCalls();
  });
}
