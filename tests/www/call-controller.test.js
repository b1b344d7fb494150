// The controller with everything around it played: what is asked of whom, and in which order.

import assert from 'node:assert/strict';
import test from 'node:test';

import { createCallController } from '../../www/js/call-controller.js';
import { fakeTime } from './fake-time.js';

const BOB = { sid: 'WKbob', name: 'Bob' };
const HOST = 'https://calls.example/cgi-bin';
const settled = async () => {
  for (let i = 0; i < 5; i += 1) await new Promise((resolve) => { setImmediate(resolve); });
};
const refusal = (status, code) => Object.assign(new Error(code), { status, code });

function stage(overrides = {}) {
  const done = [];
  const note = (name, answer) => async (...values) => {
    done.push([name, ...values]);
    return typeof answer === 'function' ? answer(...values) : answer;
  };
  const server = { state: 'calling', outcome: null, role: 'caller', other: BOB, hold: {} };
  const parts = {
    server,
    api: {
      createTask: note('createTask', 'WT1'),
      pass: (taskSid) => `pass-of-${taskSid}`,
      dialedPlainly: note('dialedPlainly'),
      callState: async (taskSid) => ({ answer: { taskSid, ...server }, elapsed: 0 }),
      endCall: note('endCall', (taskSid, reason) => {
        Object.assign(server, { state: 'ended', outcome: reason });
      }),
      rejoinCall: note('rejoin', 'CA7'),
      cleanupRejectedTask: note('cleanup', () => {
        Object.assign(server, { state: 'ended', outcome: 'declined' });
      }),
      holdParticipant: note('hold', true),
      ...overrides.api,
    },
    microphone: { open: note('open'), release() {}, ...overrides.microphone },
    softphone: () => ({
      expect: (...values) => done.push(['expect', ...values]),
      expectNamed: (...values) => done.push(['expectNamed', ...values]),
      legIs: (...values) => done.push(['legIs', ...values]),
      expectNothing() {},
      isUnsure: () => false,
      drop: () => done.push(['drop']),
      mute() {},
    }),
    taskRouter: () => overrides.early ? null : ({
      reserved: async () => {},
      attributes: () => ({ from: 'client:alice', conferenceSid: 'WT1' }),
      dial: note('dial'),
      tidy: note('tidy', true),
      isPending: () => true,
      isWithCustomer: () => false,
      has: () => true,
      ...overrides.taskRouter,
    }),
    session: () => ({
      callerTwimlUrl: `${HOST}/caller-twiml#rc=4`,
      calleeTwimlUrl: `${HOST}/callee-twiml#rc=4`,
      legEndedUrl: `${HOST}/status-callback#rc=4`,
      ringSeconds: 30, worker: { contactUri: 'client:a' },
    }),
    registered: async () => {}, newKey: () => 'KEY', mayRejoin: async () => true,
    locate: async () => 'device', wasMuted: () => false,
    hasNoCall: () => done.push(['hasNoCall']),
    reached() {},
    ...overrides.parts,
  };
  const show = { state: null };
  const controller = createCallController(parts, (state) => { show.state = state; });
  return { controller, show, done, server, names: () => done.map(([name]) => name) };
}

test('a call out asks for the microphone, then the Task, then the leg', async () => {
  const { controller, show, done, names, server } = stage();
  controller.dispatch({ type: 'dial', agent: BOB });
  await settled();
  assert.deepEqual(names(), ['open', 'createTask', 'expect', 'dial']);
  assert.deepEqual(done[3], ['dial', 'WT1', {
    twimlUrl: `${HOST}/caller-twiml?taskSid=WT1&pass=pass-of-WT1#rc=4`,
    statusCallbackUrl: `${HOST}/status-callback?taskSid=WT1&pass=pass-of-WT1#rc=4`,
    to: 'client:a?flex_session_identifier=KEY',
  }]);
  Object.assign(server, { state: 'ended', outcome: 'declined' });
  controller.taskChanged('WT1', 'wrapup');
  await settled();
  assert.deepEqual([show.state.phase, show.state.outcome], ['ended', 'declined']);
  assert.deepEqual(names().slice(4), ['drop', 'tidy']);
});

test('a blocked microphone sends nothing', async () => {
  const open = async () => { throw Object.assign(new Error(), { code: 'mic_blocked' }); };
  const { controller, show, names } = stage({ microphone: { open } });
  controller.dispatch({ type: 'dial', agent: BOB });
  await settled();
  assert.equal(show.state.code, 'mic_blocked');
  assert.ok(!names().includes('createTask'));
});

test('refused and unknown are told apart', async () => {
  const table = [
    [refusal(409, 'callee_offline'), 'refused'], [refusal(502, 'refused'), 'refused'],
    [refusal(504, 'no_reply'), 'unknown'], [refusal(0, 'unreachable'), 'unknown'],
    [refusal(502, 'failed'), 'unknown'], [refusal(502, 'upstream'), 'unknown'],
  ];
  for (const [error, outcome] of table) {
    const { controller, show } = stage({ api: { createTask: async () => { throw error; } } });
    controller.dispatch({ type: 'dial', agent: BOB });
    await settled();
    assert.equal(show.state.outcome, outcome, error.message);
  }
});

test('a page that is older than the programs reloads itself', async () => {
  let reloads = 0;
  const { controller, show } = stage({
    api: { createTask: async () => { throw refusal(409, 'reload'); } },
    parts: { reload: () => { reloads += 1; } },
  });
  controller.dispatch({ type: 'dial', agent: BOB });
  await settled();
  assert.equal(reloads, 1);
  assert.equal(show.state.outcome, 'refused');
});

test('cancel in flight reaches the server once the Task is known', async () => {
  let answer;
  const createTask = () => new Promise((resolve) => { answer = resolve; });
  const { controller, show, done, names } = stage({ api: { createTask } });
  controller.dispatch({ type: 'dial', agent: BOB });
  await settled();
  controller.dispatch({ type: 'cancel' });
  answer('WT1');
  await settled();
  assert.deepEqual(done.find(([name]) => name === 'endCall'), ['endCall', 'WT1', 'cancel']);
  assert.ok(!names().includes('dial'));
  assert.equal(show.state.phase, 'ended');
});

test('where an address with a key is refused, TaskRouter dials the one it knows', async () => {
  const keyed = [];
  let refuses = () => true;
  const { controller, names } = stage({ taskRouter: {
    async dial(taskSid, { to }) {
      keyed.push(to !== undefined);
      if (!refuses(to)) return;
      throw Object.assign(new Error('Request failed with status code 400'),
        { name: 'REQUEST_INVALID' });
    },
  } });
  const call = async () => {
    controller.dispatch({ type: 'dial', agent: BOB });
    await settled();
    controller.dispatch({ type: 'cancel' });
    await settled();
  };
  // Another tab was quicker: that says nothing about the address.
  await call();
  refuses = (to) => to !== undefined;
  await call();
  await call();
  assert.deepEqual(keyed, [true, false, true, false, false]);
  assert.equal(names().filter((name) => name === 'expect').length, 3);
});

test('a Reservation that comes after the end of the call is not dialled', async () => {
  let reserve;
  const reserved = () => new Promise((resolve) => { reserve = resolve; });
  const { controller, show, names } = stage({ taskRouter: { reserved } });
  controller.dispatch({ type: 'dial', agent: BOB });
  await settled();
  controller.dispatch({ type: 'cancel' });
  await settled();
  assert.equal(show.state.phase, 'ended');
  reserve();
  await settled();
  assert.deepEqual(names().filter((name) => name === 'expect' || name === 'dial'), []);
});

test('it rings only for a call that the server says is ours and ringing', async () => {
  const rows = [
    [{ role: 'callee', state: 'ringing' }, 'ringing'], [{ role: 'callee', state: 'ended' }, null],
    [{ role: 'caller', state: 'ringing' }, null], [{ role: null, state: 'none' }, null],
  ];
  for (const [answer, phase] of rows) {
    const { controller, show, server } = stage();
    Object.assign(server, answer);
    await controller.offered('WT9');
    assert.equal(show.state?.phase ?? null, phase);
    controller.dispatch({ type: 'server-state', taskSid: 'WT9', answer: { state: 'none' } });
  }
});

test('what the server says is not this agent\'s is rejected, and nothing else', async () => {
  const table = [[refusal(403, 'not_your_call'), ['reject']], [refusal(404, 'unknown_task'), []]];
  for (const [error, expected] of table) {
    const reject = async () => rejected.push('reject');
    const rejected = [];
    const callState = async () => { throw error; };
    const { controller, show } = stage({ api: { callState }, taskRouter: { reject } });
    await controller.offered('WT9');
    assert.deepEqual(rejected, expected, error.code);
    assert.equal(show.state, null);
  }
});

test('answer dials into the Conference of the caller\'s Task; decline cleans up', async () => {
  const first = stage();
  Object.assign(first.server, { role: 'callee', state: 'ringing' });
  await first.controller.offered('WT9');
  first.controller.dispatch({ type: 'answer' });
  await settled();
  assert.equal(first.done.find(([name]) => name === 'dial')[2].twimlUrl,
    `${HOST}/callee-twiml?conferenceName=WT1&pass=pass-of-WT9#rc=4`);
  first.controller.dispatch({ type: 'hang-up' });
  await settled();
  const second = stage();
  Object.assign(second.server, { role: 'callee', state: 'ringing' });
  await second.controller.offered('WT9');
  second.controller.dispatch({ type: 'decline' });
  await settled();
  assert.deepEqual([second.names()[0], second.show.state.outcome], ['cleanup', 'declined']);
});

test('a hang-up that the server did not get is repeated', async () => {
  let tries = 0;
  const { controller, show, server } = stage({
    api: {
      async endCall() {
        tries += 1;
        if (tries === 1) throw refusal(503, 'failed');
        Object.assign(server, { state: 'ended', outcome: 'cancel' });
      },
    },
  });
  controller.dispatch({ type: 'dial', agent: BOB });
  await settled();
  controller.dispatch({ type: 'cancel' });
  while (show.state.phase !== 'ended') await settled();
  assert.equal(tries, 2);
});

test('who calls with a customer on the line is told where the customer stays', async () => {
  for (const [withCustomer, notice] of [[true, { key: 'customerStays' }], [false, null]]) {
    const { controller, show } = stage({ taskRouter: { isWithCustomer: () => withCustomer } });
    controller.dispatch({ type: 'dial', agent: BOB });
    await settled();
    assert.deepEqual(show.state.notice, notice);
    controller.dispatch({ type: 'cancel' });
    await settled();
  }
});

test('what the server says is over is ended no more', async (t) => {
  const time = fakeTime(t);
  let tries = 0;
  const { controller, show, server } = stage({ api: {
    async endCall() {
      tries += 1;
      throw refusal(503, 'failed');
    },
  } });
  controller.dispatch({ type: 'dial', agent: BOB });
  await settled();
  Object.assign(server, { state: 'ended', outcome: 'declined' });
  controller.dispatch({ type: 'cancel' });
  await settled();
  controller.taskChanged('WT1', 'wrapup');
  await settled();
  assert.deepEqual([show.state.phase, tries], ['ended', 1]);
  time.tick(5000);
  await settled();
  assert.equal(tries, 1);
});

test('a hang-up that was refused is asked for again while the call goes on', async () => {
  let refused = 0;
  const { controller, show, server } = stage({ api: {
    async endCall() {
      refused += 1;
      if (refused === 1) throw refusal(401, 'sign_in');
      Object.assign(server, { state: 'ended', outcome: 'hangup' });
    },
  } });
  controller.dispatch({ type: 'dial', agent: BOB });
  await settled();
  server.state = 'connected';
  controller.taskChanged('WT1', 'updated');
  await settled();
  controller.dispatch({ type: 'hang-up' });
  await settled();
  await settled();
  assert.deepEqual([refused, show.state.phase, show.state.outcome], [2, 'ended', 'hangup']);
});

test('a hold that did not reach the server is not said to be tried again', async (t) => {
  fakeTime(t);
  const { controller, show, server } = stage({ api: {
    async holdParticipant() { throw refusal(0, 'unreachable'); },
  } });
  controller.dispatch({ type: 'dial', agent: BOB });
  await settled();
  controller.legOpen('WT1', 'CA1');
  server.state = 'connected';
  controller.taskChanged('WT1', 'updated');
  await settled();
  controller.dispatch({ type: 'toggle-hold' });
  await settled();
  assert.equal(show.state.code, 'hold_failed');
  controller.dispatch({ type: 'hang-up' });
  await settled();
  assert.equal(show.state.phase, 'ended');
});

test('a reloaded page comes back into its call, before TaskRouter is there', async () => {
  const { controller, show, server, names, done } = stage({ early: true, api: {
    callState: async () => ({ answer: { taskSid: 'WT9', ...server }, elapsed: 61000 }),
  } });
  Object.assign(server, { role: 'callee', state: 'connected' });
  controller.returning();
  await controller.signedIn();
  await settled();
  assert.deepEqual(names(), ['open', 'expectNamed', 'rejoin', 'legIs']);
  assert.deepEqual(done.at(-1), ['legIs', 'WT9', 'CA7']);
  assert.equal(show.state.phase, 'rejoining');
  controller.legOpen('WT9');
  assert.equal(show.state.phase, 'connected');
  assert.ok(Date.now() - show.state.connectedAt >= 61000);
  Object.assign(server, { state: 'ended', outcome: 'hangup' });
  controller.taskChanged('WT9', 'wrapup');
  await settled();
  assert.equal(show.state.phase, 'ended');
});

test('the call that brings a page back is expected anew with each request for it', async (t) => {
  const time = fakeTime(t);
  let tries = 0;
  const { controller, show, names, server } = stage({ early: true, api: {
    callState: async () => ({ answer: { taskSid: 'WT9', ...server }, elapsed: 0 }),
    async rejoinCall() {
      tries += 1;
      if (tries < 3) throw refusal(503, 'failed');
      return 'CA7';
    },
  } });
  Object.assign(server, { role: 'callee', state: 'connected' });
  controller.returning();
  controller.signedIn();
  for (let passed = 0; passed < 1000; passed += 50) {
    await settled();
    time.tick(50);
  }
  await settled();
  assert.deepEqual(names().filter((name) => name !== 'open'),
    ['expectNamed', 'expectNamed', 'expectNamed', 'legIs']);
  controller.legOpen('WT9');
  Object.assign(server, { state: 'ended', outcome: 'hangup' });
  controller.taskChanged('WT9', 'wrapup');
  await settled();
  assert.equal(show.state.phase, 'ended');
});

test('a page that is not in charge stays out of the call', async () => {
  const answer = { taskSid: 'WT9', role: 'caller', state: 'connected', other: BOB, hold: {} };
  const callState = async () => ({ answer, elapsed: 0 });
  const second = stage({ api: { callState },
    parts: { mayRejoin: async () => false } });
  second.controller.taskRouterUp();
  await settled();
  assert.deepEqual([second.show.state.phase, second.show.state.mine, second.show.state.place],
    ['connected', false, 'device']);
  assert.ok(!second.names().includes('rejoin'));
  second.controller.dispatch({ type: 'rejoin' });
  await settled();
  assert.ok(second.names().includes('rejoin'), 'asked to, it comes');
  second.controller.legOpen('WT9');
  answer.state = 'ended';
  second.controller.taskChanged('WT9', 'wrapup');
  await settled();
});

test('that there is no such call is believed of our programs, and of no web server', async () => {
  const answers = [];
  const { controller, show } = stage({ api: { async callState(taskSid) {
    if (answers.length > 0) throw answers.shift();
    return { answer: { taskSid, state: 'connected', other: BOB, hold: {} }, elapsed: 0 };
  } } });
  controller.dispatch({ type: 'dial', agent: BOB });
  await settled();
  answers.push(refusal(404, 'failed'), refusal(403, 'failed'));
  for (let asked = 0; asked < 3; asked += 1) {
    controller.taskRouterUp();
    await settled();
  }
  assert.equal(show.state.phase, 'connected');
  answers.push(refusal(404, 'not_found'));
  controller.taskChanged('WT1', 'wrapup');
  await settled();
  assert.equal(show.state.phase, 'ended');
});

test('a call that rings, of which TaskRouter has not told, has it connect once more', async (t) => {
  fakeTime(t);
  const done = [];
  const { controller, show, server } = stage({
    api: { callState: async () => ({ answer: { taskSid: 'WT9', ...server }, elapsed: 0 }) },
    taskRouter: { has: () => false, isPending: () => false, wake: () => done.push('wake') },
  });
  Object.assign(server, { role: 'callee', state: 'ringing' });
  controller.taskRouterUp();
  await settled();
  assert.deepEqual([done, show.state?.phase], [['wake'], undefined]);
  controller.taskRouterUp();
  await settled();
  assert.deepEqual([done, show.state.phase], [['wake'], 'answering'], 'another tab answered it');
  Object.assign(server, { state: 'ended', outcome: 'hangup' });
  controller.taskChanged('WT9', 'wrapup');
  await settled();
  assert.equal(show.state.phase, 'ended');
});

test('a call that rings is left to TaskRouter at the start', async () => {
  const { controller, show, server } = stage({ early: true, api: {
    callState: async () => ({ answer: { taskSid: 'WT9', ...server }, elapsed: 0 }),
  } });
  Object.assign(server, { role: 'callee', state: 'ringing' });
  controller.returning();
  await controller.signedIn();
  await settled();
  assert.equal(show.state.phase, 'idle');
});

test('that the last call of this browser is over is said as soon as it is known', async () => {
  const { controller, show, names } = stage({ early: true, api: {
    callState: async () => ({ answer: { taskSid: null, state: 'none' }, elapsed: 0 }),
  } });
  controller.returning();
  assert.equal(show.state.returning, true);
  await controller.signedIn();
  assert.deepEqual([show.state.returning, names()], [false, ['hasNoCall']]);
  const refused = stage();
  refused.controller.returning();
  refused.controller.signedOut();
  assert.equal(refused.show.state.returning, false);
});

/** A call that has just ended, and a server that goes on refusing for a while. */
async function justOver(t, refusals, code) {
  const time = fakeTime(t);
  const tried = [];
  const scene = stage({ api: { async createTask(to) {
    tried.push(Date.now());
    if (to === 'WKcarol' || tried.length === 1 || refusals-- <= 0) return `WT${tried.length}`;
    throw refusal(409, code);
  } } });
  const { controller, server } = scene;
  controller.dispatch({ type: 'dial', agent: BOB });
  await settled();
  Object.assign(server, { state: 'ended', outcome: 'hangup' });
  controller.taskChanged('WT1', 'wrapup');
  await settled();
  tried.length = 0;
  tried.push(0);
  Object.assign(server, { state: 'calling', outcome: null });
  controller.dispatch({ type: 'dial', agent: BOB });
  await settled();
  const pass = async (ms) => {
    for (let passed = 0; passed < ms; passed += 50) {
      time.tick(50);
      await settled();
    }
  };
  return { ...scene, pass, tried };
}

for (const code of ['already_in_call', 'callee_busy']) {
  test(`what is left of the last call is waited out: ${code}`, async (t) => {
    const { show, pass } = await justOver(t, 2, code);
    assert.equal(show.state.phase, 'preparing');
    await pass(2000);
    assert.equal(show.state.phase, 'calling');
  });
}

test('a call that goes on for longer is told of', async (t) => {
  const { show, pass, tried } = await justOver(t, Infinity, 'already_in_call');
  await pass(2500);
  assert.equal(show.state.phase, 'preparing');
  await pass(1000);
  assert.deepEqual([show.state.outcome, show.state.code], ['refused', 'already_in_call']);
  assert.ok(tried.length < 6, `${tried.length} requests`);
});

test('a call that comes in while it waits rings at once', async (t) => {
  const { controller, show, pass, server } = await justOver(t, Infinity, 'callee_busy');
  Object.assign(server, { role: 'callee', state: 'ringing' });
  await controller.offered('WT9');
  await pass(100);
  assert.equal(show.state.phase, 'ringing');
});

test('a call that is canceled while it waits is asked for no more', async (t) => {
  const { controller, show, pass, tried } = await justOver(t, Infinity, 'already_in_call');
  controller.dispatch({ type: 'cancel' });
  await pass(3500);
  assert.deepEqual([show.state.phase, show.state.outcome, tried.length], ['ended', 'cancel', 2]);
});

test('who comes too late for the call is told that it is over', async () => {
  const { controller, show, server } = stage({ api: {
    callState: async () => ({ answer: { taskSid: 'WT9', ...server }, elapsed: 0 }),
    rejoinCall: async () => {
      Object.assign(server, { state: 'ended', outcome: 'hangup' });
      throw refusal(409, 'call_is_over');
    },
  } });
  Object.assign(server, { role: 'caller', state: 'connected' });
  controller.taskRouterUp();
  await settled();
  await settled();
  assert.deepEqual([show.state.phase, show.state.outcome], ['ended', 'hangup']);
});

test('a page that wakes up leaves a call alone that is on another machine', async () => {
  const patience = [];
  const answer = { taskSid: null, state: 'none' };
  const { controller, show } = stage({
    api: { callState: async () => ({ answer, elapsed: 0 }) },
    parts: {
      mayRejoin: async (taskSid, legs, patiently) => {
        patience.push(patiently);
        return !patiently;
      },
    },
  });
  controller.taskRouterUp();
  await settled();
  Object.assign(answer, {
    taskSid: 'WT9', role: 'caller', state: 'connected', other: BOB, hold: {},
  });
  controller.taskRouterUp();
  await settled();
  assert.deepEqual([patience, show.state.mine], [[true], false]);
  answer.state = 'ended';
  controller.taskRouterUp();
  await settled();
  assert.equal(show.state.phase, 'ended');
});
