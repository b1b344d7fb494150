// The call itself: two browsers, two voices, and everything that can be done while it lasts.

import { after, afterEach, before, beforeEach, describe, it } from 'node:test';

import { isLong } from '../long.js';
import {
  connect, endScene, haveEnded, isOver, sandbox, startAfresh, startScene, until,
} from './lib.js';

describe('a call between two agents', () => {
  let scene, alice, bob;
  before(async () => {
    scene = await startScene(['alice', 'bob']);
    ({ alice, bob } = scene);
    // As most people see it; the other files do without what moves.
    for (const { page } of scene.agents) {
      await page.emulateMedia({ reducedMotion: 'no-preference' });
    }
  });
  after(() => endScene(scene));
  beforeEach(() => startAfresh(scene));
  afterEach(() => isOver(scene));

  it('is heard by both, each the other one and not himself', async () => {
    await connect(alice, bob);
    await Promise.all([alice.hears('bob'), bob.hears('alice')]);
    await alice.press('Hang up');
    await haveEnded(alice, bob);
    await Promise.all([alice.hears('nothing'), bob.hears('nothing')]);
  });

  it('plays a ringback to the caller until the callee is there', async () => {
    await alice.call(bob);
    await bob.isRungBy(alice);
    await alice.says('Calling Bob Baker');
    await alice.hears('ringback');
    await bob.hears('nothing');
    await bob.press('Answer');
    await Promise.all([alice.hears('bob'), bob.hears('alice')]);
    await bob.press('Hang up');
    await haveEnded(alice, bob);
  });

  // The callee's page hears of its Task while the caller's one doesn't know of it yet.
  it('rings although the server is slow at noting who rings', async () => {
    await sandbox(scene.stack, 'faults', { method: 'POST', body: {
      match: { method: 'POST', path: '/Tasks/WT[0-9a-f]+$' }, skip: 1, action: 'delay', ms: 1500,
    } });
    await connect(alice, bob);
    await bob.press('Hang up');
    await haveEnded(alice, bob);
  });

  it('is put on hold and resumed', async () => {
    await connect(alice, bob);
    await alice.press('Hold');
    await alice.says('Bob Baker is on hold');
    await Promise.all([bob.hears('music'), alice.hears('nothing')]);
    await bob.says('Alice Archer put you on hold');
    await alice.press('Resume');
    await Promise.all([alice.hears('bob'), bob.hears('alice')]);
    await alice.isIn(bob);
    await bob.press('Hang up');
    await haveEnded(alice, bob);
  });

  it('is put on hold by both at once, and each resumes the other', async () => {
    await connect(alice, bob);
    await bob.press('Hold');
    await bob.says('Alice Archer is on hold');
    await alice.hears('music');
    await alice.press('Hold');
    await alice.says('You and Bob Baker are on hold');
    await Promise.all([alice.hears('music'), bob.hears('music')]);
    await bob.press('Resume');
    await bob.says('Alice Archer put you on hold');
    await alice.press('Resume');
    await Promise.all([alice.hears('bob'), bob.hears('alice')]);
    await alice.press('Hang up');
    await haveEnded(alice, bob);
  });

  it('can be ended by the one who is on hold', async () => {
    await connect(alice, bob);
    await alice.press('Hold');
    await bob.hears('music');
    await bob.press('Hang up');
    await haveEnded(alice, bob);
  });

  it('is muted and unmuted', async () => {
    await connect(alice, bob);
    await alice.press('Mute');
    await alice.isOffered('Unmute');
    await Promise.all([bob.hears('nothing'), alice.hears('bob')]);
    await alice.press('Unmute');
    await bob.hears('alice');
    await alice.press('Hang up');
    await haveEnded(alice, bob);
  });

  it('carries digits', async () => {
    await connect(alice, bob);
    await bob.press('Keypad');
    for (const digit of '12*0#') await bob.press(digit);
    await until('the digits have arrived', async () => {
      const { calls } = await sandbox(scene.stack, 'state');
      const { digits } = calls.filter(({ to }) => to === 'client:bob').at(-1);
      return digits === '12*0#' ? null : `those that have: ${digits}`;
    });
    await bob.press('Hang up');
    await haveEnded(alice, bob);
  });

  it('is made anew while the last one is still being closed, by one press', async () => {
    await connect(alice, bob);
    const { tasks } = await sandbox(scene.stack, 'state');
    const { sid } = tasks.find(({ assignment_status: status, attributes }) => (
      status === 'assigned' && attributes.outbound_to));
    await sandbox(scene.stack, 'faults', { method: 'POST', body: {
      match: { method: 'POST', path: `/Tasks/${sid}`, param: { AssignmentStatus: 'wrapping' } },
      times: 4, action: 'delay', ms: 500,
    } });
    await alice.press('Hang up');
    await alice.says('Call ended');
    alice.expectTrouble('status of 409');
    // Page and program complete the Tasks that wrap up; who is second is told that it is done.
    for (const agent of [alice, bob]) {
      agent.expectTrouble('/v1/wschannels');
      agent.expectTrouble('cannot become completed: it is completed');
    }
    await alice.press('Call again');
    await bob.isRungBy(alice);
    await bob.press('Decline');
    await alice.says('Bob Baker declined');
  });

  // In the short run each call here follows another, and meetings.test.js has both directions.
  if (isLong) {
    it('is followed by the next, and by one in the other direction', async () => {
      for (const [caller, callee] of [[alice, bob], [alice, bob], [bob, alice]]) {
        await connect(caller, callee);
        await caller.press('Hang up');
        await haveEnded(caller, callee);
      }
    });
  }

  // The last one: from then on these pages dial without the key.
  it('is dialed without a key where TaskRouter takes none, and the log says so', async () => {
    const setSwitch = (toParameters) =>
      sandbox(scene.stack, 'switches', { method: 'POST', body: { toParameters } });
    await setSwitch('refused');
    for (const agent of [alice, bob]) {
      agent.expectTrouble('/v1/wschannels');
      agent.expectTrouble('CallTo must not have parameters');
    }
    await connect(alice, bob);
    await Promise.all([alice.hears('bob'), bob.hears('alice')]);
    await bob.press('Hang up');
    await haveEnded(alice, bob);
    await setSwitch('stripped');
    await until('the log says so', () =>
      (/callto_plain/.test(scene.stack.logs('call-state')) ? null : 'it does not'));
  });
});
