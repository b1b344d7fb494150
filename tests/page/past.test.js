// What has been and how colleagues are: missed calls last until somebody looks, one press calls
// back, and a status that changes is in colleagues' lists although nobody asks Twilio for them.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { endScene, haveEnded, isQuiet, sandbox, startScene, until } from '../e2e/lib.js';
import { isLong } from '../long.js';

// What colleagues on the same host are promised; only a machine that is not busy can keep it.
const SEEN_WITHIN_MS = 3000;

describe('past calls and presence', () => {
  let scene, alice, bob;
  before(async () => {
    scene = await startScene(['alice', 'bob']);
    ({ alice, bob } = scene);
  });
  after(() => endScene(scene));

  const calls = () => bob.page.getByRole('tab', { name: /Calls/ });
  const counted = (label) => until(`the tab counts ${label}`, async () => {
    const shown = await calls().getByRole('img').getAttribute('aria-label').catch(() => 'nothing');
    return shown === label ? null : `it counts ${shown}`;
  });

  it('a missed call is counted, also after a reload, until the list is looked at', async () => {
    await alice.call(bob);
    await bob.isRungBy(alice);
    await alice.press('Cancel');
    await haveEnded(alice, bob);
    await isQuiet(scene.stack, [alice, bob]);
    await counted('1 missed call');
    assert.equal(await bob.page.title(), '(1) Missed');
    await bob.reload();
    await counted('1 missed call');
    await calls().click();
    const row = bob.page.getByRole('listitem').filter({ hasText: 'Missed' });
    await row.waitFor();
    assert.match(await row.innerText(), /Alice Archer/);
    await until('nothing is counted', async () => (
      await calls().getByRole('img').count() === 0 ? null : 'it still is'));
    assert.equal(await bob.page.title(), 'Call a colleague');
  });

  it('one press calls back', async () => {
    // A list that has just come takes no press for a moment.
    await bob.page.locator('.settling').first().waitFor({ state: 'detached' });
    await bob.page.getByRole('tabpanel').getByRole('button', { name: 'Ring Alice Archer' }).first()
      .click();
    await alice.isRungBy(bob);
    await alice.press('Decline');
    await bob.says('Alice Archer declined');
    await isQuiet(scene.stack, [alice, bob]);
    await bob.page.getByRole('listitem').filter({ hasText: 'Declined' }).waitFor();
  });

  // Asking Twilio takes its time, ten seconds and more: what is sooner there comes from the page.
  it('a status that changes is told by the page itself', async () => {
    await sandbox(scene.stack, 'faults', { method: 'POST', body: {
      match: { method: 'GET', path: '/Workers$' }, times: 10_000, action: 'status', status: 503,
    } });
    for (const status of ['Break', 'Available']) {
      const row = alice.page.getByRole('listitem').filter({ hasText: 'Bob Baker' }).first();
      const began = performance.now();
      await bob.setStatus(status);
      await row.getByText(status).waitFor();
      const took = performance.now() - began;
      if (isLong) assert.ok(took < SEEN_WITHIN_MS, `${status} after ${Math.round(took)} ms`);
    }
  });
});
