// Conferences: who is in, when one starts and ends, and what its status callback is told.

import { toneSource } from '../media/audio.js';
import { Participant } from './participant.js';
import { copyOf } from '../rest/past.js';
import { rfc2822 } from '../rfc2822.js';

const BEEP = { hz: 850, seconds: 0.2 };

const mapped = (map, change) =>
  new Map([...map].map(([key, value]) => [key, change(value)]));

export class Conference {
  constructor(world, friendlyName) {
    this.world = world;
    this.sid = world.sid('CF');
    this.friendlyName = friendlyName;
    this.started = false;
    this.ended = false;
    this.participants = new Map();
    this.pending = new Map();
    this.maxParticipants = 250;
    this.callback = null;
    this.configured = false;
    this.sequence = 0;
    this.dateCreated = this.dateUpdated = world.now();
    this.reasonEnded = null;
    this.callSidEnding = null;
    world.past.note(this);
  }

  // As it is at this moment, for REST that is late.
  view() {
    const view = copyOf(this);
    const ofOne = (participant) =>
      Object.assign(copyOf(participant), { conference: view, music: null });
    view.participants = mapped(this.participants, ofOne);
    view.pending = mapped(this.pending, ({ call, options }) => ({ call: call.view(), options }));
    return view;
  }

  // Whoever was in it has left by the time that a restart is written down; `pending` is what
  // Conferences makes of it.
  toJSON() {
    const { world, participants, callback, pending, ...fields } = this;
    return { ...fields, callback: callback && { ...callback, events: [...callback.events] },
      pending: [...pending].map(([callSid, { options }]) => ({ callSid, options })) };
  }

  static restore(world, { callback, pending, ...fields }) {
    return Object.assign(new Conference(world, fields.friendlyName), fields,
      { callback: callback && { ...callback, events: new Set(callback.events) } });
  }

  get status() {
    if (this.ended) return 'completed';
    return this.started ? 'in-progress' : this.world.switches.loneConferenceStatus;
  }

  // The first participant's settings hold for the Conference; later ones are ignored.
  configure({ statusCallback, statusCallbackMethod, statusCallbackEvents, maxParticipants }) {
    if (this.configured) return;
    this.configured = true;
    if (maxParticipants) this.maxParticipants = maxParticipants;
    if (statusCallback) {
      this.callback = { url: statusCallback, method: statusCallbackMethod ?? 'POST',
        events: new Set(statusCallbackEvents) };
    }
  }

  // A participant by call SID or label, among those connected.
  find(key) {
    return this.participants.get(key)
      ?? [...this.participants.values()].find((p) => p.label !== null && p.label === key);
  }

  labelInUse(label) {
    return this.find(label) !== undefined
      || [...this.pending.values()].some((pending) => pending.options.label === label);
  }

  isFull() {
    return this.participants.size >= this.maxParticipants;
  }

  join(call, options) {
    this.configure(options);
    const participant = new Participant(this, call, options);
    this.participants.set(call.sid, participant);
    call.participant = participant;
    this.touch();
    this.notify('join', 'participant-join', participant.webhookParams());
    this.startIfReady();
    this.refresh();
    if (['true', 'onEnter'].includes(participant.beep)) this.beep();
    this.world.events.emit('participant-joined',
      { callSid: call.sid, conferenceSid: this.sid, friendlyName: this.friendlyName });
    return participant;
  }

  startIfReady() {
    const all = [...this.participants.values()];
    const candidates = this.world.switches.conferenceStart === 'by-starter' ? all.slice(-1) : all;
    const hasStarter = candidates.some((participant) => participant.startConferenceOnEnter);
    if (this.started || all.length < 2 || !hasStarter) return;
    this.started = true;
    this.world.past.note(this);
    this.notify('start', 'conference-start');
  }

  refresh() {
    for (const participant of this.participants.values()) participant.refresh();
  }

  beep() {
    if (!this.started) return;
    for (const { call } of this.participants.values()) call.port.announce(toneSource(BEEP));
  }

  leave(participant, { reason, callStatus, kicked = false }) {
    if (!this.participants.delete(participant.call.sid)) return;
    this.remove(participant, reason, callStatus);
    if (this.ended) return;
    const how = kicked ? 'kicked' : 'left';
    const { sid } = participant.call;
    if (participant.endConferenceOnExit) {
      this.end({ reason: `participant-with-end-conference-on-exit-${how}`, participant,
        text: `Participant ${sid} with endConferenceOnExit=true left the conference` });
    } else if (this.participants.size === 0) {
      this.end({ reason: `last-participant-${how}`, participant,
        text: `The last participant ${sid} left the conference` });
    } else if (['true', 'onExit'].includes(participant.beep)) {
      this.beep();
    }
  }

  remove(participant, reason, callStatus) {
    participant.detach();
    this.touch();
    this.notify('leave', 'participant-leave', { ...participant.webhookParams(),
      ReasonParticipantLeft: reason, ParticipantCallStatus: callStatus });
  }

  endByApi() {
    this.end({ reason: 'conference-ended-via-api', participant: null,
      text: 'The conference was ended via the API' });
  }

  end({ reason, participant, text }) {
    this.ended = true;
    this.reasonEnded = reason;
    this.callSidEnding = participant?.call.sid ?? null;
    const leaveReason = participant ? 'moderator_ended_conference' : 'conference_ended_via_api';
    const remaining = [...this.participants.values()];
    this.participants.clear();
    for (const other of remaining) this.remove(other, leaveReason, 'in-progress');
    for (const { call } of this.pending.values()) call.end('canceled');
    this.touch();
    if (!this.started && this.world.switches.conferenceEndNeverStarted === 'not-sent') return;
    this.notify('end', 'conference-end', {
      CallSidEndingConference: this.callSidEnding,
      ParticipantLabelEndingConference: participant?.label,
      ReasonConferenceEnded: reason,
      Reason: text,
    });
  }

  touch() {
    this.dateUpdated = this.world.now();
    this.world.past.note(this);
  }

  notify(token, event, fields = {}) {
    if (!this.callback?.events.has(token)) return;
    this.sequence += 1;
    const params = {
      AccountSid: this.world.config.accountSid,
      ConferenceSid: this.sid,
      FriendlyName: this.friendlyName,
      SequenceNumber: this.sequence,
      StatusCallbackEvent: event,
      Timestamp: rfc2822(this.world.now()),
      ...fields,
    };
    this.world.webhook.notify({ url: this.callback.url, method: this.callback.method, params },
      { code: 16011, callSid: fields.CallSid });
  }
}
