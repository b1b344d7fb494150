// Twilio Voice for one machine: the calls, and everything that they need.

import { Call } from './call.js';
import { Conferences } from './conferences.js';
import { Devices } from './devices.js';
import { Mixer } from '../media/mixer.js';
import { Signalling } from './signalling.js';
import { Softphones } from './softphone.js';
import { strongestTones } from '../media/spectrum.js';
import { Webhook } from './webhook.js';

const MAX_CALLS = 3000;

// Sets world.voice, world.conferences, world.webhook, world.softphones and world.errors.
export function createVoice(world) {
  world.errors ??= [];
  world.webhook = new Webhook(world);
  world.conferences = new Conferences(world);
  world.voice = new Voice(world);
  world.softphones = world.voice.softphones;
  return world.voice;
}

class Voice {
  constructor(world) {
    this.world = world;
    this.calls = new Map();
    this.mixer = new Mixer();
    this.devices = new Devices();
    this.softphones = new Softphones(world, this.devices);
    this.signalling = new Signalling(world, this.devices);
  }

  // Gives the call at once; it starts to ring in the next turn of the event loop, so that the
  // caller of this function can note its SID first.
  placeCall(options) {
    const call = new Call(this.world, options);
    this.calls.set(call.sid, call);
    this.forgetOldest();
    call.queueMs = this.queueMs();
    const ring = () => call.ring(this.devicesFor(call.address));
    if (call.queueMs === 0) setImmediate(ring);
    else setTimeout(ring, call.queueMs);
    return call;
  }

  // How long a call that is placed now waits for its turn, in whole milliseconds.
  queueMs() {
    const { callsPerSecond } = this.world.switches;
    if (callsPerSecond === 0) return 0;
    const now = this.world.now();
    const turn = Math.max(now, this.nextTurn ?? now);
    this.nextTurn = turn + Math.ceil(1000 / callsPerSecond);
    return turn - now;
  }

  devicesFor(address) {
    const devices = this.devices.of(address);
    if (devices.length === 0 && this.world.config.voiceAutoAnswerWorkers) {
      return [this.softphones.improvise(address)];
    }
    return devices;
  }

  forgetOldest() {
    if (this.calls.size <= MAX_CALLS) return;
    for (const [sid, call] of this.calls) {
      if (!call.ended) continue;
      this.calls.delete(sid);
      return;
    }
  }

  getCall(sid) {
    return this.calls.get(sid);
  }

  // Newest first; filter: {to, from, status}.
  listCalls(filter = {}) {
    const wanted = Object.entries(filter).filter(([, value]) => value !== undefined);
    return [...this.calls.values()].reverse()
      .filter((call) => wanted.every(([name, value]) => call[name] === value));
  }

  liveCalls() {
    return [...this.calls.values()].filter((call) => !call.ended);
  }

  // Ends a call as the API does. False for one that is unknown or over.
  endCall(sid, status = 'completed') {
    const call = this.getCall(sid);
    if (!call || call.ended) return false;
    call.end(status, { reason: 'participant_updated_via_api' });
    return true;
  }

  redirectCall(sid, { url, method = 'POST', twiml }) {
    const call = this.getCall(sid);
    if (!call || call.ended) return false;
    call.redirect({ url, method, twiml });
    return true;
  }

  handleSignalUpgrade(req, socket, head) {
    this.signalling.handleUpgrade(req, socket, head);
  }

  // Breaks the Voice sockets of an identity, as a network would; gives their number. A virtual
  // softphone comes back after `absentMs`, a browser when it likes.
  disconnect(identity, absentMs) {
    return this.signalling.disconnect(identity) + this.softphones.lose(identity, absentMs);
  }

  // From now on a browser of this identity gets no connection, until `admit`.
  shutOut(identity) {
    this.signalling.shutOut(identity);
  }

  admit(identity) {
    this.signalling.admit(identity);
  }

  // What a leg has been sent in the last half second, or null if it has no sound.
  hears(callSid) {
    const port = this.getCall(callSid)?.port;
    return port ? strongestTones(port.history()) : null;
  }

  snapshot() {
    const calls = [...this.calls.values()].map((call) => ({
      sid: call.sid,
      from: call.from,
      to: call.to,
      status: call.status,
      direction: call.direction,
      media: call.media,
      mediaState: call.leg?.state ?? null,
      digits: call.digits,
      conferenceSid: call.participant?.conference.sid ?? null,
      queueMs: call.queueMs,
      dateCreated: call.dateCreated,
      startTime: call.startTime,
      endTime: call.endTime,
    }));
    return { calls, conferences: this.world.conferences.snapshot(),
      registrations: this.devices.counts() };
  }

  // What happens to a call when the machine that carries its sound is gone: it is over, and
  // everybody who is to be told is told. Its devices hear nothing, they lose their sockets.
  failOver() {
    this.signalling.cut();
    for (const call of this.liveCalls()) {
      if (call.status === 'in-progress') call.end('completed');
    }
  }

  toJSON() {
    return { softphones: this.softphones, calls: [...this.calls.values()],
      conferences: this.world.conferences };
  }

  // Calls that nobody had answered go on ringing, at the devices that are there.
  restore({ softphones, calls, conferences }) {
    this.softphones.restore(softphones);
    for (const saved of calls) {
      const call = Call.restore(this.world, saved);
      this.calls.set(call.sid, call);
      if (call.status === 'queued') setImmediate(() => call.ring(this.devicesFor(call.address)));
      if (call.status === 'ringing') {
        setImmediate(() => call.ringAt(this.devicesFor(call.address), saved.timer));
      }
    }
    this.world.conferences.restore(conferences);
  }

  // Ends and forgets all calls and Conferences without a single callback.
  reset() {
    for (const call of this.calls.values()) call.callback = null;
    this.world.conferences.reset();
    for (const call of this.liveCalls()) call.end('completed');
    this.calls.clear();
    this.softphones.reset();
    this.world.webhook.abandon();
    this.world.errors.length = 0;
  }

  close() {
    this.reset();
    this.signalling.close();
  }
}
