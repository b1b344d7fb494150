// The agent's softphone: one Voice Device and at most one leg, which is answered by itself because
// this page asked for it. Any other Voice call is left alone.
//
// A Device can end up where only another one helps: destroyed, without a connection that it would
// look for, or busy with a call that was closed without a word. Then it is replaced.

import { isOnline } from './awake.js';
import { judgeCall } from './expected-leg.js';

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

/**
 * @param {{Device: Function, Call: Function}} sdk
 * @param {object} session what the program `session` answered
 * @param {object} options
 * @param {string} options.soundFolder its address, with its last slash
 * @param {Function} options.getUserMedia where the SDK gets the microphone from
 * @param {object} options.on handlers: registered(boolean), legOpen(taskSid, callSid),
 *   legClosed(taskSid, dropped), muted(boolean), doubtful(taskSid), line(taskSid, lost),
 *   warning(taskSid, name, on), level(0 to 1), replaced(), tokenExpiring()
 */
export function createSoftphone({ Device, Call }, session, { soundFolder, getUserMedia, on }) {
  const { signalingHost } = session.voice;
  let { token } = session.voice;
  let device = null;
  let given = null; // the token that the Device has
  let refused = false;
  let lostAt = 0;
  let expected = null; // {taskSid, since, from, callSid}
  let doubtful = []; // calls that only a worker_call_sid can tell from ours
  let leg = null;
  let watch = null;

  function take(call) {
    const { taskSid } = expected;
    const mine = {
      call,
      taskSid,
      callSid: call.parameters.CallSid,
      judged: Boolean(expected.callSid),
      lost: false,
      close() {
        if (leg !== mine) return;
        leg = null;
        on.legClosed(taskSid, mine.lost);
      },
      fail() {
        mine.lost = true;
        mine.check();
      },
      check() {
        if (call.status() === Call.State.Closed) mine.close();
      },
    };
    leg = mine;
    expected = null;
    doubtful = [];
    call.on('accept', () => on.legOpen(taskSid, mine.callSid));
    call.on('mute', (muted) => on.muted(muted));
    for (const name of ['disconnect', 'cancel', 'reject']) call.on(name, mine.close);
    call.on('error', mine.fail); // an error in setting up is followed by no `disconnect`
    watchLine(call, mine);
    call.accept();
  }

  function watchLine(call, mine) {
    const line = (lost) => {
      mine.lost = lost;
      on.line(mine.taskSid, lost);
    };
    call.on('reconnecting', () => line(true));
    call.on('reconnected', () => line(false));
    call.on('warning', (name) => on.warning(mine.taskSid, name, true));
    call.on('warning-cleared', (name) => on.warning(mine.taskSid, name, false));
    call.on('volume', (input) => on.level(input));
  }

  function consider(call) {
    if (leg) return;
    const { CallSid: callSid, From: from } = call.parameters;
    const verdict = judgeCall({ callSid, from, now: Date.now() }, expected);
    if (verdict === 'accept') take(call);
    if (verdict === 'wait') {
      doubtful.push(call);
      if (!expected.named) on.doubtful(expected.taskSid);
    }
  }

  function giveToken() {
    if (given === token) return;
    given = token;
    device.updateToken(token);
  }

  function build() {
    const mine = new Device(token, {
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
    });
    device = mine;
    given = token;
    refused = false;
    lostAt = Date.now();
    mine.on('incoming', consider);
    // Without a listener the SDK throws.
    mine.on('error', ({ code } = {}) => {
      if (mine !== device || !TOKEN_ERRORS.includes(code)) return;
      refused = true;
      on.tokenExpiring();
    });
    mine.on('registered', () => {
      if (mine !== device) return;
      giveToken();
      on.registered(true);
    });
    mine.on('unregistered', () => {
      if (mine !== device) return;
      lostAt = Date.now();
      on.registered(false);
      clearInterval(watch);
      watch = setInterval(lookAfter, LOOK_EVERY);
    });
    mine.on('tokenWillExpire', () => mine === device && on.tokenExpiring());
    mine.register().catch(() => {});
    // The page has a ring of its own, and the leg that is answered by itself must not ring at all.
    mine.audio?.incoming(false);
    mine.audio?.disconnect(false);
  }

  function replace() {
    const old = device;
    doubtful = [];
    build();
    on.registered(false);
    old.destroy?.();
    on.replaced();
  }

  /**
   * The SDK remembers over one lost socket only that it has to register again, and must not be
   * asked to while there is none (then `edge` is null). A call that its server can't take up again
   * is closed without a word, and the Device stays busy with it.
   */
  function lookAfter() {
    if (leg?.call.status() === Call.State.Closed) leg.fail();
    if (leg) return;
    const { Registered, Unregistered, Destroyed } = Device.State;
    if (device.state === Registered) clearInterval(watch);
    const hopeless = device.state !== Registered && isOnline() && Date.now() - lostAt > HOPELESS;
    if (device.isBusy || device.state === Destroyed || hopeless) replace();
    else if (device.state === Unregistered && device.edge) device.register().catch(() => {});
  }

  build();

  return {
    /** The SDK sends a token at once, and must have a connection for it. */
    updateToken(fresh) {
      token = fresh;
      // What refused the old one is a connection: it can take the new one, and keep the call.
      if (device.state === Device.State.Registered || (refused && leg)) giveToken();
      else if (refused) replace();
    },

    /** The SDK's own view of devices for sound. */
    audio: () => device.audio ?? null,

    /** To be called every few seconds. */
    look: lookAfter,

    /** After a sleep the connection may be dead without the SDK's knowing. */
    wake() {
      if (leg) lookAfter();
      else replace();
    },

    /** From now on the next Voice call from `from` is ours. */
    expect(taskSid, from) {
      expected = { taskSid, from, since: Date.now(), callSid: null, named: false };
      doubtful = [];
    },
    /** As `expect`; but only the call that `legIs` names, which may come before its name. */
    expectNamed(taskSid) {
      expected = { taskSid, from: null, since: Date.now(), callSid: null, named: true };
      doubtful = [];
    },
    expectNothing(taskSid) {
      if (expected?.taskSid === taskSid) expected = null;
    },

    /** TaskRouter has said which call is the Task's leg: a stranger that we took is dropped. */
    legIs(taskSid, callSid) {
      if (leg?.taskSid === taskSid && !leg.judged) {
        leg.judged = true;
        if (leg.callSid !== callSid) leg.call.disconnect();
      }
      if (expected?.taskSid !== taskSid) return;
      expected.callSid = callSid;
      const call = doubtful.find(({ parameters }) => parameters.CallSid === callSid);
      if (call?.status() === 'pending') take(call);
    },
    /** Whether it is still open which Voice call belongs to the Task. */
    isUnsure: (taskSid) => (
      (leg?.taskSid === taskSid && !leg.judged)
      || (expected?.taskSid === taskSid && !expected.callSid && !expected.named)
    ),

    drop(taskSid) {
      this.expectNothing(taskSid);
      if (leg?.taskSid === taskSid) leg.call.disconnect();
    },
    mute: (muted) => leg?.call.mute(muted),
    sendDigits: (digits) => leg?.call.sendDigits(digits),
  };
}
