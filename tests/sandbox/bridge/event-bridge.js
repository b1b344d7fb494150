import { WebSocketServer } from 'ws';
import { eventPayload } from './resources.js';
import { runOperation, startupRead } from './requests.js';
import { BridgeSession } from './session.js';
import { Timer } from '../timer.js';
import { TokenError, verifyWorkerToken } from '../tokens.js';
import { TwilioError } from '../twilio-error.js';

export const EVENT_BRIDGE_PATH = '/v1/wschannels';

const CORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': 'POST, OPTIONS',
  'Access-Control-Allow-Headers': 'apiVersion, clientVersion, content-type, if-match',
  'Access-Control-Max-Age': '600',
};

/** What the TaskRouter SDK talks to: requests by POST, events by web socket, on one path. */
export class EventBridge {
  constructor(world) {
    this.world = world;
    this.sockets = new WebSocketServer({ noServer: true });
    this.sessions = new Map();
    this.offlineTimers = new Map();
    this.closed = false;
    world.events.on('taskrouter', (event) => this.#push(event));
  }

  upgrade(req, socket, head) {
    const query = new URL(req.url, 'http://localhost').searchParams;
    const token = query.get('token');
    let verified;
    try {
      verified = verifyWorkerToken(this.world, token);
    } catch (error) {
      this.world.log('event bridge refuses a socket:', error.message);
      socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
      return;
    }
    const staysOnline = query.get('setWorkerOfflineIfDisconnected') === 'false';
    this.sockets.handleUpgrade(req, socket, head, (webSocket) =>
      this.#begin(webSocket, { ...verified, token, staysOnline }));
  }

  /** Answers one POST of the SDK, in the shape that server.js sends. */
  async answer({ method, headers, body }) {
    if (method === 'OPTIONS') return reply(204);
    if (method !== 'POST') return reply(405, { message: 'Use POST' });
    try {
      const request = JSON.parse(body.toString());
      const { worker } = verifyWorkerToken(this.world, request.token);
      const url = String(request.url).replace(/^\//, '');
      const payload = runOperation(this.world, worker, { ...request, url }, headers['if-match']);
      this.#noteStartup(worker, request, url);
      return reply(200, { payload });
    } catch (error) {
      return this.#refuse(error);
    }
  }

  /** Breaks a Worker's sockets as a network would; gives their number. */
  disconnect(worker) {
    const sessions = [...this.#sessionsOf(worker)];
    for (const { socket } of sessions) socket.terminate();
    return sessions.length;
  }

  /** Nobody goes offline any more for a socket that was lost before. */
  reset() {
    for (const timer of this.offlineTimers.values()) timer.stop();
    this.offlineTimers.clear();
  }

  /** Who goes offline when: a restart cuts all sockets, so everybody has to come back in time. */
  toJSON() {
    const { offlineGraceMs } = this.world.config;
    const going = new Map(this.offlineTimers);
    for (const [sid, sessions] of this.sessions) {
      const leaves = [...sessions].some((session) => !session.staysOnline);
      if (leaves && this.#goesOffline()) going.set(sid, offlineGraceMs);
    }
    return [...going].map(([workerSid, ms]) => ({ workerSid, ms }));
  }

  restore(saved) {
    for (const { workerSid, ms } of saved) this.#offlineAfter(workerSid, ms);
  }

  close() {
    this.closed = true;
    this.reset();
    for (const sessions of this.sessions.values()) {
      for (const session of sessions) {
        session.stop();
        session.socket.terminate();
      }
    }
    this.sockets.close();
  }

  #begin(socket, { worker, token, expiresAt, staysOnline }) {
    const { heartbeatMs } = this.world.config;
    const session = new BridgeSession(socket,
      { token, worker, expiresAt, staysOnline, heartbeatMs });
    if (!this.sessions.has(worker.sid)) this.sessions.set(worker.sid, new Set());
    this.sessions.get(worker.sid).add(session);
    this.#staysOnline(worker);
    socket.on('error', () => socket.terminate());
    socket.on('close', () => this.#end(session));
    session.init({
      channel_id: worker.sid,
      account_sid: this.world.config.accountSid,
      workspace_sid: this.world.config.workspaceSid,
      // In milliseconds, unlike every other time here.
      token_lifetime: expiresAt - Date.now(),
    });
  }

  #end(session) {
    const { worker } = session;
    session.stop();
    const sessions = this.#sessionsOf(worker);
    sessions.delete(session);
    if (this.closed || sessions.size > 0 || session.staysOnline) return;
    if (this.#goesOffline()) this.#offlineAfter(worker.sid, this.world.config.offlineGraceMs);
  }

  #goesOffline() {
    return this.world.switches.offlineOnLastSocket === 'yes';
  }

  #offlineAfter(workerSid, ms) {
    this.offlineTimers.set(workerSid, new Timer(ms, () => {
      this.offlineTimers.delete(workerSid);
      const { workers, workspace } = this.world.taskrouter;
      const worker = workers.get(workerSid);
      if (worker) workers.setActivity(worker, workspace.offlineActivity);
    }));
  }

  #staysOnline({ sid }) {
    this.offlineTimers.get(sid)?.stop();
    this.offlineTimers.delete(sid);
  }

  #sessionsOf(worker) {
    return this.sessions.get(worker.sid) ?? new Set();
  }

  /** A request doesn't say which socket it belongs to: the oldest one that waits for it. */
  #noteStartup(worker, { method, token }, url) {
    const name = startupRead(method, url);
    if (!name) return;
    for (const session of this.#sessionsOf(worker)) {
      if (session.token === token && session.awaits(name)) {
        session.read(name);
        return;
      }
    }
  }

  #push(event) {
    if (event.type === 'task.updated' && event.source === 'rest'
      && this.world.switches.taskUpdatedPush === 'not') return;
    for (const worker of event.workers) {
      const sessions = this.#sessionsOf(worker);
      if (sessions.size === 0) continue;
      const payload = eventPayload(this.world, event);
      if (payload === undefined) continue;
      for (const session of sessions) session.push(event.type, payload);
    }
  }

  #refuse(error) {
    if (error instanceof TokenError) return reply(401, { message: error.message });
    if (error instanceof TwilioError) return reply(error.status, { message: error.message });
    if (error instanceof SyntaxError) return reply(400, { message: 'The body is not JSON' });
    this.world.log('event bridge:', error.stack);
    return reply(500, { message: error.message });
  }
}

function reply(status, object) {
  return {
    status,
    headers: { ...CORS, 'Content-Type': 'application/json' },
    body: object ? JSON.stringify(object) : '',
  };
}
