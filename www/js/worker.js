// One Worker of TaskRouter's SDK after the other. The SDK says `ready` again at each reconnect, and
// can come to a dead end: then its Worker is replaced.

import { isOnline } from './awake.js';

const HOPELESS = 20000; // milliseconds without a connection after which a Worker is replaced
const AFTER_FAILURE = 2000;

export class WorkerConnection {
  #Worker;
  #servers;
  #on;
  #worker = null;
  #ready = false;
  #expired = false;
  #nextToken = null;
  #newest;
  #lostAt = 0;

  /**
   * @param {new (token: string, options: object) => object} Worker the SDK's class
   * @param {{token: string, ebServer: ?string, wsServer: ?string}} taskrouter of the session
   * @param {object} on handlers: ready(worker), down(), reservation(object), activity(),
   *   tokenExpired()
   */
  constructor(Worker, { token, ebServer, wsServer }, on) {
    this.#Worker = Worker;
    this.#newest = token;
    this.#servers = ebServer && wsServer ? { ebServer, wsServer } : {};
    this.#on = on;
    this.#build();
  }

  #build() {
    const worker = new this.#Worker(this.#newest, this.#servers);
    this.#worker = worker;
    this.#lostAt = Date.now();
    worker.on('ready', () => {
      this.#ready = true;
      if (this.#nextToken) this.#applyToken();
      this.#on.ready(worker);
    });
    worker.on('disconnected', () => this.#lost());
    worker.on('reservationCreated', this.#on.reservation);
    worker.on('activityUpdated', this.#on.activity);
    worker.on('tokenExpired', () => {
      this.#expired = true;
      if (this.#nextToken) this.#applyToken();
      else this.#on.tokenExpired();
    });
    worker.on('error', (error) => {
      if (this.#ready || !/failed to initialize/i.test(error?.message)) return;
      // The SDK gives up here, with its socket open.
      setTimeout(() => worker === this.#worker && !this.#ready && this.replace(), AFTER_FAILURE);
    });
  }

  #applyToken() {
    const fresh = this.#nextToken;
    this.#nextToken = null;
    this.#expired = false;
    this.#newest = fresh;
    this.#worker.updateToken(fresh);
  }

  #lost() {
    if (this.#ready) this.#lostAt = Date.now();
    this.#ready = false;
    this.#on.down();
  }

  replace() {
    const old = this.#worker;
    this.#newest = this.#nextToken ?? this.#newest;
    this.#nextToken = null;
    this.#expired = false;
    old.removeAllListeners();
    old.on('error', () => {}); // without a listener the SDK throws
    this.#lost();
    this.#build();
    old.disconnect();
  }

  /** To be called every few seconds. */
  look() {
    if (!this.#ready && isOnline() && Date.now() - this.#lostAt > HOPELESS) this.replace();
  }

  /** While the SDK waits to reconnect, a new token would open a second socket. */
  updateToken(fresh) {
    this.#nextToken = fresh;
    if (this.#ready || this.#expired) this.#applyToken();
  }

  get isReady() {
    return this.#ready;
  }

  /** The SDK's Worker of now. */
  get current() {
    return this.#worker;
  }
}
