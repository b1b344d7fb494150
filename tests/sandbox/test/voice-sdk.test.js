// The unmodified Voice SDK in a real browser: signalling and media of one leg, with a virtual
// softphone as the other one.

/* global audio, call, log, loudestHz -- of the page in voice-browser.js */

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { pageHandlers, StandIn } from './voice-browser.js';
import { Application, conferenceTwiml, until } from './voice-support.js';

const MICROPHONE_HZ = 440;
const BOB_HZ = 1000;

let application;
let standIn;
let browser;
let page;

before(async () => {
  application = await Application.start({ ...pageHandlers,
    '/room': () => conferenceTwiml('room', { beep: 'false', endConferenceOnExit: 'true' }) });
  standIn = await StandIn.start();
  ({ browser, page } = await standIn.openPage(application, 'alice'));
});

afterEach(async () => {
  for (const { sid } of (await standIn.control('GET', 'state')).calls) {
    await standIn.rest('POST', `Calls/${sid}.json`, { Status: 'completed' });
  }
  await page.evaluate(() => log.splice(0)).catch(() => {});
});

after(async () => {
  await browser?.close();
  application.close();
  assert.equal(await standIn.stop(), 0);
});

/** A call to who can be rung: after the last test a page may still be coming back. */
async function place(identity, more = {}) {
  const address = `client:${identity.replace(/\?.*/, '')}`;
  await until(async () => (await standIn.control('GET', 'state')).registrations[address],
    `${identity} can be rung`);
  const { sid } = await standIn.rest('POST', 'Calls.json', { From: 'client:x',
    To: `client:${identity}`, Url: `${application.url}/room`, ...more });
  return sid;
}

const logged = (word) => until(() => page.evaluate((w) => log.includes(w), word), `page: ${word}`);
const status = async (sid) => (await standIn.call(sid)).status;
const reaches = (sid, wanted) => until(
  async () => (await status(sid)) === wanted, `call ${wanted}`);

async function hears(sid, hz) {
  const { hearsHz } = await standIn.control('GET', `audio?callSid=${sid}`);
  return hearsHz.some((tone) => Math.abs(tone - hz) < 8);
}

const pageHears = (hz) => until(async () => (
  Math.abs(await page.evaluate(() => loudestHz()) - hz) < 12), `page hears ${hz}`);

// A call of the page with the softphone bob; gives both SIDs once each hears the other.
async function converse() {
  await standIn.control('POST', 'softphone',
    { identity: 'bob', behaviour: 'answer', toneHz: BOB_HZ });
  const alice = await place('alice');
  await logged('incoming');
  await page.evaluate(() => call.accept(audio));
  await logged('accept');
  const bob = await place('bob');
  await until(() => hears(bob, MICROPHONE_HZ), 'bob hears the page');
  await pageHears(BOB_HZ);
  return { alice, bob };
}

test('media flows both ways, digits arrive, and the server hangs up', async () => {
  const { alice, bob } = await converse();
  assert.equal(await hears(alice, MICROPHONE_HZ), false);
  await page.evaluate(() => call.sendDigits('12#'));
  await until(async () => (await standIn.call(alice)).digits === '12#');
  await standIn.control('POST', 'softphone/hangup', { callSid: bob });
  await logged('disconnect');
  await reaches(alice, 'completed');
});

test('the page hangs up', async () => {
  const { alice, bob } = await converse();
  await page.evaluate(() => call.disconnect());
  await reaches(alice, 'completed');
  await reaches(bob, 'completed');
});

test('a call outlives the loss of its signalling', async () => {
  const { alice, bob } = await converse();
  await standIn.control('POST', 'disconnect', { worker: 'alice', kind: 'voice' });
  await logged('reconnected');
  assert.equal(await status(alice), 'in-progress');
  await until(() => hears(bob, MICROPHONE_HZ));
  await standIn.control('POST', 'disconnect', { worker: 'alice', kind: 'voice' });
  await until(() => page.evaluate(() => log.filter((l) => l === 'reconnected').length === 2));
  await page.evaluate(() => call.disconnect());
  await reaches(alice, 'completed');
});

test('what stands behind the address reaches the page, and Twilio says it or not', async () => {
  for (const [toParameters, to] of [['kept', 'client:alice?a=1&b=%20'],
    ['stripped', 'client:alice']]) {
    await standIn.control('POST', 'switches', { toParameters });
    const sid = await place('alice?a=1&b=%20');
    await logged('incoming');
    assert.deepEqual(await page.evaluate(() => [...call.customParameters]),
      [['a', '1'], ['b', ' ']]);
    assert.equal((await standIn.call(sid)).to, to);
    await page.evaluate(() => call.reject());
    await reaches(sid, 'busy');
    await page.evaluate(() => log.splice(0));
  }
});

test('the page declines', async () => {
  const sid = await place('alice');
  await logged('incoming');
  await page.evaluate(() => call.reject());
  await reaches(sid, 'busy');
});

test('nobody answers: the ring time ends with cancel', async () => {
  const sid = await place('alice', { Timeout: '1' });
  await logged('incoming');
  await logged('cancel');
  await reaches(sid, 'no-answer');
});

test('two tabs of one agent ring; the first to answer has the call', async () => {
  const other = await standIn.newPage(page.context(), application, 'alice');
  const sid = await place('alice');
  await logged('incoming');
  await until(() => other.evaluate(() => log.includes('incoming')), 'the other tab rings');
  await page.evaluate(() => call.accept(audio));
  await until(() => other.evaluate(() => log.includes('cancel')), 'the other tab stops');
  assert.equal(await status(sid), 'in-progress');
  await other.close();
  assert.equal(await status(sid), 'in-progress');
});

test('a restart of ICE keeps the call', async () => {
  const { alice, bob } = await converse();
  const credentials = () => page.evaluate(
    () => /a=ice-ufrag:.*/.exec(call._mediaHandler.version.pc.remoteDescription.sdp)[0]);
  const before = await credentials();
  await page.evaluate(() => call._mediaHandler.iceRestart());
  await until(async () => await credentials() !== before, 'new ICE credentials');
  await pageHears(BOB_HZ);
  await until(() => hears(bob, MICROPHONE_HZ));
  assert.equal(await status(alice), 'in-progress');
});

test('lost media ends the leg', async () => {
  const { alice } = await converse();
  await page.evaluate(() => call._mediaHandler.version.pc.close());
  await until(async () => (await status(alice)) === 'completed', 'the leg ends');
});

test('a browser that is gone has hung up', async () => {
  const { alice } = await converse();
  await browser.close();
  await reaches(alice, 'completed');
});
