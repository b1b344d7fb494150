// The other side of a page's calls: what is true on the server, what TaskRouter tells of it and
// which Voice calls come of it. Each answer, event and Voice call comes late, twice or never, as
// chance will have it, until `calm`.

import { EventEmitter } from 'node:events';

const BOB = { sid: 'WKbob', name: 'Bob' };
const SETUP_WITHIN = 15000; // the `timeout` of reservation.call
const RESERVED_WITHIN = 20000;
const RINGS_FOR = 40000;
const GRACE = 20000;
const NO_ANSWER = 8000; // of api.js

/** The same numbers for the same seed, so that what fails once fails again. */
export function createChance(seed) {
  let last = Math.imul(seed + 1, 2654435761) >>> 0;
  const below = (limit) => {
    last = (Math.imul(last, 1664525) + 1013904223) >>> 0;
    return Math.floor((last / 2 ** 32) * limit);
  };
  return {
    below,
    pick: (list) => list[below(list.length)],
    percent: (share) => below(100) < share,
  };
}

const refusal = (status, code) => Object.assign(new Error(`${code} (${status})`), { status, code });
const later = (ms, work) => setTimeout(work, ms);
const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

/** Who comes into the Conference of a call, and who leaves it. */
function legsIn(truth) {
  return {
    join(call, leg) {
      if (call.state === 'ended') {
        leg.end?.();
        return;
      }
      for (const old of call.legs.splice(0)) old.end?.();
      call.legs.push(leg);
      if (call.state === 'calling') later(1000, () => truth.ring(call));
      if (call.role === 'callee' && call.state === 'ringing') truth.connect(call);
    },
    leave(call, leg) {
      if (!call.legs.includes(leg)) return;
      call.legs.splice(call.legs.indexOf(leg), 1);
      if (call.legs.length > 0) return;
      if (call.connectedAt === null) {
        truth.close(call, call.role === 'caller' ? 'cancel' : 'failed');
      } else later(GRACE, () => call.legs.length === 0 && truth.close(call, 'hangup'));
    },
    /** A leg that doesn't come about in time ends its call. */
    expectLeg(call) {
      later(SETUP_WITHIN, () => (
        call.connectedAt === null && call.legs.length === 0 && truth.close(call, 'failed')));
    },
  };
}

/** The calls as TaskRouter and the Conference have them: nothing here is late or wrong. */
function createTruth(tell) {
  const calls = [];
  let count = 0;

  const truth = {
    calls,
    find: (taskSid) => calls.find((call) => call.taskSid === taskSid),
    open: () => calls.findLast((call) => call.state !== 'ended'),

    /** @param {string} role of the agent whose page this is */
    begin(role, state) {
      count += 1;
      const call = {
        taskSid: `WT${count}`, role, state, outcome: null, connectedAt: null, legs: [],
        hold: { me: false, other: false }, reservation: 'none', named: null, elsewhere: false,
      };
      calls.push(call);
      return call;
    },
    close(call, outcome) {
      if (call.state === 'ended') return;
      Object.assign(call, { state: 'ended', outcome });
      for (const leg of call.legs.splice(0)) leg.end?.();
      const taken = call.reservation === 'accepted';
      call.reservation = taken ? 'wrapping' : 'canceled';
      tell(call, taken ? 'wrapup' : 'canceled');
    },
    connect(call) {
      Object.assign(call, { state: 'connected', connectedAt: Date.now() });
      tell(call, 'updated');
    },
    reserve(call) {
      if (call.state === 'ended') return;
      call.reservation = 'pending';
      tell(call, 'created');
    },
    ring(call) {
      if (call.state !== 'calling') return;
      call.state = 'ringing';
      later(RINGS_FOR, () => call.state === 'ringing' && truth.close(call, 'no-answer'));
    },
    accept(call) {
      call.reservation = 'accepted';
      tell(call, 'accepted');
    },
  };
  return Object.assign(truth, legsIn(truth));
}

const ILLS = [
  [0, 'unreachable'], [0, 'unreachable'], [504, 'no_reply'], [502, 'upstream'], [502, 'failed'],
  [503, 'busy'], [429, 'too_many_requests'], [401, 'sign_in'], [404, 'failed'],
];
const DONE_PERHAPS = [0, 502, 504];

/** What the work gives, or null where the answer is an error: then it is done or not. */
async function carryOut(world, work, ill) {
  const { chance } = world;
  const unreachable = ill?.[0] === 0;
  await pause(unreachable ? NO_ANSWER / 2 : chance.below(world.calm ? 200 : 2000));
  const isDone = !ill || (DONE_PERHAPS.includes(ill[0]) && chance.percent(50));
  const answer = isDone ? work() : null;
  if (unreachable) await pause(NO_ANSWER / 2);
  else if (!world.calm) await pause(chance.below(500));
  return answer;
}

/** One request: answered late, lost before or after its work, or refused. */
async function request(world, program, work, signal) {
  const { chance, note } = world;
  if (!world.online) {
    await pause(chance.pick([10, NO_ANSWER]));
    throw refusal(0, 'unreachable');
  }
  const ill = chance.percent(world.ills) ? chance.pick(ILLS) : null;
  const answer = await carryOut(world, work, ill);
  if (signal?.aborted) throw new Error('aborted');
  if (ill) {
    note(`${program} fails: ${ill}`);
    throw refusal(...ill);
  }
  if (!world.online) throw refusal(0, 'unreachable');
  return answer;
}

/** The programs, in this weather. */
function createServer(world) {
  const { chance, truth } = world;
  const requested = (program, work, signal) => request(world, program, work, signal);

  const known = (taskSid) => {
    const call = truth.find(taskSid);
    if (!call) throw refusal(404, 'not_found');
    return call;
  };

  return {
    pass: () => 'P',
    createTask: (to, made) => requested('create-task', () => {
      const open = truth.open();
      if (open) throw refusal(409, 'already_in_call');
      if (chance.percent(world.calm ? 0 : 15)) throw refusal(409, 'callee_busy');
      const call = truth.begin('caller', 'calling');
      made();
      later(chance.below(1500), () => truth.reserve(call));
      later(RESERVED_WITHIN, () => call.reservation !== 'accepted' && truth.close(call, 'failed'));
      return call.taskSid;
    }),
    callState: (taskSid, signal) => requested('call-state', () => {
      const call = taskSid ? known(taskSid) : truth.open();
      if (!call) return { answer: { taskSid: null, state: 'none' }, elapsed: 0 };
      const { role, state, outcome, connectedAt } = call;
      return {
        answer: {
          taskSid: call.taskSid, role, state, outcome, connectedAt, other: BOB,
          hold: { ...call.hold }, legs: call.legs.map(({ callSid }) => callSid),
        },
        elapsed: connectedAt === null ? 0 : Date.now() - connectedAt,
      };
    }, signal),
    endCall: (taskSid, reason) => requested('end-call', () => {
      const call = known(taskSid);
      if (reason === 'no-answer' && call.connectedAt) throw refusal(409, 'already_answered');
      truth.close(call, reason);
    }),
    cleanupRejectedTask: (taskSid) =>
      requested('cleanup', () => truth.close(known(taskSid), 'declined')),
    holdParticipant: (taskSid, hold) => requested('hold', () => {
      const call = known(taskSid);
      if (call.state !== 'connected') throw refusal(409, 'nobody_to_hold');
      call.hold.other = hold;
      return hold;
    }),
    rejoinCall: (taskSid) => requested('rejoin-call', () => {
      const call = known(taskSid);
      if (call.state === 'ended') throw refusal(409, 'call_is_over');
      return world.dialVoice(call).callSid;
    }),
  };
}

/** A Reservation of TaskRouter's SDK. */
function reservationOf(world) {
  const { chance, truth } = world;

  return class Reservation extends EventEmitter {
    constructor(call) {
      super();
      this.sid = `WR-${call.taskSid}`;
      this.call_ = call;
      this.status = call.reservation;
      this.task = Object.assign(new EventEmitter(), {
        sid: call.taskSid, attributes: {}, fetchLatestVersion: () => this.read(),
      });
      this.describe();
    }

    describe() {
      const { role, named, outcome, connectedAt } = this.call_;
      this.task.attributes = {
        dialpad: 'x', internal: String(role === 'callee'), from: 'client:caller',
        conferenceSid: 'WT0',
        worker_call_sid: named, outcome, connectedAt,
      };
    }

    async read() {
      await pause(chance.below(500));
      if (!world.online || chance.percent(world.ills)) throw new Error('fetch failed');
      this.status = this.call_.reservation;
      this.describe();
      return this;
    }

    fetchLatestVersion() { return this.read(); }

    async call(from, url, { to }) {
      world.dialled(this.call_);
      await pause(chance.below(500));
      if (!world.online) throw new Error('no connection');
      const fails = chance.percent(world.ills / 2);
      if (fails && chance.percent(50)) throw new Error('Request failed with status code 500');
      if (this.call_.reservation !== 'pending') {
        throw Object.assign(new Error('Request failed with status code 400'),
          { name: 'REQUEST_INVALID' });
      }
      truth.accept(this.call_);
      truth.expectLeg(this.call_);
      const { callSid } = world.dialVoice(this.call_, to);
      later(chance.below(3000), () => { this.call_.named = callSid; });
      if (fails) throw new Error('Request failed with status code 504');
    }

    /** Nobody else would have it: so it ends. */
    async reject() {
      await pause(chance.below(500));
      if (!world.online || chance.percent(world.ills)) throw new Error('fetch failed');
      if (this.call_.reservation === 'pending') truth.close(this.call_, 'failed');
      this.status = this.call_.reservation;
    }

    async complete() {
      await pause(chance.below(500));
      if (!world.online || chance.percent(world.ills)) throw new Error('fetch failed');
      if (this.call_.reservation === 'wrapping') this.call_.reservation = 'completed';
      this.status = this.call_.reservation;
    }
  };
}

/** TaskRouter's SDK: each connection reads the Reservations anew. */
function workerOf(world) {
  const { chance, truth } = world;
  const Reservation = reservationOf(world);

  return class Worker extends EventEmitter {
    constructor() {
      super();
      Object.assign(this, { reservations: new Map(), activities: new Map(), gone: false });
      world.worker = this;
      this.connect();
    }

    connect() {
      later(100 + chance.below(1500), () => {
        if (this.gone) return;
        if (!world.online) {
          this.connect();
          return;
        }
        const live = truth.calls.filter(({ reservation }) => (
          ['pending', 'accepted', 'wrapping'].includes(reservation)));
        this.reservations = new Map(live.map((call) => {
          const reservation = new Reservation(call);
          return [reservation.sid, reservation];
        }));
        this.emit('ready');
      });
    }

    lose() {
      this.emit('disconnected');
      this.connect();
    }

    hear(call, what) {
      if (this.gone || !world.online) return;
      let reservation = this.reservations.get(`WR-${call.taskSid}`);
      if (what === 'created') {
        if (reservation || call.reservation !== 'pending') return;
        reservation = new Reservation(call);
        this.reservations.set(reservation.sid, reservation);
        this.emit('reservationCreated', reservation);
      } else if (reservation) {
        reservation.describe();
        if (what === 'updated') {
          reservation.task.emit('updated');
          return;
        }
        reservation.status = { wrapup: 'wrapping' }[what] ?? what;
        reservation.emit(what);
      }
    }

    disconnect() { this.gone = true; }

    updateToken() {}
  };
}

/** A Call of Voice's SDK, which takes the microphone and holds it until it is closed. */
function callOf(world) {
  const { chance, truth } = world;

  return class Call extends EventEmitter {
    static State = { Closed: 'closed' };

    constructor(leg, call, to) {
      super();
      Object.assign(this, { leg, call_: call, state: 'pending', muted: false, stream: null });
      this.parameters = { CallSid: leg.callSid, From: 'client:caller' };
      this.customParameters = new Map(new URLSearchParams(to.split('?')[1]));
      leg.end = () => later(chance.below(world.calm ? 200 : 3000), () => this.close('disconnect'));
    }

    status() { return this.state; }

    async accept() {
      this.state = 'connecting';
      try {
        const stream = await world.getUserMedia();
        this.stream = stream;
      } catch {
        this.fail();
        return;
      }
      if (this.state === 'closed') this.stop();
      await pause(chance.below(1000));
      if (this.state !== 'connecting') return;
      if (chance.percent(world.ills / 3)) {
        this.fail();
        return;
      }
      this.state = 'open';
      if (this.call_) truth.join(this.call_, this.leg);
      this.emit('accept');
    }

    /** An error in setting up is followed by no `disconnect`. */
    fail() {
      if (this.state === 'closed') return;
      this.shut();
      this.emit('error', new Error('setting up failed'));
    }

    stop() { this.stream?.getTracks().forEach((track) => track.stop()); }

    shut() {
      this.state = 'closed';
      this.stop();
      if (this.call_) truth.leave(this.call_, this.leg);
    }

    close(event) {
      if (this.state === 'closed') return;
      this.shut();
      this.emit(event);
    }

    disconnect() { this.close('disconnect'); }

    mute(muted) {
      if (muted === this.muted) return;
      this.muted = muted;
      this.emit('mute', muted);
    }
  };
}

function voiceOf(world) {
  const { chance } = world;
  const Call = callOf(world);

  class Device extends EventEmitter {
    static State = {
      Registered: 'registered', Unregistered: 'unregistered', Destroyed: 'destroyed',
    };

    constructor() {
      super();
      Object.assign(this, { state: 'unregistered', calls: [], edge: 'here' });
      world.device = this;
    }

    get isBusy() { return this.calls.some(({ state }) => ['connecting', 'open'].includes(state)); }

    async register() {
      await pause(chance.below(1000));
      if (!world.online || this.state === 'destroyed') throw new Error('not registered');
      this.state = 'registered';
      this.emit('registered');
    }

    ring(leg, call, to) {
      if (this.state !== 'registered' || this.isBusy) return;
      const ringing = new Call(leg, call, to);
      this.calls.push(ringing);
      this.emit('incoming', ringing);
    }

    lose() {
      if (this.state !== 'registered') return;
      this.state = 'unregistered';
      this.emit('unregistered');
    }

    updateToken() {}

    destroy() {
      this.state = 'destroyed';
      for (const call of this.calls) call.close('disconnect');
    }
  }

  return { Device, Call };
}

/**
 * @param {object} chance of createChance
 * @param {(text: string) => void} note keeps what happened
 * @param {(call: object) => void} dialled a page has asked for its leg
 */
export function createWorld(chance, note, dialled) {
  const world = {
    chance, note, dialled, online: true, calm: false, ills: 0, worker: null, device: null,
    blocked: false, tracks: new Set(), legs: 0,
  };
  world.truth = createTruth((call, what) => {
    note(`truth: ${call.taskSid} ${call.state} ${what}`);
    if (!world.calm && what !== 'created' && chance.percent(world.ills / 3)) return;
    const times = world.calm || chance.percent(80) ? 1 : 2;
    for (let time = 0; time < times; time += 1) {
      later(chance.below(world.calm ? 100 : 1500), () => world.worker?.hear(call, what));
    }
  });

  return Object.assign(world, {
    server: createServer(world),
    Worker: workerOf(world),
    sdk: voiceOf(world),
    nextLeg() {
      world.legs += 1;
      return { callSid: `CA${world.legs}` };
    },
    /** Twilio calls the agent's softphone. */
    dialVoice(call, to = '') {
      const leg = world.nextLeg();
      if (!chance.percent(world.ills / 4)) {
        later(chance.below(world.calm ? 500 : 3000),
          () => call.state !== 'ended' && world.device.ring(leg, call, to));
      }
      return leg;
    },
    async getUserMedia() {
      await pause(chance.below(world.calm ? 50 : 1500));
      if (world.blocked) throw Object.assign(new Error('blocked'), { name: 'NotAllowedError' });
      const track = { stop: () => world.tracks.delete(track) };
      world.tracks.add(track);
      return { getTracks: () => [track] };
    },
  });
}
