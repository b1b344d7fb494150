// The leg of a browser: a WebRTC connection that is offered by the server, on loopback only.

import wrtc from '@roamhq/wrtc';

import { FRAME, RATE, toMono48k } from './audio.js';
import { codecsOfAnswer, keepCodecs, prepareOffer } from './sdp.js';

// Sound arrives in bursts: start after two frames, and drop what is older than 120 ms.
const PREBUFFER = 2 * FRAME;
const MAX_BUFFER = 12 * FRAME;
// libwebrtc calls a connection disconnected some five seconds after the peer fell silent.
const RECOVER_MS = 4000;
const CONNECT_MS = 10000;
const WATCH_MS = 500;
const REOFFER_GATHER_MS = 300;

export class PeerLeg {
  // onGone() is called once, when the media is lost for good.
  constructor({ onGone }) {
    this.kind = 'webrtc';
    this.onGone = onGone;
    this.pc = new wrtc.RTCPeerConnection({ iceServers: [] });
    this.source = new wrtc.nonstandard.RTCAudioSource();
    this.sink = null;
    this.buffer = new Int16Array(0);
    this.flowing = false;
    this.codecs = null;
    this.watcher = null;
    this.offered = null;
    // The stream gives the track a usable msid; without one the SDK plays nothing.
    this.track = this.source.createTrack();
    this.pc.addTrack(this.track, new wrtc.MediaStream());
    this.pc.ontrack = ({ track }) => this.listenTo(track);
  }

  get state() {
    return this.pc.connectionState;
  }

  // The same offer for every device that rings: only one of them will answer it.
  offer() {
    this.offered ??= this.makeOffer();
    return this.offered;
  }

  async makeOffer() {
    await this.pc.setLocalDescription(await this.pc.createOffer());
    await this.gathered();
    return prepareOffer(this.pc.localDescription.sdp);
  }

  async gathered() {
    if (this.pc.iceGatheringState === 'complete') return;
    await new Promise((resolve) => {
      this.pc.onicegatheringstatechange = () => {
        if (this.pc.iceGatheringState === 'complete') resolve();
      };
    });
  }

  async answer(sdp) {
    this.codecs = codecsOfAnswer(sdp);
    this.watch();
    await this.pc.setRemoteDescription({ type: 'answer', sdp });
  }

  // The browser restarts ICE: its offer lists all codecs again, the one in use has to stay.
  async reoffer(sdp) {
    await this.pc.setRemoteDescription({ type: 'offer', sdp: keepCodecs(sdp, this.codecs) });
    await this.pc.setLocalDescription(await this.pc.createAnswer());
    await new Promise((resolve) => setTimeout(resolve, REOFFER_GATHER_MS));
    return prepareOffer(this.pc.localDescription.sdp);
  }

  // Asks for the state again and again: wrtc raises no event for 'disconnected'.
  watch() {
    let patience = CONNECT_MS;
    let connectedAt = performance.now();
    this.watcher = setInterval(() => {
      const { connectionState } = this.pc;
      if (connectionState === 'connected') {
        patience = RECOVER_MS;
        connectedAt = performance.now();
      }
      const overdue = performance.now() - connectedAt > patience;
      if (overdue || ['failed', 'closed'].includes(connectionState)) this.lost();
    }, WATCH_MS);
  }

  lost() {
    clearInterval(this.watcher);
    const { onGone } = this;
    this.onGone = null;
    onGone?.();
  }

  listenTo(track) {
    this.sink?.stop();
    this.sink = new wrtc.nonstandard.RTCAudioSink(track);
    this.sink.ondata = ({ samples, sampleRate, channelCount }) => {
      this.received(toMono48k(samples, sampleRate, channelCount ?? 1));
    };
  }

  received(samples) {
    const all = new Int16Array(this.buffer.length + samples.length);
    all.set(this.buffer);
    all.set(samples, this.buffer.length);
    this.buffer = all.length > MAX_BUFFER ? all.slice(all.length - PREBUFFER) : all;
  }

  read() {
    if (this.buffer.length < (this.flowing ? FRAME : PREBUFFER)) {
      this.flowing = false;
      return null;
    }
    this.flowing = true;
    const frame = this.buffer.slice(0, FRAME);
    this.buffer = this.buffer.subarray(FRAME);
    return frame;
  }

  write(samples) {
    this.source.onData({ samples, sampleRate: RATE, bitsPerSample: 16, channelCount: 1,
      numberOfFrames: FRAME });
  }

  close() {
    clearInterval(this.watcher);
    this.onGone = null;
    this.sink?.stop();
    this.track.stop();
    this.pc.close();
  }
}
