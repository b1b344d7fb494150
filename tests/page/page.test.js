// The page on the whole stack, apart from calls: finding a colleague, languages, colours, keys,
// links, embedding, and what it weighs.

import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, describe, it } from 'node:test';

import {
  connect, endScene, haveEnded, rest, sandbox, startScene, until,
} from '../e2e/lib.js';

// With the four of the demo, as many as TaskRouter allows.
const NEWCOMERS = 14_996;
const DIRECTORY_MS = 90_000; // until all of them have been read
// So many times as long a list of all of them may take, beside one of four at the same moment.
const LIST_TIMES = 5;
const LIST_LEAST_MS = 300; // as short as the pause after typing and a busy machine let it be
// Our own HTML, CSS and JavaScript, before compression: until a colleague can be looked up, and all
// that comes without a press. The words of one language come on top. Growth above this has to be
// meant.
const FIRST_LOOK = 60_000;
const CONNECTED = 305_000;
const WORDS = 12_000;
// After so many milliseconds even a page that was never painted loads what calls need.
const UNSEEN_MS = 2000;

/** A page of somebody else's, which frames ours and keeps what it is told. */
function startStranger() {
  const html = '<!doctype html><title>CRM</title><iframe allow="microphone; autoplay"></iframe>'
    + '<script>heard = [];'
    + 'onmessage = ({ data, origin }) => heard.push({ ...data, origin });</script>';
  const server = http.createServer((request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/html' }).end(html);
  });
  return new Promise((done) => {
    server.listen(0, '127.0.0.1', () => done({
      origin: `http://localhost:${server.address().port}`, close: () => server.close(),
    }));
  });
}

/** Runs in the page: milliseconds from the next edit of the name to the server's list on screen. */
function timeList() {
  const note = document.getElementById('agents-note');
  return new Promise((resolve) => {
    document.getElementById('agent').addEventListener('input', () => {
      const pressed = performance.now();
      new MutationObserver((changes, observer) => {
        if (note.textContent === 'Searching…') return;
        observer.disconnect();
        requestAnimationFrame(() => resolve(performance.now() - pressed));
      }).observe(note, { childList: true, characterData: true, subtree: true });
    }, { once: true });
  });
}

describe('the page', () => {
  let scene, alice, bob, crm, stranger;
  before(async () => {
    [crm, stranger] = await Promise.all([startStranger(), startStranger()]);
    scene = await startScene(['alice', 'bob'], {
      extraConfig: {
        DIALPAD_EMBED_ORIGINS: `https://wiki.example ${crm.origin}`,
        DIALPAD_DND_ACTIVITIES: 'Focus , Break',
      },
    });
    ({ alice, bob } = scene);
  });
  after(async () => {
    await endScene(scene);
    crm.close();
    stranger.close();
  });

  const box = () => alice.page.getByRole('combobox', { name: 'Who do you want to call?' });
  const options = () => alice.page.locator('#agents [role="option"]');
  const names = () => alice.page.locator('#agents .name').allInnerTexts();
  const focusIsOn = (selector) => alice.page.waitForFunction(
    (wanted) => document.activeElement?.matches(wanted), selector);
  /** Changes an agent's status, and tells of it as that agent's page would. */
  const become = async (name, activity) => {
    const { stack } = scene;
    await sandbox(stack, 'worker', { method: 'POST', body: { worker: name, activity } });
    const session = await stack.fetch(`/${name}/cgi-bin/session`, { method: 'POST' });
    const told = { activity: `WA${'0'.repeat(32)}`, name: activity,
      available: activity === 'Available', busy: false };
    await until('it is told, once a second', async () => {
      const { status } = await stack.fetch('/cgi-bin/presence', { method: 'POST', body: told,
        headers: { 'X-Dialpad-Token': session.json().token } });
      return status === 204 ? null : status;
    });
  };
  const everybody = async () => {
    await box().fill('');
    await box().press('Escape');
    await box().click();
    await until('the list', async () => (await options().count() > 0 ? null : 'it is empty'));
  };

  const openSettings = async () => {
    await alice.press('Settings');
    await alice.page.getByRole('dialog').waitFor();
  };
  const closeDialog = async () => {
    await alice.page.keyboard.press('Escape');
    await alice.page.getByRole('dialog').waitFor({ state: 'detached' });
    await alice.canPress('Settings'); // what the dialog has covered waits a moment
  };

  /** A first visit, with nothing in any cache, until calls can be made: what came, and when. */
  async function visit() {
    const visitor = await alice.browser.connected.newContext({ ignoreHTTPSErrors: true });
    try {
      const page = await visitor.newPage();
      await page.goto(`${scene.stack.origin}/alice/`, { waitUntil: 'commit' });
      await page.getByRole('combobox', { name: 'Who do you want to call?' }).fill('cast');
      await page.getByRole('option', { name: 'Carol Castillo' }).waitFor();
      const usable = await page.evaluate(() => performance.now());
      await page.locator('#your-status:enabled').waitFor();
      const seen = await page.evaluate(() => ({
        connected: performance.now(),
        painted: performance.getEntriesByName('first-paint')[0].startTime,
        files: ['navigation', 'resource'].flatMap((type) => performance.getEntriesByType(type))
          .map(({ name, startTime, decodedBodySize }) => (
            { path: new URL(name).pathname, startTime, bytes: decodedBodySize })),
        preloaded: [...document.querySelectorAll('link[rel="modulepreload"]')]
          .map(({ href }) => new URL(href).pathname),
        calls: [...document.querySelectorAll('script[type="module"] ~ link')]
          .map(({ href }) => new URL(href).pathname),
      }));
      return { ...seen, usable };
    } finally {
      await visitor.close();
    }
  }

  const isOurs = ({ path }) => /\/$|\/(css|js)\//.test(path);
  const isWords = ({ path }) => path.includes('/i18n/');
  const weightOf = (files) => files.reduce((sum, { bytes }) => sum + bytes, 0);
  const listOf = (files) => files.map(({ path, bytes }) => `${path} ${bytes}`).join('\n');

  it('weighs little until it can be used, and waits for no file after another', async (context) => {
    const { files, painted, usable, connected, preloaded, calls } = await visit();
    const later = Math.min(...files.filter(({ path }) => calls.includes(path))
      .map(({ startTime }) => startTime));
    const all = files.filter(isOurs);
    const first = all.filter(({ startTime }) => startTime < later);
    context.diagnostic(`${first.length} files, ${weightOf(first)} bytes: painted after `
      + `${Math.round(painted)} ms, a colleague found after ${Math.round(usable)} ms; `
      + `${all.length} files, ${weightOf(all)} bytes: connected after ${Math.round(connected)} ms`);
    assert.equal(calls.filter((path) => path.includes('/vendor/')).length, 2);
    assert.ok(later >= Math.min(painted, UNSEEN_MS), 'what calls need came before the first paint');
    assert.ok(weightOf(first) < FIRST_LOOK, listOf(first));
    assert.ok(weightOf(all) < CONNECTED, listOf(all));
    assert.ok(weightOf(files.filter(isWords)) < WORDS, listOf(files.filter(isWords)));
    const modules = files.map(({ path }) => path)
      .filter((path) => path.endsWith('.js') && !/\/(boot|main)\.js$/.test(path));
    assert.deepEqual(preloaded.sort(), modules.sort(), 'each module is preloaded, and no other');
  });

  it('finds colleagues before calls can be made, and says what is still missing', async () => {
    const tab = await alice.browser.newPage();
    const missing = ['**/js/calls.js', '**/vendor/voice-sdk.js', '**/js/settings.js'];
    try {
      for (const address of missing) await tab.route(address, (route) => route.abort());
      await tab.goto(`${scene.stack.origin}/alice/`);
      const hint = tab.getByText('The server can’t be reached. Trying again…');
      await hint.waitFor();
      await tab.getByRole('combobox', { name: 'Who do you want to call?' }).fill('cast');
      await tab.getByRole('option', { name: 'Carol Castillo' }).waitFor();
      await tab.getByRole('button', { name: 'Settings' }).click();
      await tab.unroute(missing.shift());
      await tab.locator('#keys button').first().waitFor({ state: 'attached' });
      await hint.waitFor();
      for (const address of missing) await tab.unroute(address);
      await tab.getByRole('dialog', { name: 'Settings' }).waitFor();
      await tab.locator('#your-status:enabled').waitFor();
      await hint.waitFor({ state: 'hidden' });
    } finally {
      await tab.close();
    }
  });

  it('finds whom somebody has typed who was quicker than the page', async () => {
    const tab = await alice.browser.newPage();
    try {
      let typed;
      const isTyped = new Promise((resolve) => { typed = resolve; });
      await tab.route('**/js/agent-picker.js', (route) => isTyped.then(() => route.continue()));
      await tab.goto(`${scene.stack.origin}/alice/`, { waitUntil: 'commit' });
      await tab.getByRole('combobox', { name: 'Who do you want to call?' }).fill('cast');
      typed();
      await tab.getByRole('option', { name: 'Carol Castillo' }).waitFor();
    } finally {
      await tab.close();
    }
  });

  it('needs nothing more for a call once it is connected', async () => {
    const asked = [];
    await bob.page.route(/\/(css|js|i18n|vendor)\//, (route) => {
      asked.push(route.request().url());
      return route.abort();
    });
    await connect(alice, bob);
    await bob.press('Keypad');
    await bob.press('5');
    await bob.press('Hold');
    await bob.isOffered('Resume');
    await bob.press('Hang up');
    await haveEnded(bob, alice);
    await bob.page.unrouteAll();
    assert.deepEqual(asked, []);
  });

  it('finds a colleague by parts of the name, and marks them', async () => {
    await alice.search('cast car');
    const option = alice.page.getByRole('option', { name: 'Carol Castillo' });
    await alice.shows('1 colleague found');
    assert.deepEqual(await option.locator('mark').allInnerTexts(), ['Car', 'Cast']);
    await option.click();
    assert.equal(await box().inputValue(), 'Carol Castillo');
    await alice.canPress('Call');
  });

  it('picks a name typed whole in any spelling, and asks the same question again', async () => {
    const typed = 'CAROL  castillo\u0301';
    await alice.search(typed);
    await alice.canPress('Call');
    // The list of the people is asked for as well, seldom while nobody sees it.
    await alice.page.waitForRequest((request) => {
      const { pathname, searchParams } = new URL(request.url());
      return pathname.endsWith('/list-agents') && searchParams.get('q') === typed;
    });
    assert.equal(await alice.page.getByRole('listbox').getByRole('option').count(), 1);
  });

  it('keeps a pick while something else is done, and a half-deleted name is nobody', async () => {
    await alice.pick({ fullName: 'Carol Castillo' });
    await openSettings();
    await closeDialog();
    await alice.canPress('Call');
    await box().press('End');
    await box().press('Backspace');
    await alice.cannotPress('Call');
  });

  it('shows who is offline, locks nothing for that, and keeps up to date', async () => {
    await box().press('Escape'); // the list of names covers the people
    await alice.page.locator('.settling').first().waitFor({ state: 'detached' });
    await alice.press('Tell me when Dave Dufour is back');
    await alice.search('dave');
    await alice.page.getByRole('option', { name: /Dave Dufour.*Offline/ }).click();
    await alice.shows('Dave Dufour may not answer. Status: Offline.');
    await alice.canPress('Call');
    await box().click();
    await alice.page.getByRole('option', { name: /Carol Castillo/ }).waitFor();
    const before = await names();
    await Promise.all([become('dave', 'Available'), become('carol', 'Break')]);
    await alice.page.getByRole('option', { name: /Carol Castillo.*Break/ }).waitFor();
    await alice.page.locator('#agents [data-kind="dnd"]', { hasText: 'Carol Castillo' }).waitFor();
    assert.deepEqual(await names(), before);
    await box().press('Escape');
    await alice.page.getByText('Dave Dufour may not answer').waitFor({ state: 'hidden' });
    await alice.isOffered('Dave Dufour is free. Call now');
    await Promise.all([become('dave', 'Offline'), become('carol', 'Available')]);
    await alice.isNotOffered('Dave Dufour is free. Call now');
  });

  it('looks a second time soon after the list opened: the first answer may be old', async () => {
    const tab = await alice.browser.newPage();
    try {
      await tab.addInitScript(() => { window.setInterval = () => 0; }); // no regular looks
      await tab.goto(`${scene.stack.origin}/alice/`);
      await tab.getByRole('listitem').filter({ hasText: 'Bob Baker' }).waitFor(); // was asked for
      const asked = [];
      tab.on('request', (request) => {
        const { pathname, searchParams } = new URL(request.url());
        if (pathname.endsWith('/list-agents')) asked.push(searchParams.get('q'));
      });
      await tab.getByRole('combobox', { name: 'Who do you want to call?' }).press('ArrowDown');
      await until(
        'the list is asked for twice', () => (asked.length > 1 ? null : `asked: "${asked}"`));
      assert.deepEqual(asked.slice(0, 2), ['', '']);
    } finally {
      await tab.close();
    }
  });

  it('says that the list did not come, and shows it as soon as it does', async () => {
    await alice.page.route('**/cgi-bin/list-agents?*', (route) => route.abort());
    alice.expectTrouble('ERR_FAILED');
    await box().fill('caro');
    await alice.shows('The list of colleagues could not be loaded. Trying again…');
    await alice.page.unroute('**/cgi-bin/list-agents?*');
    await alice.page.getByRole('option', { name: /Carol Castillo/ }).click();
    assert.equal(await alice.page.locator('#agents-live').innerText(), '');
  });

  it('puts favourites first, chosen by keyboard, and remembers them', async () => {
    await alice.pick({ fullName: 'Dave Dufour' });
    await box().press('Tab');
    await alice.page.getByRole('button', { name: 'Dave Dufour is a favorite of mine' }).waitFor();
    await focusIsOn('#favourite');
    await alice.page.keyboard.press('Enter');
    await alice.page.locator('#favourite[aria-pressed="true"]').waitFor();
    await everybody();
    assert.equal((await names())[0], 'Dave Dufour');
    await alice.reload();
    await everybody();
    assert.equal((await names())[0], 'Dave Dufour');
    await alice.page.getByRole('option', { name: 'Dave Dufour' }).locator('.star').click();
    await alice.page.locator('[role="option"][data-favourite="false"]').first().waitFor();
    assert.equal(await box().inputValue(), '', 'the star has picked somebody');
  });

  it('speaks the language that is chosen, and remembers it', async () => {
    await openSettings();
    await alice.page.getByLabel('Language').selectOption('Deutsch');
    await alice.page.getByRole('button', { name: 'Schließen' }).click();
    assert.equal(await alice.page.locator('html').getAttribute('lang'), 'de');
    await alice.page.reload();
    await alice.page.getByRole('heading', { name: 'Kollegen anrufen' }).waitFor();
    await alice.says('Kein Anruf');
    await alice.page.getByRole('button', { name: 'Einstellungen' }).click();
    await alice.page.getByLabel('Sprache').selectOption('');
    await closeDialog();
    await alice.page.getByRole('heading', { name: 'Call a colleague' }).waitFor();
  });

  it('wears the colors that are chosen, before the first paint of the next visit', async () => {
    const background = () =>
      alice.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await openSettings();
    await alice.page.getByLabel('Colors').selectOption('Dark');
    await closeDialog();
    const dark = await background();
    await alice.page.route('**/js/main.js', (route) => route.abort());
    await alice.page.reload({ waitUntil: 'load' });
    assert.equal(await background(), dark);
    await alice.page.unroute('**/js/main.js');
    alice.expectTrouble('main.js');
    await alice.reload();
    await openSettings();
    await alice.page.getByLabel('Colors').selectOption('Same as system');
    await closeDialog();
    assert.notEqual(await background(), dark);
  });

  it('makes, holds, mutes and ends a call by keyboard alone', async () => {
    await bob.page.bringToFront();
    const { keyboard } = alice.page;
    await box().focus();
    await keyboard.type('bob');
    await alice.page.getByRole('option', { name: 'Bob Baker' }).waitFor();
    await keyboard.press('ArrowDown');
    await keyboard.press('Enter');
    await alice.canPress('Call'); // the settings stood there a moment ago
    await keyboard.press('Enter');
    await bob.isRungBy(alice);
    await bob.page.keyboard.press('F2');
    await Promise.all([alice.isIn(bob), bob.isIn(alice)]);
    await keyboard.press('F8');
    await alice.isOffered('Unmute');
    await keyboard.press('F9');
    await bob.says('Alice Archer put you on hold');
    await keyboard.press('F4');
    await haveEnded(alice, bob);
  });

  it('has its settings beside the call, whose buttons and keys go on working', async () => {
    await connect(alice, bob);
    for (const size of [{ width: 360, height: 640 }, { width: 1280, height: 800 }]) {
      await alice.page.setViewportSize(size);
      await openSettings();
      const sheet = alice.page.getByRole('dialog', { name: 'Settings' });
      await sheet.evaluate((element) => element.scrollTo(0, element.scrollHeight));
      const { y, height } = await sheet.getByRole('button', { name: 'Close' }).boundingBox();
      assert.ok(y >= 0 && y + height < size.height, `Close is at ${y} px`);
      await alice.press('Mute');
      await alice.isOffered('Unmute');
      await alice.page.keyboard.press('F8');
      await alice.isOffered('Mute');
      await sheet.getByRole('button', { name: 'Close' }).click();
      await sheet.waitFor({ state: 'detached' });
      await focusIsOn('#settings-open');
      await openSettings();
      await alice.page.locator('#call-name').click({ force: true, trial: size.width < 400 });
      if (size.width < 400) await alice.page.keyboard.press('Escape'); // all else is covered there
      await sheet.waitFor({ state: 'detached' });
    }
    await alice.page.setViewportSize({ width: 1280, height: 720 });
    await alice.page.getByRole('combobox', { name: 'Your status' })
      .locator('option:checked', { hasText: 'On a call' }).waitFor({ state: 'attached' });
    await alice.press('Hang up');
    await haveEnded(alice, bob);
  });

  it('keeps the focus of who presses buttons by keyboard', async () => {
    const { keyboard } = alice.page;
    await alice.pick(bob);
    // Past the star and the button that forgets the pick.
    for (const focused of ['#favourite', '#clear', '#call']) {
      await keyboard.press('Tab');
      await focusIsOn(focused);
    }
    await keyboard.press('Enter');
    await bob.isRungBy(alice);
    await focusIsOn('#stage');
    await bob.press('Answer');
    await alice.isIn(bob);
    await alice.canPress('Hold');
    await alice.button('Hold').focus();
    await keyboard.press('Enter');
    await alice.says('Bob Baker is on hold');
    await focusIsOn('#hold');
    await keyboard.press('Enter');
    await alice.isIn(bob);
    await alice.press('Hang up');
    await haveEnded(alice, bob);
  });

  it('leaves the keys alone once shortcuts are switched off', async () => {
    await openSettings();
    await alice.page.getByLabel('Use keyboard shortcuts').uncheck();
    await closeDialog();
    await connect(alice, bob);
    await alice.page.keyboard.press('F4');
    await alice.page.keyboard.press('F8');
    await alice.isIn(bob);
    await alice.isOffered('Mute');
    await alice.press('Hang up');
    await haveEnded(alice, bob);
    await openSettings();
    await alice.page.getByLabel('Use keyboard shortcuts').check();
    await closeDialog();
  });

  it('asks before it calls whom a link names, and forgets the link', async () => {
    const open = async (address) => {
      await alice.page.goto(`${scene.stack.origin}/alice/?call=${address}`);
      await alice.page.getByRole('dialog').waitFor();
    };
    const question = alice.page.getByRole('dialog', { name: 'Call Bob Baker?' });
    await open('client:bob');
    await question.waitFor();
    assert.equal(await question.locator('h2 bdi[translate="no"]').innerText(), 'Bob Baker');
    assert.equal(new URL(alice.page.url()).search, '');
    const { x, y, width, height } = await question.boundingBox();
    const window = alice.page.viewportSize();
    assert.ok(Math.abs(x + width / 2 - window.width / 2) <= 1, 'it stands in the middle');
    assert.ok(Math.abs(y + height / 2 - window.height / 2) <= 1, 'it stands in the middle');
    await question.getByRole('button', { name: 'Cancel' }).click();
    assert.equal(await alice.status(), 'No call');
    const { workers } = await sandbox(scene.stack, 'state');
    await open(workers.find(({ name }) => name === 'bob').sid);
    await question.getByRole('button', { name: 'Call' }).click();
    await bob.isRungBy(alice);
    await alice.press('Cancel');
    await haveEnded(alice);
    await open(`WK${'0'.repeat(32)}`);
    await alice.page.getByRole('dialog', { name: 'Nobody here has this address.' }).waitFor();
    await open('client:alice');
    await alice.page.getByRole('dialog', { name: 'That is you.' }).waitFor();
    await open('client:dave');
    await alice.page.getByRole('dialog', { name: 'Call Dave Dufour?' }).getByText('Offline')
      .waitFor();
    await alice.reload();
    assert.equal(await alice.page.getByRole('dialog').count(), 0);
  });

  describe('inside another page', () => {
    let tab;
    before(async () => {
      tab = await alice.browser.newPage();
      // Pages of this machine inside one from elsewhere, which the intercepted document counts as.
      await tab.context().grantPermissions(['microphone', 'local-network-access']);
      // The web server's frame-ancestors is its administrator's to extend, as here.
      await tab.route(`${scene.stack.origin}/alice/`, async (route) => {
        const response = await route.fetch();
        const headers = { ...response.headers() };
        const csp = headers['content-security-policy'];
        if (csp) {
          headers['content-security-policy'] = csp.replace(
            "frame-ancestors 'self'", `frame-ancestors ${crm.origin} ${stranger.origin}`);
        }
        delete headers['x-frame-options'];
        await route.fulfill({ response, headers });
      });
    });
    after(() => tab.close());

    async function frame(host) {
      await tab.goto(host.origin);
      await tab.evaluate(
        (src) => { document.querySelector('iframe').src = src; }, `${scene.stack.origin}/alice/`);
      const inside = tab.frameLocator('iframe');
      await inside.getByRole('heading', { name: 'Call a colleague' }).waitFor();
      return inside;
    }
    const say = (data) => tab.evaluate(([message, origin]) => {
      document.querySelector('iframe').contentWindow.postMessage(message, origin);
    }, [data, scene.stack.origin]);
    const heard = (type) => tab.evaluate((wanted) => heard.filter((m) => m.type === wanted), type);

    it('an origin of the list may ask for a call, and hears how it stands', async () => {
      const inside = await frame(crm);
      await until('the page has said that it is ready', async () => (
        (await heard('dialpad:ready')).length === 1 ? null : 'not yet'));
      await say({ type: 'dialpad:search', text: 'car' });
      await inside.getByRole('option', { name: 'Carol Castillo' }).waitFor();
      await say({ type: 'dialpad:call', to: 'client:bob' });
      const question = inside.getByRole('dialog', { name: 'Call Bob Baker?' });
      await question.getByRole('button', { name: 'Cancel' }).click();
      await say({ type: 'dialpad:call', to: 'client:bob' });
      await question.getByRole('button', { name: 'Call' }).click();
      await bob.isRungBy(alice);
      await bob.press('Decline');
      await until('the page around has been told', async () => {
        const states = (await heard('dialpad:state'))
          .map(({ state, name, outcome }) => [state, name, outcome].join(' '));
        return states.at(-1) === 'ended Bob Baker declined' ? null : states.join(', ');
      });
    });

    it('may not cover a call that rings', async () => {
      const inside = await frame(crm);
      await until('the page has said that it is ready', async () => (
        (await heard('dialpad:ready')).length === 1 ? null : 'not yet'));
      await bob.call(alice);
      await inside.getByRole('button', { name: 'Decline' }).waitFor();
      const found = tab.waitForResponse(/list-agents\?q=client/);
      await say({ type: 'dialpad:call', to: 'client:carol' });
      await found;
      await inside.getByRole('button', { name: 'Decline' }).click();
      await bob.says('Alice Archer declined');
    });

    it('any other origin is not listened to and told nothing', async () => {
      const inside = await frame(stranger);
      await until('the page is connected', async () => (
        await inside.getByRole('combobox', { name: 'Your status' }).isEnabled()
          ? null : 'not yet'));
      await say({ type: 'dialpad:search', text: 'car' });
      await say({ type: 'dialpad:call', to: 'client:bob' });
      await inside.getByRole('combobox', { name: 'Who do you want to call?' }).click();
      await inside.getByRole('option', { name: 'Bob Baker' }).waitFor();
      assert.equal(await inside.getByRole('dialog').count(), 0);
      assert.equal(
        await inside.getByRole('combobox', { name: 'Who do you want to call?' }).inputValue(), '');
      assert.deepEqual(await tab.evaluate(() => heard), []);
    });
  });

  it('shows a name as text, whatever it looks like', async () => {
    const NAME = '<img src=x onerror="window.stolen = 1"><b>Bob</b> {name} &amp;';
    const workspace = `/v1/Workspaces/${scene.stack.config.TWILIO_FLEX_WORKSPACE_SID}`;
    const { workers } = await sandbox(scene.stack, 'state');
    const { sid } = workers.find(({ name }) => name === 'bob');
    const rename = (name) => rest(scene.stack, `${workspace}/Workers/${sid}`,
      { Attributes: JSON.stringify({ contact_uri: 'client:bob', full_name: name }) });
    const pages = [alice.page, bob.page];
    // The directory has it some time later: here it stands in for that.
    const renameInList = async (route) => {
      const response = await route.fetch();
      const list = await response.json();
      for (const agent of list.agents) if (agent.sid === sid) agent.name = NAME;
      await route.fulfill({ response, json: list });
    };
    const isText = async (where) => {
      for (const page of pages) {
        assert.deepEqual(await page.evaluate(() => [document.querySelectorAll('img, b').length,
          window.stolen]), [0, undefined], where);
      }
    };
    await rename(NAME);
    await bob.reload();
    await alice.page.route('**/cgi-bin/list-agents?*', renameInList);
    try {
      await everybody();
      await until('the list has the name', async () => {
        const shown = await names();
        return shown.includes(NAME) ? null : shown.join(', ');
      });
      await isText('in the list');
      await alice.page.getByRole('option').filter({ hasText: '<img' }).click();
      await alice.press('Call');
      await alice.says(`Calling ${NAME}`);
      await bob.press('Decline');
      await alice.says(`${NAME} declined`);
      await isText('of a callee');
      await bob.call(alice);
      await alice.says(`${NAME} is calling`);
      await until('the title rings', async () => {
        const title = await alice.page.title();
        return title.includes(NAME) ? null : title;
      });
      await isText('of a caller');
      await alice.press('Answer');
      await alice.says(`In call with ${NAME}`);
      assert.equal(await alice.page.locator('#call-name').getAttribute('title'), NAME,
        'a long name can be read in full');
      await isText('in a call');
      await alice.press('Hang up');
      await haveEnded(alice, bob);
      await isText('in what was');
    } finally {
      await alice.page.unroute('**/cgi-bin/list-agents?*', renameInList);
      await rename('Bob Baker');
      await bob.reload();
    }
  });

  it('feels the same with 15,000 agents as with four', async (context) => {
    const type = async (text) => {
      await everybody();
      const times = [];
      for (const key of text) {
        const shown = alice.page.evaluate(timeList);
        await box().press(key);
        times.push(Math.round(await shown));
      }
      return times;
    };
    const few = await type('bob');
    await sandbox(
      scene.stack, 'workers', { method: 'POST', body: { count: NEWCOMERS, prefix: 'new' } });
    await alice.reload();
    await alice.pick({ fullName: 'Dave Dufour' });
    await alice.page.getByRole('button', { name: /favorite/ }).click();
    await until('the directory knows them', async () => {
      await everybody();
      const note = await alice.page.locator('#agents-note').innerText();
      // The first page of 50, and a favourite from beyond.
      const more = (NEWCOMERS + 3 - 51).toLocaleString('en');
      return note === `${more} more. Keep typing to narrow the list.` ? null : note;
    }, DIRECTORY_MS);
    assert.equal((await names())[0], 'Dave Dufour');
    const many = await type('zoe tan');
    assert.equal(
      await options().filter({ hasText: 'Zoë Tanaka' }).count(), await options().count());
    context.diagnostic(`milliseconds to the list: ${few} with four, ${many} with 15,000`);
    const median = (times) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
    assert.ok(median(many) < LIST_TIMES * Math.max(median(few), LIST_LEAST_MS),
      `${median(many)} ms, and ${median(few)} ms with four`);
    await sandbox(scene.stack, 'workers', { method: 'DELETE' });
  });
});
