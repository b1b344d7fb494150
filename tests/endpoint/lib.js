// What the endpoint tests share: one stack for a whole file, requests as the page, as Twilio and as
// an administrator would make them, and the checks that follow every test.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

import twilio from 'twilio';

import { headersOf } from '../stack/site.js';
import { startStack } from '../stack/stack.js';

// Past the web server a program is started as plain CGI where it isn't on a socket of ours.
export const isCgi =
  !['fastcgi', 'apache-proxy', undefined].includes(process.env.DIALPAD_TEST_MODE);
// How Tasks reach their agents where a test doesn't say: RoutingTarget, or the Workflow's filter.
export const routing = process.env.DIALPAD_TEST_ROUTING ?? 'direct';
// Sanitizers make programs several times slower; their folder is named after them.
export const patience = /build\/./.test(process.env.DIALPAD_BUILD ?? '') ? 4 : 1;
// Asking a plain CGI program costs a process, which is better spent on the call that is waited for.
export const POLL_MS = isCgi ? 150 : 50;
// Every program answers within 4 s, and `ringback`, for which a leg waits, within 2 s; the rest is
// for a machine that has other things to do too, and less than what another try would take.
export const ANSWER_MS = 4000 + 3000 * patience;
export const RINGBACK_MS = 2000 + 1500 * patience;

export const PROGRAMS = {
  session: { method: 'POST', kind: 'session' },
  'flex-session': { method: 'POST', kind: 'flex' },
  'list-agents': { method: 'GET', kind: 'page' },
  'create-task': { method: 'POST', kind: 'page' },
  'call-state': { method: 'GET', kind: 'page' },
  'call-history': { method: 'GET', kind: 'page' },
  presence: { method: 'POST', kind: 'page' },
  'hold-participant': { method: 'POST', kind: 'page' },
  'cleanup-rejected-task': { method: 'POST', kind: 'page' },
  'end-call': { method: 'POST', kind: 'page' },
  'rejoin-call': { method: 'POST', kind: 'page' },
  health: { method: 'GET', kind: 'open' },
  metrics: { method: 'GET', kind: 'open' },
  'caller-twiml': { method: 'POST', kind: 'twilio' },
  'callee-twiml': { method: 'POST', kind: 'twilio' },
  ringback: { method: 'POST', kind: 'twilio' },
  'status-callback': { method: 'POST', kind: 'twilio' },
};

const OPEN = new Set(['pending', 'reserved', 'assigned']);

export const randomSid = (prefix) =>
  prefix + Array.from({ length: 32 }, () => Math.floor(Math.random() * 16).toString(16)).join('');

/** Waits until `condition`, asked every `stepMs`, gives something true, and gives that. */
export async function until(what, condition, ms = 20_000, stepMs = 25) {
  const deadline = Date.now() + ms * patience;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${ms * patience} ms`);
    await delay(stepMs);
  }
}

/**
 * The answer of `ask()`, which may be repeated, within so many milliseconds. A busy machine holds
 * up one answer or another; a program that keeps no deadline is late each time.
 */
export async function within(ms, ask) {
  let answer;
  for (let tries = 1; tries <= 3 && !(answer?.ms < ms); tries += 1) answer = await ask();
  assert.ok(answer.ms < ms, `${answer.ms} ms`);
  return answer;
}

const base64url = (value) => Buffer.from(value).toString('base64url');

/** A token of this product's form; `key` null leaves the signature empty. */
export function signToken(key, header, payload) {
  const text = `${base64url(JSON.stringify(header))}.${base64url(JSON.stringify(payload))}`;
  return `${text}.${key ? createHmac('sha256', key).update(text).digest('base64url') : ''}`;
}

async function answerOf(response) {
  const text = await response.text();
  let body = text;
  try {
    body = JSON.parse(text);
  } catch {
    // It isn't JSON: the text is the answer.
  }
  return { status: response.status, headers: response.headers, body };
}

export class Lab {
  constructor(stack) {
    this.stack = stack;
    this.config = stack.config;
    const { apiSecret, workspaceSid } = stack.secrets;
    this.sessionKey = createHmac('sha256', apiSecret).update(`dialpad session ${workspaceSid}`)
      .digest();
    this.minted = 0;
    this.workers = new Map();
  }

  // ---- what only the programs can compute: passes, names of Conferences, labels of legs

  mac(...words) {
    return createHmac('sha256', this.sessionKey).update(words.join('|')).digest().subarray(0, 16)
      .toString('base64url');
  }

  /** A pass for an address, good for this many seconds more. */
  pass(role, t1, address, seconds = 300) {
    const expires = (Math.floor(Date.now() / 1000) + seconds).toString(36);
    return `${expires}.${this.mac('pass', role, t1, address, expires)}`;
  }

  room(t1) {
    return `${t1}-${this.mac('room', t1)}`;
  }

  label(t1, role, address, callSid) {
    return `${t1}.${this.mac('leg', t1, role, address, callSid)}`;
  }

  /** What ringback's address of a call says, but for the round. */
  waiting(t1, more = '') {
    return `?taskSid=${t1}&room=${this.room(t1)}${more}`;
  }

  // ---- the stand-in

  async control(path, body, method = body === undefined ? 'GET' : 'POST') {
    const answer = await answerOf(await fetch(`${this.stack.sandbox}/sandbox/${path}`, {
      method, body: body && JSON.stringify(body),
    }));
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    return answer.body;
  }

  state() {
    return this.control('state');
  }

  async task(sid) {
    return (await this.state()).tasks.find((task) => task.sid === sid);
  }

  /** Twilio's REST, with the API key. A path that isn't absolute is one of the workspace. */
  async rest(path, form, headers = {}, method = form === undefined ? 'GET' : 'POST') {
    const { TWILIO_API_KEY: key, TWILIO_API_SECRET: secret } = this.config;
    const absolute = path.startsWith('/') ? path
      : `/v1/Workspaces/${this.config.TWILIO_FLEX_WORKSPACE_SID}/${path}`;
    return answerOf(await fetch(this.stack.sandbox + absolute, {
      method,
      headers: {
        authorization: `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}`, ...headers,
      },
      body: form && new URLSearchParams(form),
    }));
  }

  /** Changes a Task's Attributes, as an agent's browser can with its TaskRouter token. */
  async rewrite(taskSid, change) {
    const task = await this.rest(`Tasks/${taskSid}`);
    const attributes = JSON.stringify(change(JSON.parse(task.body.attributes)));
    const answer = await this.rest(`Tasks/${taskSid}`, { Attributes: attributes });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
  }

  fault(fault) {
    return this.control('faults', fault);
  }

  /** Takes back what fault() has ordered under this number, or all of it. */
  clearFaults(id) {
    return this.control(id === undefined ? 'faults' : `faults?id=${id}`, undefined, 'DELETE');
  }

  clock(forwardSeconds) {
    return this.control('clock', { forwardSeconds });
  }

  async requests() {
    return (await this.control('requests')).requests;
  }

  /**
   * What Twilio is asked because of `deed`, which may be repeated. A round of ringback or a refresh
   * of the directory can come between, but not each time.
   */
  async requestsFor(deed) {
    let least;
    for (let times = 0; times < 3 && least?.length !== 0; times += 1) {
      const since = (await this.requests()).at(-1)?.n ?? 0;
      await deed();
      const { requests } = await this.control(`requests?since=${since}`);
      if (!least || requests.length < least.length) least = requests;
    }
    return least;
  }

  // ---- our programs

  /** A session token that the programs believe; each is new, so that none meets the rate limit. */
  token(name, { key = this.sessionKey, header, ...claims } = {}) {
    const worker = this.workers.get(name);
    const now = Math.floor(Date.now() / 1000);
    this.minted += 1;
    return signToken(key, { alg: 'HS256', typ: 'dialpad-session+jwt', ...header }, {
      sub: worker.sid, contactUri: worker.attributes.contact_uri,
      name: worker.attributes.full_name ?? name, iat: now, exp: now + 600, n: this.minted,
      ...claims,
    });
  }

  /** What Flex's page of this agent has, as the stand-in knows it (rest/flex-tokens.js). */
  flexToken(name, { seconds = 7200, secret = this.config.TWILIO_API_SECRET, ...claims } = {}) {
    const { TWILIO_API_KEY: key, TWILIO_ACCOUNT_SID: sub,
      TWILIO_FLEX_WORKSPACE_SID: workspace } = this.config;
    const now = Math.floor(Date.now() / 1000);
    this.minted += 1;
    return signToken(secret, { alg: 'HS256', typ: 'JWT', cty: 'twilio-fpa;v=1' }, {
      jti: `${key}-${this.minted}`, iss: key, sub, iat: now, exp: now + seconds,
      grants: { identity: name, task_router: { workspace_sid: workspace,
        worker_sid: this.workers.get(name).sid, role: 'worker' } },
      ...claims,
    });
  }

  /** As a page of Flex signs its user in. */
  flexSession(body, headers = { Origin: 'https://flex.twilio.com' }) {
    return this.ask('flex-session', { method: 'POST', headers, body });
  }

  /** One request through nginx; `json()` of the answer is there as `data` where it is JSON. */
  async ask(program, { query = '', path = `/cgi-bin/${program}${query}`, ...options } = {}) {
    const started = Date.now();
    const answer = await this.stack.fetch(path, options);
    answer.ms = Date.now() - started;
    if (/^application\/json/.test(answer.headers['content-type'] ?? '')) answer.data = answer.json();
    return answer;
  }

  /** As an agent's page asks. */
  page(name, program, { headers = {}, token = this.token(name), ...options } = {}) {
    const { method } = PROGRAMS[program];
    return this.ask(program, {
      method, headers: token === null ? headers : { 'X-Dialpad-Token': token, ...headers },
      ...options,
    });
  }

  session(name, options = {}) {
    return this.ask('session', {
      method: 'POST', path: `/${name}/cgi-bin/session`, ...options,
    });
  }

  /** The signature that Twilio's own library computes. */
  sign(url, params = {}, authToken = this.config.TWILIO_AUTH_TOKEN) {
    return twilio.getExpectedTwilioSignature(authToken, url, params);
  }

  /** A genuine request of Twilio's to one of its endpoints, unless `signature` is another one. */
  webhook(program, { method = 'POST', query = '', params = {}, signature, headers = {},
    ...options } = {}) {
    const url = `${this.config.DIALPAD_PUBLIC_URL}/${program}${query}`;
    const signed = signature === undefined ? this.sign(url, method === 'POST' ? params : {})
      : signature;
    return this.ask(program, {
      method, query,
      headers: { ...(signed === null ? {} : { 'X-Twilio-Signature': signed }), ...headers },
      ...(method === 'POST' ? { body: new URLSearchParams(params) } : {}),
      ...options,
    });
  }

  /** Without its snapshot the directory is read afresh, as on a host that has just been set up. */
  async forgetDirectory() {
    const { stack } = this;
    // A process that ends may still write the snapshot that it was making.
    const keepers = stack.mode.cgi ? [] : ['list-agents', 'create-task', 'session', 'flex-session'];
    for (const set of stack.sets) {
      await Promise.all(keepers.map((program) => stack.stopProgram(program, 'SIGTERM', set)));
      const state = join(set.dir, 'state');
      for (const file of readdirSync(state)) {
        if (!file.startsWith('counters-')) rmSync(join(state, file), { force: true });
      }
      await Promise.all(keepers.map((program) => stack.startProgram(program, set)));
    }
  }

  /** What cron runs → its line. */
  async sweep() {
    const { stack } = this;
    const { stdout } = await promisify(execFile)(join(stack.buildDir, 'bin/dialpad-admin'),
      ['sweep'], { env: { ...process.env, ...stack.sets[0].env } });
    return stdout;
  }

  // ---- before and after a test

  async loadWorkers() {
    const { workers } = await this.state();
    this.workers = new Map(workers.map((worker) => [worker.name, worker]));
  }

  async addWorkers(workers) {
    await this.control('workers', { workers });
    await this.loadWorkers();
  }

  /** Waits until Twilio has nothing more to tell us. */
  async settled() {
    await until('the last webhook', async () =>
      (await this.control('webhooks')).webhooks.every((webhook) => webhook.done), 30_000);
  }

  /** Nothing rings, talks or waits: no Task open, no Conference alive, no leg up. */
  async expectQuiet() {
    await until('an end of all calls', async () => {
      const { tasks, conferences, calls } = await this.state();
      return !tasks.some((task) => OPEN.has(task.assignment_status))
        && !conferences.some((conference) => conference.status !== 'completed')
        && !calls.some((call) => call.endTime === null);
    }).catch(async (error) => {
      const { tasks, conferences, calls } = await this.state();
      throw new Error(
        `${error.message}\n${JSON.stringify({ tasks, conferences, calls }, null, 1)}`);
    });
    await this.settled();
  }

  /** What holds after every test, whatever it was about. */
  checkPrograms() {
    const { processes, sets } = this.stack;
    for (const set of sets) {
      for (const { process } of Object.values(set.programs)) processes.check(process);
    }
    processes.searchLogs();
    assert.deepEqual(processes.problems.splice(0), []);
  }

  /** An agent may begin twenty calls a minute, and each test begins with all of them. */
  forgetCalls() {
    for (const set of this.stack.sets) {
      const state = join(set.dir, 'state');
      for (const file of readdirSync(state)) {
        if (file.startsWith('calls-')) rmSync(join(state, file), { force: true });
      }
    }
  }

  async reset() {
    await this.settled();
    this.forgetCalls();
    await this.control('reset', {});
    await this.loadWorkers();
  }

  log(program) {
    return this.stack.logs(program);
  }

  /** Waits until a program has written this: the line about an answer comes after it. */
  logged(program, pattern) {
    return until(`${pattern} in the log of ${program}`, () => pattern.test(this.log(program)));
  }

  /** Waits until all answers that Twilio got have their lines; no program may have been killed. */
  async written() {
    await this.settled();
    const { webhooks } = await this.control('webhooks');
    const ids = webhooks.flatMap(({ attempts }) => attempts.map(({ requestId }) => requestId))
      .filter(Boolean);
    await until('the lines of all answers', () => {
      const log = this.stack.names.map((name) => this.log(name)).join('');
      const lines = new Set([...log.matchAll(/ request=(\w+) .*\bstatus=/g)].map(([, id]) => id));
      return ids.every((id) => lines.has(id));
    });
  }
}

/**
 * One stack for all tests of a file. After each test everything must be quiet and every program
 * alive; then the stand-in forgets what has been.
 */
export function useLab(options = {}) {
  const lab = {};
  before(async () => {
    const stack = await startStack({ hsts: true, ...options });
    Object.setPrototypeOf(lab, Lab.prototype);
    Object.assign(lab, new Lab(stack));
    await lab.loadWorkers();
  });
  afterEach(async () => {
    await lab.clearFaults();
    await lab.control('webhook-faults', undefined, 'DELETE');
    try {
      await lab.expectQuiet();
      lab.checkPrograms();
    } finally {
      await lab.reset();
    }
  });
  after(() => lab.stack.stop());
  return lab;
}

/** What every answer of the web server must have, each once. */
export function expectHeaders(lab, what, { headers }) {
  const { repo, options: { mode } } = lab.stack;
  const expected = headersOf(readFileSync(join(repo, 'nginx.conf.example'), 'utf8'));
  // A host that isn't one's own alone is no place to promise HTTPS for a year.
  if (['apache-cgi', 'apache-suexec'].includes(mode)) delete expected['strict-transport-security'];
  assert.ok(Object.keys(expected).length >= 4);
  for (const [name, value] of Object.entries(expected)) {
    assert.equal(headers[name], value, `${what}: ${name}`);
  }
}

/** An error of a page endpoint: the shape that clients rely on. */
export function expectError(answer, status, code) {
  assert.equal(answer.status, status, answer.body);
  assert.match(answer.headers['content-type'], /^application\/json; charset=utf-8$/);
  const { error, ...rest } = answer.json();
  assert.deepEqual(rest, {});
  assert.deepEqual(Object.keys(error), ['code', 'message', 'requestId']);
  if (code) assert.equal(error.code, code);
  assert.match(error.code, /^[a-z][a-z_]*$/);
  assert.match(error.message, /^[A-Z].*\.$/s);
  assert.equal(error.requestId, answer.headers['x-request-id']);
  assert.match(error.requestId, /^[0-9a-f]{16}$/);
}

/** An error of a Twilio endpoint. */
export function expectPlainError(answer, status) {
  assert.equal(answer.status, status, answer.body);
  assert.match(answer.headers['content-type'], /^text\/plain; charset=utf-8$/);
  assert.match(answer.headers['x-request-id'], /^[0-9a-f]{16}$/);
}
