// An ordinary day of two agents: what their consoles, names and buttons say in the course of it.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';

import {
  connect, endScene, haveEnded, holdBack, isOver, rest, sandbox, startScene, until,
} from '../e2e/lib.js';

// Zero-width space, Hangul filler, blank Braille, soft hyphen and spaces: nothing to be seen.
const INVISIBLE = '\u200b\u3164\u2800 \u00ad\u2003';
const PATIENCE_MS = 60_000; // until the directory is read anew

/** The agent looks elsewhere; what notifications say is kept. */
function installElsewhere() {
  document.hasFocus = () => false;
  window.notified = [];
  window.Notification = class {
    static permission = 'granted';

    constructor(text) { window.notified.push(text); }

    close() {}
  };
}

describe('an ordinary day', () => {
  let scene, alice, bob;
  before(async () => {
    scene = await startScene(['alice', 'bob']);
    ({ alice, bob } = scene);
    await bob.page.addInitScript(installElsewhere);
    await bob.reload();
  });
  after(() => endScene(scene));
  afterEach(() => isOver(scene));

  it('leaves no error in the console', async () => {
    await alice.search('bob');
    await alice.shows('1 colleague found');
    await connect(alice, bob);
    await alice.press('Mute');
    await alice.press('Unmute');
    await alice.press('Hold');
    await bob.says('Alice Archer put you on hold');
    await alice.press('Resume');
    await alice.isIn(bob);
    await alice.press('Hang up');
    await haveEnded(alice, bob);
    await alice.reload();
    await bob.call(alice);
    await alice.isRungBy(bob);
    await alice.press('Decline');
    await bob.says('Alice Archer declined');
    await alice.setStatus('Break');
    await alice.setStatus('Available');
    await alice.pick(bob);
    await alice.goOffline();
    const asked = [];
    const note = (request) => asked.push(request.url());
    alice.page.on('request', note);
    // Longer than the time after which each list is asked for again.
    await alice.page.evaluate(() => new Promise((resolve) => { setTimeout(resolve, 4000); }));
    alice.page.off('request', note);
    assert.deepEqual(asked.filter((url) => url.includes('/cgi-bin/')), []);
    await alice.goOnline();
    await connect(bob, alice);
    await bob.press('Hang up');
    await haveEnded(alice, bob);
  });

  // What TaskRouter pushes is there at once; the next question may be seconds away.
  it('has both pages agree when both press Hold, before either has asked', async () => {
    await connect(alice, bob);
    const mayAsk = await Promise.all(
      [alice, bob].map(({ page }) => holdBack(page, '**/cgi-bin/call-state?*')));
    await Promise.all([alice.press('Hold'), bob.press('Hold')]);
    await Promise.all([alice.says('You and Bob Baker are on hold'),
      bob.says('You and Alice Archer are on hold')]);
    await Promise.all(mayAsk.map((letGo) => letGo()));
    await Promise.all([alice.press('Resume'), bob.press('Resume')]);
    await Promise.all([alice.isIn(bob), bob.isIn(alice)]);
    await alice.press('Hang up');
    await haveEnded(alice, bob);
  });

  it('has a line with the ring, an answer of one press, and a press that calls again', async () => {
    await alice.pick(bob);
    await alice.page.getByRole('textbox', { name: 'A line to send with the ring' })
      .fill('<b>Refund</b>, one minute?');
    await alice.page.keyboard.press('Enter');
    await bob.isRungBy(alice);
    await bob.shows('<b>Refund</b>, one minute?');
    await bob.press('In 5 minutes');
    await alice.says('Bob Baker declined');
    await alice.shows('Bob Baker: In 5 minutes');
    await alice.isOffered('Tell me when free');
    await alice.callBy('Ring Bob Baker');
    await bob.isRungBy(alice);
    assert.equal(await bob.page.locator('#call-note').isVisible(), false, 'of the last call');
    await bob.press('Answer');
    await alice.isIn(bob);
    await alice.press('Hang up');
    await haveEnded(alice, bob);
    await alice.press('4 of 5');
    await alice.isNotOffered('4 of 5');
  });

  it('shows in the own status that a customer is served', async () => {
    const { TWILIO_FLEX_WORKSPACE_SID: workspace,
      TWILIO_FLEX_INTERNAL_CALL_WORKFLOW_SID: ours } = scene.stack.config;
    const ask = (path, form) => rest(scene.stack, `/v1/Workspaces/${workspace}/${path}`, form);
    // Customers come by another Workflow than colleagues.
    const { configuration: Configuration } = await ask(`Workflows/${ours}`);
    const workflow = await ask('Workflows', { FriendlyName: 'Customers', Configuration });
    await alice.isShownAs('Available');
    const task = await ask('Tasks', {
      WorkflowSid: workflow.sid, TaskChannel: 'voice',
      Attributes: JSON.stringify({ targetWorker: 'client:alice', name: '+15005550199' }),
    });
    const reservationOf = async () => (
      await ask(`Tasks/${task.sid}/Reservations`)).reservations[0];
    await until('Alice has a Reservation', async () => (await reservationOf() ? null : 'not yet'));
    const { sid } = await reservationOf();
    await ask(`Tasks/${task.sid}/Reservations/${sid}`, { ReservationStatus: 'accepted' });
    await alice.isShownAs('On a call');
    await ask(`Tasks/${task.sid}`, { AssignmentStatus: 'completed', Reason: 'hung up' });
    await alice.isShownAs('Available');
  });

  describe('of people with odd names', () => {
    const rename = (name, fullName) => sandbox(scene.stack, 'worker', {
      method: 'POST',
      body: { worker: name, attributes: { contact_uri: `client:${name}`, full_name: fullName } },
    });
    /** The list is asked for again and again while it is open. */
    async function isOffered(name) {
      await bob.search(name.slice(0, 3));
      await until(`the list offers ${name}`, async () => {
        const names = await bob.page.locator('[role="option"] .name').allInnerTexts();
        return names.includes(name) ? null : names.join(', ');
      }, PATIENCE_MS);
    }
    const attentionOf = () => bob.page.evaluate(
      () => [document.title, ...window.notified.splice(0)]);

    /** Alice goes by `shown` wherever Bob meets her. */
    async function goesBy(shown) {
      await alice.reload();
      await isOffered(shown);
      await bob.page.getByRole('option').filter({ hasText: shown }).click();
      await bob.press('Call');
      await bob.says(`Calling ${shown}`);
      await alice.isRungBy(bob);
      await bob.press('Cancel');
      await haveEnded(bob);
      await attentionOf();
      await alice.call(bob);
      await bob.says(`${shown} is calling`);
      const ringing = `\u2068${shown}\u2069 is calling`;
      assert.deepEqual(await attentionOf(), [ringing, ringing]);
      await bob.press('Answer');
      await bob.says(`In call with ${shown}`);
    }

    after(() => rename('alice', 'Alice Archer'));

    it('has the next best name of who has none to be seen', async () => {
      await rename('alice', INVISIBLE);
      await goesBy('alice');
      const status = bob.page.getByRole('status');
      assert.equal(await status.locator('bdi[translate="no"]').innerText(), 'alice');
      // As a browser does that translates the page: what it says is not written over.
      await status.evaluate((element) => { element.textContent = 'Im Gespräch'; });
      const time = await bob.page.getByRole('timer').innerText();
      await until('the timer goes on', async () => (
        await bob.page.getByRole('timer').innerText() === time ? 'it does not' : null));
      assert.equal(await bob.status(), 'Im Gespräch');
      await alice.press('Hang up');
      await haveEnded(alice, bob);
    });

    it('tells two people of one name apart, also while one rings', async () => {
      await rename('alice', 'Dave Dufour');
      await goesBy('Dave Dufour (alice)');
      await alice.press('Hang up');
      await haveEnded(alice, bob);
    });
  });
});
