// Where the benchmark takes place: the stack of the tests with a full directory, and beside the
// site, in the same nginx, an address without TLS and without limits, where the same programs and
// the empty responder answer.

import { appendFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';

import { startStack } from '../stack/stack.js';
import { freePort, listensOn, until } from '../stack/system.js';
import { Wire } from './wire.js';

export const AGENTS = 15_000;

function location(program, target, user = '') {
  return `    location = /cgi-bin/${program} {
        fastcgi_param REMOTE_USER "${user}";
        fastcgi_param AUTH_TYPE "${user && 'Basic'}";
        fastcgi_param HTTP_PROXY "";
        include fastcgi_params;
        fastcgi_pass ${target};
    }
`;
}

function serverBlock(port, names, emptySocket) {
  return `
server {
    listen 127.0.0.1:${port};
    access_log off;
    keepalive_requests 10000000;
${location('empty', `unix:${emptySocket}`)}${names.map((name) =>
  location(name, `dialpad-${name}`, name === 'session' ? 'alice' : '')).join('')}}
`;
}

export class Place {
  async open() {
    this.stack = await startStack({ mode: 'fastcgi', tls: true });
    const { stack } = this;
    this.port = await freePort();
    this.empty = await this.startEmpty();
    appendFileSync(join(stack.dir, 'site.conf'),
      serverBlock(this.port, stack.names, this.emptySocket));
    const nginx = [...stack.processes.running].find((running) => running.name === 'nginx');
    process.kill(nginx.pid, 'SIGHUP');
    await until('the benchmark\'s address', () =>
      listensOn({ host: '127.0.0.1', port: this.port }));
    const session = (await stack.fetch('/alice/cgi-bin/session', { method: 'POST' })).json();
    this.wire = new Wire({ ...stack, token: session.token });
  }

  async startEmpty() {
    const { stack } = this;
    this.emptySocket = join(stack.dir, 'empty.sock');
    const started = stack.processes.start('empty-responder', 'spawn-fcgi',
      ['-n', '-s', this.emptySocket, '--', join(stack.buildDir, 'bench/empty-responder')],
      { mayExit: true });
    await until('the empty responder', () => {
      stack.processes.check(started);
      return listensOn(this.emptySocket);
    });
    return started;
  }

  async control(method, path, body) {
    const answer = await fetch(`${this.stack.sandbox}/sandbox/${path}`, {
      method, body: body && JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
    return answer.json();
  }

  async fillDirectory() {
    const { workers } = await this.control('GET', 'state');
    await this.control('POST', 'workers', { count: AGENTS - workers.length, prefix: 'agent' });
  }

  pid(program) {
    return this.stack.programs[program].pid;
  }

  file(name) {
    return join(this.stack.dir, name);
  }

  // A benchmark writes more log lines in a minute than a day's calls.
  clearLog(name) {
    truncateSync(join(this.stack.dir, 'logs', `${name}.log`));
  }

  async close() {
    // libfcgi's own way to stop doesn't end a program with several threads.
    if (this.empty) await this.stack.processes.stop(this.empty, 'SIGKILL');
    await this.stack?.stop();
  }
}
