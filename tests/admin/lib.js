// An administrator's host beside the stand-in: a configuration folder of its own, and dialpad-admin
// as it is run there.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import { join, resolve } from 'node:path';

import { SANITIZER_OPTIONS } from '../stack/processes.js';
import { start } from '../sandbox/test/stand-in.js';
import { build, repo } from '../groups.js';

export const admin = join(resolve(repo, build), 'bin/dialpad-admin');
export const PUBLIC_URL = 'https://calls.example.com/cgi-bin';

/** Ends with {status, signal, out, err}; `child` is there meanwhile. */
export function run(args, env, { input } = {}) {
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', admin, ...args], {
    env: { ...SANITIZER_OPTIONS, PATH: process.env.PATH, ...env },
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => { out += chunk; });
  child.stderr.on('data', (chunk) => { err += chunk; });
  child.stdin?.end(input);
  const ended = new Promise((done, failed) => {
    child.once('error', failed);
    child.once('close', (status, signal) => done({ status, signal, out, err }));
  });
  return { child, ended };
}

export class Host {
  constructor(sandbox) {
    this.sandbox = sandbox;
    this.dir = mkdtempSync(join(os.tmpdir(), 'dialpad-admin-'));
    this.conf = join(this.dir, 'dialpad.conf');
    this.record = join(this.dir, 'setup.json');
  }

  static async begin(config) {
    return new Host(await start(config));
  }

  async end() {
    rmSync(this.dir, { recursive: true, force: true });
    await this.sandbox.close();
  }

  get env() {
    const { accountSid, authToken } = this.sandbox.world.config;
    return {
      DIALPAD_CONFIG: this.conf,
      DIALPAD_API_BASE_URL: this.sandbox.url,
      TWILIO_ACCOUNT_SID: accountSid,
      TWILIO_AUTH_TOKEN: authToken,
    };
  }

  run(args, env = {}) {
    return run(args, { ...this.env, ...env }).ended;
  }

  setup(...args) {
    return this.run(['setup', '--public-url', PUBLIC_URL, ...args]);
  }

  /** {KEY: value} of dialpad.conf; {} where there is none. */
  config() {
    try {
      return Object.fromEntries([...readFileSync(this.conf, 'utf8').matchAll(/^([A-Z_]+)=(.*)$/gm)]
        .map(([, key, value]) => [key, value]));
    } catch (error) {
      if (error.code === 'ENOENT') return {};
      throw error;
    }
  }

  /** What setup.json tells of: {kind: {name, sid, hash}}. */
  recorded() {
    return Object.fromEntries(JSON.parse(readFileSync(this.record, 'utf8')).things
      .map(({ kind, ...rest }) => [kind, rest]));
  }

  /** Names of what the account has, beside what the stand-in began with. */
  made() {
    const { config, keys, taskrouter } = this.sandbox.world;
    const names = (collection) => [...collection.values()].map((one) => one.friendlyName);
    return {
      keys: [...keys.bySid.keys()].filter((sid) => sid !== config.apiKey),
      queues: names(taskrouter.queues).filter((name) => name !== 'Everyone'),
      workflows: names(taskrouter.workflows).filter((name) => name !== 'Internal calls'),
    };
  }
}

/** What doctor says: {status, checks: {id: {result, text, repair}}}, of each id the worst. */
export async function doctor(env, args = [], input = undefined) {
  const { status, out, err } = await run(['doctor', '--json', ...args], env, { input }).ended;
  assert.ok(status === 0 || status === 1, `${status} ${err}`);
  const { ok, checks } = JSON.parse(out);
  assert.equal(ok, status === 0);
  const rank = ['ok', 'WARN', 'FAIL'];
  const worst = {};
  for (const { id, ...rest } of checks) {
    if (!worst[id] || rank.indexOf(rest.result) > rank.indexOf(worst[id].result)) worst[id] = rest;
  }
  return { status, checks: worst };
}

/** The check is as bad as `result`, its text says `text`, and its repair `repair`. */
export function expectAmong({ checks }, [id, result, text, repair]) {
  const found = checks[id];
  assert.ok(found, `${id} is missing: ${JSON.stringify(checks, null, 1)}`);
  assert.equal(found.result, result, JSON.stringify(checks, null, 1));
  assert.match(found.text, text);
  assert.match(found.repair, repair);
  return checks;
}
