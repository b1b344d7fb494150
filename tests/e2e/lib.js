// Agents at their pages, for tests that press buttons by name, and what must be true of the
// stand-in when a call is over.

import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';

import { startStack } from '../stack/stack.js';
import { Browser } from './browser.js';
import { heardIn } from './ears.js';

// All other sounds keep away from the tones of agents. Music is the stand-in's, ringback is ours.
export const HZ = { alice: 440, bob: 1000, carol: 420, dave: 980 };
const RINGBACK_HZ = [560, 747];
const MUSIC_HZ = { from: 600, to: 900 };
const NAMES = {
  alice: 'Alice Archer', bob: 'Bob Baker', carol: 'Carol Castillo', dave: 'Dave Dufour',
};
// It takes a second or two; a machine that does other things as well may take ten times as long.
const PATIENCE_MS = 40_000;
// Far from Twilio a page is told to ask again, which the browser writes down.
const USUAL_TROUBLES = process.env.DIALPAD_TEST_TWILIO === 'far' ? ['status of 503'] : [];
const LISTEN_MS = 700;
const LIVE_TASKS = ['pending', 'reserved', 'assigned'];
const OPEN_TASKS = [...LIVE_TASKS, 'wrapping'];

/** Resolves once `probe` gives no complaint; fails with the last complaint. */
export async function until(what, probe, ms = PATIENCE_MS) {
  const deadline = Date.now() + ms;
  for (;;) {
    const complaint = await probe();
    if (!complaint) return;
    if (Date.now() > deadline) assert.fail(`${what}, within ${ms} ms: ${complaint}`);
    await delay(25);
  }
}

/** Holds back what the page asks for at this address; what it gives lets go of all of that. */
export async function holdBack(page, address) {
  let letGo;
  const mayGo = new Promise((resolve) => { letGo = resolve; });
  const passed = [];
  await page.route(address, (route) => {
    // The page may not want it any more.
    passed.push(mayGo.then(() => route.continue()).catch(() => {}));
    return passed.at(-1);
  });
  return async () => {
    letGo();
    await Promise.all(passed);
    await page.unroute(address);
  };
}

/** An agent at a page of his own. `name` is what the web server calls him. */
export class Agent {
  constructor(stack, name, browser) {
    this.stack = stack;
    this.name = name;
    this.browser = browser;
    this.troubles = [];
    this.expectedTroubles = [];
  }

  get fullName() {
    return NAMES[this.name];
  }

  async open() {
    this.page = await this.browser.newPage();
    this.page.setDefaultTimeout(PATIENCE_MS);
    this.page.on('pageerror', (error) => this.troubles.push(`uncaught: ${error.stack}`));
    this.page.on('console', (message) => {
      if (message.type() !== 'error') return;
      this.troubles.push(`${message.text()} at ${message.location().url}`);
    });
    await this.page.goto(`${this.stack.origin}/${this.name}/`);
    await this.isConnected();
    return this;
  }

  /** The page has reached both TaskRouter and Voice: calls can ring here. */
  async isConnected() {
    for (const hint of ['Connecting to the phone system…', 'Connection lost. Reconnecting…']) {
      await this.page.getByText(hint).waitFor({ state: 'hidden' });
    }
    const select = this.page.getByRole('combobox', { name: 'Your status' });
    await until(`${this.name}'s status can be changed`,
      async () => (await select.isEnabled() ? null : 'it is disabled'));
  }

  async reload() {
    await this.page.reload();
    await this.isConnected();
  }

  /** As if the machine lost its power. `restart` starts another browser and shows up for work. */
  kill() {
    return this.browser.kill();
  }

  async restart() {
    this.browser = await this.browser.constructor.start(HZ[this.name]);
    await this.open();
    await this.setStatus('Available');
  }

  /** The same person with another browser, which has yet to be opened. */
  async onAnotherMachine() {
    return new Agent(this.stack, this.name, await Browser.start(HZ[this.name]));
  }

  button(name) {
    return this.page.getByRole('button', { name, exact: true });
  }

  press(name) {
    return this.button(name).click();
  }

  /** For a button that may have gone a moment ago because of what somebody else did. */
  async pressIfOffered(name) {
    const button = this.button(name);
    const timeout = 500;
    const settles = await button.getAttribute('aria-disabled', { timeout }).catch(() => null);
    const isEnabled = await button.isEnabled({ timeout }).catch(() => false);
    if (settles || isEnabled) await button.click({ timeout: 1000 }).catch(() => {});
  }

  cannotPress(name) {
    return until(`${this.name} cannot press ${name}`,
      async () => (await this.button(name).isDisabled() ? null : 'it can be pressed'));
  }

  canPress(name) {
    return until(`${this.name} can press ${name}`,
      async () => (await this.button(name).isEnabled() ? null : 'it cannot be pressed'));
  }

  async isOffered(name) {
    await this.button(name).waitFor();
  }

  async isNotOffered(name) {
    await this.button(name).waitFor({ state: 'hidden' });
  }

  search(text) {
    return this.page.getByRole('combobox', { name: 'Who do you want to call?' }).fill(text);
  }

  /** Types the beginning of the name, takes the agent out of the list. */
  async pick(other) {
    await this.search(other.fullName.slice(0, 3));
    await this.page.getByRole('option').filter({ hasText: other.fullName }).click();
  }

  async call(other) {
    await this.pick(other);
    await this.callBy('Call');
  }

  /**
   * Presses what calls, once the pages have completed the last call's Tasks, which they do after
   * they have said that it is over: where a program is quicker, because it needs their room, the
   * browser writes down that the page came second.
   */
  async callBy(name) {
    await until('the last Tasks are completed', async () => {
      const { tasks } = await sandbox(this.stack, 'state');
      return tasks.filter(({ attributes }) => attributes.dialpad)
        .filter((task) => OPEN_TASKS.includes(task.assignment_status))
        .map((task) => `${task.sid} is ${task.assignment_status}`).join(', ');
    });
    await this.press(name);
  }

  /** Calls, and cancels while the server hasn't even heard of it. */
  async cancelsUnanswered(other) {
    const letGo = await holdBack(this.page, '**/cgi-bin/create-task');
    await this.call(other);
    await this.press('Cancel');
    await this.says('Canceling the call');
    await letGo();
  }

  async setStatus(activity) {
    const select = this.page.getByRole('combobox', { name: 'Your status' });
    await select.selectOption({ label: activity });
    await until(`${this.name} is ${activity}`, async () => {
      const { workers } = await sandbox(this.stack, 'state');
      const { activity: now } = workers.find(({ name }) => name === this.name);
      return now === activity ? null : now;
    });
  }

  /** The agent's own status, as the page has it. */
  isShownAs(word) {
    const select = this.page.getByRole('combobox', { name: 'Your status' });
    return until(`${this.name}'s own status says "${word}"`, async () => {
      const shown = await select.locator('option:checked').innerText();
      return shown === word ? null : `it says "${shown}"`;
    });
  }

  status() {
    return this.page.getByRole('status').innerText();
  }

  says(text, ms) {
    return until(`${this.name}'s page says "${text}"`, async () => {
      const status = await this.status();
      return status === text ? null : `it says "${status}"`;
    }, ms);
  }

  isIn(other, ms) {
    return this.says(`In call with ${other.fullName}`, ms);
  }

  isRungBy(other, ms) {
    return this.says(`${other.fullName} is calling`, ms);
  }

  async hasMissed(other, ms) {
    await this.says('Call ended', ms);
    await this.shows(`Missed call from ${other.fullName}`);
  }

  /** The kinds of sound that the page plays: names of agents, 'music', or Hz of something else. */
  async hearing() {
    const spectra = await this.page.evaluate((ms) => window.ears.spectra(ms), LISTEN_MS);
    return heardIn(spectra, nameOfTone);
  }

  /** Hears `wanted`, and nothing and nobody else. */
  hears(wanted) {
    return until(`${this.name} hears ${wanted} alone`, async () => {
      const heard = [...await this.hearing()].join(', ') || 'nothing';
      return heard === wanted ? null : `hears ${heard}`;
    });
  }

  /** All that the status region has said since the page was loaded: {text, at}, in milliseconds. */
  said() {
    return this.page.evaluate(() => window.notes.said);
  }

  /** The buttons that have been pressed since then, likewise. */
  pressed() {
    return this.page.evaluate(() => window.notes.pressed);
  }

  /** A text somewhere on the page. */
  shows(text) {
    return this.page.getByText(text).filter({ visible: true }).first().waitFor();
  }

  /** A browser without a head dismisses the question, which a person would be asked. */
  refuseMicrophone() {
    return this.page.context().clearPermissions();
  }

  /** The network goes. What was on its way fails, and the browser and the SDKs write that down. */
  async goOffline() {
    for (const text of ['ERR_INTERNET_DISCONNECTED', '/vendor/']) this.expectTrouble(text);
    await this.page.context().setOffline(true);
    await this.shows('You are offline. Waiting for the network…');
  }

  async goOnline() {
    await this.page.context().setOffline(false);
    await this.page.getByText('You are offline.').waitFor({ state: 'hidden' });
    await this.isConnected();
  }

  allowMicrophone() {
    return this.page.context().grantPermissions(['microphone']);
  }

  microphoneOpened() {
    return this.page.evaluate(() => window.ears.timesOpened());
  }

  /** Errors that a test provokes on purpose, as a part of the text that the console gets. */
  expectTrouble(text) {
    this.expectedTroubles.push(text);
  }

  assertNoTrouble() {
    const expected = [...USUAL_TROUBLES, ...this.expectedTroubles];
    const unexpected = this.troubles.filter(
      (trouble) => !expected.some((text) => trouble.includes(text)));
    this.troubles.length = 0;
    this.expectedTroubles.length = 0;
    assert.deepEqual(unexpected, [], `in ${this.name}'s console`);
  }
}

export function nameOfTone(hz) {
  const agent = Object.keys(HZ).find((name) => Math.abs(HZ[name] - hz) <= 10);
  if (agent) return agent;
  if (RINGBACK_HZ.some((tone) => Math.abs(tone - hz) <= 5)) return 'ringback';
  return hz >= MUSIC_HZ.from && hz <= MUSIC_HZ.to ? 'music' : `${hz} Hz`;
}

/** `caller` calls `callee`, who answers. */
export async function connect(caller, callee) {
  await caller.call(callee);
  await callee.isRungBy(caller);
  await callee.press('Answer');
  await Promise.all([caller.isIn(callee), callee.isIn(caller)]);
}

/** After two have called each other: who is rung by whom; null if both know of no call. */
export async function whoIsRung(one, other) {
  let found;
  await until('one of them is rung, or both know that there is no call', async () => {
    const said = [await one.status(), await other.status()];
    const rings = ([caller, callee], [callers, callees]) => (
      callers === `Calling ${callee.fullName}` && callees === `${caller.fullName} is calling`);
    const over = (status) => / is busy$|^Call ended$|^The call was not placed$/.test(status);
    if (rings([one, other], said)) found = { caller: one, callee: other };
    else if (rings([other, one], [...said].reverse())) found = { caller: other, callee: one };
    else if (said.every(over)) found = null;
    else return said.join(' / ');
    return null;
  });
  return found;
}

/** Both pages say that the call has ended. */
export function haveEnded(...agents) {
  return Promise.all(agents.map((agent) => agent.says('Call ended')));
}

/** Asks or steers the stand-in. */
export async function sandbox(stack, path, { method = 'GET', body } = {}) {
  const response = await fetch(`${stack.sandbox}/sandbox/${path}`,
    { method, body: body && JSON.stringify(body) });
  const answer = await response.json();
  assert.ok(response.ok, `${method} ${path}: ${JSON.stringify(answer)}`);
  return answer;
}

/** No Task can reach an agent any more, though some may be left to be wrapped up. */
export async function isClosed(stack, ms) {
  await until('both Tasks are closed', async () => {
    const { tasks } = await sandbox(stack, 'state');
    return tasks.filter((task) => LIVE_TASKS.includes(task.assignment_status))
      .map((task) => `${task.sid} is ${task.assignment_status}`).join('; ');
  }, ms);
}

/** Everything is over: no Task, no Conference, no leg, and the agents can take the next call. */
export async function isQuiet(stack, agents, ms = PATIENCE_MS) {
  await until('everything is over', async () => {
    const { tasks, conferences, calls, workers } = await sandbox(stack, 'state');
    const names = agents.map(({ name }) => name);
    const left = [
      ...tasks.filter((task) => OPEN_TASKS.includes(task.assignment_status))
        .map((task) => `Task ${task.sid} is ${task.assignment_status}`),
      ...conferences.filter(({ status }) => status !== 'completed')
        .map(({ sid, status }) => `Conference ${sid} is ${status}`),
      ...calls.filter(({ endTime }) => !endTime).map(({ sid, status }) => `${sid} is ${status}`),
      ...workers.filter((worker) => names.includes(worker.name))
        .filter((worker) => !worker.available || worker.voice_tasks > 0)
        .map(({ name, activity }) => `${name} is ${activity}, or has a Task`),
    ];
    return left.join('; ');
  }, ms);
}

/** Asks Twilio's own API, as an administrator would. */
export async function rest(stack, path, form) {
  const { TWILIO_API_KEY: key, TWILIO_API_SECRET: secret } = stack.config;
  const response = await fetch(`${stack.sandbox}${path}`, {
    method: form ? 'POST' : 'GET',
    headers: { Authorization: `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}` },
    body: form && new URLSearchParams(form),
  });
  assert.ok(response.ok, `${path}: ${response.status}`);
  return response.json();
}

/** A stack and the agents named, each at his page in Chromium or in what `browsers` says. */
export async function startScene(names, { browsers = {}, ...options } = {}) {
  const scene = { agents: [] };
  const start = (name) => (browsers[name] ?? Browser).start(HZ[name]);
  const starting = names.map(start);
  const started = Promise.allSettled(starting);
  try {
    scene.stack = await startStack(options);
    scene.agents = (await Promise.all(starting))
      .map((browser, i) => new Agent(scene.stack, names[i], browser));
    await Promise.all(scene.agents.map((agent) => agent.open()));
  } catch (error) {
    await Promise.all((await started).map(({ value }) => value?.close())).catch(() => {});
    await scene.stack?.stop().catch(() => {});
    throw error;
  }
  for (const agent of scene.agents) scene[agent.name] = agent;
  return scene;
}

export async function endScene({ stack, agents }) {
  await Promise.all(agents.map(({ browser }) => browser.close()));
  await stack.stop();
}

/** Leaves nothing of a test that failed to the next one. */
export async function startAfresh({ stack, agents }) {
  const { tasks } = await sandbox(stack, 'state');
  if (!tasks.some((task) => OPEN_TASKS.includes(task.assignment_status))) return;
  await sandbox(stack, 'reset', { method: 'POST' });
  for (const agent of agents) {
    await agent.reload();
    agent.troubles.length = 0;
  }
}

/** What must be true after every test. */
export async function isOver({ stack, agents }, ms) {
  await isQuiet(stack, agents, ms);
  for (const agent of agents) agent.assertNoTrouble();
  const { errors } = await sandbox(stack, 'errors');
  assert.deepEqual(errors, [], 'what Twilio would report to us');
}

/** A call ends when one end's browser is killed, and both can call each other at once. */
export async function endsWithBrowserOf(victim, caller, callee, withinMs) {
  const survivor = victim === caller ? callee : caller;
  await connect(caller, callee);
  await victim.kill();
  await survivor.says('Call ended', withinMs);
  await isClosed(victim.stack);
  await victim.restart();
  await connect(victim, survivor);
  await victim.press('Hang up');
  await haveEnded(caller, callee);
}
