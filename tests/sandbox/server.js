import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { controlRoutes } from './control/control.js';
import { someMs } from './control/pace.js';
import { EVENT_BRIDGE_PATH } from './bridge/event-bridge.js';
import { injectFault } from './control/fault-injection.js';
import { Router, readParams } from './rest/router.js';
import { TwilioError } from './twilio-error.js';

const MAX_BODY = 2 * 1024 * 1024;
const KEEP_ALIVE_MS = 65_000;

/** The HTTP side: hands each request to the control API, the event bridge or REST. */
export class Server {
  constructor(world, { routes, bridge }) {
    this.world = world;
    this.bridge = bridge;
    this.router = new Router(world, routes);
    this.counts = { connections: 0, tlsHandshakes: 0, requests: 0 };
    this.connectionNumbers = new WeakMap();
    this.control = controlRoutes(world, { bridge, stats: () => this.counts });
    this.servers = [];
    this.running = 0; // requests that Twilio is at
  }

  async listen() {
    const { port, tls } = this.world.config;
    this.ports = {};
    const plain = createServer();
    plain.on('connection', (socket) => this.#count(socket));
    this.ports.plain = await this.#open(plain, port);
    this.url = `http://127.0.0.1:${this.ports.plain}`;
    if (!tls) return;
    const secure = createTlsServer({ cert: readFileSync(tls.cert), key: readFileSync(tls.key) });
    secure.on('secureConnection', (socket) => {
      this.counts.tlsHandshakes += 1;
      this.#count(socket);
    });
    this.ports.tls = await this.#open(secure, tls.port ?? 0);
    this.tlsUrl = `https://127.0.0.1:${this.ports.tls}`;
  }

  async close() {
    await Promise.all(this.servers.map((server) => new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    })));
  }

  #open(server, port) {
    server.keepAliveTimeout = KEEP_ALIVE_MS;
    server.on('request', (req, res) => this.#serve(req, res));
    server.on('upgrade', (req, socket, head) => this.#upgrade(req, socket, head));
    this.servers.push(server);
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => resolve(server.address().port));
    });
  }

  #count(socket) {
    this.counts.connections += 1;
    this.connectionNumbers.set(socket, this.counts.connections);
  }

  async #serve(req, res) {
    const body = await readBody(req);
    if (body === null) return;
    if (body.length > MAX_BODY) {
      send(res, { status: 413, headers: {}, body: '' });
      return;
    }
    const [path, query = ''] = splitOnce(req.url, '?');
    const scheme = req.socket.encrypted ? 'https' : 'http';
    const request = {
      method: req.method, path, query, headers: req.headers, body,
      base: `${scheme}://${req.headers.host}`,
      connection: this.connectionNumbers.get(req.socket),
    };
    try {
      if (path.startsWith('/sandbox/')) send(res, await this.#answerControl(request));
      else await this.#answerTwilio(request, res);
    } catch (error) {
      this.world.log('internal error', error.stack);
      send(res, { status: 500, headers: {}, body: error.message });
    }
  }

  async #answerTwilio(request, res) {
    const isBridge = request.path === EVENT_BRIDGE_PATH;
    const answer = () => (isBridge ? this.bridge.answer(request) : this.router.answer(request));
    const params = isBridge ? new URLSearchParams(request.query) : tolerantParams(request);
    const entry = isBridge ? {} : this.#log(request, params);
    const fault = this.world.faults.take({ method: request.method, path: request.path, params });
    this.running += 1;
    const concurrent = this.running;
    let outcome;
    try {
      if (!isBridge) await this.#beFar();
      outcome = fault ? await injectFault(fault, answer, res) : await answer();
    } finally {
      this.running -= 1;
    }
    entry.status = outcome ? outcome.status : 0;
    if (outcome) send(res, outcome, this.#twilioHeaders(concurrent));
  }

  /** The way to Twilio and back. */
  async #beFar() {
    const ms = someMs(this.world.switches, 'restLatencyMs');
    if (ms > 0) await sleep(ms);
  }

  #log({ method, path, query, connection }, params) {
    this.counts.requests += 1;
    const fields = {};
    for (const name of params.keys()) {
      const values = params.getAll(name);
      fields[name] = values.length > 1 ? values : values[0];
    }
    return this.world.requests.add({ method, path, query, params: fields, connection });
  }

  #twilioHeaders(concurrent) {
    return {
      // The clock that the application may go by is ours, also where a test has moved it.
      Date: new Date(this.world.now()).toUTCString(),
      'Twilio-Request-Id': this.world.sid('RQ'),
      'Twilio-Concurrent-Requests': String(concurrent),
    };
  }

  async #answerControl({ method, path, query, body }) {
    const handler = this.control.get(`${method} ${path.slice('/sandbox/'.length)}`);
    if (!handler) return json(404, { error: `no ${method} ${path} in the control API` });
    try {
      const parsed = body.length > 0 ? JSON.parse(body.toString()) : {};
      return json(200, await handler({ query: new URLSearchParams(query), body: parsed }));
    } catch (error) {
      if (!(error instanceof TwilioError)) this.world.log('control API:', error.stack);
      return json(400, { error: error.message });
    }
  }

  #upgrade(req, socket, head) {
    socket.on('error', () => socket.destroy());
    const [path] = splitOnce(req.url, '?');
    if (path === EVENT_BRIDGE_PATH) this.bridge.upgrade(req, socket, head);
    else if (path === '/signal') this.world.voice.handleSignalUpgrade(req, socket, head);
    else socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
  }
}

function splitOnce(text, separator) {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function json(status, object) {
  return {
    status, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(object),
  };
}

function send(res, { status, headers, body }, more = {}) {
  if (res.destroyed) return;
  const length = status === 204 ? {} : { 'Content-Length': Buffer.byteLength(body) };
  res.writeHead(status, { ...headers, ...more, ...length });
  res.end(body);
}

/** For the log and for matching faults; the router is the one that refuses. */
function tolerantParams(request) {
  try {
    return readParams(request);
  } catch {
    return new URLSearchParams(request.query);
  }
}

/** The whole body, or a little more than is allowed of it; null if the client went away. */
async function readBody(req) {
  const chunks = [];
  let size = 0;
  try {
    for await (const chunk of req) {
      if (size <= MAX_BODY) chunks.push(chunk);
      size += chunk.length;
    }
  } catch {
    return null;
  }
  return Buffer.concat(chunks);
}
