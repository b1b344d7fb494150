// Which Voice call is ours, and what is read out of TaskRouter; both SDKs are played by stand-ins.

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import test from 'node:test';

import { EXPECTED_FOR, judgeCall } from '../../www/js/expected-leg.js';
import { isTaken, kindOf } from '../../www/js/reservations.js';
import { createSoftphone } from '../../www/js/softphone.js';
import { withParameter } from '../../www/js/leg-urls.js';
import { connectTaskRouter } from '../../www/js/taskrouter.js';
import { fakeTime } from './fake-time.js';

const settled = () => new Promise((resolve) => { setImmediate(resolve); });

class Call extends EventEmitter {
  static State = { Closed: 'closed' };

  constructor(callSid, key) {
    super();
    this.parameters = { CallSid: callSid, From: 'client:anybody' };
    this.customParameters = new Map(key ? [['flex_session_identifier', key]] : []);
    this.state = 'pending';
  }

  status() { return this.state; }

  accept() {
    this.state = 'open';
    this.emit('accept');
  }

  disconnect() {
    this.state = 'closed';
    this.emit('disconnect');
  }
}

class Device extends EventEmitter {
  static State = {
    Registered: 'registered', Unregistered: 'unregistered', Destroyed: 'destroyed',
  };

  constructor(token, options) {
    super();
    Object.assign(this, { tokens: [token], options, state: 'unregistered', isBusy: false });
    this.silenced = [];
    const silence = (name) => (on) => on || this.silenced.push(name);
    this.audio = { incoming: silence('incoming'), disconnect: silence('disconnect') };
    Device.last = this;
  }

  async register() {
    this.state = 'registered';
    this.emit('registered');
  }

  updateToken(token) { this.tokens.push(token); }

  drop() {
    this.state = 'unregistered';
    this.emit('unregistered');
  }

  destroy() { this.state = 'destroyed'; }

  ring(callSid, key) {
    const call = new Call(callSid, key);
    this.emit('incoming', call);
    return call;
  }
}

function softphone() {
  const events = [];
  const names = ['legOpen', 'muted', 'doubtful', 'tokenExpiring', 'replaced'];
  const on = Object.fromEntries(
    names.map((name) => [name, (value) => events.push(value ? [name, value] : [name])])
  );
  Object.assign(on, {
    registered() {},
    level() {},
    legClosed: (taskSid, dropped) => events.push(
      dropped ? ['legClosed', taskSid, 'dropped'] : ['legClosed', taskSid]),
    line: (taskSid, lost) => events.push(['line', lost]),
    warning: (taskSid, name, raised) => events.push(['warning', name, raised]),
  });
  const session = { voice: { token: 'T', signalingHost: 'localhost:8443' } };
  const phone = createSoftphone({ Device, Call }, session, {
    soundFolder: 'https://h/sounds/', getUserMedia: () => {}, on,
  });
  return { phone, device: Device.last, events };
}

test('judging a call', () => {
  const call = { callSid: 'CA1', key: 'KEY', now: 5000 };
  const expected = { since: 1000, key: 'KEY', callSid: null };
  assert.equal(judgeCall(call, null), 'leave');
  assert.equal(judgeCall(call, expected), 'accept');
  assert.equal(judgeCall({ ...call, key: 'OTHER' }, expected), 'wait');
  assert.equal(judgeCall({ ...call, key: undefined }, { ...expected, key: undefined }), 'wait');
  assert.equal(judgeCall(call, { ...expected, callSid: 'CA1' }), 'accept');
  assert.equal(judgeCall(call, { ...expected, callSid: 'CA2' }), 'leave');
  assert.equal(judgeCall({ ...call, now: 1001 + EXPECTED_FOR }, expected), 'leave');
});

test('the softphone has local files for all fifteen sounds', () => {
  const { device } = softphone();
  const names = [
    'incoming', 'outgoing', 'disconnect', 'dtmfs', 'dtmfh',
    ...[...'0123456789'].map((digit) => `dtmf${digit}`),
  ];
  assert.deepEqual(Object.keys(device.options.sounds).sort(), names.sort());
  assert.equal(device.options.sounds.dtmfs, 'https://h/sounds/dtmf-star.wav');
  assert.equal(device.options.chunderw, 'localhost:8443');
  assert.equal(device.options.publishEvents, false);
});

test('the softphone prefers Opus, asks before the page closes, and has no ring of its own', () => {
  const { device } = softphone();
  assert.deepEqual(device.options.codecPreferences, ['opus', 'pcmu']);
  assert.equal(device.options.closeProtection, true);
  assert.equal(device.options.maxCallSignalingTimeoutMs, 20000);
  assert.deepEqual(device.silenced, ['incoming', 'disconnect']);
});

test('a token is renewed before it runs out, for the Device in use', () => {
  const { phone, device, events } = softphone();
  device.emit('tokenWillExpire');
  assert.deepEqual(events, [['tokenExpiring']]);
  phone.wake();
  device.emit('tokenWillExpire');
  assert.deepEqual(events, [['tokenExpiring'], ['replaced']]);
});

test('the colleague is as loud as the agent wants, in this call and the next one', () => {
  const { phone, device } = softphone();
  const hear = (callSid, taskSid) => {
    phone.expect(taskSid, taskSid);
    const element = { volume: 1 };
    const call = device.ring(callSid, taskSid);
    call.emit('audio', element);
    return { call, element };
  };
  const first = hear('CA1', 'WT1');
  assert.equal(first.element.volume, 1);
  phone.setVolume(0.4);
  assert.equal(first.element.volume, 0.4);
  first.call.disconnect();
  const second = hear('CA2', 'WT2');
  assert.equal(second.element.volume, 0.4);
  phone.setVolume(0.7);
  assert.deepEqual([first.element.volume, second.element.volume], [0.4, 0.7]);
});

test('a leg that is taken back before it is open is closed', () => {
  const { phone, device, events } = softphone();
  phone.expect('WT1', 'KEY');
  device.ring('CA1', 'KEY').emit('cancel');
  assert.deepEqual(events.at(-1), ['legClosed', 'WT1']);
});

test('a call that was named after it had gone is not taken', () => {
  const { phone, device, events } = softphone();
  phone.expectNamed('WT1');
  const gone = device.ring('CA1', 'KEY');
  gone.state = 'closed';
  phone.legIs('WT1', 'CA1');
  assert.deepEqual([gone.status(), events], ['closed', []]);
});

test('a call that nobody asked for is left alone', () => {
  const { device, events } = softphone();
  assert.equal(device.ring('CA9', 'OTHER').status(), 'pending');
  assert.deepEqual(events, []);
});

test('our leg is answered by itself, once', () => {
  const { phone, device, events } = softphone();
  phone.expect('WT1', 'KEY');
  assert.equal(device.ring('CA1', 'KEY').status(), 'open');
  assert.equal(device.ring('CA2', 'KEY').status(), 'pending');
  phone.drop('WT1');
  assert.deepEqual(events, [['legOpen', 'WT1'], ['legClosed', 'WT1']]);
  assert.equal(device.ring('CA3', 'KEY').status(), 'pending');
});

test('a stranger that was quicker is dropped when TaskRouter names the leg', () => {
  const { phone, device, events } = softphone();
  phone.expect('WT1', 'KEY');
  const stranger = device.ring('CA9', 'KEY');
  assert.equal(phone.isUnsure('WT1'), true);
  phone.legIs('WT1', 'CA1');
  assert.equal(stranger.status(), 'closed');
  assert.deepEqual(events.at(-1), ['legClosed', 'WT1']);
  assert.equal(phone.isUnsure('WT1'), false);
});

test('a call without the key waits until TaskRouter names it', () => {
  const { phone, device, events } = softphone();
  phone.expect('WT1', 'KEY');
  const stranger = device.ring('CA9', 'OTHER');
  const ours = device.ring('CA1');
  assert.deepEqual(events, [['doubtful', 'WT1'], ['doubtful', 'WT1']]);
  phone.legIs('WT1', 'CA1');
  assert.equal(ours.status(), 'open');
  assert.equal(stranger.status(), 'pending');
});

test('a leg that fails before it was open is reported closed, once', () => {
  const { phone, device, events } = softphone();
  phone.expect('WT1', 'KEY');
  const call = device.ring('CA1', 'KEY');
  call.state = 'closed';
  call.emit('error', new Error('31402'));
  call.emit('disconnect');
  assert.deepEqual(events.filter(([name]) => name === 'legClosed'),
    [['legClosed', 'WT1', 'dropped']]);
});

test('coming back into a call takes only the call that the server named', () => {
  const { phone, device, events } = softphone();
  phone.expectNamed('WT1');
  const stranger = device.ring('CA9', 'KEY');
  const early = device.ring('CA1', 'KEY');
  assert.deepEqual([events, phone.isUnsure('WT1')], [[], false]);
  phone.legIs('WT1', 'CA1');
  assert.deepEqual([early.status(), stranger.status()], ['open', 'pending']);
  phone.drop('WT1');
  phone.expectNamed('WT1');
  phone.legIs('WT1', 'CA3');
  assert.equal(device.ring('CA3').status(), 'open');
});

test('a lost line and its recovery are told; a leg lost with it counts as dropped', () => {
  const { phone, device, events } = softphone();
  phone.expect('WT1', 'KEY');
  const call = device.ring('CA1', 'KEY');
  call.emit('reconnecting');
  call.emit('reconnected');
  call.emit('warning', 'low-mos');
  call.emit('warning-cleared', 'low-mos');
  call.emit('reconnecting');
  call.disconnect();
  assert.deepEqual(events.slice(1), [
    ['line', true], ['line', false], ['warning', 'low-mos', true], ['warning', 'low-mos', false],
    ['line', true], ['legClosed', 'WT1', 'dropped'],
  ]);
});

test('a call that was closed without a word is noticed, and so is a Device that stays busy', () => {
  const { phone, device, events } = softphone();
  phone.expect('WT1', 'KEY');
  device.ring('CA1', 'KEY').state = 'closed';
  device.isBusy = true;
  phone.look();
  assert.deepEqual(events.slice(1), [['legClosed', 'WT1', 'dropped'], ['replaced']]);
  assert.notEqual(Device.last, device);
  assert.equal(device.state, 'destroyed');
});

test('a Device that the browser destroyed, the page in its back/forward cache, is replaced', () => {
  const { phone, device, events } = softphone();
  device.destroy();
  phone.look();
  assert.deepEqual(events.at(-1), ['replaced']);
  assert.deepEqual([Device.last === device, Device.last.state], [false, 'registered']);
});

test('a Device without a registration asks for it again, and is replaced in the end', (t) => {
  const time = fakeTime(t);
  const { device, events } = softphone();
  const asked = t.mock.method(device, 'register', async () => {});
  device.drop();
  device.edge = 'roaming';
  time.tick(2000);
  assert.equal(asked.mock.callCount(), 1);
  device.edge = null;
  time.tick(30000);
  assert.equal(asked.mock.callCount(), 1, 'not while there is no connection to ask over');
  assert.deepEqual(events.at(-1), ['replaced']);
  assert.equal(Device.last.state, 'registered');
});

test('a token goes to a Device that is connected; one whose token was refused is replaced', () => {
  const { phone, device, events } = softphone();
  phone.updateToken('T2');
  device.drop();
  phone.updateToken('T3');
  assert.deepEqual(device.tokens, ['T', 'T2']);
  device.register();
  assert.deepEqual(device.tokens, ['T', 'T2', 'T3']);
  device.drop();
  device.emit('error', { code: 20104 });
  assert.deepEqual(events, [['tokenExpiring']]);
  phone.updateToken('T4');
  assert.deepEqual(Device.last.tokens, ['T4']);
  assert.notEqual(Device.last, device);
});

test('in a call, a Device whose token was refused gets the new one and keeps the call', () => {
  const { phone, device } = softphone();
  phone.expect('WT1', 'KEY');
  const call = device.ring('CA1', 'KEY');
  device.drop();
  device.emit('error', { code: 20104 });
  phone.updateToken('T2');
  assert.deepEqual([device.tokens, call.status(), Device.last], [['T', 'T2'], 'open', device]);
  phone.drop('WT1');
  device.register();
});

test('after a sleep the Device is another one, unless there is a call', () => {
  const { phone, device } = softphone();
  phone.expect('WT1', 'KEY');
  device.ring('CA1', 'KEY');
  phone.wake();
  assert.equal(Device.last, device);
  phone.drop('WT1');
  phone.wake();
  assert.notEqual(Device.last, device);
});

test('whose Task it is', () => {
  assert.equal(kindOf({ dialpad: 'x', internal: 'true' }), 'incoming');
  assert.equal(kindOf({ dialpad: 'x', internal: true }), 'incoming');
  assert.equal(kindOf({ dialpad: 'x' }), 'outgoing');
  for (const attributes of [{}, null, { internal: 'true' }, { dialpad: '' }, { dialpad: 1 }]) {
    assert.equal(kindOf(attributes), null);
  }
});

test('a parameter goes before the fragment', () => {
  assert.equal(withParameter('https://h/cgi-bin/caller-twiml?a=1#rc=4&rp=ct', 'taskSid', 'WT1'),
    'https://h/cgi-bin/caller-twiml?a=1&taskSid=WT1#rc=4&rp=ct');
});

class Worker extends EventEmitter {
  constructor(token, options) {
    super();
    Object.assign(
      this, { tokens: [token], options, reservations: new Map(), activities: new Map() });
    Worker.last = this;
  }

  updateToken(token) { this.tokens.push(token); }

  disconnect() { this.emit('disconnected', {}); }

  reserve(taskSid, attributes, status = 'pending', workflowSid = 'WW1') {
    const reservation = Object.assign(new EventEmitter(), {
      sid: `WR${taskSid}`,
      status,
      dialled: [],
      task: Object.assign(new EventEmitter(), { sid: taskSid, attributes, workflowSid }),
      async reject() { this.status = 'rejected'; },
      async complete() { this.status = 'completed'; },
      async call(...args) { this.dialled.push(args); },
      async fetchLatestVersion() {},
    });
    this.reservations.set(`WR${taskSid}`, reservation);
    return reservation;
  }
}

function taskRouter() {
  const events = [];
  const on = Object.fromEntries(['up', 'down', 'offered', 'changed', 'activity', 'tokenExpired']
    .map((name) => [name, (...values) => events.push([name, ...values])]));
  const router = connectTaskRouter(Worker, { taskrouter: { token: 'T1' }, workflowSid: 'WW1' }, on);
  return { router, worker: Worker.last, events };
}

const OURS = { dialpad: 'signed', from: 'client:alice' };

test('at ready, wrapping Tasks of ours are completed and nobody else\'s', async () => {
  const { worker, events } = taskRouter();
  const ours = worker.reserve('WT1', OURS, 'wrapping');
  const foreign = worker.reserve('WT2', { from: 'x' }, 'wrapping');
  worker.reserve('WT3', { ...OURS, internal: 'true' });
  worker.emit('ready');
  await settled();
  assert.equal(ours.status, 'completed');
  assert.equal(foreign.status, 'wrapping');
  assert.deepEqual(events, [['offered', 'WT3'], ['up'], ['activity']]);
});

test('what is on our Workflow is asked about, and nothing of another one', async (t) => {
  fakeTime(t);
  const { router, worker, events } = taskRouter();
  const junk = worker.reserve('WT1', {});
  worker.reserve('WT2', {}, 'pending', 'WW2');
  worker.reserve('WT3', OURS);
  worker.emit('ready');
  assert.deepEqual(events.filter(([name]) => name === 'offered'), [['offered', 'WT1']]);
  await router.reject('WT1');
  assert.equal(junk.status, 'rejected');
  junk.reject = () => Promise.reject(new Error('it is rejected already'));
  await router.reject('WT1');
  await router.reject('WT9');
});

test('a call of this agent\'s own that no page has made is asked about, and then refused', (t) => {
  const time = fakeTime(t);
  const { worker, events } = taskRouter();
  const asked = () => events.filter(([name]) => name === 'offered').map(([, taskSid]) => taskSid);
  const [made, left] = ['WT1', 'WT2'].map((taskSid) => worker.reserve(taskSid, OURS));
  worker.emit('ready');
  time.tick(1000);
  made.status = 'accepted';
  assert.deepEqual(asked(), []);
  time.tick(9000);
  assert.deepEqual(asked(), ['WT2']);
  assert.equal(left.status, 'pending');
  time.tick(20_000);
  assert.deepEqual([made.status, left.status], ['accepted', 'rejected']);
});

test('a Task of this tab is completed as soon as it starts to wrap up', async () => {
  const { router, worker, events } = taskRouter();
  worker.emit('ready');
  const reservation = worker.reserve('WT1', OURS, 'accepted');
  worker.emit('reservationCreated', reservation);
  await router.dial('WT1', { twimlUrl: 'https://h/t', statusCallbackUrl: 'https://h/s' });
  reservation.emit('wrapup', reservation);
  await settled();
  assert.equal(reservation.status, 'completed');
  assert.ok(events.some(([name, taskSid, what]) => (
    name === 'changed' && taskSid === 'WT1' && what === 'wrapup'
  )));
});

test('a Reservation may come before or after it is waited for', async (t) => {
  const time = fakeTime(t);
  const { router, worker } = taskRouter();
  worker.emit('ready');
  const later = router.reserved('WT1', 1000);
  const reservation = worker.reserve('WT1', OURS);
  worker.emit('reservationCreated', reservation);
  await later;
  await router.reserved('WT1', 1000);
  await router.dial('WT1',
    { twimlUrl: 'https://h/t', statusCallbackUrl: 'https://h/s', to: 'client:a?x=1' });
  assert.deepEqual(reservation.dialled, [['client:alice', 'https://h/t', {
    accept: true, timeout: 15, statusCallbackUrl: 'https://h/s', to: 'client:a?x=1',
  }]]);
  const never = assert.rejects(router.reserved('WT2', 1));
  time.tick(1);
  await never;
});

test('what says that another tab answered, and what says nothing of the kind', () => {
  const refused = (status, name = 'REQUEST_INVALID') => isTaken(
    Object.assign(new Error(`Request failed with status code ${status}. Sorry`), { name }));
  for (const status of [400, 404, 409, 412]) assert.equal(refused(status), true, status);
  for (const status of [401, 403, 429]) assert.equal(refused(status), false, status);
  assert.equal(refused(500, 'SERVER_ERROR'), false);
  assert.equal(isTaken(new Error('no reservation')), false);
});

test('a token that TaskRouter refuses is renewed', async (t) => {
  fakeTime(t);
  const { router, worker, events } = taskRouter();
  worker.emit('ready');
  const reservation = worker.reserve('WT1', OURS);
  reservation.call =
    async () => { throw new Error('Request failed with status code 401. Expired'); };
  await assert.rejects(router.dial('WT1', { twimlUrl: 'https://h/t', statusCallbackUrl: 'x' }));
  assert.deepEqual(events.at(-1), ['tokenExpired']);
});

test('a status that no longer exists is refused, and nothing breaks', async () => {
  const { router, worker } = taskRouter();
  worker.emit('ready');
  await assert.rejects(router.setActivity('WA9'));
});

test('a new token waits while the SDK reconnects: it would open a second socket', () => {
  const { router, worker } = taskRouter();
  worker.emit('ready');
  router.updateToken('T2');
  worker.emit('disconnected', {});
  router.updateToken('T3');
  assert.deepEqual(worker.tokens, ['T1', 'T2']);
  worker.emit('ready');
  assert.deepEqual(worker.tokens, ['T1', 'T2', 'T3']);
  worker.emit('disconnected', {});
  worker.emit('tokenExpired');
  router.updateToken('T4');
  assert.equal(worker.tokens.at(-1), 'T4');
});

test('a Worker that failed to start or stays without connection is replaced', (t) => {
  const time = fakeTime(t);
  const { router, worker, events } = taskRouter();
  worker.emit('error', new Error('Failed to initialize Worker WK1'));
  time.tick(2000);
  const second = Worker.last;
  assert.notEqual(second, worker);
  worker.emit('ready');
  assert.ok(!events.some(([name]) => name === 'up'), 'the old one has no say any more');
  router.updateToken('T2');
  time.tick(19000);
  router.look();
  assert.equal(Worker.last, second);
  time.tick(2000);
  router.look();
  assert.deepEqual(Worker.last.tokens, ['T2']);
  Worker.last.emit('ready');
  assert.ok(events.some(([name]) => name === 'up'));
  const third = Worker.last;
  time.tick(60000);
  router.look();
  assert.equal(Worker.last, third);
});

test('after a sleep the Worker is another one, with the newest token', () => {
  const { router, worker, events } = taskRouter();
  worker.emit('ready');
  router.updateToken('T2');
  router.wake();
  assert.deepEqual([worker.tokens, Worker.last.tokens], [['T1', 'T2'], ['T2']]);
  assert.deepEqual(events.at(-1), ['down']);
  assert.equal(worker.listenerCount('reservationCreated'), 0);
  worker.emit('error', new Error('of a socket that is gone')); // unheard, it would be thrown
});

test('the addresses of the event bridge are given to the SDK together or not at all', () => {
  const given = (taskrouter) => {
    connectTaskRouter(Worker, { taskrouter: { token: 'T1', ...taskrouter } }, { activity() {} });
    return Worker.last.options;
  };
  const both = { ebServer: 'https://h/v1/wschannels', wsServer: 'wss://h/v1/wschannels' };
  assert.deepEqual(given(both), both);
  assert.deepEqual(given({ ebServer: both.ebServer }), {});
});
