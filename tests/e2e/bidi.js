// WebDriver BiDi: commands and events over one socket. Firefox speaks it by itself, so that
// Debian's Firefox can be driven; Playwright wants one of its own.

import { EventEmitter, once } from 'node:events';
import WebSocket from 'ws';

export class Bidi extends EventEmitter {
  #socket;
  #waiting = new Map();
  #last = 0;

  static async connect(url) {
    const bidi = new Bidi();
    bidi.#socket = new WebSocket(url);
    bidi.#socket.on('message', (text) => bidi.#receive(JSON.parse(text)));
    bidi.#socket.on('close', () => bidi.#fail('the browser has gone'));
    await once(bidi.#socket, 'open');
    return bidi;
  }

  /** Rejects with {code}, BiDi's own word, if the browser refuses. */
  send(method, params = {}) {
    this.#last += 1;
    const id = this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { method, resolve, reject });
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
  }

  #receive({ type, id, result, error, message, method, params }) {
    if (type === 'event') {
      this.emit(method, params);
      return;
    }
    const command = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (type === 'success') command.resolve(result);
    else command.reject(Object.assign(new Error(`${command.method}: ${message}`), { code: error }));
  }

  #fail(why) {
    for (const { method, reject } of this.#waiting.values()) reject(new Error(`${method}: ${why}`));
    this.#waiting.clear();
  }
}
