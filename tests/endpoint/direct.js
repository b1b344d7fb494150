// Requests past the web server, which would not let them through: straight to a program's FastCGI
// socket, or to the program itself as a web server starts it for plain CGI.

import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';

import { isCgi } from './lib.js';

const BEGIN = 1;
const PARAMS = 4;
const STDIN = 5;
const STDOUT = 6;

function record(type, content) {
  const head = Buffer.alloc(8);
  head.writeUInt8(1, 0);
  head.writeUInt8(type, 1);
  head.writeUInt16BE(1, 2);
  head.writeUInt16BE(content.length, 4);
  return Buffer.concat([head, content]);
}

function length(size) {
  if (size < 128) return Buffer.from([size]);
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE((size | 0x80000000) >>> 0);
  return bytes;
}

function pair([name, value]) {
  const [key, text] = [Buffer.from(name), Buffer.from(value)];
  return Buffer.concat([length(key.length), length(text.length), key, text]);
}

function* stream(type, content) {
  for (let at = 0; at < content.length; at += 0xffff) {
    yield record(type, content.subarray(at, at + 0xffff));
  }
  yield record(type, Buffer.alloc(0));
}

const head = (variables) => Buffer.concat([
  record(BEGIN, Buffer.from([0, 1, 0, 0, 0, 0, 0, 0])),
  ...stream(PARAMS, Buffer.concat(Object.entries(variables).map(pair))),
]);

/**
 * As a web server that streams: a request whose body never ends. Every `everyMs` comes a byte of
 * it, never with 0. Gives {socket, ended}: what was answered until the end.
 */
export function endless(stack, program, variables, everyMs = 0) {
  const socket = net.connect(stack.sets[0].socketOf(program));
  socket.write(head({ GATEWAY_INTERFACE: 'CGI/1.1', CONTENT_LENGTH: '1000', ...variables }));
  const drip = everyMs
    ? setInterval(() => socket.write(record(STDIN, Buffer.from('x'))), everyMs) : undefined;
  const chunks = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.on('error', () => {}); // it is closed while a byte is on its way
  const ended = new Promise((done) => {
    socket.once('close', () => {
      clearInterval(drip);
      done({ text: output(chunks) });
    });
  });
  return { socket, ended };
}

function overSocket(path, variables, body) {
  const message = Buffer.concat([head(variables), ...stream(STDIN, body)]);
  return new Promise((done, failed) => {
    const socket = net.connect(path);
    const chunks = [];
    let cut = null;
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.once('error', (error) => {
      cut = error.code;
      if (!chunks.length) failed(error);
    });
    socket.once('close', () => done({ text: output(chunks), cut }));
    socket.write(message);
  });
}

function output(chunks) {
  const received = Buffer.concat(chunks);
  const parts = [];
  for (let at = 0; at + 8 <= received.length;) {
    const size = received.readUInt16BE(at + 4);
    if (received[at + 1] === STDOUT) parts.push(received.subarray(at + 8, at + 8 + size));
    at += 8 + size + received[at + 6];
  }
  return Buffer.concat(parts).toString();
}

// As the user as whom the web server starts its programs: they want a state folder of their own.
function asCgi(file, { set, variables, body, onStart }) {
  return new Promise((done, failed) => {
    const { uid, gid } = statSync(set.dir);
    const child = spawn(file, [], {
      env: { ...set.env, ...variables }, uid, gid, stdio: ['pipe', 'pipe', 'ignore'],
    });
    onStart?.(child);
    const chunks = [];
    let cut = null;
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.once('error', failed);
    child.stdin.on('error', (error) => {
      cut = error.code;
    });
    child.once('close', () => done({ text: Buffer.concat(chunks).toString(), cut }));
    child.stdin.end(body);
  });
}

/**
 * {status, headers, body} of a request with exactly these variables and this body; `cut` is why not
 * all of the body could be sent, or null. `onStart` is given the process of a plain CGI program.
 */
export async function direct(stack, program, variables, body = '', onStart = undefined) {
  const set = stack.sets[0];
  const bytes = Buffer.from(body);
  const given = { GATEWAY_INTERFACE: 'CGI/1.1', SERVER_PROTOCOL: 'HTTP/1.1', ...variables };
  const { text, cut } = isCgi
    ? await asCgi(join(set.cgiDir ?? join(stack.buildDir, 'cgi-bin'), program),
      { set, variables: given, body: bytes, onStart })
    : await overSocket(set.socketOf(program), given, bytes);
  const [lines, ...rest] = text.split('\r\n\r\n');
  const headers = Object.fromEntries(lines.split('\r\n').map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  }));
  const answer = { status: parseInt(headers.status, 10), headers, body: rest.join('\r\n\r\n') };
  return { ...answer, cut, json: () => JSON.parse(answer.body) };
}
