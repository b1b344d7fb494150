// The whole product on one machine: a web server, the programs and the Twilio stand-in, as
// `make demo` shows it and as the tests use it. startStack() below is the interface.

import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import os from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { FAR } from '../sandbox/control/pace.js';
import { pidsOf, removeFolders, socketOwner, startApache } from './apache.js';
import { startNginx } from './nginx.js';
import { Processes, send } from './processes.js';
import { programsOf } from './site.js';
import {
  freePort, listensOn, makeCertificate, sid, token, until, writePasswords,
} from './system.js';

// Suites that ask for it run far from Twilio, whatever they are about.
const isFar = process.env.DIALPAD_TEST_TWILIO === 'far';
const repo = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
// As many requests as a shared host would run at once.
const CGI_PROCESSES = 12;

// The web server, and who starts the programs: we do, each on a socket; fcgiwrap; or Apache, as
// FastCGI or as plain CGI programs.
const MODES = {
  fastcgi: { server: 'nginx', startedBy: 'us', cgi: false },
  cgi: { server: 'nginx', startedBy: 'fcgiwrap', cgi: true },
  'apache-proxy': { server: 'apache', startedBy: 'us', cgi: false },
  'apache-fcgid': { server: 'apache', startedBy: 'apache', cgi: false },
  'apache-cgi': { server: 'apache', startedBy: 'apache', cgi: true },
  'apache-suexec': { server: 'apache', startedBy: 'apache', cgi: true },
};

const stacks = new Set();

function endWithParent(signal, status) {
  process.once(signal, async () => {
    await Promise.allSettled([...stacks].map((stack) => stack.stop()));
    process.exit(status);
  });
}

class Stack {
  constructor(options) {
    this.options = {
      port: 0,
      build: process.env.DIALPAD_BUILD || 'build',
      mode: process.env.DIALPAD_TEST_MODE || 'fastcgi',
      agents: ['alice', 'bob', 'carol', 'dave'],
      sets: 1,
      tls: false,
      hsts: false,
      ringSeconds: 30,
      graceSeconds: 20,
      threads: 8,
      switches: undefined,
      customerTaskEverySeconds: 0,
      sweepEverySeconds: 0,
      extraConfig: {},
      sandboxConfig: {},
      handleSignals: true,
      ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
    };
    this.repo = repo;
    this.mode = MODES[this.options.mode];
    if (!this.mode) throw new Error(`${this.options.mode} is none of ${Object.keys(MODES)}`);
    // Apache's example knows no second host.
    if (this.mode.server === 'apache') this.options.sets = 1;
    this.buildDir = resolve(repo, this.options.build);
    this.dir = mkdtempSync(join(os.tmpdir(), 'dialpad-'));
    this.folders = [this.dir];
    mkdirSync(join(this.dir, 'logs'));
    this.processes = new Processes(join(this.dir, 'logs'));
    this.agents = this.options.agents;
    this.names = this.options.programs
      ?? programsOf(readFileSync(join(repo, 'nginx.conf.example'), 'utf8'));
    this.sets = [];
  }

  async start() {
    const { options, dir } = this;
    await Promise.all([makeCertificate(dir), writePasswords(dir, this.agents)]);
    this.ca = readFileSync(join(dir, 'cert.pem'), 'utf8');
    this.port = options.port || await freePort();
    this.origin = `https://localhost:${this.port}`;
    this.secrets = {
      accountSid: sid('AC'),
      authToken: token(),
      apiKey: sid('SK'),
      apiSecret: token(),
      workspaceSid: sid('WS'),
      workflowSid: sid('WW'),
    };
    await this.startSandbox();
    for (let set = 1; set <= options.sets; set++) this.sets.push(this.makeSet(set));
    this.config = this.sets[0].config;
    this.programs = this.sets[0].programs;
    await Promise.all(this.sets.map((set) => this.startSet(set)));
    await this.startServer();
    if (options.sweepEverySeconds) this.sweepRegularly();
  }

  async startSandbox() {
    const { switches, customerTaskEverySeconds, sandboxConfig, tls } = this.options;
    // Started again, it comes back to its address.
    writeFileSync(join(this.dir, 'sandbox.json'), JSON.stringify({
      ...this.secrets,
      port: await freePort(),
      webhookCa: join(this.dir, 'cert.pem'),
      ...(tls ? { tls: { port: await freePort(), cert: join(this.dir, 'cert.pem'),
        key: join(this.dir, 'key.pem') } } : {}),
      switches: { preset: 'a', ...(isFar ? FAR : {}), ...switches },
      customerTaskEverySeconds,
      ...sandboxConfig,
    }), { mode: 0o600 });
    await this.launchSandbox();
  }

  // What it knew when it was stopped it knows again, at the same address.
  async launchSandbox() {
    const announced = () =>
      [...this.logs('sandbox').matchAll(/^ready (http:\S+)(?: (https:\S+))?$/gm)];
    const times = announced().length;
    this.sandboxProcess = this.processes.start('sandbox', process.execPath,
      [join(repo, 'tests/sandbox/main.js'), '--config', join(this.dir, 'sandbox.json'),
        '--state', join(this.dir, 'sandbox-state.json')]);
    await until('the stand-in', () => {
      this.processes.check(this.sandboxProcess);
      return announced().length > times;
    });
    [, this.sandbox, this.sandboxTls] = announced().at(-1);
  }

  stopSandbox() {
    return this.processes.stop(this.sandboxProcess);
  }

  // A set is what one web host would run: processes, sockets, configuration and state of its own.
  makeSet(number) {
    const dir = join(this.dir, `set${number}`);
    mkdirSync(join(dir, 'state'), { recursive: true });
    const { secrets, options } = this;
    const config = {
      TWILIO_ACCOUNT_SID: secrets.accountSid,
      TWILIO_AUTH_TOKEN: secrets.authToken,
      TWILIO_API_KEY: secrets.apiKey,
      TWILIO_API_SECRET: secrets.apiSecret,
      TWILIO_FLEX_WORKSPACE_SID: secrets.workspaceSid,
      TWILIO_FLEX_INTERNAL_CALL_WORKFLOW_SID: secrets.workflowSid,
      DIALPAD_PUBLIC_URL: `https://127.0.0.1:${this.port}/cgi-bin`,
      DIALPAD_RING_SECONDS: options.ringSeconds,
      DIALPAD_GRACE_SECONDS: options.graceSeconds,
      DIALPAD_THREADS: options.threads,
      DIALPAD_STATE_DIR: join(dir, 'state'),
      DIALPAD_API_BASE_URL: this.sandboxTls ?? this.sandbox,
      DIALPAD_EVENT_BRIDGE_URL: `${this.origin}/v1/wschannels`,
      DIALPAD_VOICE_SIGNALING_HOST: `localhost:${this.port}`,
      ...(process.env.DIALPAD_TEST_ROUTING
        ? { DIALPAD_ROUTING: process.env.DIALPAD_TEST_ROUTING } : {}),
      ...options.extraConfig,
    };
    const configFile = join(dir, 'dialpad.conf');
    writeFileSync(configFile,
      Object.entries(config).map(([key, value]) => `${key}=${value}\n`).join(''), { mode: 0o600 });
    const socketOf = (name) =>
      join(dir, this.mode.startedBy === 'fcgiwrap' ? 'cgi.sock' : `${name}.sock`);
    const logName = (name) => (number === 1 ? name : `${name}-${number}`);
    const env = {
      DIALPAD_CONFIG: configFile,
      ...(options.tls ? { SSL_CERT_DIR: join(this.dir, 'ca') } : {}),
    };
    return { dir, config, configFile, env, socketOf, logName, programs: {} };
  }

  async startSet(set) {
    if (this.mode.startedBy === 'apache') return;
    if (this.mode.startedBy === 'fcgiwrap') {
      set.cgi = this.processes.start(set.logName('fcgiwrap'), 'fcgiwrap',
        ['-c', String(CGI_PROCESSES), '-s', `unix:${set.socketOf()}`],
        { env: set.env, group: true, mayExit: true });
      await this.untilListening(set.cgi, set.socketOf());
      for (const name of this.names) {
        set.programs[name] = { pid: set.cgi.pid, socket: set.socketOf(), process: set.cgi };
      }
      return;
    }
    await Promise.all(this.names.map((name) => this.startProgram(name, set)));
  }

  // Stays spawn-fcgi's process, so that the program owns its socket and we know its pid; or another
  // process holds the socket, as systemd would. It listens before it is loaded, and may be told to
  // end by then: as with dialpad-spawn, the signal waits until the program takes it. What somebody
  // else starts, he starts by himself.
  async startProgram(name, set = this.sets[0]) {
    if (this.mode.startedBy !== 'us') return;
    const socket = set.socketOf(name);
    const program = join(this.buildDir, 'cgi-bin', name);
    const [command, ...args] = this.options.holdSockets
      ? ['perl', join(repo, 'tests/hosting/socket-holder.pl'), socket, program]
      : ['env', '--block-signal=TERM',
        'spawn-fcgi', '-n', '-s', socket, '-M', '0660', ...socketOwner(), '--', program];
    const started = this.processes.start(set.logName(name), command, args, { env: set.env });
    set.programs[name] = { pid: started.pid, socket, process: started };
    await this.untilListening(started, socket);
  }

  untilListening(started, socket) {
    return until(started.name, () => {
      this.processes.check(started);
      return listensOn(socket);
    });
  }

  async startServer() {
    this.server = await (this.mode.server === 'apache' ? startApache : startNginx)(this);
    if (this.mode.startedBy === 'apache') {
      for (const name of this.names) {
        this.programs[name] = { pid: this.server.pid, process: this.server };
      }
    }
    await until(this.mode.server, async () => {
      this.processes.check(this.server);
      if (!this.names.includes('health')) return listensOn({ host: '127.0.0.1', port: this.port });
      const answer = await this.fetch('/cgi-bin/health').catch((error) => {
        if (error.code !== 'ECONNREFUSED') throw error;
      });
      // mod_cgid takes requests before its daemon does, and says so in HTML; our own 503 is JSON.
      if (answer?.status === 503 && answer.body.startsWith('<')) return false;
      if (answer && answer.status !== 200) {
        throw new Error(`health: ${answer.status} ${answer.body}\n${this.logs('health')}`);
      }
      return answer !== undefined;
    });
  }

  sweepRegularly() {
    let sweeping = null;
    this.sweepTimer = setInterval(() => {
      if (sweeping && !sweeping.ended) return;
      sweeping = this.processes.start('sweep', join(this.buildDir, 'bin/dialpad-admin'), ['sweep'],
        { env: this.sets[0].env, mayExit: true });
    }, this.options.sweepEverySeconds * 1000);
  }

  // One request through the web server → {status, headers, body, json()}. `body` may be an object
  // (sent as JSON), URLSearchParams or text. Redirects are not followed. By address, because a
  // machine without /etc/hosts, such as a bare chroot, knows "localhost" only in its browser.
  fetch(path, { method = 'GET', headers = {}, body } = {}) {
    const type = body instanceof URLSearchParams ? 'application/x-www-form-urlencoded'
      : 'application/json';
    const text = body === undefined || typeof body === 'string' || Buffer.isBuffer(body)
      || body instanceof URLSearchParams ? body?.toString() : JSON.stringify(body);
    return new Promise((done, failed) => {
      const request = https.request({
        host: '127.0.0.1',
        servername: 'localhost',
        port: this.port,
        path,
        method,
        ca: this.ca,
        agent: false,
        headers: {
          Host: `localhost:${this.port}`,
          ...(text === undefined ? {} : { 'Content-Type': type,
            'Content-Length': Buffer.byteLength(text) }),
          ...headers,
        },
      }, (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.once('error', failed);
        response.once('end', () => {
          const received = Buffer.concat(chunks).toString();
          done({ status: response.statusCode, headers: response.headers, body: received,
            json: () => JSON.parse(received) });
        });
      });
      request.once('error', failed);
      request.end(text);
    });
  }

  // What a program, or another process of the stack, has written. Programs that somebody else
  // starts write to his log.
  logs(name) {
    const { startedBy } = this.mode;
    return this.processes.log(this.names.includes(name) && startedBy !== 'us' ? startedBy : name);
  }

  // Ends one program's process and starts another on the same socket. A signal other than SIGTERM
  // is violence, and how the program takes it is nobody's business.
  async restartProgram(name, signal = 'SIGTERM', set = this.sets[0]) {
    await this.stopProgram(name, signal, set);
    await this.startProgram(name, set);
  }

  // Apache starts a program of its own again when the next request comes.
  async stopProgram(name, signal = 'SIGTERM', set = this.sets[0]) {
    if (this.mode.startedBy !== 'apache') {
      await this.processes.stop(set.programs[name].process, signal);
      return;
    }
    const pids = pidsOf(join(set.cgiDir, name));
    for (const pid of pids) send(pid, signal);
    const left = () => pidsOf(join(set.cgiDir, name)).filter((pid) => pids.includes(pid));
    await until(`the end of ${name}`, () => left().length === 0);
  }

  // Resolves when everything has ended; rejects if something went wrong meanwhile.
  stop() {
    this.stopping ??= this.stopAll();
    return this.stopping;
  }

  async stopAll() {
    const { processes } = this;
    clearInterval(this.sweepTimer);
    const used = new Set(this.sets.flatMap((set) =>
      Object.values(set.programs).map((program) => program.process)));
    for (const running of used) {
      // One that died by itself while the tests ran.
      if (running.ended && running.ended.signal !== 'SIGKILL') processes.expectCleanEnd(running);
    }
    if (this.server) await processes.stop(this.server);
    await Promise.all([...processes.running].map((running) => processes.stop(running)));
    processes.searchLogs();
    this.removeDir();
    stacks.delete(this);
    if (processes.problems.length) throw new Error(processes.problems.join('\n'));
  }

  killNow() {
    this.processes.killAllNow();
    this.removeDir();
  }

  removeDir() {
    removeFolders(this.folders);
  }
}

let watching = false;

function endWithThisProcess(handleSignals) {
  if (watching) return;
  watching = true;
  process.once('exit', () => stacks.forEach((stack) => stack.killNow()));
  if (!handleSignals) return;
  endWithParent('SIGINT', 130);
  endWithParent('SIGTERM', 143);
  endWithParent('SIGHUP', 129);
}

// Starts everything and resolves when it answers. `options` are the defaults at the top of Stack,
// and programs (a list: only these are started) and requestsPerSecond (nginx's limit per agent);
// holdSockets: true lets another process hold the programs' sockets, as systemd does.
// `mode` is one of MODES, above.
// What it gives, and what tests may use:
//   origin, port, ca        where the web server listens, and the certificate to trust
//   mode                    {server, startedBy, cgi}
//   sandbox                 base URL of the stand-in's control API
//   config, secrets, agents what the programs were given; every agent's password is its name
//   programs                {NAME: {pid, socket}}; with sets: 2 also sets[1].programs
//   fetch, logs, restartProgram, stopProgram, startProgram, stopSandbox, launchSandbox, stop
export async function startStack(options = {}) {
  const stack = new Stack(options);
  stacks.add(stack);
  endWithThisProcess(stack.options.handleSignals);
  try {
    await stack.start();
  } catch (error) {
    await stack.stop().catch(() => {});
    throw error;
  }
  return stack;
}
