// Requests from Twilio to the application: signed with Twilio's own library, timed and retried by
// the connection overrides in the URL's fragment, and open to the faults that a test orders.

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import twilio from 'twilio';

import { recordError } from '../errors.js';
import { httpRequest, splitUrl } from './http-client.js';
import { keepLatest } from '../keep-latest.js';
import { WebhookFaults } from '../control/webhook-faults.js';

const MAX_DOCUMENT = 64 * 1024;
const MAX_AUDIO = 16 * 1024 * 1024;
const MAX_REDIRECTS = 10;
const FORM = 'application/x-www-form-urlencoded; charset=UTF-8';
const MAX_LOG = 3000;
const LIMITS = {
  ct: { low: 100, high: 10000, standard: 5000 },
  rt: { low: 100, high: 15000, standard: 15000 },
  tt: { low: 100, high: 15000, standard: 15000 },
  rc: { low: 0, high: 5, standard: 1 },
};

// Reads '#rc=2&rp=5xx,ct&ct=2000' off a URL; what is absent or out of range takes Twilio's default.
export function connectionOverrides(url) {
  const fragment = new URLSearchParams(url.split('#')[1] ?? '');
  const result = {};
  for (const [name, { low, high, standard }] of Object.entries(LIMITS)) {
    const value = Number(fragment.get(name) ?? standard);
    result[name] = Number.isInteger(value) && value >= low && value <= high ? value : standard;
  }
  result.rp = new Set((fragment.get('rp') ?? 'ct').split(','));
  result.checkName = fragment.get('sni') !== 'n';
  return result;
}

// The URL as Voice signs it: without credentials and fragment, and for https without the port.
export function signedUrl(url) {
  const { scheme, authority, host } = splitUrl(url);
  const rest = /^https?:\/\/[^/?#]+([^#]*)/i.exec(url)[1];
  return `${url.slice(0, scheme.length)}://${scheme === 'https' ? host : authority}${rest}`;
}

export function withQuery(url, params) {
  const query = new URLSearchParams(params).toString();
  const [address, ...fragment] = url.split('#');
  const joint = address.includes('?') ? '&' : '?';
  return [query ? `${address}${joint}${query}` : address, ...fragment].join('#');
}

export class Webhook {
  constructor(world) {
    this.world = world;
    this.faults = new WebhookFaults();
    this.log = [];
    this.notices = new Set(); // status callbacks that haven't been delivered
    this.suspended = false;
    this.authorities = null;
  }

  addFault(fault) {
    return this.faults.add(fault);
  }

  clearFaults() {
    this.faults.clear();
  }

  listFaults() {
    return this.faults.list();
  }

  clearLog() {
    this.log.length = 0;
  }

  // Gives up whatever is still to be tried, and forgets the rest.
  abandon() {
    for (const entry of this.log) entry.abandoned = true;
    this.notices.clear();
    this.clearFaults();
    this.clearLog();
  }

  // Sends a status callback that nobody waits for; a refusal shows up in the debugger.
  async notify(request, { code, callSid }) {
    const notice = { request, code, callSid };
    this.notices.add(notice);
    if (!this.suspended) await this.deliver(notice);
  }

  async deliver(notice) {
    const { request, code, callSid } = notice;
    const { status, error } = await this.send(request);
    this.notices.delete(notice);
    if (status >= 200 && status <= 299) return;
    const message = `status callback failed: ${error ?? `status ${status}`}`;
    recordError(this.world, { code, message, callSid, url: request.url });
  }

  // From now on status callbacks only pile up, to be sent after the restart.
  suspend() {
    this.suspended = true;
  }

  resume() {
    this.suspended = false;
    for (const notice of this.notices) this.deliver(notice);
  }

  // A request for TwiML isn't sent again: its call waits for the answer no longer.
  toJSON() {
    return { notices: [...this.notices], faults: this.faults };
  }

  // Sends nothing before resume().
  restore({ notices, faults }) {
    this.suspend();
    this.notices = new Set(notices);
    this.faults.restore(faults);
  }

  // Sends one event or TwiML request; never rejects. Gives {status, headers, body, url, error}:
  // status 0 with an error when there is no answer; url is where the answer came from.
  async send({ url, method = 'POST', params = {} }) {
    const fields = textFields(params);
    const entry = { time: new Date(this.world.now()).toISOString(), url, method, params: fields,
      attempts: [], done: false };
    this.log.push(entry);
    keepLatest(this.log, MAX_LOG);
    const fault = this.faults.take(url, fields);
    const result = await this.sendWithFault(fault, { url, method, params: fields }, entry);
    entry.done = true;
    this.faults.release();
    return result;
  }

  async sendWithFault(fault, request, entry) {
    if (fault?.action === 'drop') {
      entry.attempts.push({ status: 0, ms: 0, error: 'dropped by a fault' });
      return failure(request.url, 'dropped by a fault');
    }
    if (fault?.action === 'delay') await sleep(fault.ms);
    if (fault?.action === 'reorder') await this.faults.hold(fault.ms);
    if (entry.abandoned) return failure(request.url, 'abandoned');
    const result = await this.attemptAll(request, entry);
    if (fault?.action === 'repeat') {
      await sleep(fault.ms);
      await this.attemptAll(request, entry);
    }
    return result;
  }

  async attemptAll({ url, method, params }, entry) {
    const overrides = connectionOverrides(url);
    const deadline = Date.now() + overrides.tt;
    const token = randomUUID();
    let next = { url, method, params };
    let result = failure(url, 'no attempt');
    for (let hop = 0; hop <= MAX_REDIRECTS && next; hop += 1) {
      result = await this.attemptWithRetries(next, { overrides, deadline, token, entry });
      next = redirected(next, result);
    }
    return result;
  }

  async attemptWithRetries(request, { overrides, deadline, token, entry }) {
    for (let tried = 0; ; tried += 1) {
      const started = Date.now();
      const result = await this.attempt(request, overrides, deadline, token);
      entry.attempts.push({ status: result.status, ms: Date.now() - started,
        error: result.error ?? null, requestId: result.headers['x-request-id'] });
      const over = entry.abandoned || tried >= overrides.rc || Date.now() >= deadline;
      if (over || !mayRetry(result, overrides.rp)) return result;
      const { webhookRetryMs: pause } = this.world.switches;
      if (pause > 0) await sleep(pause);
    }
  }

  async attempt({ url, method, params }, overrides, deadline, token) {
    const left = Math.max(1, deadline - Date.now());
    const body = method === 'GET' ? undefined : new URLSearchParams(params).toString();
    const target = method === 'GET' ? withQuery(url, params) : url;
    if (!splitUrl(target)) return failure(url, 'not an absolute http(s) URL');
    const signature = twilio.getExpectedTwilioSignature(this.world.config.authToken,
      signedUrl(target), method === 'GET' ? {} : params);
    const headers = {
      'User-Agent': 'TwilioProxy/1.1',
      Accept: '*/*',
      'X-Twilio-Signature': signature,
      'I-Twilio-Idempotency-Token': token,
    };
    if (body !== undefined) headers['Content-Type'] = FORM;
    try {
      const answer = await httpRequest({ url: target, method, headers, body, ca: this.trusted(),
        checkName: overrides.checkName, connectMs: Math.min(overrides.ct, left),
        readMs: Math.min(overrides.rt, left), maxBytes: MAX_DOCUMENT });
      return { ...answer, url, body: answer.body.toString('utf8') };
    } catch (error) {
      return { ...failure(url, error.message), phase: error.phase };
    }
  }

  // Fetches a sound. Twilio's media cache doesn't sign. Gives {status, headers, body: Buffer}.
  async fetchAudio(url) {
    try {
      return await httpRequest({ url, method: 'GET', ca: this.trusted(), connectMs: 5000,
        readMs: 15000, maxBytes: MAX_AUDIO });
    } catch (error) {
      return { status: 0, headers: {}, body: Buffer.alloc(0), error: error.message };
    }
  }

  trusted() {
    const file = this.world.config.webhookCa;
    if (file) this.authorities ??= readFileSync(file);
    return this.authorities ?? undefined;
  }
}

function textFields(params) {
  const fields = {};
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined && value !== null) fields[name] = String(value);
  }
  return fields;
}

function failure(url, error) {
  return { status: 0, headers: {}, body: '', url, error };
}

function mayRetry({ status, phase }, policies) {
  let reason = null;
  if (phase === 'connect') reason = 'ct';
  else if (phase === 'read') reason = 'rt';
  else if (status >= 500) reason = '5xx';
  else if (status >= 400) reason = '4xx';
  return reason !== null && (policies.has('all') || policies.has(reason));
}

// What a redirect leads to, or null. 307 and 308 alone keep the method and the parameters.
function redirected({ url, method, params }, { status, headers }) {
  if (status < 301 || status > 308 || !headers.location) return null;
  const target = new URL(headers.location, url).href;
  if (status === 307 || status === 308) return { url: target, method, params };
  return { url: target, method: 'GET', params: {} };
}
