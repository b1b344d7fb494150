// Twilio fails over while two browsers talk: Voice and event-bridge sockets are cut, and the media
// server that carried the legs is gone.

import { after, before, it } from 'node:test';

import { connect, endScene, haveEnded, isQuiet, sandbox, startScene, until } from './lib.js';

let scene, alice, bob;

before(async () => {
  scene = await startScene(['alice', 'bob']);
  ({ alice, bob } = scene);
});

after(() => endScene(scene));

/** Both phones can ring again. */
function areRegistered() {
  return until('both phones are registered', async () => {
    const { registrations } = await sandbox(scene.stack, 'state');
    return registrations['client:alice'] && registrations['client:bob'] ? null
      : JSON.stringify(registrations);
  });
}

it('ends the call for both, whose pages come back by themselves and call again', async () => {
  await connect(alice, bob);
  await Promise.all([alice.hears('bob'), bob.hears('alice')]);
  await scene.stack.stopSandbox();
  await scene.stack.launchSandbox();
  await haveEnded(alice, bob);
  await Promise.all([alice.isConnected(), bob.isConnected(), areRegistered()]);
  await Promise.all([alice.setStatus('Available'), bob.setStatus('Available')]);
  await isQuiet(scene.stack, scene.agents);
  await connect(bob, alice);
  await Promise.all([alice.hears('bob'), bob.hears('alice')]);
  await alice.press('Hang up');
  await haveEnded(alice, bob);
  await isQuiet(scene.stack, scene.agents);
});
