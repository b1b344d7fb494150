// The page's connections together: what one of them learns, the others get.

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import test from 'node:test';

import { createConnection } from '../../www/js/connection.js';
import { createSession } from '../../www/js/session.js';
import { fakeTime } from './fake-time.js';

const settled = async () => {
  for (let i = 0; i < 10; i += 1) await new Promise((resolve) => { setImmediate(resolve); });
};

const AVAILABLE = { sid: 'WA1', name: 'Available', available: true };

class Worker extends EventEmitter {
  static all = [];

  constructor(token) {
    super();
    Object.assign(this, { token, reservations: new Map(), activity: AVAILABLE });
    this.activities = new Map([['WA1', AVAILABLE]]);
    Worker.all.push(this);
  }

  updateToken(token) { this.token = token; }

  disconnect() {}
}

class Device extends EventEmitter {
  static State = { Registered: 'registered', Unregistered: 'unregistered', Destroyed: 'destroyed' };

  static all = [];

  constructor(token) {
    super();
    Object.assign(this, { token, state: 'unregistered' });
    Device.all.push(this);
  }

  async register() {
    this.state = 'registered';
    this.emit('registered');
  }

  updateToken(token) { this.token = token; }

  destroy() { this.state = 'destroyed'; }
}

/** A page that is connected, whose server answers `session` when it is told to. */
async function connected(t) {
  const time = fakeTime(t);
  Worker.all = [];
  Device.all = [];
  const page = Object.assign(new EventTarget(), { hidden: false });
  const { document, addEventListener } = globalThis;
  Object.assign(globalThis, { document: page, addEventListener() {} });
  t.after(() => Object.assign(globalThis, { document, addEventListener }));
  const server = { answer: async (session) => session, sessions: 0 };
  const api = { session() {
    server.sessions += 1;
    const token = `T${server.sessions}`;
    return server.answer({
      expiresIn: 3600, skew: 0, taskrouter: { token }, voice: { token }, worker: { sid: 'WK1' },
    });
  } };
  const session = createSession(api);
  const kept = {};
  const connection = createConnection(session, {
    soundFolder: 'https://h/sounds/', getUserMedia() {}, onChange() {}, onLevel() {},
    signedIn: () => ({
      sid: 'WK1', get: (name) => kept[name] ?? null, set(name, value) { kept[name] = value; },
    }),
  });
  const controller = new Proxy({}, { get: () => () => {} });
  session.renew();
  await connection.start(
    controller, Promise.resolve([{ Worker }, { Device, Call: { State: { Closed: 'closed' } } }]));
  Worker.all[0].emit('ready');
  return { connection, time, server };
}

test('after an hour\'s sleep everything connects with tokens that are good', async (t) => {
  const { time, server } = await connected(t);
  const tokens = () => [Worker, Device].map(({ all }) => [all.length, all.at(-1).token]);
  assert.deepEqual(tokens(), [[1, 'T1'], [1, 'T1']]);
  time.sleep(3_700_000);
  time.tick(5000);
  await settled();
  assert.deepEqual(tokens(), [[2, 'T2'], [2, 'T2']]);
  assert.equal(server.sessions, 2);
});

test('after a sleep everything connects although the server doesn\'t answer yet', async (t) => {
  const { time, server } = await connected(t);
  server.answer = async () => { throw Object.assign(new Error(), { status: 0 }); };
  time.sleep(600_000);
  time.tick(5000);
  await settled();
  assert.deepEqual([Worker.all.length, Device.all.length], [2, 2]);
});
