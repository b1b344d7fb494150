// Run by package.test.js, alone in a network: boots the Debian in PACKAGE_ROOT, types what the
// README says, and calls.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import {
  copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { connect, expectEnded } from '../endpoint/agent.js';
import { Lab, PROGRAMS } from '../endpoint/lib.js';
import { Load } from '../hosting/load.js';
import { startStack } from '../stack/stack.js';
import { until } from '../stack/system.js';
import { Machine } from '../systemd/machine.js';
import { commandsOf, scriptOf, stepsOf, typeInto } from './readme.js';

const run = promisify(execFile);
const HOST = 'localhost';
const PASSWORD = 'correct horse battery';
const CONF = 'etc/dialpad/dialpad.conf';
// An office typist's pace, in characters a minute.
const TYPED_PER_MINUTE = 200;
const NEWER = '99.0';

let stack; // the stand-in
let machine;
let inside; // as `stack`, but what is asked is the machine's nginx, and keys are what setup made
let lab;
let empty; // what the machine has of that name before anything is installed

const config = () => Object.fromEntries(readFileSync(join(machine.root, CONF), 'utf8')
  .split('\n').filter((line) => /^\w/.test(line)).map((line) => line.split(/=(.*)/s)));

// What is there before the first step: a name, a certificate for it that the world trusts, and a
// Twilio, which is the stand-in.
async function prepare() {
  const root = machine.root;
  machine.write('etc/hosts', '127.0.0.1 localhost\n');
  for (const [from, to] of [['cert.pem', 'fullchain.pem'], ['key.pem', 'privkey.pem']]) {
    copyFileSync(join(stack.dir, from), join(root, 'root', to));
  }
  copyFileSync(join(stack.dir, 'cert.pem'), join(root, 'usr/local/share/ca-certificates/own.crt'));
  await run('chroot', [root, 'update-ca-certificates']);
  await run('chroot', [root, 'systemctl', 'mask', 'console-getty.service']);
  for (const unit of ['dialpad@.service', 'dialpad-sweep.service']) {
    const folder = join('etc/systemd/system', `${unit}.d`);
    mkdirSync(join(root, folder), { recursive: true });
    machine.write(join(folder, 'stand-in.conf'),
      `[Service]\n${standIn().map((line) => `Environment=${line}\n`).join('')}`);
  }
}

// Where to look for Twilio: said to the environment, so that the configuration is setup's alone.
const standIn = () => ['DIALPAD_API_BASE_URL', 'DIALPAD_EVENT_BRIDGE_URL',
  'DIALPAD_VOICE_SIGNALING_HOST'].filter((name) => stack.config[name])
  .map((name) => `${name}=${stack.config[name]}`);
const exported = () => standIn().map((line) => `export ${line}\n`).join('');

/** The commands as they stand in the README, but for the name of the host. */
const ours = (commands) => commands.map((command) => command.replace(/^host=.*/, `host=${HOST}`));

async function type(commands) {
  machine.write('root/commands', exported() + scriptOf(commands));
  const terminal = machine.spawn('script', '-qec', 'cd /root && bash -e commands', '/dev/null');
  const answers = [
    [/Account SID.*: $/, stack.secrets.accountSid], [/Auth token.*: $/, stack.secrets.authToken],
    [/[Nn]ew password: $/, PASSWORD],
  ];
  const typed = await typeInto(terminal, commands, answers);
  assert.equal(typed.status, 0, typed.screen);
  return typed;
}

async function takeKeys() {
  inside = Object.assign(Object.create(stack), { port: 443,
    config: { ...stack.config, DIALPAD_PUBLIC_URL: `https://${HOST}/cgi-bin` },
    secrets: { ...stack.secrets, apiSecret: config().DIALPAD_SECRET } });
  lab = new Lab(inside);
  await lab.loadWorkers();
}

async function call() {
  const session = await inside.fetch('/cgi-bin/session', { method: 'POST',
    headers: { Authorization: `Basic ${Buffer.from(`alice:${PASSWORD}`).toString('base64')}` } });
  assert.equal(session.status, 200, session.body);
  return connect(lab);
}

async function end(up) {
  const { caller, callee, t1, k } = up;
  assert.equal((await caller.endCall(t1)).status, 200);
  await expectEnded(up, 'hangup');
  await Promise.all([caller.wrapUp(t1), callee.wrapUp(k)]);
}

const ofThatName = async () => (await machine.run('find', '/', '-xdev', '-name', '*dialpad*',
  '-not', '-path', '/var/log/*', '-not', '-path', '/root/*')).split('\n').sort();

before(async () => {
  stack = await startStack({ mode: 'fastcgi', programs: ['health'],
    extraConfig: { DIALPAD_PUBLIC_URL: `https://${HOST}/cgi-bin` } });
  machine = new Machine(stack);
  rmSync(machine.root, { recursive: true });
  machine.root = process.env.PACKAGE_ROOT;
  await prepare();
  await machine.boot();
  empty = await ofThatName();
});

after(async () => {
  await machine?.powerOff();
  await stack?.stop();
});

// Commands are there to be copied; what is typed is one's own: name, account, token, password.
function report(t, what, { times }, seconds, commands) {
  const own = [HOST, stack.secrets.accountSid, stack.secrets.authToken, PASSWORD, PASSWORD];
  const ownSeconds = (own.join('').length / TYPED_PER_MINUTE) * 60;
  const allSeconds = ((own.join('').length + commands.join('\n').length) / TYPED_PER_MINUTE) * 60;
  t.diagnostic(`${what}: ${commands.length} commands; ${seconds.toFixed(0)} s of the machine, `
    + `${ownSeconds.toFixed(0)} s of typing (${allSeconds.toFixed(0)} s if no command is copied)`);
  for (const { command, seconds: took } of times) {
    if (took > 1) t.diagnostic(`  ${took.toFixed(1)} s ${command.slice(0, 60)}`);
  }
  assert.ok(ownSeconds < 120, 'two minutes of typing');
  assert.ok(seconds + allSeconds < 600, 'ten minutes');
}

test('with the package, from an empty Debian to the first call', async (t) => {
  const began = Date.now();
  const commands = ours(commandsOf('Install it'));
  const typed = await type(commands);
  assert.doesNotMatch(typed.screen, /^FAIL/m, typed.screen);
  for (const line of typed.screen.match(/^WARN.*$/gm) ?? []) t.diagnostic(line.trim());
  await takeKeys();
  await end(await call());
  report(t, `${stepsOf('Install it')} steps with the package`, typed, (Date.now() - began) / 1000,
    commands);
  assert.equal(await machine.run('stat', '-c', '%U %G %a', `/${CONF}`), 'root dialpad 640\n');
  assert.equal(await machine.systemctl('--failed', '--plain', '--no-legend'), '');
});

test('its man pages, its completion and what cron and logrotate read are in order', async () => {
  const said = await machine.run('bash', '-c', '. /usr/share/bash-completion/completions/'
    + 'dialpad-admin; COMP_WORDS=(dialpad-admin doc); COMP_CWORD=1; _dialpad_admin;'
    + 'echo "${COMPREPLY[@]}"; COMP_WORDS=(dialpad-admin setup --p); COMP_CWORD=2; _dialpad_admin;'
    + 'echo "${COMPREPLY[@]}"');
  assert.equal(said, 'doctor\n--public-url\n');
  await machine.run('logrotate', '--debug', '/etc/logrotate.d/dialpad');
  // As cron would, were there no systemd.
  const lines = (await machine.run('cat', '/etc/cron.d/dialpad')).split('\n');
  const sweep = lines.find((line) => line.includes('dialpad-admin sweep'))
    .replace(/^(\S+ ){5}dialpad /, '').replace('/run/systemd/system', '/nonexistent')
    .replace(/\| logger.*/, '');
  assert.match(await machine.run('su', '-s', '/bin/sh', '-c', exported() + sweep,
    'dialpad'), /looked at/);
});

async function makeNewer() {
  const folder = join(machine.root, 'root');
  const [deb] = readdirSync(folder).filter((name) => name.endsWith('.deb'));
  const tree = join(folder, 'newer');
  await run('dpkg-deb', ['-R', join(folder, deb), tree]);
  const control = join(tree, 'DEBIAN/control');
  writeFileSync(control, readFileSync(control, 'utf8')
    .replace(/^Version: .*$/m, `Version: ${NEWER}`));
  await run('dpkg-deb', ['-b', tree, join(folder, `dialpad_${NEWER}_all.deb`)]);
  rmSync(tree, { recursive: true });
  rmSync(join(folder, deb));
}

test('an upgrade with a call up loses no request', async (t) => {
  await makeNewer();
  const up = await call();
  const pidOf = async () => (await machine.show('dialpad@call-state.service', 'MainPID')).MainPID;
  const old = await pidOf();
  const load = new Load(inside, { atOnce: 2, slow: 1 });
  await load.start(Object.keys(PROGRAMS));
  await type(ours(commandsOf('Install it')).filter((one) => one.startsWith('apt install -y ./')));
  await load.stop();
  t.diagnostic(`${load.answers} answers during the upgrade, ${load.failures.length} failures`);
  assert.deepEqual(load.failures, []);
  // One that has been told to end finishes what it has in hand.
  await until('the end of the old program', async () => (await pidOf()) !== old);
  assert.equal((await up.caller.hold(up.t1, true)).status, 200);
  await end(up);
});

test('a purge leaves the configuration, and nothing else', async () => {
  await type(commandsOf('Remove it'));
  assert.deepEqual((await ofThatName()).filter((file) => !empty.includes(file)),
    ['/etc/dialpad', '/etc/dialpad/dialpad.conf', '/etc/nginx/dialpad.htpasswd']);
  const left = join(machine.root, 'etc/dialpad');
  assert.deepEqual(readdirSync(left), ['dialpad.conf']);
  const { mode, gid } = statSync(join(left, 'dialpad.conf'));
  assert.deepEqual([mode & 0o777, gid], [0o600, 0]);
  await assert.rejects(machine.run('getent', 'passwd', 'dialpad'));
  await machine.systemctl('daemon-reload');
  assert.equal(await machine.systemctl('list-units', '--all', '--plain', '--no-legend',
    'dialpad*'), '');
  await machine.run('nginx', '-t');
});

test('from source, from an empty Debian to the first call', async (t) => {
  rmSync(join(machine.root, 'etc/dialpad'), { recursive: true });
  const began = Date.now();
  const further = commandsOf('Install it').filter((one) => !/^(apt|host=)/.test(one));
  const commands = ours([...commandsOf('From source'), ...further]);
  const typed = await type(commands);
  assert.doesNotMatch(typed.screen, /^FAIL/m, typed.screen);
  await takeKeys();
  await end(await call());
  report(t, 'from source', typed, (Date.now() - began) / 1000, commands);
});
