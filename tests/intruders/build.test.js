// What the linker and the compiler have put into the programs against an attacker who has found a
// mistake of ours.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const repo = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const build = resolve(repo, process.env.DIALPAD_BUILD || 'build');
const isPlain = build.endsWith('/build');
const readelf = (...args) =>
  execFileSync(
    'readelf', ['-W', ...args], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } });

const programs = ['cgi-bin', 'bin'].flatMap((folder) =>
  readdirSync(join(build, folder)).map((name) => join(build, folder, name)));

describe('hardening', () => {
  test('there are programs to look at', () => assert.ok(programs.length > 12));

  for (const program of programs) {
    test(program.slice(build.length + 1), () => {
      const header = readelf('-h', program);
      const segments = readelf('-l', program);
      const dynamic = readelf('-d', program);
      const symbols = readelf('--dyn-syms', program);
      assert.match(header, /Type:\s+DYN/, 'not a PIE');
      assert.match(dynamic, /FLAGS_1.*\bPIE\b/, 'a shared library, not a PIE');
      assert.match(segments, /GNU_RELRO/, 'no RELRO');
      assert.match(dynamic, /BIND_NOW|FLAGS_1.*\bNOW\b/, 'RELRO is partial');
      assert.match(segments, /GNU_STACK\s.*\bRW\b/, 'the stack can be executed');
      assert.doesNotMatch(segments, /\bRWE\b/, 'memory that can be written and executed');
      assert.doesNotMatch(dynamic, /TEXTREL/, 'the code is relocated');
      assert.doesNotMatch(dynamic, /RPATH|RUNPATH/, 'libraries from places of our own');
      assert.match(symbols, /__stack_chk_fail/, 'no stack protector');
      // The sanitizers see more than fortified functions, and exclude them.
      if (isPlain) assert.match(symbols, /__\w+_chk@/, 'not fortified');
    });
  }

  test('two folders give the same bytes', () => {
    const dir = mkdtempSync(join(tmpdir(), 'dialpad-bytes-'));
    try {
      const sums = ['one', 'another/longer'].map((folder) => {
        const copy = join(dir, folder);
        mkdirSync(copy, { recursive: true });
        for (const part of ['Makefile', 'common', 'cgi-bin', 'deploy', 'tools', 'tests/unit',
          'tests/bench']) {
          cpSync(join(repo, part), join(copy, part), { recursive: true,
            filter: (path) => !path.includes('node_modules') });
        }
        execFileSync('make', ['-s', '-j2', '-C', copy, 'B=build', 'CFLAGS=-O0 -g', 'programs'],
          { env: { ...process.env, MAKEFLAGS: '' }, stdio: ['ignore', 'ignore', 'inherit'] });
        return programs.map((program) => [program, createHash('sha256')
          .update(readFileSync(join(copy, 'build', program.slice(build.length)))).digest('hex')]);
      });
      assert.deepEqual(sums[0], sums[1]);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });

  test('jumps land only where they may', (context) => {
    if (process.arch !== 'x64') return context.skip('-fcf-protection is for x86');
    const code = execFileSync('objdump', ['-d', '--disassemble=main', programs[0]],
      { encoding: 'utf8' });
    return assert.match(code, /endbr64/);
  });

  test('the programs that lead legs into a Conference can ask nobody', () => {
    const asks = (program) => /libcurl/.test(readFileSync(join(build, 'cgi-bin', program), 'latin1'));
    assert.ok(asks('status-callback'), 'it is known by this');
    for (const program of ['caller-twiml', 'callee-twiml']) assert.ok(!asks(program), program);
  });

  test('no program brings an account along', () => {
    for (const program of programs) {
      const text = execFileSync('strings', ['-n', '8', program], { encoding: 'utf8' });
      assert.doesNotMatch(text, /\b(AC|SK|WS|WW)[0-9a-f]{32}\b/, program);
    }
  });
});
