// What an administrator is given: examples that know every program, units that systemd accepts, and
// an installation that leaves nothing behind.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import {
  chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { headersOf } from '../stack/site.js';

const run = promisify(execFile);
const repo = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const programs = readdirSync(join(repo, 'cgi-bin')).map((file) => file.replace(/\.c$/, '')).sort();
const read = (file) => readFileSync(join(repo, file), 'utf8');
const named = (file, pattern) => [...read(file).matchAll(pattern)].map((match) => match[1]).sort();

// systemd's own scale: 10 is a service that may do anything, 2 is called safe.
const EXPOSURE = 1.2;
const SERVICES = ['dialpad@session.service', 'dialpad-sweep.service'];

const whyNotRoot = process.getuid() !== 0 && 'only root can become another user';

let dest;

function make(...words) {
  return run('make', ['-s', '-C', repo, `B=${process.env.DIALPAD_BUILD || 'build'}`, ...words]);
}

function filesIn(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory()
    ? filesIn(join(folder, entry.name)) : [join(folder, entry.name)]));
}

before(async () => {
  dest = mkdtempSync(join(tmpdir(), 'dialpad-install-'));
  await make('install', `DESTDIR=${dest}`);
});

after(() => rmSync(dest, { recursive: true, force: true }));

test('every example knows every program', () => {
  const words = named('deploy/htaccess.example', /^<FilesMatch "\^\((session[a-z|-]*)\)\$">$/gm);
  assert.deepEqual(named('nginx.conf.example', /^upstream dialpad-([a-z-]+) /gm), programs);
  assert.deepEqual(named('nginx.conf.example', /fastcgi_pass dialpad-([a-z-]+);/g), programs);
  assert.deepEqual(
    named('deploy/apache.conf.example', /ProxyPass "\/cgi-bin\/([a-z-]+)"/g), programs);
  assert.deepEqual(words[0].split('|').sort(), programs);
  assert.deepEqual(
    named('deploy/systemd/dialpad.target', /^Wants=dialpad@([a-z-]+)\.socket$/gm), programs);
});

test('every web server sends the same headers', () => {
  const nginx = Object.entries(headersOf(read('nginx.conf.example')))
    .map(([name, value]) => `${name}: ${value}`).sort();
  for (const file of ['deploy/apache.conf.example', 'deploy/htaccess.example']) {
    const apache = [...read(file).matchAll(/^ *Header always set (\S+) "(.*)"$/gm)]
      .map(([, name, value]) => `${name.toLowerCase()}: ${value}`).sort();
    // A host that isn't one's own alone is no place to promise HTTPS for a year.
    assert.deepEqual(apache, nginx.filter((header) => file.includes('apache.conf')
      || !header.startsWith('strict-transport-security')), file);
  }
});

test('install lays everything out and makes no secret', () => {
  const installed = readdirSync(join(dest, 'usr/lib/dialpad/cgi-bin')).sort();
  assert.deepEqual(installed, programs);
  for (const file of ['usr/bin/dialpad-admin', 'usr/bin/dialpad-spawn']) {
    assert.equal(statSync(join(dest, file)).mode & 0o777, 0o755);
  }
  assert.ok(statSync(join(dest, 'usr/share/dialpad/www/index.html')).isFile());
  assert.deepEqual(readdirSync(join(dest, 'etc/dialpad')), ['dialpad.conf.example']);
  assert.equal(statSync(join(dest, 'etc/dialpad/dialpad.conf.example')).mode & 0o777, 0o640);
  for (const line of read('dialpad.conf.example').split('\n')) {
    assert.doesNotMatch(line, /^\w*(TOKEN|SECRET|KEY|SID)\w*=./);
  }
});

test('what is laid out to be served is the page and nothing else', () => {
  const served = filesIn(join(dest, 'usr/share/dialpad/www'));
  const kinds = /\.(html|css|js|json|svg|wav|webmanifest)$|\/icons\/\S+\.png$|\/vendor\/\S+$/;
  assert.deepEqual(served.filter((file) => !kinds.test(file)), []);
  assert.deepEqual(served.filter((file) => /\/\.|README|screenshot/.test(file)), []);
});

test('the sweep gives up before its unit does', () => {
  const own = /SWEEP_S = (\d+)/.exec(read('tools/dialpad-admin/sweep.c'))[1];
  const unit = /^TimeoutStartSec=(\d+)$/m.exec(read('deploy/systemd/dialpad-sweep.service'))[1];
  assert.ok(Number(own) + 5 <= Number(unit), `${own} s, and the unit after ${unit} s`);
});

test('libraries that are too old are named before anything is compiled', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dialpad-old-'));
  const check = (old) => {
    // Says of one library that it isn't new enough, whatever is asked.
    writeFileSync(join(folder, 'pkg-config'), `#!/bin/sh
case "$*" in *--modversion*) echo 0.1 ;; --atleast-version=*\\ ${old}) exit 1 ;; esac
`, { mode: 0o755 });
    return run(join(repo, 'deploy/check-libraries'), [], {
      env: { ...process.env, LIBFCGI_PATCHED: '', PATH: `${folder}:${process.env.PATH}` },
    });
  };
  try {
    await check('none');
    for (const old of ['libcurl', 'libcjson']) {
      await assert.rejects(check(old), ({ code, stderr }) => code === 1
        && new RegExp(`^${old} 0\\.1 won't do: [\\d.]+ or later`).test(stderr));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('systemd accepts the units', async () => {
  // The units that ours refer to.
  const system = join(dest, 'usr/lib/systemd/system');
  const known = readdirSync('/lib/systemd/system').filter((name) => /\.(target|slice)$/.test(name));
  for (const name of known) {
    cpSync(join('/lib/systemd/system', name), join(system, name),
      { force: false, dereference: true });
  }
  // And the one command: systemd-analyze looks for it below --root.
  mkdirSync(join(dest, 'bin'));
  writeFileSync(join(dest, 'bin/sh'), '', { mode: 0o755 });
  const units = [
    ...programs.flatMap((name) => [`dialpad@${name}.socket`, `dialpad@${name}.service`]),
    'dialpad-sweep.service', 'dialpad-sweep.timer', 'dialpad.target'];
  const { stdout, stderr } = await run('systemd-analyze',
    ['verify', '--man=no', `--root=${dest}`, ...units]);
  assert.equal(stdout + stderr, '');
  for (const name of known) rmSync(join(system, name));
  rmSync(join(dest, 'bin'), { recursive: true });
});

for (const service of SERVICES) {
  test(`${service} may do little`, async (t) => {
    const { stdout } = await run('systemd-analyze', ['security', '--offline=true', '--no-pager',
      `--threshold=${EXPOSURE * 10}`, `--root=${dest}`, service]);
    t.diagnostic(/Overall exposure level[^:]*: [\d.]+/.exec(stdout)[0]);
  });
}

for (const program of ['caller-twiml', 'callee-twiml']) {
  test(`${program}, which asks nobody, has no network`, async (t) => {
    const { stdout } = await run('systemd-analyze', ['security', '--offline=true', '--no-pager',
      '--threshold=6', `--root=${dest}`, `dialpad@${program}.service`]);
    t.diagnostic(/Overall exposure level[^:]*: [\d.]+/.exec(stdout)[0]);
  });
}

test('every command says what it is, whatever its configuration', async () => {
  const version = /^VERSION = (\S+)$/m.exec(read('Makefile'))[1];
  const folder = join(dest, 'usr/lib/dialpad/cgi-bin');
  const env = { PATH: process.env.PATH, DIALPAD_CONFIG: '/nonexistent', DIALPAD_PROGRAMS: folder };
  const commands = [...programs.map((name) => join(folder, name)),
    join(dest, 'usr/bin/dialpad-admin'), join(dest, 'usr/bin/dialpad-spawn')];
  for (const command of commands) {
    const name = basename(command);
    assert.equal((await run(command, ['--version'], { env })).stdout, `${name} ${version}\n`);
    assert.match((await run(command, ['--help'], { env })).stdout, new RegExp(name));
    await assert.rejects(run(command, ['--nonsense'], { env }), { code: 2 });
  }
  // What a web server hands over is a client's query.
  const answer = await run(join(folder, 'health'), ['--version'],
    { env: { ...env, REQUEST_METHOD: 'GET', GATEWAY_INTERFACE: 'CGI/1.1' } });
  assert.match(answer.stdout, /^Status: 503 /);
  await run(join(dest, 'usr/bin/dialpad-admin'), ['sweep', '--help'], { env });
});

test('the man pages name every command and option that --help does, and no other', async () => {
  const command = join(dest, 'usr/bin/dialpad-admin');
  const help = async (...words) => (await run(command, [...words, '--help'])).stdout;
  const words = (text) => [...text.matchAll(/^ {2}([a-z-]+)/gm)].map(([, word]) => word).sort();
  const page = readFileSync(join(dest, 'usr/share/man/man8/dialpad-admin.8'), 'utf8')
    .replaceAll('\\-', '-');
  for (const section of page.split(/^\.SS /m).slice(1)) {
    const [, name] = /^(\S+)/.exec(section);
    const options = [...section.split('\n.SH')[0].matchAll(/^\.TP\n\.BI? "?([a-z-]+)/gm)];
    assert.deepEqual(options.map(([, option]) => option).sort(), words(await help(name)), name);
  }
  assert.deepEqual([...page.matchAll(/^\.SS (\S+)/gm)].map(([, name]) => name).sort(),
    words(await help()));
});

test('the man page and the README name every key', () => {
  const keys = named('common/base/config.c', /^ {4}\{ "([A-Z_]+)",/gm);
  const listed = (text) => [...text.matchAll(/[A-Z]+(?:_[A-Z]+)+/g)].map(([key]) => key).sort();
  const inPage = read('deploy/man/dialpad.conf.5').match(/^\.TP\n\.B .*$/gm).join('\n');
  const inReadme = read('README.md').match(/^\| `[A-Z_]+`.*? \|/gm).join('\n');
  assert.deepEqual(listed(inPage), keys);
  assert.deepEqual(listed(inReadme), keys);
});

test('a check as root passes nothing that no program can read', { skip: whyNotRoot }, async () => {
  const file = join(dest, 'dialpad.conf');
  const sid = (prefix) => `${prefix}${'0'.repeat(32)}`;
  chmodSync(dest, 0o755);
  writeFileSync(file, `TWILIO_ACCOUNT_SID=${sid('AC')}\nTWILIO_AUTH_TOKEN=t\nTWILIO_API_KEY=${sid('SK')}
TWILIO_API_SECRET=s\nTWILIO_FLEX_WORKSPACE_SID=${sid('WS')}
TWILIO_FLEX_INTERNAL_CALL_WORKFLOW_SID=${sid('WW')}\nDIALPAD_PUBLIC_URL=https://calls.example.com/cgi-bin
DIALPAD_STATE_DIR=${dest}/state\n`);
  const check = (...words) => run(join(dest, 'usr/bin/dialpad-admin'), ['check', ...words],
    { env: { PATH: process.env.PATH, DIALPAD_CONFIG: file } });
  chmodSync(file, 0o600);
  await assert.rejects(check('--user', 'nobody'), ({ code, stderr }) => code === 1
    && /dialpad\.conf: the file can't be read: Permission denied/.test(stderr));
  await run('chgrp', ['nogroup', file]);
  chmodSync(file, 0o640);
  assert.match((await check('--user', 'nobody')).stdout, /as nobody: the configuration is complete/);
  mkdirSync(join(dest, 'state'), { mode: 0o700 });
  await assert.rejects(check('--user', 'nobody'), ({ stderr }) =>
    /the state folder .*state can't be used: Permission denied/.test(stderr));
  rmSync(join(dest, 'state'), { recursive: true });
  rmSync(file);
});

test('uninstall leaves what is the administrator\'s, and nothing else', async () => {
  const secret = join(dest, 'etc/dialpad/dialpad.conf');
  cpSync(join(repo, 'dialpad.conf.example'), secret);
  await make('uninstall', `DESTDIR=${dest}`);
  assert.deepEqual(filesIn(dest), [secret]);
});
