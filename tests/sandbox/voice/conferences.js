// All Conferences of the account, and the two ways into one: TwiML's <Dial><Conference> and a
// participant that is dialled through the API.

import { Conference } from './conference.js';
import { recordError } from '../errors.js';
import { resolveUrl } from './interpreter.js';

const MAX_ENDED = 2000;

export class Conferences {
  constructor(world) {
    this.world = world;
    this.bySid = new Map();
  }

  get(sid) {
    return this.bySid.get(sid);
  }

  // Newest first, as the API lists them.
  list() {
    return [...this.bySid.values()].reverse();
  }

  live(friendlyName) {
    return this.list().find((c) => c.friendlyName === friendlyName && !c.ended);
  }

  // Finds the live Conference of that name, or makes one; a name that is a SID only finds.
  obtain(name) {
    if (/^CF[0-9a-f]{32}$/i.test(name)) {
      const conference = this.get(name);
      return conference && !conference.ended ? conference : null;
    }
    const existing = this.live(name);
    if (existing) return existing;
    const conference = new Conference(this.world, name);
    this.bySid.set(conference.sid, conference);
    this.forgetOldest();
    return conference;
  }

  forgetOldest() {
    if (this.bySid.size <= MAX_ENDED) return;
    for (const [sid, conference] of this.bySid) {
      if (!conference.ended) continue;
      this.bySid.delete(sid);
      return;
    }
  }

  // Executes <Dial><Conference>: resolves when the call is no longer in it.
  async dial(call, noun, base, signal) {
    if (signal.aborted) return;
    const options = optionsOf(noun.attributes, base);
    const conference = this.obtain(noun.text);
    const refuse = (code, message) => recordError(this.world,
      { code, message, callSid: call.sid, url: base });
    if (!conference) {
      refuse(13236, `There is no live Conference ${noun.text}`);
    } else if (conference.isFull()) {
      refuse(16020, `Conference ${noun.text} is full`);
    } else if (options.label !== undefined && conference.labelInUse(options.label)) {
      refuse(16025, `The label ${options.label} is in use`);
    } else {
      await conference.join(call, options).left;
    }
  }

  // Dials somebody into the Conference; gives the call, whose leg joins once it is answered.
  addByCall(conference, callOptions, options) {
    conference.configure(options);
    const call = this.world.voice.placeCall(callOptions);
    this.expect(conference, call, options);
    return call;
  }

  expect(conference, call, options) {
    call.document.program = async () => {
      conference.pending.delete(call.sid);
      if (!conference.ended) await conference.join(call, options).left;
    };
    conference.pending.set(call.sid, { call, options });
    this.world.past.note(conference);
    call.once('ended', () => this.addFailed(conference, call));
  }

  addFailed(conference, call) {
    if (!conference.pending.delete(call.sid) || conference.ended) return;
    conference.notify('leave', 'participant-leave', { CallSid: call.sid,
      ReasonParticipantLeft: 'participant_add_failed', ParticipantCallStatus: call.status });
    if (conference.participants.size === 0 && conference.pending.size === 0) {
      conference.ended = true;
      conference.touch();
    }
  }

  snapshot() {
    return [...this.bySid.values()].map((conference) => ({
      sid: conference.sid,
      friendlyName: conference.friendlyName,
      status: conference.status,
      started: conference.started,
      sequence: conference.sequence,
      reasonConferenceEnded: conference.reasonEnded,
      participants: [...conference.participants.values()].map((p) => ({
        callSid: p.call.sid,
        to: p.call.to,
        label: p.label,
        muted: p.muted,
        hold: p.hold,
        hears: p.hears,
        startConferenceOnEnter: p.startConferenceOnEnter,
        endConferenceOnExit: p.endConferenceOnExit,
      })),
    }));
  }

  toJSON() {
    return [...this.bySid.values()];
  }

  // The calls have been restored before.
  restore(saved) {
    for (const one of saved) {
      const conference = Conference.restore(this.world, one);
      this.bySid.set(conference.sid, conference);
      for (const { callSid, options } of one.pending) {
        this.expect(conference, this.world.voice.getCall(callSid), options);
      }
    }
  }

  // Forgets everything without telling anybody.
  reset() {
    for (const conference of this.bySid.values()) conference.callback = null;
    for (const conference of this.bySid.values()) {
      if (!conference.ended) conference.endByApi();
    }
    this.bySid.clear();
  }
}

function optionsOf(attributes, base) {
  const flag = (name) => (attributes[name] === undefined ? undefined : attributes[name] === 'true');
  const url = (value) => (value ? resolveUrl(value, base) : value);
  return {
    muted: flag('muted'),
    beep: attributes.beep,
    startConferenceOnEnter: flag('startConferenceOnEnter'),
    endConferenceOnExit: flag('endConferenceOnExit'),
    label: attributes.participantLabel,
    waitUrl: url(attributes.waitUrl),
    waitMethod: attributes.waitMethod,
    maxParticipants: Number(attributes.maxParticipants ?? 0),
    statusCallback: url(attributes.statusCallback),
    statusCallbackMethod: attributes.statusCallbackMethod,
    statusCallbackEvents: (attributes.statusCallbackEvent ?? '').split(/\s+/),
  };
}
