// A Debian that systemd has booted, with nginx and with our programs as `make install` lays them
// out: a machine in all but its kernel and its network, which are this one's.

import { execFile, spawn } from 'node:child_process';
import {
  chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { until } from '../endpoint/lib.js';
import { debootstrap, releaseOf } from '../stack/debian.js';
import { agentsConfig, siteConfig } from '../stack/site.js';

const run = promisify(execFile);
const NGINX = 'etc/nginx';

// The packages that our programs' libraries are from; libcurl, which they load by themselves, is
// linked with the tools.
async function librariesOf(...folders) {
  const files = folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)));
  const { stdout: linked } = await run('ldd', files);
  const names = new Set([...linked.matchAll(/^\s+(lib\S+) => /gm)].map(([, name]) => `*/${name}`));
  const { stdout: owners } = await run('dpkg-query', ['--search', ...names]);
  return [...new Set([...owners.matchAll(/^([a-z0-9.+-]+)(?::\w+)?: /gm)].map(([, name]) => name))];
}

export class Machine {
  /** `prefix` is make's PREFIX. */
  constructor(stack, prefix = '/usr') {
    this.stack = stack;
    this.prefix = prefix;
    this.root = mkdtempSync(join(tmpdir(), 'dialpad-machine-'));
  }

  write(file, text) {
    writeFileSync(join(this.root, file), text);
  }

  async install(port) {
    const { repo, buildDir } = this.stack;
    const make = (...words) => run('make', ['-s', '-C', repo, `B=${buildDir}`,
      `PREFIX=${this.prefix}`, ...words]);
    await make('-j2', 'programs');
    await debootstrap(this.root, ['systemd-sysv', 'nginx', 'ca-certificates',
      ...await librariesOf(join(buildDir, 'cgi-bin'), join(buildDir, 'bin'))], releaseOf());
    // There is no console.
    await run('chroot', [this.root, 'systemctl', 'mask', 'console-getty.service']);
    await make('install', `DESTDIR=${this.root}`);
    this.#configureNginx(port);
  }

  // The installed example, changed where it says CHANGE.
  #configureNginx(port) {
    const { prefix, stack: { repo, dir, agents, sandbox } } = this;
    const etc = join(this.root, NGINX);
    mkdirSync(join(etc, 'dialpad'));
    for (const file of ['cert.pem', 'key.pem', 'htpasswd']) {
      copyFileSync(join(dir, file), join(etc, 'dialpad', file));
    }
    chmodSync(join(etc, 'dialpad/htpasswd'), 0o644); // as htpasswd makes it
    this.write(`${NGINX}/agents.conf`,
      agentsConfig({ agents, buildDir: `${prefix}/lib/dialpad`, sandbox }));
    this.write(`${NGINX}/conf.d/upgrade.conf`,
      'map $http_upgrade $connection_upgrade { default upgrade; \'\' \'\'; }\n');
    this.write(`${NGINX}/sites-enabled/dialpad`, siteConfig({
      exampleFile: prefix === '/usr' ? join(this.root, 'usr/share/doc/dialpad/nginx.conf.example')
        : join(repo, 'nginx.conf.example'),
      www: `${prefix}/share/dialpad/www`, buildDir: `${prefix}/lib/dialpad`, dir: '/etc/nginx/dialpad',
      port, ipv6: false, requestsPerSecond: 100_000,
      hsts: true, socketsOf: (program) => [`/run/dialpad/${program}.sock`],
    }));
    rmSync(join(etc, 'sites-enabled/default'));
  }

  async boot() {
    this.process = this.stack.processes.start('machine', 'unshare',
      ['--mount', join(this.stack.repo, 'tests/systemd/boot'), this.root], { mayExit: true });
    await until('systemd', async () => {
      this.stack.processes.check(this.process);
      this.init ??= await this.#findInit();
      return this.init && this.run('systemctl', 'is-system-running', '--wait')
        .then(() => true, () => false);
    }, 60_000);
  }

  // Its first process, as this machine counts: the child of the inner `unshare`.
  async #findInit() {
    const childrenOf = async (pid) => (await run('pgrep', ['-P', String(pid)])).stdout.trim();
    try {
      return await childrenOf(await childrenOf(this.process.pid));
    } catch {
      return null; // not there yet
    }
  }

  #enter(command) {
    return ['--target', this.init, '--mount', '--uts', '--ipc', '--pid', '--cgroup', '--root',
      '--wd=/', '--', ...command];
  }

  /** Runs a command inside → what it says. */
  async run(...command) {
    const { stdout } = await run('nsenter', this.#enter(command), { maxBuffer: 1 << 26 });
    return stdout;
  }

  /** Starts one inside, as in an administrator's shell → the process. */
  spawn(...command) {
    return spawn('nsenter', this.#enter(command), { stdio: ['pipe', 'pipe', 'inherit'],
      env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root',
        TERM: 'dumb', DEBIAN_FRONTEND: 'noninteractive', LANG: 'C.UTF-8' } });
  }

  systemctl(...words) {
    return this.run('systemctl', ...words);
  }

  /** Properties of a unit, by name. */
  async show(unit, ...names) {
    const text = await this.systemctl('show', unit, ...names.map((name) => `--property=${name}`));
    return Object.fromEntries(text.trim().split('\n').map((line) => line.split(/=(.*)/s)));
  }

  journal(...words) {
    return this.run('journalctl', '--quiet', '--no-pager', '--output=cat', ...words);
  }

  async powerOff() {
    if (!this.process || this.process.ended) return;
    await this.systemctl('poweroff').catch(() => {}); // it takes the question down with it
    await this.process.exited;
  }

  remove() {
    rmSync(this.root, { recursive: true, force: true });
  }
}
