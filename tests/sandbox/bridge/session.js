import { STARTUP_NAMES } from './requests.js';

// The SDK listens only some turns after the last of its start-up answers.
const SETTLE_MS = 100;
// A client that isn't the SDK may never read anything; it gets its events all the same.
const STARTUP_LIMIT_MS = 5000;
const TOKEN_EXPIRED = 4001;
// A page or a stand-in that is held up for a moment is not dead.
const BEATS_MISSED_MAX = 3;

/**
 * One web socket of a Worker's page. Events are held back until the page has its start-up answers:
 * the SDK loses what arrives earlier. What an answer already contains isn't sent once more.
 */
export class BridgeSession {
  constructor(socket, { token, worker, expiresAt, staysOnline, heartbeatMs }) {
    this.socket = socket;
    this.token = token;
    this.worker = worker;
    this.staysOnline = staysOnline;
    this.unread = new Set(STARTUP_NAMES);
    this.held = [];
    this.unanswered = 0;
    this.timers = [
      setInterval(() => this.#beat(), heartbeatMs),
      setTimeout(() => this.#startupOver(), STARTUP_LIMIT_MS),
      setTimeout(() => socket.close(TOKEN_EXPIRED, 'token expired'), expiresAt - Date.now()),
    ];
    socket.on('pong', () => {
      this.unanswered = 0;
    });
  }

  awaits(name) {
    return this.unread.has(name);
  }

  /** One of the start-up reads has been answered. */
  read(name) {
    this.unread.delete(name);
    const told = { worker: /^worker\./, reservations: /^(reservation|task)\./ }[name];
    if (told) this.held = this.held?.filter(({ event_type: type }) => !told.test(type));
    if (this.unread.size === 0) {
      this.timers.push(setTimeout(() => this.#startupOver(), SETTLE_MS));
    }
  }

  push(type, payload) {
    const frame = { event_type: type, payload };
    if (this.held) this.held.push(frame);
    else this.socket.send(JSON.stringify(frame));
  }

  /** `init` goes out at once; everything else waits. */
  init(payload) {
    this.socket.send(JSON.stringify({ event_type: 'init', payload }));
  }

  stop() {
    for (const timer of this.timers) clearTimeout(timer);
  }

  #startupOver() {
    const frames = this.held ?? [];
    this.held = null;
    this.unread.clear();
    for (const frame of frames) this.socket.send(JSON.stringify(frame));
  }

  /** The blank text is what the SDK counts; ping and pong are what finds a dead peer. */
  #beat() {
    if (this.unanswered === BEATS_MISSED_MAX) {
      this.socket.terminate();
      return;
    }
    this.unanswered += 1;
    this.socket.ping();
    this.socket.send(' ');
  }
}
