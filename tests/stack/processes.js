// Child processes that never outlive this one, however it ends: the kernel tells them when their
// parent is gone (setpriv --pdeathsig), so that even SIGKILL leaves nothing running.

import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

// A program ends within five seconds by its own clock, which a busy machine holds up.
const STOP_MS = 15_000;
const SANITIZER_REPORT =
  /ERROR: AddressSanitizer|ERROR: LeakSanitizer|WARNING: ThreadSanitizer|runtime error:/;

// A debugger's view of the sanitizers: complete stacks, and an exit status that nothing else uses.
export const SANITIZER_OPTIONS = {
  ASAN_OPTIONS: 'exitcode=99:detect_stack_use_after_return=1:strict_string_checks=1',
  LSAN_OPTIONS: 'exitcode=98',
  UBSAN_OPTIONS: 'print_stacktrace=1:halt_on_error=1',
  TSAN_OPTIONS: 'exitcode=97:second_deadlock_stack=1',
};

export function send(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

export class Processes {
  constructor(logDir) {
    this.logDir = logDir;
    this.running = new Set();
    this.problems = [];
  }

  // Starts a program whose output goes to NAME.log. `group` is for programs that fork children of
  // their own and forget them: a shell then leads their process group and takes it down with it.
  start(name, command, args = [], { env = {}, group = false, mayExit = false } = {}) {
    const log = openSync(join(this.logDir, `${name}.log`), 'a');
    const wrapped = group
      ? ['sh', '-c', 'trap "trap - TERM; kill 0" TERM; "$@" & wait', 'sh', command, ...args]
      : [command, ...args];
    const child = spawn('setpriv', ['--pdeathsig', 'TERM', '--', ...wrapped], {
      stdio: ['ignore', log, log],
      detached: true,
      env: {
        ...SANITIZER_OPTIONS,
        ...process.env,
        ...env,
        PATH: `${process.env.PATH}:/usr/sbin:/sbin`,
      },
    });
    closeSync(log);
    const running = { name, pid: child.pid, command, mayExit, ended: null };
    running.exited = new Promise((resolve) => {
      child.once('error', (error) => resolve({ code: null, signal: null, error }));
      child.once('exit', (code, signal) => resolve({ code, signal }));
    }).then((ended) => {
      running.ended = ended;
      this.running.delete(running);
      return ended;
    });
    this.running.add(running);
    return running;
  }

  // Sends the signal and waits; whoever is still there after STOP_MS is killed.
  async stop(running, signal = 'SIGTERM') {
    if (running.ended) return running.ended;
    send(running.pid, signal);
    const timer = setTimeout(() => {
      this.problems.push(`${running.name} was still running ${STOP_MS} ms after ${signal}`);
      send(-running.pid, 'SIGKILL');
    }, STOP_MS);
    const ended = await running.exited;
    clearTimeout(timer);
    if (signal === 'SIGTERM') this.expectCleanEnd(running);
    return ended;
  }

  expectCleanEnd({ name, ended: { code, signal }, mayExit }) {
    if (mayExit || code === 0) return;
    this.problems.push(`${name} ended with ${signal ?? `status ${code}`}`);
  }

  // Throws if a process that should be running has ended.
  check(running) {
    if (!running.ended) return;
    const { code, signal, error } = running.ended;
    const why = error?.message ?? signal ?? `status ${code}`;
    throw new Error(`${running.name} ended with ${why}\n${this.log(running.name)}`);
  }

  log(name) {
    const file = join(this.logDir, `${name}.log`);
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  // Adds a problem for each log that holds a report of a sanitizer. Those of a plain CGI program
  // are in the log of whoever ran it.
  searchLogs() {
    for (const file of readdirSync(this.logDir)) {
      const log = readFileSync(join(this.logDir, file), 'utf8');
      const found = log.search(SANITIZER_REPORT);
      if (found !== -1) this.problems.push(`${file}: ${log.slice(found, found + 4000)}`);
    }
  }

  killAllNow() {
    for (const { pid } of this.running) send(-pid, 'SIGKILL');
  }
}
