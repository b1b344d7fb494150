// Agents who get in each other's way: calls at the same moment, busy and absent agents, several
// tabs, strangers, reloads.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

import { some } from '../long.js';
import {
  Agent, connect, endScene, haveEnded, isOver, rest, sandbox, startAfresh, startScene, until,
  whoIsRung,
} from './lib.js';

const SAME_MOMENT_MS = [0, 0, 0, 40, 80, 150, 300];

describe('agents who get in each other\'s way', () => {
  let scene, alice, bob, carol, dave;
  before(async () => {
    scene = await startScene(['alice', 'bob']);
    ({ alice, bob } = scene);
    carol = new Agent(scene.stack, 'carol');
    dave = new Agent(scene.stack, 'dave');
  });
  after(() => endScene(scene));
  beforeEach(() => startAfresh(scene));
  afterEach(() => isOver(scene));

  const steer = (path, body) => sandbox(scene.stack, path, { method: 'POST', body });

  async function callsOf(address) {
    const { calls } = await sandbox(scene.stack, 'state');
    return calls.filter(({ to }) => to === address);
  }

  some(3, SAME_MOMENT_MS).forEach((ms, round) => {
    it(`call each other at the same moment (${round + 1}: ${ms} ms apart)`, async () => {
      const [first, second] = round % 2 ? [bob, alice] : [alice, bob];
      for (const agent of [alice, bob]) agent.expectTrouble('status of 409');
      await alice.pick(bob);
      await bob.pick(alice);
      await Promise.all([first.press('Call'),
        delay(ms).then(() => second.pressIfOffered('Call'))]);
      const rung = await whoIsRung(alice, bob);
      if (!rung) return;
      await rung.callee.press('Answer');
      await Promise.all([alice.isIn(bob), bob.isIn(alice)]);
      await until('one Conference is left, with both in it', async () => {
        const { conferences } = await sandbox(scene.stack, 'state');
        const sizes = conferences.filter(({ status }) => status !== 'completed')
          .map(({ participants }) => participants.length);
        return sizes.join() === '2' ? null : `their participants: ${sizes}`;
      });
      await alice.press('Hang up');
      await haveEnded(alice, bob);
    });
  });

  it('is not offered himself', async () => {
    await alice.search('Alice Archer');
    await alice.shows('No one matches');
  });

  it('is told that the other one is offline, by whom knows it', async () => {
    alice.expectTrouble('status of 409');
    await alice.pick(dave);
    await alice.shows('Status: Offline');
    await alice.press('Call');
    await alice.says('Dave Dufour is offline');
  });

  it('is told that the other one went off duty a moment ago', async () => {
    alice.expectTrouble('status of 409');
    await alice.pick(bob);
    await bob.setStatus('Break');
    await alice.press('Call');
    await alice.says('Bob Baker is offline');
    await bob.setStatus('Available');
  });

  it('cannot call while on a break', async () => {
    await alice.setStatus('Break');
    await alice.pick(bob);
    await alice.cannotPress('Call');
    await alice.setStatus('Available');
  });

  it('is told that the other one has a customer', async () => {
    alice.expectTrouble('status of 409');
    const { taskSid } = await steer('customer-task', { worker: 'carol' });
    await alice.call(carol);
    await alice.says('Carol Castillo is busy');
    await sandbox(scene.stack, `customer-task?taskSid=${taskSid}`, { method: 'DELETE' });
  });

  it('does not answer a stranger who dials the softphone', async () => {
    const before = await alice.microphoneOpened();
    const { callSid } = await steer('dial', { to: 'client:alice', from: 'client:mallory' });
    await until('the stranger rings', async () => {
      const [{ status }] = (await callsOf('client:alice')).slice(-1);
      return status === 'ringing' ? null : status;
    });
    await bob.call(alice);
    await alice.isRungBy(bob);
    assert.equal(await alice.microphoneOpened(), before, 'the microphone has been opened');
    await alice.press('Answer');
    await Promise.all([alice.isIn(bob), bob.isIn(alice)]);
    await Promise.all([alice.hears('bob'), bob.hears('alice')]);
    const stranger = (await callsOf('client:alice')).find(({ sid }) => sid === callSid);
    assert.equal(stranger.status, 'ringing');
    await bob.press('Hang up');
    await haveEnded(alice, bob);
    await rest(scene.stack,
      `/2010-04-01/Accounts/${scene.stack.config.TWILIO_ACCOUNT_SID}/Calls/${callSid}.json`,
      { Status: 'completed' });
  });

  describe('with two tabs', () => {
    let tab;
    before(async () => {
      tab = await new Agent(scene.stack, 'bob', bob.browser).open();
    });
    after(() => tab.page.close());
    afterEach(() => tab.assertNoTrouble());

    it('answers in one, and the other one stops ringing', async () => {
      const before = await tab.microphoneOpened();
      await alice.call(bob);
      await Promise.all([bob.isRungBy(alice), tab.isRungBy(alice)]);
      await bob.press('Answer');
      await Promise.all([alice.isIn(bob), bob.isIn(alice)]);
      await tab.isNotOffered('Answer');
      await tab.shows('This call is in another window of yours.');
      await Promise.all([bob.hears('alice'), alice.hears('bob'), tab.hears('nothing')]);
      assert.equal(await tab.microphoneOpened(), before, 'the other tab opened the microphone');
      await alice.press('Hang up');
      await haveEnded(alice, bob, tab);
    });

    it('declines in one, and the other one stops ringing', async () => {
      await alice.call(bob);
      await Promise.all([bob.isRungBy(alice), tab.isRungBy(alice)]);
      await tab.press('Decline');
      await alice.says('Bob Baker declined');
      await haveEnded(bob, tab);
    });

    it('calls from one', async () => {
      await connect(tab, alice);
      await Promise.all([tab.hears('alice'), alice.hears('bob'), bob.hears('nothing')]);
      await alice.press('Hang up');
      await haveEnded(tab, alice);
      await bob.isNotOffered('Hang up');
    });
  });

  it('reloads while nothing happens, and can call and be called', async () => {
    await Promise.all([alice.reload(), bob.reload()]);
    for (const [caller, callee] of [[alice, bob], [bob, alice]]) {
      await connect(caller, callee);
      await callee.press('Hang up');
      await haveEnded(alice, bob);
    }
  });

  it('reloads while it rings, and can still answer', async () => {
    await alice.call(bob);
    await bob.isRungBy(alice);
    await bob.reload();
    await bob.isRungBy(alice);
    await bob.press('Answer');
    await Promise.all([alice.isIn(bob), bob.isIn(alice)]);
    await Promise.all([alice.hears('bob'), bob.hears('alice')]);
    await bob.press('Hang up');
    await haveEnded(alice, bob);
  });

  it('reloads while calling, and the other one stops ringing', async () => {
    await alice.call(bob);
    await bob.isRungBy(alice);
    await alice.reload();
    await bob.hasMissed(alice);
    await bob.isNotOffered('Answer');
    await alice.isOffered('Call');
  });
});
