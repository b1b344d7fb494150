// Puts Apache in front of a stack. Started by root, its workers are www-data's and programs under
// suEXEC nobody's, as on a real host; started by anybody else, everything is that user's.

import { execFileSync } from 'node:child_process';
import {
  chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync,
  rmSync, writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { SANITIZER_OPTIONS } from './processes.js';
import { apacheAgents, apacheMain, apacheSite, htaccess, sharedHost } from './apache-site.js';

const isRoot = process.getuid() === 0;
const SERVER = { name: 'www-data', group: 'www-data' };
const CUSTOMER = { user: 'nobody', group: 'nogroup' };
// The only tree in which Debian's suexec runs anything.
const SUEXEC_ROOT = '/var/www';

// Why this mode can't be tried here, or null.
export function whyNotApache(mode) {
  if (mode !== 'apache-suexec') return null;
  if (!isRoot) return 'only root can let Apache run programs under suEXEC';
  return existsSync('/usr/lib/apache2/suexec') ? null : 'apache2-suexec-custom is not installed';
}

// Who opens the programs' sockets, as options of spawn-fcgi.
export function socketOwner() {
  return isRoot ? ['-U', SERVER.name] : [];
}

function give(owner, group, ...paths) {
  if (isRoot) execFileSync('chown', ['-R', `${owner}:${group}`, ...paths]);
}

// A web server's folders: the checkout may be where its user can't go.
function layOut(stack, mode) {
  const { dir, repo, buildDir } = stack;
  const suexec = mode === 'apache-suexec';
  const www = suexec ? mkdtempSync(join(SUEXEC_ROOT, 'dialpad-')) : join(dir, 'www');
  if (suexec) stack.folders.push(www);
  const cgiDir = mode === 'apache-fcgid' ? join(dir, 'cgi-bin') : join(www, 'cgi-bin');
  cpSync(join(repo, 'www'), www, { recursive: true });
  mkdirSync(cgiDir);
  const built = join(buildDir, suexec ? 'bundle/cgi-bin' : 'cgi-bin');
  for (const name of stack.names) copyFileSync(join(built, name), join(cgiDir, name));
  chmodSync(dir, 0o711);
  chmodSync(www, 0o755);
  return { www, cgiDir };
}

// The .htaccess and what it names, as the one whose folder it is puts them there.
function layOutSharedHost(stack, mode, www) {
  const [set] = stack.sets;
  const suexec = mode === 'apache-suexec';
  writeFileSync(join(www, '.htaccess'), htaccess({
    file: join(stack.repo, 'deploy/htaccess.example'), dir: stack.dir,
    configFile: suexec ? null : set.configFile,
  }));
  if (!suexec) return;
  mkdirSync(join(www, 'private'), { mode: 0o700 });
  copyFileSync(set.configFile, join(www, 'private/dialpad.conf'));
  give(CUSTOMER.user, CUSTOMER.group, www);
}

export async function startApache(stack) {
  const { dir, options: { mode, hsts }, sets: [set], port, agents, sandbox } = stack;
  const write = (name, text) => writeFileSync(join(dir, name), text);
  const { www, cgiDir } = layOut(stack, mode);
  mkdirSync(join(dir, 'apache'));
  write('agents.conf', apacheAgents({ agents, port, sandbox }));
  if (mode === 'apache-proxy' || mode === 'apache-fcgid') {
    write('site.conf', apacheSite({
      file: join(stack.repo, 'deploy/apache.conf.example'), dir, port, www, cgiDir,
      socketOf: set.socketOf, hsts,
    }));
  } else {
    layOutSharedHost(stack, mode, www);
    write('site.conf', sharedHost({ dir, port, www,
      suexec: mode === 'apache-suexec' ? CUSTOMER : null }));
  }
  write('apache.conf', apacheMain({
    mode, dir, port, user: isRoot ? SERVER : null, env: { ...set.env, ...SANITIZER_OPTIONS },
  }));
  if (mode === 'apache-suexec') give(CUSTOMER.user, CUSTOMER.group, set.dir);
  else if (mode !== 'apache-proxy') give(SERVER.name, SERVER.group, set.dir);
  give(SERVER.name, SERVER.group, join(dir, 'apache'), join(dir, 'htpasswd'));
  set.cgiDir = cgiDir;
  return stack.processes.start('apache', 'apache2',
    ['-DFOREGROUND', '-f', join(dir, 'apache.conf')]);
}

// The processes in which Apache runs this program now. The copy is this stack's own.
export function pidsOf(file) {
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid)).map(Number).filter((pid) => {
    try {
      return readlinkSync(`/proc/${pid}/exe`) === file;
    } catch {
      return false; // it has ended meanwhile, or is somebody else's
    }
  });
}

export function removeFolders(folders) {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
