// One outgoing HTTP request that says how far it got when it fails: what may be retried depends
// on whether the connection, the wait for an answer or the answer itself broke.

import http from 'node:http';
import https from 'node:https';

export class RequestError extends Error {
  // phase: 'connect' (nothing was sent), 'read' (no answer came), 'partial' (the answer broke off)
  constructor(phase, message) {
    super(message);
    this.phase = phase;
  }
}

// Splits a URL without normalising it: what is signed has to be what is sent, byte for byte.
export function splitUrl(url) {
  const match = /^(https?):\/\/(?:([^@/?#]*)@)?([^/?#]+)([^#]*)/i.exec(url);
  if (!match) return null;
  const [, scheme, userinfo, authority, rest] = match;
  const port = /:(\d+)$/.exec(authority)?.[1];
  return {
    scheme: scheme.toLowerCase(),
    userinfo,
    authority,
    host: authority.replace(/:\d+$/, ''),
    port,
    target: rest.startsWith('/') ? rest : `/${rest}`,
  };
}

// Resolves to {status, headers, body: Buffer}; rejects with a RequestError.
export function httpRequest({ url, method, headers = {}, body, ca, checkName = true,
  connectMs, readMs, maxBytes }) {
  const parts = splitUrl(url);
  if (!parts) return Promise.reject(new RequestError('connect', 'not an absolute http(s) URL'));
  return new Promise((resolve, reject) => {
    let phase = 'connect';
    let timer = null;
    let request = null;
    const fail = (message) => {
      clearTimeout(timer);
      request?.destroy();
      reject(new RequestError(phase, message));
    };
    const arm = (ms, what) => {
      clearTimeout(timer);
      timer = setTimeout(() => fail(`${what} timed out after ${ms} ms`), ms);
    };
    const connected = () => {
      phase = 'read';
      arm(readMs, 'read');
    };
    arm(connectMs, 'connect');
    try {
      request = start(parts, { method, headers, body, ca, checkName });
    } catch (error) {
      fail(error.message);
      return;
    }
    request.on('socket', (socket) => {
      socket.once(parts.scheme === 'https' ? 'secureConnect' : 'connect', connected);
    });
    request.on('error', (error) => fail(error.message));
    request.on('response', (response) => {
      phase = 'partial';
      collect(response, maxBytes).then((bytes) => {
        clearTimeout(timer);
        resolve({ status: response.statusCode, headers: response.headers, body: bytes });
      }, (error) => fail(error.message));
    });
    request.end(body);
  });
}

function start(parts, { method, headers, body, ca, checkName }) {
  const length = body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) };
  const options = {
    host: parts.host.replace(/^\[|\]$/g, ''),
    port: parts.port,
    path: parts.target,
    method,
    auth: parts.userinfo === undefined ? undefined : decodeURIComponent(parts.userinfo),
    headers: { Host: parts.authority, ...headers, ...length },
    agent: false,
  };
  if (parts.scheme === 'http') return http.request(options);
  if (!checkName) options.checkServerIdentity = () => undefined;
  return https.request({ ...options, ca });
}

async function collect(response, maxBytes) {
  const chunks = [];
  let size = 0;
  for await (const chunk of response) {
    size += chunk.length;
    if (size > maxBytes) throw new Error(`the answer is longer than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
