// A virtual softphone loses its Voice socket, as a browser's Device does.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';

import { startWorld, until } from './voice-support.js';

let world;

beforeEach(() => { world = startWorld(); });

afterEach(() => world.voice.close());

const place = () => world.voice.placeCall({ to: 'client:alice', from: 'client:bob' });
const registered = () => world.voice.snapshot().registrations['client:alice'] === 1;

test('it stops ringing, and a call that comes meanwhile finds nobody', async () => {
  world.softphones.register({ identity: 'alice', behaviour: 'ignore' });
  const ringing = place();
  await until(() => ringing.status === 'ringing');
  assert.equal(world.voice.disconnect('alice', 60_000), 1);
  assert.equal(ringing.status, 'no-answer');
  const next = place();
  await until(() => next.ended);
  assert.equal(next.status, 'no-answer');
  assert.equal(world.voice.disconnect('alice', 60_000), 0, 'it is away already');
});

test('back in time, it has kept its call and can be called', async () => {
  world.softphones.register({ identity: 'alice' });
  const call = place();
  await until(() => call.status === 'in-progress');
  world.voice.disconnect('alice', 50);
  assert.ok(!registered());
  await until(registered);
  assert.equal(call.status, 'in-progress');
});

test('away for too long, it has lost its call', async () => {
  world.softphones.register({ identity: 'alice' });
  const call = place();
  await until(() => call.status === 'in-progress');
  world.voice.disconnect('alice', 6000);
  assert.equal(call.status, 'completed');
});

test('a softphone that is registered anew is there at once', async () => {
  world.softphones.register({ identity: 'alice' });
  world.voice.disconnect('alice', 60_000);
  world.softphones.register({ identity: 'alice' });
  assert.ok(registered());
});
