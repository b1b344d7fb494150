// Every state of the page, one after the other, with two agents and a real call.

import { Browser } from '../e2e/browser.js';
import { endScene, haveEnded, sandbox, startScene } from '../e2e/lib.js';
import { prepareLooks } from './looks.js';

const searchBox = (agent) => agent.page.getByRole('combobox', { name: 'Who do you want to call?' });

/** Two agents at their pages, prepared for every look and written with one `font`. */
export async function startTour(font = 'plain') {
  const inFont = { start: (hz) => Browser.start(hz, font) };
  const scene = await startScene(['alice', 'bob'],
    { ringSeconds: 100, graceSeconds: 100, browsers: { alice: inFont, bob: inFont } });
  for (const agent of scene.agents) await prepareLooks(agent.page);
  // A choice kept by the agent makes the page know whose it is before the server says so.
  for (const { page } of scene.agents) {
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByLabel('Colors').selectOption('Light');
    await page.getByLabel('Colors').selectOption('Same as system');
    await page.keyboard.press('Escape');
  }
  return scene;
}

async function findings({ alice }, visit) {
  await visit('idle', alice.page);
  await searchBox(alice).click();
  await alice.page.getByRole('option', { name: 'Bob Baker' }).waitFor();
  await visit('list of everybody', alice.page);
  await alice.search('ca');
  await alice.shows('1 colleague found');
  await alice.page.keyboard.press('ArrowDown');
  await visit('list that was asked for', alice.page);
  await alice.search('nobody at all');
  await alice.shows('No one matches');
  await visit('nobody found', alice.page);
  await alice.search('dave');
  await alice.page.getByRole('option', { name: 'Dave Dufour' }).click();
  await alice.page.getByRole('button', { name: /favorite/ }).click();
  await visit('picked, offline', alice.page);
  await freeAgain(alice, visit);
}

/** Somebody whom the agent waits for comes, and goes again. */
async function freeAgain(alice, visit) {
  const become = (activity) => sandbox(alice.stack, 'worker',
    { method: 'POST', body: { worker: 'dave', activity } });
  await alice.page.locator('.settling').waitFor({ state: 'detached' });
  await alice.press('Tell me when Dave Dufour is back');
  await become('Available');
  await alice.isOffered('Dave Dufour is free. Call now');
  await visit('free again', alice.page);
  await become('Offline');
  await alice.isNotOffered('Dave Dufour is free. Call now');
}

async function dialogs({ alice, stack }, visit) {
  await alice.page.getByRole('button', { name: 'Settings' }).click();
  await alice.page.getByRole('dialog').waitFor();
  await visit('settings', alice.page);
  await alice.page.getByRole('dialog').evaluate((sheet) => sheet.scrollTo(0, sheet.scrollHeight));
  await visit('the end of the settings', alice.page);
  await alice.page.keyboard.press('Escape');
  await alice.page.goto(`${stack.origin}/alice/?call=client:bob`);
  const question = alice.page.getByRole('dialog', { name: 'Call Bob Baker?' });
  await question.locator('button:enabled', { hasText: 'Call' }).waitFor();
  await visit('asked to call', alice.page);
  await alice.page.keyboard.press('Escape');
}

/** The same agent with a browser that knows nothing of the call. */
async function elsewhere({ browser, stack, name }, visit) {
  const visitor = await browser.connected.newContext({ ignoreHTTPSErrors: true });
  try {
    const page = await visitor.newPage();
    await prepareLooks(page);
    await page.goto(`${stack.origin}/${name}/`);
    await page.getByRole('button', { name: 'Bring it here' }).waitFor();
    await page.locator('#your-status:enabled').waitFor();
    await visit('in a call on another device', page);
  } finally {
    await visitor.close();
  }
}

/** One of the two is gone for a moment, and comes back. */
async function gone({ alice, bob, stack }, visit) {
  await bob.page.goto('about:blank');
  await alice.says('Bob Baker is reconnecting');
  await visit('waiting for the other', alice.page);
  let back;
  const isBack = new Promise((resolve) => { back = resolve; });
  await bob.page.route('**/cgi-bin/rejoin-call', (route) => isBack.then(() => route.continue()));
  await bob.page.goto(`${stack.origin}/bob/`);
  await bob.says('Returning to the call with Alice Archer'); // for as long as nobody dials him
  await bob.isConnected();
  await visit('coming back', bob.page);
  back();
  await Promise.all([alice.isIn(bob), bob.isIn(alice)]);
  await bob.page.unroute('**/cgi-bin/rejoin-call');
}

async function wholeCall(scene, visit) {
  const { alice, bob } = scene;
  await alice.call(bob);
  await bob.isRungBy(alice);
  await visit('calling', alice.page);
  await visit('ringing', bob.page);
  await bob.press('Answer');
  await Promise.all([alice.isIn(bob), bob.isIn(alice)]);
  await visit('connected', alice.page);
  await alice.press('Mute');
  await alice.isOffered('Unmute');
  await visit('muted', alice.page);
  await alice.press('Unmute');
  await alice.press('Keypad');
  await alice.press('5');
  await visit('keypad', alice.page);
  await alice.press('Keypad');
  await alice.press('Hold');
  await alice.says('Bob Baker is on hold');
  await bob.says('Alice Archer put you on hold');
  await visit('holding', alice.page);
  await visit('on hold', bob.page);
  await elsewhere(alice, visit);
  await alice.press('Resume');
  await alice.isIn(bob);
  await gone(scene, visit);
  await alice.press('Hang up');
  await haveEnded(alice, bob);
  await bob.button('4 of 5').focus(); // else the stars would go
  await visit('ended', bob.page);
}

async function endings({ alice, bob }, visit) {
  await alice.call(bob);
  await bob.isRungBy(alice);
  await bob.press('In 5 minutes');
  await alice.says('Bob Baker declined');
  await visit('declined with a line', alice.page);
  await alice.call(bob);
  await bob.isRungBy(alice);
  await alice.press('Cancel');
  await haveEnded(alice);
  await bob.hasMissed(alice);
  await visit('missed', bob.page);
  await bob.press('Done');
  await bob.page.getByRole('tab', { name: /Calls/ }).click();
  await bob.page.getByRole('listitem').filter({ hasText: 'Missed' }).waitFor();
  await visit('past calls', bob.page);
  await bob.page.getByRole('tab', { name: 'People' }).click();
}

/** Another tab of the same agent's takes charge, and is closed. */
async function otherTab({ alice, stack }, visit) {
  const tab = await alice.page.context().newPage();
  await tab.goto(`${stack.origin}/alice/`);
  await tab.getByRole('button', { name: 'Use this tab' }).click();
  await alice.isOffered('Use this tab');
  await visit('another tab is in charge', alice.page);
  await tab.close();
  await alice.isNotOffered('Use this tab');
}

async function refusals({ alice, bob }, visit) {
  alice.expectTrouble('409');
  await alice.page.route('**/cgi-bin/create-task', (route) => route.fulfill({
    status: 409, json: { error: { code: 'callee_busy', message: '-', requestId: '-' } },
  }));
  await alice.call(bob);
  await alice.says('Bob Baker is busy');
  await visit('busy', alice.page);
  alice.expectTrouble('ERR_FAILED');
  await alice.page.route('**/cgi-bin/*', (route) => route.abort());
  await alice.press('Call again');
  await alice.says('The server did not answer');
  await visit('unanswered', alice.page);
  await alice.page.unroute('**/cgi-bin/*');
  await alice.page.unroute('**/cgi-bin/create-task');
}

async function troubles({ alice, bob, stack }, visit) {
  await alice.refuseMicrophone();
  await alice.reload();
  await alice.isOffered('Turn on microphone and sound');
  await visit('not ready', alice.page);
  await alice.call(bob);
  await alice.says('The call was not placed');
  await visit('microphone refused', alice.page);
  await alice.allowMicrophone();
  alice.expectTrouble('401');
  await alice.page.route('**/cgi-bin/session', (route) => route.fulfill({ status: 401 }));
  await alice.page.goto(`${stack.origin}/alice/`);
  await alice.shows('You are signed out');
  await visit('signed out', alice.page);
  await alice.page.unroute('**/cgi-bin/session');
}

const PARTS = [findings, dialogs, wholeCall, endings, otherTab, refusals, troubles];

/**
 * Shows every state to `visit`, which gets its name and the page that is in it, and leaves the
 * page in that state.
 */
export async function tour(scene, visit) {
  await sandbox(scene.stack, 'reset', { method: 'POST' });
  for (const agent of scene.agents) await agent.reload();
  for (const part of PARTS) await part(scene, visit);
}

export { endScene as endTour };
