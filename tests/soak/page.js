// An agent's page without a browser: the page's own modules, Twilio's own TaskRouter SDK and, where
// the page has a Voice Device, a virtual softphone of the stand-in.

import https from 'node:https';

import TaskRouter from 'twilio-taskrouter';

import './detached-timers.js';
import { createApi } from '../../www/js/api.js';
import { createCallController } from '../../www/js/call-controller.js';
import { createCallRequests } from '../../www/js/call-requests.js';
import { canCall, initialState } from '../../www/js/call-state.js';
import { connectTaskRouter } from '../../www/js/taskrouter.js';

const microphone = { async open() {}, release() {} };

/** Stands for the page's Device: says when the leg that is expected is up, and when it's gone. */
class Phone {
  constructor(page) {
    this.page = page;
    this.taskSid = null;
    this.callSid = null;
    this.open = false;
  }

  expect(taskSid) {
    Object.assign(this, { taskSid, callSid: null, open: false });
  }

  expectNamed(taskSid) {
    this.expect(taskSid);
  }

  expectNothing(taskSid) {
    if (taskSid === this.taskSid) this.expect(null);
  }

  legIs(taskSid, callSid) {
    if (taskSid === this.taskSid) this.callSid = callSid;
  }

  isUnsure(taskSid) {
    return taskSid === this.taskSid && this.callSid === null;
  }

  isUp() {
    if (!this.taskSid || this.open) return;
    this.open = true;
    this.page.controller.legOpen(this.taskSid);
  }

  /** `calls` are the stand-in's by SID, `live` those that aren't over. */
  look({ calls, live }) {
    if (!this.taskSid) return;
    const call = calls.get(this.callSid) ?? live.find(({ to }) => to === this.page.contactUri);
    if (!call) return;
    this.callSid = call.sid;
    if (call.status === 'in-progress') this.isUp();
    if (call.endTime === null) return;
    const { taskSid, open } = this;
    this.expect(null);
    // To the page it's a connection that was lost, unless the call turns out to be over.
    if (open) this.page.controller.legClosed(taskSid, true);
  }

  drop() {
    const { taskSid, open } = this;
    this.expect(null);
    this.page.hangUp().catch(() => {});
    if (open) this.page.controller.legClosed(taskSid, false);
  }

  mute() {}

  sendDigits() {}
}

export class Page {
  /**
   * @param {import('../endpoint/lib.js').Lab} lab
   * @param {string} name the agent's
   * @param {object} options onState(state); measured(program, status, ms); `watched`: somebody
   *   shows its phone the stand-in's calls, and it needn't guess from TaskRouter's events
   */
  constructor(lab, name, { watched = false, onState = () => {}, measured = () => {} } = {}) {
    Object.assign(this, { lab, name, watched, onState, measured });
    this.state = initialState;
    this.workers = new Set();
    this.closed = false;
    this.connections = new https.Agent({ keepAlive: true });
    this.phone = new Phone(this);
  }

  get worker() {
    return this.lab.workers.get(this.name);
  }

  get contactUri() {
    return `client:${this.name}`;
  }

  get isFree() {
    return canCall(this.state);
  }

  /** Whether TaskRouter has this agent hold a Task, be it only to wrap it up. */
  get hasTask() {
    return [...this.workers].some((worker) => worker.reservations?.size > 0);
  }

  async open() {
    const { lab, name } = this;
    this.api = createApi(`${lab.stack.origin}/${name}/cgi-bin/`,
      (...given) => this.#fetch(...given));
    const session = await this.#signIn();
    this.controller = createCallController({
      api: createCallRequests(this.api),
      microphone,
      session: () => session,
      taskRouter: () => this.taskRouter,
      softphone: () => this.phone,
      registered: async () => {},
      newKey: () => '0'.repeat(32),
      mayRejoin: async () => true,
      locate: () => 'window', // an agent has one page here
      wasMuted: () => false,
      hasNoCall() {},
      reached() {},
    }, (state) => {
      this.state = state;
      this.onState(state, this);
    });
    await new Promise((resolve) => {
      this.taskRouter = connectTaskRouter(this.#workerClass(), session, {
        up: () => {
          if (this.closed) return;
          resolve();
          this.controller.taskRouterUp();
        },
        down() {},
        offered: (taskSid) => this.closed || this.controller.offered(taskSid),
        changed: (taskSid, what) => this.#changed(taskSid, what),
        activity() {},
        tokenExpired() {},
      });
    });
    return this;
  }

  /** What a page that is loaded while the server has trouble does: it tries again. */
  async #signIn() {
    const bridge = `${this.lab.stack.sandbox}/v1/wschannels`;
    for (let tries = 1; ; tries += 1) {
      try {
        const session = await this.api.session();
        Object.assign(session.taskrouter, {
          ebServer: bridge, wsServer: bridge.replace(/^http/, 'ws'),
        });
        return session;
      } catch (error) {
        if (tries === 20) throw error;
        await new Promise((resolve) => { setTimeout(resolve, 500); });
      }
    }
  }

  // The SDK's class, which remembers its objects, because a page that is closed ends them.
  #workerClass() {
    const { workers } = this;
    return class extends TaskRouter.Worker {
      constructor(token, options) {
        super(token, { ...options, logLevel: 'silent' });
        workers.add(this);
      }
    };
  }

  #changed(taskSid, what) {
    if (this.closed) return;
    if (what === 'accepted' && taskSid === this.phone.taskSid && !this.watched) this.phone.isUp();
    this.controller.taskChanged(taskSid, what);
  }

  dispatch(event) {
    if (!this.closed) this.controller.dispatch(event);
  }

  hangUp() {
    return this.lab.control('softphone/hangup', { identity: this.name });
  }

  /** The browser's window is gone: not a word to anybody, and none is heard any more. */
  close() {
    this.closed = true;
    this.phone.expect(null);
    this.connections.destroy();
    for (const worker of this.workers) {
      worker.removeAllListeners();
      worker.on('error', () => {});
      // Node's WebSocket, unlike a browser's, throws when nobody hears that it can't connect.
      worker._signaling.webSocket?.addEventListener('error', () => {});
      worker.disconnect();
    }
  }

  // What the browser's fetch does, over connections that are kept and with the stack's certificate.
  #fetch(url, { method, headers, body, signal }) {
    if (this.closed) return new Promise(() => {});
    const program = url.pathname.split('/').at(-1);
    const started = performance.now();
    const { stack } = this.lab;
    return new Promise((resolve, reject) => {
      const finish = (status) => this.measured(program, status, performance.now() - started);
      const fail = (error) => {
        if (!signal?.aborted) finish(error.code ?? error.message);
        reject(error);
      };
      const request = https.request({
        host: '127.0.0.1', servername: 'localhost', port: stack.port, ca: stack.ca,
        agent: this.connections, path: url.pathname + url.search, method, signal,
        headers: {
          ...headers, Host: `localhost:${stack.port}`,
          ...(body ? { 'Content-Length': Buffer.byteLength(body) } : {}),
        },
      }, (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.once('error', fail);
        response.once('end', () => {
          if (this.closed) return;
          finish(response.statusCode);
          resolve(new Response(Buffer.concat(chunks), {
            status: response.statusCode, headers: { Date: response.headers.date ?? '' },
          }));
        });
      });
      request.once('error', (error) => (this.closed ? null : fail(error)));
      request.end(body);
    });
  }
}
