// One call: it rings the devices of its address, runs its document on the leg that answers, and
// ends exactly once. Emits 'answered' and 'ended'.

import { EventEmitter } from 'node:events';

import { recordError } from '../errors.js';
import { runTwiml } from './interpreter.js';
import { Port } from '../media/mixer.js';
import { copyOf } from '../rest/past.js';
import { rfc2822 } from '../rfc2822.js';
import { Timer } from '../timer.js';

const API_VERSION = '2010-04-01';
const DEFAULT_EVENTS = ['completed'];
// What a call runs that was placed without saying what it is for: it stays until somebody hangs up.
const PLAIN_CALL = '<Response><Pause length="3600"/></Response>';
// What of a call survives a restart as it is.
const KEPT = ['sid', 'from', 'to', 'address', 'parameters', 'status', 'dateCreated', 'dateUpdated',
  'startTime', 'endTime', 'digits', 'document', 'timeout', 'timeLimit', 'sequence', 'media',
  'timer', 'queueMs'];

/** Whom a call tells of itself, if anybody. */
const callbackOf = ({ statusCallback, statusCallbackMethod = 'POST', statusCallbackEvent: on }) => (
  statusCallback && { url: statusCallback, method: statusCallbackMethod,
    events: new Set(on?.length ? on : DEFAULT_EVENTS) });

export class Call extends EventEmitter {
  // `program`, if given, takes the place of a TwiML document: program(call, signal) → Promise.
  constructor(world, { from, to, url, method = 'POST', twiml, timeout = 60, timeLimit,
    program, ...reports }) {
    super();
    this.world = world;
    this.sid = world.sid('CA');
    this.from = from;
    // client:alice?a=b rings alice's devices; a=b is for them.
    [this.address, this.parameters = ''] = to.split(/\?(.*)/s);
    this.to = world.switches.toParameters === 'kept' ? to : this.address;
    this.direction = 'outbound-api';
    this.status = 'queued';
    this.dateCreated = this.dateUpdated = world.now();
    this.startTime = null;
    this.endTime = null;
    this.digits = '';
    this.document = { url, method, twiml: url ? undefined : twiml ?? PLAIN_CALL, program };
    this.timeout = timeout;
    this.timeLimit = timeLimit;
    this.callback = callbackOf(reports);
    this.sequence = 0;
    this.queueMs = 0;
    this.ringing = new Set();
    this.device = null;
    this.leg = null;
    this.media = null;
    this.port = null;
    this.participant = null;
    this.session = null;
    this.timer = null;
    world.past.note(this);
  }

  toJSON() {
    const { callback } = this;
    return { ...Object.fromEntries(KEPT.map((name) => [name, this[name]])),
      callback: callback && { ...callback, events: [...callback.events] } };
  }

  // As it is at this moment, for REST that is late: without what has to be let go of.
  view() {
    return Object.assign(copyOf(this), { port: null, leg: null, device: null, session: null });
  }

  static restore(world, { callback, timer, ...fields }) {
    return Object.assign(new Call(world, fields), fields,
      { callback: callback && { ...callback, events: new Set(callback.events) } });
  }

  get ended() {
    return this.endTime !== null;
  }

  get duration() {
    return this.startTime === null ? 0 : Math.round((this.endTime - this.startTime) / 1000);
  }

  webhookParams() {
    return {
      CallSid: this.sid,
      AccountSid: this.world.config.accountSid,
      ApiVersion: API_VERSION,
      From: this.from,
      Caller: this.from,
      To: this.to,
      Called: this.to,
      Direction: this.direction,
      CallStatus: this.status,
    };
  }

  ring(devices) {
    if (this.ended) return;
    this.report('initiated');
    if (devices.length > 0) {
      this.setStatus('ringing');
      this.report('ringing');
    }
    this.ringAt(devices, this.timeout * 1000);
  }

  ringAt(devices, ms) {
    if (this.ended) return;
    // Nobody is registered: Twilio doesn't wait for the ring time to pass.
    if (devices.length === 0) {
      this.end('no-answer');
      return;
    }
    this.timer = new Timer(ms, () => this.end('no-answer'));
    this.ringing = new Set(devices);
    for (const device of devices) device.ring(this);
  }

  isRinging(device) {
    return this.status === 'ringing' && this.ringing.has(device);
  }

  // The first device wins; the others stop ringing. False when the call isn't to be had any more.
  answer(device, leg) {
    if (!this.isRinging(device)) return false;
    this.timer.stop();
    this.ringing.delete(device);
    for (const other of this.ringing) other.cancel(this);
    this.ringing.clear();
    this.device = device;
    this.leg = leg;
    this.media = leg.kind;
    this.port = new Port(leg);
    this.world.voice.mixer.add(this.port);
    this.startTime = this.world.now();
    this.setStatus('in-progress');
    if (this.timeLimit) this.timer = new Timer(this.timeLimit * 1000, () => this.end('completed'));
    this.emit('answered', this);
    this.report('answered');
    this.run(this.document);
    return true;
  }

  // A device refuses the call, or is gone while it rings; the call fails with the last one.
  refuse(device, status) {
    if (!this.isRinging(device)) return;
    this.ringing.delete(device);
    if (this.ringing.size === 0) this.end(status);
  }

  // Pulls the leg out of what it is doing and runs another document.
  redirect(document) {
    this.session?.abort();
    if (this.status === 'in-progress') {
      this.leaveConference('participant_updated_via_api', 'in-progress');
      this.run(document);
    } else {
      this.document = document;
    }
  }

  async run(document) {
    const session = new AbortController();
    this.session = session;
    try {
      if (document.program) await document.program(this, session.signal);
      else await runTwiml(this.world, this, document, { signal: session.signal });
    } catch (error) {
      recordError(this.world, { code: 10001, message: error.stack, callSid: this.sid });
    }
    if (this.session === session && !this.ended) this.end('completed');
  }

  leaveConference(reason, callStatus) {
    this.participant?.conference.leave(this.participant, { reason, callStatus });
  }

  // `by` is the device that hung up, if one did; `reason` is what the Conference is told.
  end(status, { by = null, reason = 'participant_hung_up' } = {}) {
    if (this.ended) return;
    this.timer?.stop();
    this.endTime = this.world.now();
    this.setStatus(status);
    this.session?.abort();
    this.leaveConference(reason, status);
    for (const device of this.ringing) device.cancel(this);
    this.ringing.clear();
    if (this.device && this.device !== by) this.device.hangup(this);
    this.closeMedia();
    this.report('completed');
    this.emit('ended', this);
  }

  // Half a second of sound and a peer connection are too much to keep for every call that was.
  closeMedia() {
    if (this.port) this.world.voice.mixer.remove(this.port);
    this.leg?.close();
    this.port = null;
    this.leg = null;
    this.device = null;
  }

  setStatus(status) {
    this.status = status;
    this.world.past.note(this);
    this.dateUpdated = this.world.now();
  }

  report(event) {
    if (!this.callback?.events.has(event)) return;
    const params = { ...this.webhookParams(), Timestamp: rfc2822(this.world.now()),
      CallbackSource: 'call-progress-events', SequenceNumber: this.sequence };
    if (event === 'completed') {
      params.CallDuration = this.duration;
      params.Duration = Math.ceil(this.duration / 60);
    }
    this.sequence += 1;
    this.world.webhook.notify({ url: this.callback.url, method: this.callback.method, params },
      { code: 11200, callSid: this.sid });
  }
}
