// An agent in Twilio Flex: the real one, at https://flex.twilio.com as far as the browser knows.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import jwt from 'jsonwebtoken';

import { Browser } from '../e2e/browser.js';
import { heardIn } from '../e2e/ears.js';
import { HZ, nameOfTone, sandbox, until } from '../e2e/lib.js';
import { serveTwilioCom } from './twilio-com.js';

const PATIENCE_MS = 20_000;
const START_MS = 120_000; // Flex is 14 MB of JavaScript
const LISTEN_MS = 700;
const FLEX = 'https://flex.twilio.com';
const NAMES = { alice: 'Alice Archer', bob: 'Bob Baker', carol: 'Carol Castillo' };

/** What Flex holds is one token for everything; the stand-in's can be checked. */
function flexToken({ secrets }, { sid, name }) {
  const { accountSid, apiKey, apiSecret, workspaceSid } = secrets;
  const now = Math.floor(Date.now() / 1000);
  return jwt.sign({
    jti: `${apiKey}-${now}`, iss: apiKey, sub: accountSid, iat: now, exp: now + 3600,
    grants: {
      identity: name,
      voice: { incoming: { allow: true },
        outgoing: { application_sid: 'AP00000000000000000000000000000001' } },
      task_router: { workspace_sid: workspaceSid, worker_sid: sid, role: 'worker' },
    },
  }, apiSecret, { header: { alg: 'HS256', typ: 'JWT', cty: 'twilio-fpa;v=1' } });
}

/** As Flex's own page configures it, with the stand-in for TaskRouter and Voice. */
const flexConfig = ({ origin, port, secrets }) => ({
  logLevel: 'error', sso: { accountSid: secrets.accountSid }, initialDeviceCheck: false,
  disableTelemetry: true,
  sdkOptions: {
    worker: { ebServer: `${origin}/v1/wschannels`,
      wsServer: `${origin.replace('https', 'wss')}/v1/wschannels` },
    voice: { chunderw: `localhost:${port}`, logLevel: 'error' },
  },
});

function knownOf(stack, worker, workers) {
  const { accountSid, workspaceSid, workflowSid } = stack.secrets;
  return {
    accountSid, workspaceSid, workflowSid, identity: worker.name, workerSid: worker.sid,
    offlineSid: workers.offlineSid, config: flexConfig(stack),
    plugins: [{ name: 'dialpad-call-agent', version: '1.0.0', phase: 3,
      src: `${stack.origin}/flex/call-agent.js` }],
  };
}

const byNames = (port) => [
  `--host-resolver-rules=${['twilio.com', 'twiliocdn.com', 'ytica.com']
    .map((name) => `MAP *.${name} 127.0.0.1:${port}`).join(', ')}`,
  '--disable-features=LocalNetworkAccessChecks,LocalNetworkAccessChecksWebSockets,'
    + 'LocalNetworkAccessChecksWebRTC',
];

export class FlexAgent {
  static async open(stack, name) {
    const agent = Object.assign(new FlexAgent(), { stack, name, troubles: [] });
    try {
      await agent.#open();
    } catch (error) {
      await agent.close();
      throw error;
    }
    return agent;
  }

  async #open() {
    const { stack, name } = this;
    const { workers, activities = [] } = await sandbox(stack, 'state');
    const worker = workers.find((one) => one.name === name);
    const offlineSid = activities.find((one) => /offline/i.test(one.friendlyName))?.sid;
    const read = (file) => readFileSync(join(stack.dir, file), 'utf8');
    this.twilio = await serveTwilioCom({ key: read('key.pem'), cert: read('cert.pem') },
      knownOf(stack, worker, { offlineSid }));
    this.browser = await Browser.start(HZ[name], 'plain', byNames(this.twilio.port));
    await this.#start({ token: flexToken(stack, worker), identity: name, roles: ['agent'] });
  }

  get fullName() {
    return NAMES[this.name];
  }

  async #start(user) {
    const { context } = this.browser;
    await context.grantPermissions(['microphone', 'notifications'], { origin: FLEX });
    await context.addInitScript((kept) => {
      if (location.hostname !== 'flex.twilio.com') return;
      localStorage.setItem('TWILIO_FLEX_SSO', kept);
    }, JSON.stringify(user));
    this.page = await context.newPage();
    this.page.setDefaultTimeout(PATIENCE_MS);
    // Flex has troubles of its own: here there is neither Sync nor Conversations.
    this.page.on('pageerror', ({ stack }) => {
      if (stack?.includes(this.stack.origin)) this.troubles.push(stack);
    });
    await this.page.goto(`${FLEX}/agent-desktop/`, { waitUntil: 'commit' });
    await this.isStarted();
  }

  isStarted() {
    return until(`${this.name}'s Flex has started`, async () => {
      const started = await this.page.evaluate(() => window.started);
      return started === 'yes' ? null : started ?? 'not yet';
    }, START_MS);
  }

  async reload() {
    await this.page.reload({ waitUntil: 'commit' });
    await this.isStarted();
  }

  get section() {
    return this.page.getByRole('region', { name: 'Call Agent' });
  }

  get combobox() {
    return this.section.getByRole('combobox', { name: 'Who do you want to call?' });
  }

  /** Opens Flex's dialpad, unless it is open. */
  async openDialpad() {
    if (await this.section.count()) return;
    await this.page.getByRole('button', { name: /dialpad|dialer|outbound/i }).first().click();
    await this.section.waitFor();
  }

  async call(other) {
    await this.openDialpad();
    await this.combobox.fill(other.fullName.slice(0, 3));
    await this.section.getByRole('option').filter({ hasText: other.fullName }).click();
    await this.section.getByRole('button', { name: 'Call', exact: true }).click();
  }

  button(name) {
    return this.page.getByRole('button', { name, exact: true });
  }

  press(name) {
    return this.button(name).click();
  }

  async isRung() {
    await this.page.getByTestId('accept-task').first().waitFor();
  }

  answer() {
    return this.page.getByTestId('accept-task').first().click();
  }

  decline() {
    return this.page.getByTestId('reject-task').first().click();
  }

  hangUp() {
    return this.page.getByTestId('hangup-footer').click();
  }

  /** Names stand between signs of direction, which nobody sees. */
  async text() {
    const text = await this.page.evaluate(() => document.body.innerText);
    return text.replace(/[\u2068\u2069]/g, '');
  }

  says(words) {
    return until(`${this.name}'s Flex says "${words}"`, async () => {
      const text = await this.text();
      return text.includes(words) ? null : text.replace(/\n+/g, '|').slice(0, 600);
    });
  }

  hears(wanted) {
    return until(`${this.name} hears ${wanted} alone`, async () => {
      const spectra = await this.page.evaluate((ms) => window.ears.spectra(ms), LISTEN_MS);
      const heard = [...heardIn(spectra, nameOfTone)].join(', ') || 'nothing';
      return heard === wanted ? null : `hears ${heard}`;
    });
  }

  hasNoTask() {
    return until(`${this.name}'s Flex shows no Task`, async () => {
      const text = await this.text();
      return /No active tasks/i.test(text) ? null : text.replace(/\n+/g, '|').slice(0, 300);
    });
  }

  assertNoTrouble() {
    const troubles = this.troubles.splice(0);
    assert.deepEqual(troubles, [], `in ${this.name}'s Flex`);
  }

  async close() {
    await this.browser?.close();
    this.twilio?.close();
  }
}
