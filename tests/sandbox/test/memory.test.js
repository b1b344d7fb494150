// What the stand-in keeps of calls that are over, so that it can run for days.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { recordError } from '../errors.js';
import { keepLatest } from '../keep-latest.js';
import { RequestLog } from '../control/request-log.js';
import { Application, conferenceTwiml, startWorld, until, wav } from './voice-support.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

test('a list that outgrows its limit keeps the latest entries', () => {
  const list = [];
  for (let n = 1; n <= 1000; n += 1) {
    list.push(n);
    keepLatest(list, 10);
    assert.ok(list.length <= 15 && list.at(-1) === n && list[0] >= n - 15);
  }
});

test('the logs of requests and errors are bounded, and the latest entry is there', () => {
  const requests = new RequestLog();
  const world = { errors: [], now: () => 0, log() {} };
  for (let code = 1; code <= 10_000; code += 1) {
    requests.add({ path: '/' });
    recordError(world, { code, message: 'wrong' });
  }
  assert.ok(requests.since().length <= 7500 && requests.since(9999).length === 1);
  assert.ok(world.errors.length <= 1500 && world.errors.at(-1).code === 10_000);
});

test('a call that is over keeps neither its leg nor the sounds that it was played', async () => {
  const application = await Application.start({
    '/wait': () => '<Response><Play>/sound.wav</Play></Response>',
    '/sound.wav': () => ({ type: 'audio/wav', body: wav(700, 5) }),
  });
  const world = startWorld();
  try {
    world.softphones.register({ identity: 'alice' });
    const call = world.voice.placeCall({ to: 'client:alice', from: 'client:bob',
      twiml: conferenceTwiml('room', { waitUrl: `${application.url}/wait` }) });
    await until(() => call.port?.source);
    const kept = ['port', 'leg'].map((name) => new WeakRef(call[name]));
    kept.push(new WeakRef(call.port.source));
    world.voice.endCall(call.sid);
    await until(async () => {
      await nextTurn();
      collectGarbage();
      return kept.every((reference) => reference.deref() === undefined);
    });
    assert.equal(world.voice.snapshot().calls[0].media, 'softphone', 'what it was is still known');
  } finally {
    world.voice.close();
    application.close();
  }
});
