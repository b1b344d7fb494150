// The section "Call Agent" in the real Flex: its agents and those at our page call each other.

import { after, afterEach, before, describe, it } from 'node:test';

import {
  endScene, haveEnded, isQuiet, rest, sandbox, startScene, until,
} from '../e2e/lib.js';
import { FlexAgent } from './flex-agent.js';

describe('an agent in Flex and one at our page', () => {
  let scene, alice, bob;
  before(async () => {
    scene = await startScene(['bob'],
      { extraConfig: { DIALPAD_FLEX_ORIGINS: 'https://flex.twilio.com' } });
    ({ bob } = scene);
    alice = await FlexAgent.open(scene.stack, 'alice');
  });
  after(async () => {
    await alice?.close();
    await endScene(scene);
  });
  afterEach(async () => {
    await isQuiet(scene.stack, [bob]);
    alice.assertNoTrouble();
  });

  it('are heard by each other, and each holds the other one', async () => {
    await alice.call(bob);
    await bob.isRungBy(alice);
    await alice.says('Calling Bob Baker');
    await bob.press('Answer');
    await alice.says('In call with Bob Baker');
    await Promise.all([alice.hears('bob'), bob.hears('alice')]);
    await alice.press('Hold');
    await alice.says('Bob Baker is on hold');
    await Promise.all([bob.hears('music'), bob.says('Alice Archer put you on hold')]);
    await alice.press('Resume');
    await bob.hears('alice');
    await alice.hangUp();
    await haveEnded(bob);
    await alice.hasNoTask();
  });

  it('answers in Flex, and is told when the page hangs up', async () => {
    await bob.call(alice);
    await alice.isRung();
    await alice.answer();
    await bob.isIn(alice);
    await Promise.all([alice.hears('bob'), bob.hears('alice')]);
    await bob.press('Hang up');
    await alice.hasNoTask();
  });

  it('declines in Flex, and is told in Flex who has declined', async () => {
    await bob.call(alice);
    await alice.isRung();
    await alice.decline();
    await bob.says('Alice Archer declined');
    await alice.hasNoTask();
    await alice.call(bob);
    await bob.isRungBy(alice);
    await bob.press('Decline');
    await alice.says('Bob Baker declined');
    await alice.hasNoTask();
  });

  it('is not kept from calls by a Task that only looks like one', async () => {
    const { stack } = scene;
    const { workers } = await sandbox(stack, 'state');
    const tasks = `/v1/Workspaces/${stack.secrets.workspaceSid}/Tasks`;
    const { sid } = await rest(stack, tasks, {
      WorkflowSid: stack.secrets.workflowSid, TaskChannel: 'voice',
      RoutingTarget: workers.find(({ name }) => name === 'alice').sid,
      Attributes: JSON.stringify({ dialpad: 'x', internal: 'true', from: 'client:bob' }),
    });
    await until('Flex to reject it', async () => {
      const { reservations } = await rest(stack, `${tasks}/${sid}/Reservations`);
      const found = reservations.map((reservation) => reservation.reservation_status);
      return found.includes('rejected') ? null : found.join() || 'it is not offered';
    });
    await rest(stack, `${tasks}/${sid}`, { AssignmentStatus: 'canceled', Reason: 'junk' });
    await alice.hasNoTask();
  });

  it('comes back after a reload of Flex', async () => {
    await alice.call(bob);
    await bob.isRungBy(alice);
    await bob.press('Answer');
    await bob.hears('alice');
    await alice.reload();
    await Promise.all([alice.hears('bob'), bob.hears('alice')]);
    await bob.press('Hang up');
    await alice.hasNoTask();
  });
});
