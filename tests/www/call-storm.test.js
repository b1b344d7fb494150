// A page's calls in bad weather: the controller, the softphone, TaskRouter and the microphone as
// they are, before a world that answers late, twice or never. Whatever comes, some rules hold; and
// once the weather is fine again the page comes to rest where the server says that its agent is.
//
// STORM_SEED=n runs that storm alone, STORMS=n so many of them.

import assert from 'node:assert/strict';
import test from 'node:test';

import { createCallController } from '../../www/js/call-controller.js';
import { buttonsFor } from '../../www/js/call-buttons.js';
import { canCall, initialState } from '../../www/js/call-state.js';
import { createMicrophone } from '../../www/js/microphone.js';
import { createSoftphone } from '../../www/js/softphone.js';
import { connectTaskRouter } from '../../www/js/taskrouter.js';
import { fakeTime } from './fake-time.js';
import { createChance, createWorld } from './storm-world.js';

const STORMS = Number(process.env.STORMS ?? 180);
const STEPS = 30;
const STEP = 100; // milliseconds
const CALM = 60_000;
const LOOK_EVERY = 5000;
const HOST = 'https://calls.example/cgi-bin';
const BOB = { sid: 'WKbob', name: 'Bob' };
const PRESSES = {
  rejoin: 'rejoin', mute: 'toggle-mute', hold: 'toggle-hold', decline: 'decline', answer: 'answer',
  cancel: 'cancel', 'hang-up': 'hang-up', 'call-again': 'dial',
};
const AT_REST = ['idle', 'ended', 'connected', 'reconnecting'];

const settled = () => new Promise((resolve) => { setImmediate(resolve); });
const isFree = ({ phase }) => phase === 'idle' || phase === 'ended';

/** The tabs of one browser, of which only this one is played. */
function createTabs(world, told) {
  const had = new Map(); // taskSid → the CallSids of this browser
  const tabs = { inCharge: true, muted: new Map() };
  const wasHere = (taskSid, legs) => legs.every((callSid) => had.get(taskSid)?.has(callSid));
  const held = () => world.truth.calls.some(({ legs }) => legs.some(({ tab }) => tab));
  return Object.assign(tabs, {
    charge(inCharge) {
      if (inCharge === tabs.inCharge) return;
      tabs.inCharge = inCharge;
      told(inCharge);
    },
    follow({ taskSid, mine, callSids, muted }) {
      if (!mine || !taskSid) return;
      had.set(taskSid, new Set([...had.get(taskSid) ?? [], ...callSids]));
      tabs.muted.set(taskSid, muted);
    },
    locate: async () => (held() ? 'window' : 'device'),
    mayRejoin: async (taskSid, legs) => tabs.inCharge && wasHere(taskSid, legs) && !held(),
  });
}

/** The requests, as far as the page may send them now. */
function guarded(world, page, rule) {
  const { server } = world;
  let pressed = 0; // the attempt of the last create-task of which something came

  /** The page gets to see a state only when what it asks for has been begun. */
  async function about(program, taskSid, role) {
    const fits = ({ state }) => state.taskSid === taskSid && (!role || state.role === role)
      && (!isFree(state) || state.code === 'sign_in');
    const before = fits(page);
    await null;
    rule(`${program} is about the Task that the page shows`, before || fits(page), taskSid);
  }

  return {
    ...server,
    async createTask(to) {
      const { attempt, phase } = page.state;
      rule('one press makes one Task', attempt > pressed && phase === 'preparing', String(attempt));
      try {
        return await server.createTask(to, () => { pressed = attempt; });
      } catch (error) {
        if (error.status !== 409) pressed = attempt;
        throw error;
      }
    },
    callState(taskSid, signal) {
      if (signal) about('the poller', taskSid);
      return server.callState(taskSid, signal);
    },
    endCall(taskSid, reason) {
      about('end-call', taskSid);
      return server.endCall(taskSid, reason);
    },
    pass: server.pass,
    cleanupRejectedTask(taskSid) {
      about('cleanup-rejected-task', taskSid, 'callee');
      return server.cleanupRejectedTask(taskSid);
    },
  };
}

const SESSION = {
  worker: { contactUri: 'client:a' },
  taskrouter: { token: 'T' }, voice: { token: 'T' }, ringSeconds: 30,
  callerTwimlUrl: `${HOST}/caller-twiml`, calleeTwimlUrl: `${HOST}/callee-twiml`,
  legEndedUrl: `${HOST}/status-callback`,
};

/** What the page shows now: noted, and held against what it showed before. */
function follow(page, state, { rule, note }) {
  const before = page.state;
  page.state = state;
  const words = ({ phase, mine, leg, taskSid, muted, outcome, code }) => (
    `${taskSid} ${phase} ${mine ? 'mine' : 'not mine'} leg:${leg}${muted ? ' muted' : ''} `
    + `${outcome} ${code}`);
  if (words(before) !== words(state)) note(`page: ${words(state)}`);
  const same = ({ outcome, duration, endedAt, code }) =>
    `${outcome} ${duration} ${endedAt} ${code}`;
  rule('a call that is over stays as it was told', before.phase !== 'ended'
    || state.phase !== 'ended' || before.attempt !== state.attempt
      || same(before) === same(state),
  `${same(before)}, then ${same(state)}`);
}

/** TaskRouter and the softphone, once their SDKs are there. */
function connect(world, page, { controller, microphone, registered }) {
  page.taskRouter = connectTaskRouter(world.Worker, SESSION, {
    up: controller.taskRouterUp, down() {}, offered: controller.offered,
    changed: controller.taskChanged, activity() {}, tokenExpired() {},
  });
  page.softphone = createSoftphone(world.sdk, SESSION, {
    soundFolder: 'https://calls.example/sounds/', getUserMedia: microphone.take,
    on: {
      registered,
      legOpen: controller.legOpen, legClosed: controller.legClosed, muted: controller.muted,
      doubtful: controller.legDoubtful,
      line: (taskSid, lost) => controller.dispatch({ type: 'line', taskSid, lost }),
      warning() {}, level() {}, replaced() {}, tokenExpiring() {},
    },
  });
}

/** A page as connection.js and calls.js wire it. */
function openPage(world, rule, note) {
  const page = { state: initialState, taskRouter: null, softphone: null };
  const microphone = createMicrophone(() => '', { getUserMedia: world.getUserMedia });
  const waiting = [];
  let registered = false;
  let controller = null;

  const tabs = createTabs(world, (inCharge) => {
    controller.dispatch({ type: 'charge', inCharge });
    if (inCharge) controller.lookForLeftCall();
  });

  controller = createCallController({
    api: guarded(world, page, rule),
    microphone,
    session: () => SESSION,
    taskRouter: () => page.taskRouter,
    softphone: () => page.softphone,
    registered: () => (
      registered ? Promise.resolve() : new Promise((resolve) => { waiting.push(resolve); })),
    mayRejoin: tabs.mayRejoin,
    locate: tabs.locate,
    wasMuted: (taskSid) => tabs.muted.get(taskSid) === true,
    newKey: () => 'KEY', hasNoCall() {}, reached() {},
  }, (state) => {
    tabs.follow(state);
    follow(page, state, { rule, note });
  });

  function onRegistered(is) {
    registered = is;
    if (is) waiting.splice(0).forEach((resolve) => resolve());
  }

  function act(event) {
    note(`press: ${event.type}`);
    if (['dial', 'answer', 'rejoin'].includes(event.type)) {
      Promise.resolve().then(() => tabs.charge(true));
    }
    const muted = tabs.muted.get(page.state.taskSid) === true;
    controller.dispatch(event.type === 'rejoin' ? { ...event, muted } : event);
  }

  controller.signedIn();
  setTimeout(() => connect(world, page, { controller, microphone, registered: onRegistered }),
    world.chance.below(1000));
  setInterval(() => {
    page.taskRouter?.look();
    page.softphone?.look();
  }, LOOK_EVERY);
  return Object.assign(page, {
    tabs,
    back() {
      page.taskRouter?.wake();
      page.softphone?.wake();
    },
    /** One of the buttons that this state offers. */
    press(choice) {
      const offered = Object.entries(buttonsFor(page.state, registered))
        .flatMap(([id, button]) => (button?.enabled && PRESSES[id] ? [PRESSES[id]] : []));
      if (canCall(page.state) && registered) offered.push('dial');
      if (offered.length > 0) act({ type: offered[choice % offered.length], agent: BOB });
    },
  });
}

/** What a step of a storm does; `choice` is a number that belongs to it. */
const STEPS_BY_NAME = {
  press: ({ page }, choice) => page.press(choice),
  weather({ world }, choice) { world.ills = [0, 15, 40, 80][choice % 4]; },
  microphone({ world }, choice) { world.blocked = choice % 3 === 0; },
  network({ world, page }, choice) {
    if (!world.online) return;
    world.online = false;
    world.worker?.lose();
    world.device?.lose();
    const [leg] = legsOf(world);
    leg?.emit('reconnecting', new Error('line'));
    setTimeout(() => {
      world.online = true;
      if (leg?.state === 'open' && choice % 2 === 0) leg.emit('reconnected');
      else leg?.close('disconnect');
      page.back();
    }, [500, 4000, 12_000, 30_000][choice % 4]);
  },
  taskRouter: ({ world }) => world.worker?.lose(),
  'line-lost'({ world }) {
    const [leg] = legsOf(world);
    leg?.emit('reconnecting', new Error('line'));
    leg?.close('disconnect');
  },
  stranger: ({ world }) => (
    world.device?.ring(world.nextLeg(), null, 'client:caller')),
  incoming({ world: { truth } }) {
    const open = truth.open();
    if (open && (open.role === 'callee' || open.state !== 'calling')) return;
    if (open) truth.close(open, 'glare');
    const call = truth.begin('callee', 'calling');
    truth.ring(call);
    truth.reserve(call);
  },
  other({ world: { truth } }, choice) {
    const call = truth.open();
    if (!call) return;
    if (call.state !== 'ringing' || call.role === 'callee') {
      if (choice % 2 === 0 && call.state !== 'calling') truth.close(call, 'hangup');
      else if (call.connectedAt !== null) {
        call.state = choice % 4 === 1 ? 'reconnecting' : 'connected';
      }
    } else if (choice % 3 === 0) truth.close(call, 'declined');
    else truth.connect(call);
  },
  'other-tab'({ world, page: { tabs } }, choice) {
    const { truth } = world;
    const call = truth.open();
    tabs.charge(false);
    const leg = { ...world.nextLeg(), tab: true };
    if (choice % 2 === 0 || !call) return;
    if (call.role === 'callee' && call.reservation === 'pending' && call.state === 'ringing') {
      truth.accept(call);
      truth.join(call, leg);
    } else if (call.connectedAt !== null) truth.join(call, leg);
  },
  'tab-gone'({ world: { truth }, page: { tabs } }) {
    const call = truth.open();
    const leg = call?.legs.find(({ tab }) => tab);
    if (leg) truth.leave(call, leg);
    tabs.charge(true);
  },
};
const OFTEN = Object.entries({ press: 14, other: 4, incoming: 3, 'line-lost': 3, weather: 1 })
  .flatMap(([name, times]) => Array(times).fill(name));

function legsOf({ device }) {
  return device?.calls.filter(({ state }) => state === 'open') ?? [];
}

function stepsOf(seed) {
  const chance = createChance(seed);
  return Array.from({ length: STEPS }, () => ({
    name: chance.pick([...OFTEN, ...Object.keys(STEPS_BY_NAME)]),
    choice: chance.below(1000),
    wait: chance.pick([0, 100, 300, 1000, 3000, 8000]),
  }));
}

/** What holds whenever nothing is about to happen. */
function checkNow({ world, page: { state }, rule }) {
  const legs = legsOf(world);
  rule('no microphone is held without a call', !isFree(state) || world.tracks.size === 0,
    `${world.tracks.size} held`);
  rule('no leg is kept without a call', !isFree(state) || legs.length === 0, 'open');
  rule('there is one leg', legs.length <= 1, `${legs.length}`);
  checkSilence({ state, legs, rule });
  checkTold({ state, told: world.truth.find(state.taskSid), rule });
}

function checkSilence({ state, legs, rule }) {
  rule('who is muted is not heard', !state.muted || legs.every(({ muted }) => muted), 'heard');
  rule('who hangs up is not heard', state.phase !== 'ending' || legs.every(({ muted }) => muted),
    'heard');
}

function checkTold({ state, told, rule }) {
  rule('connected is what the server says', !['connected', 'reconnecting'].includes(state.phase)
    || told?.connectedAt, state.taskSid);
  rule('an end is told as the server told it',
    state.phase !== 'ended' || state.outcome === told?.outcome
    || ['refused', 'unknown'].includes(state.outcome) || state.code === 'sign_in'
    || (state.outcome === 'cancel' && !state.taskSid), `${state.outcome}, not ${told?.outcome}`);
}

/** What holds when everything has been fine for a while. */
function checkRest({ world, page: { state }, rule }) {
  const call = world.truth.open();
  const here = call?.legs.some(({ tab }) => !tab) ?? false;
  const place =
    `${state.taskSid} ${state.phase} ${state.mine}, the server: ${JSON.stringify(call)}`;
  rule('the page comes to rest', AT_REST.includes(state.phase), place);
  if (isFree(state)) {
    rule('no call goes on behind the agent\'s back', !here, place);
    return;
  }
  rule('the agent is in the call that the server says', call?.taskSid === state.taskSid, place);
  rule('the page has the leg, or says that it hasn\'t', state.mine === here
    && (state.leg === 'open') === here, place);
}

async function run(t, seed, steps) {
  const time = fakeTime(t);
  const begun = Date.now();
  const notes = [];
  const broken = [];
  const note = (text) => notes.push(`${((Date.now() - begun) / 1000).toFixed(1)} ${text}`);
  const rule = (name, holds, why) => {
    if (!holds) note(`BROKEN: ${name}: ${why}`);
    if (!holds) broken.push(`${name}: ${why}`);
  };
  const lost = (error) => rule('nothing is rejected unheard', false, error.stack);
  // The runner would end the test here, and nobody would see what led to it.
  const runner = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', lost);
  const seen = new Set();
  const trying = (work) => {
    try {
      work();
    } catch (error) {
      rule('nothing throws', false, error.stack);
    }
  };

  let page = null;
  const world = createWorld(createChance(seed), note, (call) => (
    rule('a leg is dialled for the Task that the page shows', page.state.taskSid === call.taskSid
      && page.state.leg === 'dialing' && page.state.phase !== 'ending', call.taskSid)));
  page = openPage(world, rule, note);
  const scene = { world, page, rule };

  async function pass(ms) {
    for (let passed = 0; passed <= ms && broken.length === 0; passed += STEP) {
      await settled();
      checkNow(scene);
      seen.add(`${page.state.phase} ${page.state.mine} ${page.state.leg}`);
      trying(() => time.tick(STEP));
    }
    await settled();
  }

  for (const { name, choice, wait } of steps) {
    if (broken.length > 0) break;
    note(`step: ${name} ${choice}`);
    trying(() => STEPS_BY_NAME[name](scene, choice));
    await pass(wait);
  }
  note('calm');
  Object.assign(world, { calm: true, ills: 0, blocked: false });
  await pass(CALM);
  if (broken.length === 0) checkRest(scene);
  process.removeAllListeners('unhandledRejection');
  runner.forEach((listener) => process.on('unhandledRejection', listener));
  t.mock.restoreAll();
  return { broken: broken[0] ?? null, notes, seen };
}

/** As few steps as it takes to break the same rule. */
async function shrink(t, seed, steps, { broken }) {
  const rule = (text) => text?.split(':')[0];
  let left = steps;
  for (let at = steps.length - 1; at >= 0; at -= 1) {
    const fewer = left.filter((step) => step !== steps[at]);
    const result = await run(t, seed, fewer);
    if (rule(result.broken) === rule(broken)) left = fewer;
  }
  return run(t, seed, left);
}

test('after any storm the page is where the server says that its agent is', async (t) => {
  const one = process.env.STORM_SEED;
  const seeds = one ? [Number(one)] : Array.from({ length: STORMS }, (_, seed) => seed);
  const ways = new Set();
  for (const seed of seeds) {
    const steps = stepsOf(seed);
    const result = await run(t, seed, steps);
    result.seen.forEach((way) => ways.add(way));
    if (result.broken) {
      const { broken, notes } = await shrink(t, seed, steps, result);
      const lines = broken ? notes : result.notes;
      assert.fail(`STORM_SEED=${seed}: ${broken ?? result.broken}\n${lines.join('\n')}`);
    }
  }
  assert.ok(one || ways.size > 20, `only ${[...ways]}`);
});
