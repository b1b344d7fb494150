// Puts nginx in front of a stack: with the programs as FastCGI services, or as plain CGI programs
// that fcgiwrap runs.

import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { send } from './processes.js';
import { agentsConfig, mainConfig, siteConfig } from './site.js';
import { hasIpv6, ownUser, until } from './system.js';

export async function startNginx(stack) {
  const { dir, buildDir, port, sandbox, agents, options } = stack;
  const write = (name, text) => writeFileSync(join(dir, name), text);
  mkdirSync(join(dir, 'nginx'));
  copyFileSync('/etc/nginx/fastcgi_params', join(dir, 'fastcgi_params'));
  write('nginx.conf', mainConfig({ dir, user: await ownUser() }));
  write('agents.conf', agentsConfig({ agents, buildDir, sandbox }));
  write('site.conf', siteConfig({
    exampleFile: join(stack.repo, 'nginx.conf.example'), www: join(stack.repo, 'www'),
    buildDir, dir, port, ipv6: hasIpv6(), requestsPerSecond: options.requestsPerSecond,
    hsts: options.hsts, flexOrigins: options.extraConfig?.DIALPAD_FLEX_ORIGINS,
    socketsOf: (name) => [...new Set(stack.sets.map((set) => set.socketOf(name)))],
  }));
  return stack.processes.start('nginx', 'nginx', ['-p', dir, '-c', join(dir, 'nginx.conf')]);
}

/** With the site as it is now. The workers from before go on answering for a moment: until then. */
export async function reloadNginx({ server: { pid } }) {
  const workers = () => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  const old = workers();
  send(pid, 'SIGHUP');
  await until('the workers from before to end', () =>
    workers().every((worker) => worker && !old.includes(worker)));
}
