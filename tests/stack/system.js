// What a stack needs of this machine: ports, a certificate, passwords, and patience.

import { execFile } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import dgram from 'node:dgram';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const START_MS = 60_000;

export function token() {
  return randomBytes(16).toString('hex');
}

export function sid(prefix) {
  return prefix + token();
}

export async function until(what, condition) {
  const deadline = Date.now() + START_MS;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`${what}: not within ${START_MS} ms`);
    await delay(20);
  }
}

export function listensOn(address) {
  return new Promise((done) => {
    const socket = net.connect(address);
    socket.once('connect', () => { socket.destroy(); done(true); });
    socket.once('error', () => done(false));
  });
}

// Linux takes the ports of connections, and those of servers that don't mind which, from 32768 up.
const [FIRST_PORT, PORTS] = [20_000, 12_000];

// Whether a server opens there; it is closed at once.
function opens(port) {
  return new Promise((done) => {
    const server = net.createServer().unref();
    server.once('error', () => done(false));
    server.listen({ host: '0.0.0.0', port }, () => server.close(() => done(true)));
  });
}

// A UDP socket of the same number, which nobody else here wants, says whose the TCP port is.
function reserves(port) {
  return new Promise((done) => {
    const socket = dgram.createSocket('udp4').unref();
    socket.once('error', () => { socket.close(); done(false); });
    socket.bind({ address: '127.0.0.1', port, exclusive: true }, () => done(true));
  });
}

/**
 * A port for a server that can't choose its own. It is nobody else's as long as this process lives:
 * other tests run at the same time, and whoever found it free a moment ago may not have opened it
 * yet.
 */
export async function freePort() {
  for (let tries = 0; tries < PORTS; tries += 1) {
    const port = FIRST_PORT + randomInt(PORTS);
    if (await reserves(port) && await opens(port)) return port;
  }
  throw new Error('no port is free');
}

export function hasIpv6() {
  return Object.values(os.networkInterfaces()).flat().some(({ address }) => address === '::1');
}

export async function makeCertificate(dir) {
  await run('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256',
    '-nodes', '-days', '30', '-subj', '/CN=localhost',
    '-addext', 'subjectAltName=DNS:localhost,DNS:*.localhost,IP:127.0.0.1,IP:::1',
    '-keyout', join(dir, 'key.pem'), '-out', join(dir, 'cert.pem')]);
  // A folder as OpenSSL wants it, which finds certificates by links: for the programs.
  mkdirSync(join(dir, 'ca'));
  copyFileSync(join(dir, 'cert.pem'), join(dir, 'ca', 'cert.pem'));
  await run('openssl', ['rehash', join(dir, 'ca')]);
}

export async function writePasswords(dir, agents) {
  const lines = await Promise.all(agents.map(async (agent) => {
    const { stdout } = await run('openssl', ['passwd', '-apr1', agent]);
    return `${agent}:${stdout}`;
  }));
  writeFileSync(join(dir, 'htpasswd'), lines.join(''), { mode: 0o600 });
}

// Whom nginx's workers are to run as. Only root can choose; anybody else's run as himself.
export async function ownUser() {
  if (process.getuid() !== 0) return null;
  const { stdout } = await run('id', ['-gn']);
  return { name: os.userInfo().username, group: stdout.trim() };
}
