// An ordinary agent who means harm. She has what every agent's browser has: the tokens that
// `session` hands out, Twilio's unmodified TaskRouter SDK, and a softphone; and a web server of her
// own, because Twilio dials her leg with any address that she likes.

import assert from 'node:assert/strict';

import TaskRouter from 'twilio-taskrouter';

import { Agent } from '../endpoint/agent.js';
import { until } from '../endpoint/lib.js';
import { Application, conferenceTwiml } from '../sandbox/test/voice-support.js';
import '../soak/detached-timers.js';

// What each agent says: tones that tell them apart.
export const HZ = { alice: 440, bob: 1000, carol: 1240, customer: 820 };

const near = (a, b) => Math.abs(a - b) <= 8;

/** A document that leads into the Conference of this name. */
export const roomTwiml = (name, attributes = {}) =>
  conferenceTwiml(name, { beep: 'false', ...attributes });

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** A document that sends Twilio on, with this method. */
export const redirectTwiml = (url, method = 'POST') =>
  `<Response><Redirect method="${method}">${escaped(url)}</Redirect></Response>`;

/** Which agents, by the tones above, this leg hears. */
export async function voicesIn(lab, callSid) {
  const { hearsHz } = await lab.control(`audio?callSid=${callSid}`);
  return Object.keys(HZ).filter((name) => hearsHz.some((hz) => near(hz, HZ[name])));
}

export class Intruder extends Agent {
  /** She signs in, as any agent does. */
  static async start(lab, name = 'carol') {
    const intruder = new Intruder(lab, name);
    const { status, data } = await lab.session(name);
    assert.equal(status, 200, JSON.stringify(data));
    intruder.sessionData = data;
    intruder.site = await Application.start({});
    intruder.pages = 0;
    await intruder.phone('answer', { toneHz: HZ[name] });
    await intruder.connect();
    return intruder;
  }

  async connect() {
    const bridge = `${this.lab.stack.sandbox}/v1/wschannels`;
    this.bridgeUrl = bridge;
    this.sdk = new TaskRouter.Worker(this.sessionData.taskrouter.token, {
      ebServer: bridge, wsServer: bridge.replace(/^http/, 'ws'), logLevel: 'silent',
      setWorkerOfflineIfDisconnected: false,
    });
    this.sdk.on('error', () => {});
    await new Promise((resolve) => { this.sdk.once('ready', resolve); });
  }

  async stop() {
    await this.hangUpAll();
    for (const { task } of this.sdk.reservations.values()) {
      await task.complete('done').catch(() => {});
    }
    this.sdk.removeAllListeners();
    this.sdk.on('error', () => {});
    this.sdk.disconnect();
    this.site.close();
  }

  /** What her TaskRouter token lets her ask for, whatever the SDK has functions for. */
  async twilio(method, path, params = {}) {
    const url = `Workspaces/${this.lab.config.TWILIO_FLEX_WORKSPACE_SID}/${path}`;
    const response = await fetch(this.bridgeUrl, {
      method: 'POST',
      body: JSON.stringify({ method, url, params, token: this.sessionData.taskrouter.token }),
    });
    const { payload } = await response.json();
    assert.equal(response.status, 200, `${method} ${path}: ${JSON.stringify(payload)}`);
    return payload;
  }

  async read(taskSid) {
    return JSON.parse((await this.twilio('GET', `Tasks/${taskSid}`)).attributes);
  }

  async write(taskSid, change) {
    const attributes = { ...await this.read(taskSid), ...change };
    await this.twilio('POST', `Tasks/${taskSid}`, { Attributes: attributes });
  }

  /** Every text in these Tasks that could be taken for a name or a SID. */
  async findNames(...taskSids) {
    const texts = new Set();
    const visit = (value) => {
      if (typeof value === 'string' && value.startsWith('{')) visit(JSON.parse(value));
      else if (typeof value === 'string') texts.add(value);
      else if (value && typeof value === 'object') Object.values(value).forEach(visit);
    };
    for (const sid of taskSids) visit(await this.twilio('GET', `Tasks/${sid}`));
    const [t1] = taskSids;
    const parts = [...texts].filter((text) => text.startsWith('ey'))
      .map((statement) => `${t1}-${statement.split('.')[2].slice(0, 22)}`);
    return [...texts, ...parts, `${t1}-`, `${t1}-${'A'.repeat(22)}`]
      .filter((text) => /^(WT|CF|CA)/.test(text) || /^[0-9a-f]{32}$/.test(text));
  }

  /** A document on her web server → its address. */
  publish(twiml) {
    this.pages += 1;
    const path = `/page${this.pages}`;
    this.site.handlers[path] = () => twiml;
    return this.site.url + path;
  }

  /** A Task of her own making, routed to herself → its Reservation. */
  async ownTask(attributes = {}) {
    const { TWILIO_FLEX_INTERNAL_CALL_WORKFLOW_SID: workflow } = this.lab.config;
    const { to = this.contactUri, from = this.contactUri } = attributes;
    const taskSid = await this.sdk.createTask(to, from, workflow, workflow.replace('WW', 'WQ'),
      { attributes, taskChannelUniqueName: 'voice' }).catch(async () => {
      const { sid } = await this.twilio('POST', 'Tasks', { WorkflowSid: workflow,
        RoutingTarget: this.sid, TaskChannelUniqueName: 'voice', Attributes: attributes });
      return sid;
    });
    return until('her Reservation', () =>
      [...this.sdk.reservations.values()].find(({ task }) => task.sid === taskSid));
  }

  /** Has Twilio dial a leg that asks for its document at `url` → its CallSid. */
  async dial(url, { reservation, ...options } = {}) {
    const held = reservation ?? await this.ownTask();
    await held.call(this.contactUri, url, { accept: true, timeout: 15, ...options });
    return until('her leg', async () => (await this.read(held.task.sid)).worker_call_sid);
  }

  /** A leg with a document of hers. */
  dialWith(twiml, options) {
    return this.dial(this.publish(twiml), options);
  }

  /**
   * Where that leg has come to: {ended} or {with: who else is in its Conference}, and {voices: whom
   * it hears}.
   */
  async fateOf(callSid) {
    const { lab } = this;
    const found = await until('the fate of her leg', async () => {
      const { calls, conferences } = await lab.state();
      const call = calls.find(({ sid }) => sid === callSid);
      if (call?.endTime) return { ended: true, with: [] };
      const room = conferences.find(({ participants }) =>
        participants.some((one) => one.callSid === callSid));
      return room && { ended: false, room: room.friendlyName, with: room.participants
        .filter((one) => one.callSid !== callSid).map(({ to }) => to) };
    });
    return { ...found, voices: found.ended ? [] : await voicesIn(lab, callSid) };
  }

  async hangUpAll() {
    await this.hangUp();
    await until('the end of her legs', async () => (await this.lab.state()).calls
      .every(({ to, endTime }) => to !== this.contactUri || endTime));
  }

  /** Waits until Twilio has asked one of our programs about this leg, and has its answer. */
  async asked(callSid) {
    await until('Twilio to have asked us', async () =>
      (await this.lab.control('webhooks')).webhooks.some(({ url, params, done }) => done
        && url.startsWith(this.lab.config.DIALPAD_PUBLIC_URL) && params.CallSid === callSid));
    await this.lab.settled();
  }

  /** The Conferences whose reports to us say that this leg came in, be it for a moment. */
  async reportedIn(callSid) {
    const { webhooks } = await this.lab.control('webhooks');
    return webhooks.filter(({ params }) => params.CallSid === callSid
      && params.StatusCallbackEvent === 'participant-join')
      .map(({ params }) => params.FriendlyName);
  }

  /** One try: the leg's fate, after which it's gone. */
  async tries(twiml, options) {
    const callSid = await this.dialWith(twiml, options);
    const fate = await this.fateOf(callSid);
    await this.hangUpAll();
    return { ...fate, reported: await this.reportedIn(callSid) };
  }
}

/** Alice and Bob, who have a call, hear each other and nobody else. */
export class Victims {
  constructor(lab) {
    this.lab = lab;
    this.caller = new Agent(lab, 'alice');
    this.callee = new Agent(lab, 'bob');
  }

  async phones() {
    for (const agent of [this.caller, this.callee]) {
      await agent.phone('answer', { toneHz: HZ[agent.name] });
    }
  }

  async make() {
    await this.phones();
    const { status, data } = await this.caller.createTask(this.callee.sid);
    assert.equal(status, 201, JSON.stringify(data));
    this.t1 = data.taskSid;
    return this;
  }

  async ring() {
    if (!this.t1) await this.make();
    await this.caller.joinOwn(this.t1);
    this.k = await this.callee.rings();
    return this;
  }

  async connect() {
    if (!this.k) await this.ring();
    await this.callee.answer();
    await this.caller.until('connected', this.t1);
    await this.stillTalk();
    return this;
  }

  async legs() {
    const { calls } = await this.lab.state();
    return [this.caller, this.callee].map(({ contactUri }) =>
      calls.find(({ to, endTime }) => to === contactUri && !endTime)?.sid);
  }

  /** Each hears the other and nobody else, and the server says the same of them. */
  async stillTalk() {
    const [callers, callees] = await this.legs();
    const heard = async (sid) => (sid ? (await voicesIn(this.lab, sid)).join() : 'no leg');
    await until('both hear each other alone', async () =>
      await heard(callers) === 'bob' && await heard(callees) === 'alice');
    for (const [agent, sid] of [[this.caller, this.t1], [this.callee, this.k]]) {
      const { state, hold } = await agent.state(sid);
      assert.deepEqual({ state, hold }, { state: 'connected', hold: { me: false, other: false } });
    }
  }

  async end() {
    assert.equal((await this.caller.endCall(this.t1)).status, 200);
    await this.callee.until('ended', this.k);
  }
}

/** What a program has logged since, by lines that match. */
export function listen(lab, program) {
  const before = lab.log(program).length;
  return (pattern) => lab.log(program).slice(before).split('\n')
    .filter((line) => pattern.test(line));
}

/** Likewise, once there is a line: a program writes it when it has answered. */
export async function heardOf(said, pattern) {
  await until(`a line like ${pattern}`, () => said(pattern).length > 0);
  return said(pattern);
}
