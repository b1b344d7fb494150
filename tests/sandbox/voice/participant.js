// A call in a Conference: what it hears (the others, wait music or hold music) follows from its
// own state and the Conference's.

import { musicSource } from '../media/audio.js';
import { runTwiml } from './interpreter.js';

export class Participant {
  constructor(conference, call, options) {
    this.conference = conference;
    this.call = call;
    this.label = options.label ?? null;
    this.muted = options.muted ?? false;
    this.hold = false;
    this.holdUrl = undefined;
    this.holdMethod = 'GET';
    this.beep = options.beep ?? 'true';
    this.startConferenceOnEnter = options.startConferenceOnEnter ?? true;
    this.endConferenceOnExit = options.endConferenceOnExit ?? false;
    this.waitUrl = options.waitUrl;
    this.waitMethod = options.waitMethod ?? 'POST';
    this.dateCreated = this.dateUpdated = conference.world.now();
    this.hears = null;
    this.music = null;
    this.announcements = new AbortController();
    this.left = new Promise((resolve) => {
      this.resolveLeft = resolve;
    });
  }

  /** Whether labels come back is a switch. */
  get toldLabel() {
    const { participantLabel } = this.conference.world.switches;
    return participantLabel === 'absent' ? null : this.label;
  }

  webhookParams() {
    const params = {
      CallSid: this.call.sid,
      Muted: this.muted,
      Hold: this.hold,
      Coaching: false,
      EndConferenceOnExit: this.endConferenceOnExit,
      StartConferenceOnEnter: this.startConferenceOnEnter,
    };
    const told = this.toldLabel;
    return told === null ? params : { ...params, ParticipantLabel: told };
  }

  // Called after whatever may change what the participant hears.
  refresh() {
    const { port } = this.call;
    let hears = 'wait';
    if (this.hold) hears = 'hold';
    else if (this.conference.started) hears = 'room';
    port.muted = this.muted;
    if (hears === this.hears) return;
    this.stopMusic();
    this.hears = hears;
    port.room = hears === 'room' ? this.conference : null;
    if (hears === 'hold') this.playMusic(this.holdUrl, this.holdMethod);
    if (hears === 'wait') this.playMusic(this.waitUrl, this.waitMethod);
  }

  // No URL: Twilio's own music. An empty one: silence.
  async playMusic(url, method) {
    if (url === '') return;
    const music = new AbortController();
    this.music = music;
    const { world } = this.conference;
    if (url === undefined) {
      await this.call.port.play(musicSource(), music.signal);
      return;
    }
    const result = await runTwiml(world, this.call, { url, method },
      { signal: music.signal, waiting: true });
    // A Conference can't be set up for a participant whose waitUrl fails.
    if (result === 'failed' && this.hears === 'wait' && this.music === music) {
      this.conference.leave(this, { reason: 'participant_add_failed', callStatus: 'in-progress' });
    }
  }

  stopMusic() {
    this.music?.abort();
    this.music = null;
  }

  setHold(hold, url, method) {
    if (this.hold === hold) return;
    this.touch();
    this.hold = hold;
    this.holdUrl = url;
    this.holdMethod = method ?? 'GET';
    this.refresh();
    this.conference.notify('hold', hold ? 'participant-hold' : 'participant-unhold',
      this.webhookParams());
  }

  setMuted(muted) {
    if (this.muted === muted) return;
    this.touch();
    this.muted = muted;
    this.refresh();
    this.conference.notify('mute', muted ? 'participant-mute' : 'participant-unmute',
      this.webhookParams());
  }

  // Takes effect the next time that the participant waits.
  setWait(url, method = 'POST') {
    this.waitUrl = url;
    this.waitMethod = method;
    this.touch();
  }

  setBeepOnExit(beep) {
    const onEnter = ['true', 'onEnter'].includes(this.beep);
    if (beep) this.beep = onEnter ? 'true' : 'onExit';
    else this.beep = onEnter ? 'onEnter' : 'false';
    this.touch();
  }

  touch() {
    this.conference.world.past.note(this.conference);
    this.dateUpdated = this.conference.world.now();
  }

  setEndConferenceOnExit(value) {
    if (this.endConferenceOnExit === value) return;
    this.touch();
    this.endConferenceOnExit = value;
    this.conference.notify('modify', 'participant-modify', this.webhookParams());
  }

  async announce(url, method = 'POST') {
    const { port } = this.call;
    const { signal } = this.announcements;
    const output = { play: (source, until) => port.announce(source, until) };
    const result = await runTwiml(this.conference.world, this.call, { url, method },
      { signal, waiting: true, output });
    if (result === 'aborted') return;
    this.conference.notify('announcement',
      result === 'ended' ? 'announcement-end' : 'announcement-fail',
      { ...this.webhookParams(), AnnounceUrl: url });
  }

  // Takes the leg out of the mix; the call itself goes on.
  detach() {
    this.stopMusic();
    this.announcements.abort();
    this.call.port.room = null;
    this.call.port.muted = false;
    this.call.participant = null;
    this.resolveLeft();
  }
}
