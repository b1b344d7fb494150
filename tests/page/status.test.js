// The agent's status over a reload: TaskRouter sets a Worker offline whose last page goes.

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

  it('that was chosen elsewhere stands', async () => {
    const { TWILIO_FLEX_WORKSPACE_SID: workspace } = scene.stack.config;
    const list = await rest(scene.stack, `/v1/Workspaces/${workspace}/Activities?PageSize=50`);
    const { sid } = list.activities.find((activity) => activity.friendly_name === 'Unavailable');
    await away(() => rest(scene.stack, `/v1/Workspaces/${workspace}/Workers/${worker.sid}`,
      { ActivitySid: sid }));
    await is('Unavailable');
  });
});
