// The agent's status over a reload: TaskRouter sets a Worker offline whose last page goes.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { endScene, rest, sandbox, startScene, until } from '../e2e/lib.js';

describe('the status', () => {
  let scene, alice, worker;
  before(async () => {
    // TaskRouter sets a Worker offline almost at once.
    scene = await startScene(['alice'], { sandboxConfig: { offlineGraceMs: 50 } });
    ({ alice } = scene);
    const { workers } = await sandbox(scene.stack, 'state');
    worker = workers.find(({ name }) => name === 'alice');
  });
  after(() => endScene(scene));

  const is = (wanted) => until(`the status is ${wanted}`, async () => {
    const { workers } = await sandbox(scene.stack, 'state');
    const { activity } = workers.find(({ sid }) => sid === worker.sid);
    const shown = await alice.page.getByRole('combobox', { name: 'Your status' })
      .locator('option:checked').innerText().catch(() => 'nothing');
    return activity === wanted && shown === wanted ? null : `it is ${activity}, shown as ${shown}`;
  });

  const away = async (meanwhile) => {
    await alice.page.close();
    await until('TaskRouter has noticed', async () => {
      const { workers } = await sandbox(scene.stack, 'state');
      return workers.find(({ sid }) => sid === worker.sid).activity === 'Offline' ? null : 'no';
    });
    await meanwhile?.();
    await alice.open();
  };

  it('that was chosen here is chosen again after a reload', async () => {
    await alice.setStatus('Break');
    await away();
    await is('Break');
    await alice.setStatus('Available');
    await away();
    await is('Available');
  });

  for (const [what, answer, words] of [
    ['who is signed out', { status: 401 }, 'Signed out'],
    ['whom nobody knows', { status: 403, json: { error: { code: 'no_worker' } } }, 'Not connected'],
  ]) {
    it(`of somebody ${what} is not awaited for ever`, async () => {
      const select = alice.page.getByRole('combobox', { name: 'Your status' });
      alice.expectTrouble(`status of ${answer.status}`);
      await alice.page.route('**/cgi-bin/session', (route) => route.fulfill(answer));
      await alice.page.reload();
      await until(`the status says "${words}"`, async () => {
        const shown = await select.locator('option:checked').innerText();
        return shown === words ? null : `it says "${shown}"`;
      });
      assert.equal(await select.isDisabled(), true);
      await alice.page.getByRole('heading', { name: words, exact: true }).waitFor();
      assert.equal(await alice.page.getByText('Incoming calls ring here').isVisible(), false);
      await alice.page.unroute('**/cgi-bin/session');
      await alice.reload();
    });
  }

  it('that was chosen elsewhere stands', async () => {
    const { TWILIO_FLEX_WORKSPACE_SID: workspace } = scene.stack.config;
    const list = await rest(scene.stack, `/v1/Workspaces/${workspace}/Activities?PageSize=50`);
    const { sid } = list.activities.find((activity) => activity.friendly_name === 'Unavailable');
    await away(() => rest(scene.stack, `/v1/Workspaces/${workspace}/Workers/${worker.sid}`,
      { ActivitySid: sid }));
    await is('Unavailable');
  });
});
