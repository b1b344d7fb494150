// One Voice Device after the other. A Device can end up where only another one helps: destroyed,
// without a connection that it would look for, or busy with a call that was closed without a word.
// Then it is replaced.

import { isOnline } from './awake.js';

const LOOK_EVERY = 2000;
const HOPELESS = 30000; // milliseconds without a registration after which a Device is replaced
// Twilio no longer accepts the token.
const TOKEN_ERRORS = [20101, 20104, 20151];

const KEY_FILES = { dtmfs: 'dtmf-star', dtmfh: 'dtmf-hash' };

/** Local files for all the SDK's sounds: a missing one would delay each call by two seconds. */
function soundsAt(folder) {
  const digits = [...'0123456789'].map((digit) => [`dtmf${digit}`, `dtmf-${digit}`]);
  const plain = ['incoming', 'outgoing', 'disconnect'].map((name) => [name, name]);
  return Object.fromEntries([...plain, ...digits, ...Object.entries(KEY_FILES)]
    .map(([name, file]) => [name, new URL(`${file}.wav`, folder).href]));
}

/** @param {{soundFolder: string, getUserMedia: Function, signalingHost: ?string}} wishes */
export function deviceOptions({ soundFolder, getUserMedia, signalingHost }) {
  return {
    codecPreferences: ['opus', 'pcmu'],
    sounds: soundsAt(soundFolder),
    closeProtection: true,
    allowIncomingWhileBusy: false,
    maxCallSignalingTimeoutMs: 20000,
    tokenRefreshMs: 30000,
    logLevel: 'error',
    getUserMedia,
    publishEvents: false,
    ...(signalingHost ? { chunderw: signalingHost } : {}),
  };
}

export class VoiceDevice {
  #Device;
  #token;
  #options;
  #legLives;
  #on;
  #device = null;
  #given = null; // the token that the Device has
  #refused = false;
  #lostAt = 0;
  #watch = null;

  /**
   * @param {Function} Device the SDK's class
   * @param {string} token
   * @param {object} options of deviceOptions()
   * @param {() => boolean} legLives looks after the leg: whether there is still one, and it needs
   *   this Device
   * @param {object} on handlers: incoming(call), registered(boolean), replacing(), replaced(),
   *   tokenExpiring()
   */
  constructor(Device, token, options, legLives, on) {
    this.#Device = Device;
    this.#token = token;
    this.#options = options;
    this.#legLives = legLives;
    this.#on = on;
    this.#build();
  }

  #build() {
    const device = new this.#Device(this.#token, this.#options);
    this.#device = device;
    this.#given = this.#token;
    this.#refused = false;
    this.#lostAt = Date.now();
    this.#listenTo(device);
    device.register().catch(() => {});
    // The page has a ring of its own, and the leg that is answered by itself must not ring at all.
    device.audio?.incoming(false);
    device.audio?.disconnect(false);
  }

  #listenTo(device) {
    const ifCurrent = (handler) => (...values) => device === this.#device && handler(...values);
    device.on('incoming', this.#on.incoming);
    // Without a listener the SDK throws.
    device.on('error', ifCurrent(({ code } = {}) => {
      if (!TOKEN_ERRORS.includes(code)) return;
      this.#refused = true;
      this.#on.tokenExpiring();
    }));
    device.on('registered', ifCurrent(() => {
      this.#giveToken();
      this.#on.registered(true);
    }));
    device.on('unregistered', ifCurrent(() => {
      this.#lostAt = Date.now();
      this.#on.registered(false);
      clearInterval(this.#watch);
      this.#watch = setInterval(() => this.look(), LOOK_EVERY);
    }));
    device.on('tokenWillExpire', ifCurrent(this.#on.tokenExpiring));
  }

  #giveToken() {
    if (this.#given === this.#token) return;
    this.#given = this.#token;
    this.#device.updateToken(this.#token);
  }

  #replace() {
    const old = this.#device;
    this.#on.replacing();
    this.#build();
    this.#on.registered(false);
    old.destroy?.();
    this.#on.replaced();
  }

  #isDeadEnd() {
    const { state, isBusy } = this.#device;
    const { Registered, Destroyed } = this.#Device.State;
    if (isBusy || state === Destroyed) return true;
    return state !== Registered && isOnline() && Date.now() - this.#lostAt > HOPELESS;
  }

  /**
   * To be called every few seconds. The SDK remembers over one lost socket only that it has to
   * register again, and must not be asked to while there is none (then `edge` is null). A call that
   * its server can't take up again is closed without a word, and the Device stays busy with it.
   */
  look() {
    if (this.#legLives()) return;
    const { Registered, Unregistered } = this.#Device.State;
    const device = this.#device;
    if (device.state === Registered) clearInterval(this.#watch);
    if (this.#isDeadEnd()) this.#replace();
    else if (device.state === Unregistered && device.edge) device.register().catch(() => {});
  }

  /** After a sleep the connection may be dead without the SDK's knowing. */
  wake(hasLeg) {
    if (hasLeg) this.look();
    else this.#replace();
  }

  /** The SDK sends a token at once, and must have a connection for it. */
  updateToken(fresh, hasLeg) {
    this.#token = fresh;
    const isRegistered = this.#device.state === this.#Device.State.Registered;
    // What refused the old one is a connection: it can take the new one, and keep the call.
    if (isRegistered || (this.#refused && hasLeg)) this.#giveToken();
    else if (this.#refused) this.#replace();
  }

  /** The SDK's own view of devices for sound. */
  get audio() {
    return this.#device.audio ?? null;
  }
}
