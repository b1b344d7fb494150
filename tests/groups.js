// The groups of tests: what belongs to each, in which surroundings, and how long a file may take.

import { readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { whyNotApache } from './stack/apache.js';
import { whyNotBoot } from './stack/debian.js';

export const repo = resolve(dirname(fileURLToPath(import.meta.url)), '..');
export const build = resolve(repo, process.env.DIALPAD_BUILD || 'build');

export function filesIn(folder, pattern) {
  try {
    return readdirSync(folder).filter((name) => pattern.test(name)).sort()
      .map((name) => join(folder, name));
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}

function nodeTests(folder, names) {
  const all = filesIn(join(repo, folder), /\.test\.js$/);
  return names ? all.filter((file) => names.some((name) => file.endsWith(`/${name}.test.js`)))
    : all;
}

// Behind every further web server the short run shows that requests arrive and answers leave as
// they should; the rules of a call don't depend on who passes a request on.
const SERVER = ['gates', 'twiml'];

const inMode = (mode) => ({ env: { DIALPAD_TEST_MODE: mode } });
// Twilio is 80 ms away, and REST shows up to 1.5 s late what it has told.
const far = { env: { DIALPAD_TEST_MODE: 'fastcgi', DIALPAD_TEST_TWILIO: 'far' } };

// What each kind of test may take, in minutes of one core; the run prints it beside what was used.
// A new test is paid for out of its kind's budget by being the shortest that still catches the
// fault: its long form is for --all.
export const BUDGETS = [
  { what: 'unit and fuzz', minutes: 2, groups: /^(unit|page|sandbox|fuzz)$/ },
  { what: 'endpoint', minutes: 4, groups: /^endpoint/ },
  { what: 'browser', minutes: 9, groups: /^e2e|-browser$/ },
  { what: 'admin, hosting, intruders, soak', minutes: 4,
    groups: /^(admin|hosting|intruders|soak|soak-far)$/ },
  { what: 'root', minutes: 8, groups: /^(bundle|systemd|package)$/ },
];

// A group:
//   kind     how its files are run (see run.js)
//   files    all of them
//   short    those of the short run, where it isn't all
//   onlyLong it is no part of the short run
//   seconds  how long one file may take
//   cores    how much of them one file keeps busy; most wait for rings and time-outs all along
//   browser  uses browsers
//   whyNot   a reason why it can't be run here
export const GROUPS = [
  { name: 'unit', kind: 'cmocka', cores: 1, seconds: 60,
    files: () => filesIn(join(build, 'unit'), /^test_/) },
  { name: 'page', kind: 'node', cores: 1, seconds: 60, files: () => nodeTests('tests/www') },
  { name: 'e2e-firefox', kind: 'node', cores: 3 / 2, seconds: 400, browser: true,
    ...inMode('fastcgi'), files: () => nodeTests('tests/e2e', ['firefox']) },
  // The short run leaves Twilio's open points to `endpoint`, whose agents need no browser.
  { name: 'e2e', kind: 'node', cores: 1, seconds: 400, browser: true, ...inMode('fastcgi'),
    files: () => nodeTests('tests/e2e').filter((file) => !file.includes('firefox')),
    short: () => nodeTests('tests/e2e', ['budget', 'call', 'endings', 'meetings']) },
  { name: 'e2e-apache', kind: 'node', cores: 1, seconds: 300, browser: true,
    ...inMode('apache-proxy'),
    files: () => nodeTests('tests/e2e', ['call']), onlyLong: true },
  { name: 'page-browser', kind: 'node', cores: 1, seconds: 400, browser: true, ...inMode('fastcgi'),
    files: () => nodeTests('tests/page') },
  { name: 'sandbox-browser', kind: 'node', cores: 1, seconds: 180, browser: true,
    files: () => nodeTests('tests/sandbox/test', ['voice-sdk']) },
  { name: 'endpoint', kind: 'node', cores: 1 / 3, seconds: 300, ...inMode('fastcgi'),
    files: () => nodeTests('tests/endpoint') },
  // The other routing; everywhere else it is the default one.
  { name: 'endpoint-filter', kind: 'node', cores: 1 / 3, seconds: 300,
    env: { DIALPAD_TEST_MODE: 'fastcgi', DIALPAD_TEST_ROUTING: 'filter' },
    files: () => nodeTests('tests/endpoint'),
    short: () => nodeTests('tests/endpoint', ['rules']) },
  { name: 'e2e-filter', kind: 'node', cores: 1, seconds: 400, browser: true,
    env: { DIALPAD_TEST_MODE: 'fastcgi', DIALPAD_TEST_ROUTING: 'filter' },
    files: () => nodeTests('tests/e2e', ['call']), onlyLong: true },
  { name: 'endpoint-cgi', kind: 'node', cores: 1 / 3, seconds: 300, ...inMode('cgi'),
    files: () => nodeTests('tests/endpoint'),
    short: () => nodeTests('tests/endpoint', [...SERVER, 'calls']) },
  ...['apache-proxy', 'apache-fcgid', 'apache-cgi', 'apache-suexec'].map((mode) => ({
    name: `endpoint-${mode}`, kind: 'node', cores: 1 / 3, seconds: 300, ...inMode(mode),
    files: () => nodeTests('tests/endpoint'),
    short: () => nodeTests('tests/endpoint', SERVER),
    whyNot: whyNotApache(mode),
  })),
  { name: 'sandbox', kind: 'node', cores: 1 / 2, seconds: 180,
    files: () => nodeTests('tests/sandbox/test').filter((file) => !file.includes('voice-sdk')) },
  { name: 'admin', kind: 'node', cores: 1 / 2, seconds: 120,
    files: () => nodeTests('tests/admin') },
  { name: 'hosting', kind: 'node', cores: 1 / 2, seconds: 300,
    files: () => nodeTests('tests/hosting') },
  { name: 'intruders', kind: 'node', cores: 1 / 3, seconds: 300, ...inMode('fastcgi'),
    files: () => nodeTests('tests/intruders') },
  { name: 'soak', kind: 'node', cores: 1 / 3, seconds: 200, ...inMode('fastcgi'),
    files: () => nodeTests('tests/soak') },
  { name: 'endpoint-far', kind: 'node', cores: 1 / 6, seconds: 600, ...far, onlyLong: true,
    files: () => nodeTests('tests/endpoint', ['calls']) },
  { name: 'soak-far', kind: 'node', cores: 1 / 3, seconds: 300, ...far,
    files: () => nodeTests('tests/soak'), short: () => nodeTests('tests/soak', ['soak']) },
  { name: 'fuzz', kind: 'fuzz', cores: 1, seconds: 60,
    files: () => filesIn(join(repo, 'build/fuzz/fuzz'), /^fuzz_/) },
  // It needs Twilio's own Flex, which `make test-flex` fetches.
  { name: 'flex', kind: 'node', cores: 3 / 2, seconds: 400, browser: true, ...inMode('fastcgi'),
    files: () => nodeTests('tests/flex'), onlyNamed: true },
  // They take minutes and root: only where they are asked for by name. On a busy machine most of
  // their time is Debian's own packages being installed.
  { name: 'bundle', kind: 'node', cores: 2, seconds: 1200, files: () => nodeTests('tests/bundle'),
    onlyNamed: true, get whyNot() { return whyNotBoot(); } },
  { name: 'systemd', kind: 'node', cores: 2, seconds: 1200, files: () => nodeTests('tests/systemd'),
    onlyNamed: true, get whyNot() { return whyNotBoot(); } },
  { name: 'package', kind: 'node', cores: 2, seconds: 1200, files: () => nodeTests('tests/package'),
    onlyNamed: true, get whyNot() { return whyNotBoot(); } },
];
