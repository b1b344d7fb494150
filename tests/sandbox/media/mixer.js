// The mixer: every 10 ms each port is sent either the voices of all others in its room, or the
// source that plays to it alone. A port without a room is cut off: it neither hears nor is heard.
//
// A leg is what stands behind a port: read() gives the 10 ms that its person said (or null),
// write(frame) lets the person hear a frame.

import { FRAME, RATE } from './audio.js';

const TICK_MS = 10;
// After a longer stall the lost time is skipped: sending it at once would only fill jitter buffers.
const MAX_CATCH_UP = 20;
const HEARD_SECONDS = 0.5;

export class Port {
  constructor(leg) {
    this.leg = leg;
    this.room = null;
    this.muted = false;
    this.overlay = null;
    this.source = null;
    this.sourceEnded = null;
    this.heard = new Int16Array(RATE * HEARD_SECONDS);
    this.heardAt = 0;
  }

  // Plays to a port that is in no room; resolves at the end of the sound or when signal aborts.
  play(source, signal) {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const finish = () => {
        signal?.removeEventListener('abort', finish);
        // What is kept here is kept with the whole sound behind it.
        if (this.source === source) {
          this.source = null;
          this.sourceEnded = null;
        }
        resolve();
      };
      signal?.addEventListener('abort', finish);
      this.sourceEnded?.();
      this.source = source;
      this.sourceEnded = finish;
    });
  }

  // Lets the port hear a sound on top of whatever else it is sent.
  announce(source, signal) {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      this.overlay = {
        next() {
          const frame = signal?.aborted ? null : source.next();
          if (!frame) resolve();
          return frame;
        },
      };
    });
  }

  nextOfSource() {
    const frame = this.source?.next() ?? null;
    if (!frame) this.sourceEnded?.();
    return frame;
  }

  send(frame) {
    this.heard.set(frame, this.heardAt);
    this.heardAt = (this.heardAt + FRAME) % this.heard.length;
    this.leg.write(frame);
  }

  // What the port was sent lately, oldest sample first.
  history() {
    const samples = new Int16Array(this.heard.length);
    samples.set(this.heard.subarray(this.heardAt));
    samples.set(this.heard.subarray(0, this.heardAt), this.heard.length - this.heardAt);
    return samples;
  }
}

export class Mixer {
  constructor() {
    this.ports = new Set();
    this.timer = null;
    this.due = 0;
  }

  add(port) {
    this.ports.add(port);
    if (this.timer) return;
    this.due = performance.now();
    this.timer = setInterval(() => this.catchUp(), TICK_MS);
  }

  remove(port) {
    port.sourceEnded?.();
    this.ports.delete(port);
    if (this.ports.size > 0) return;
    clearInterval(this.timer);
    this.timer = null;
  }

  catchUp() {
    const now = performance.now();
    if (now - this.due > MAX_CATCH_UP * TICK_MS) this.due = now - MAX_CATCH_UP * TICK_MS;
    while (this.due <= now) {
      this.tick();
      this.due += TICK_MS;
    }
  }

  tick() {
    const rooms = new Map();
    const voices = new Map();
    for (const port of this.ports) {
      const voice = port.leg.read();
      if (!port.room || port.muted || !voice) continue;
      voices.set(port, voice);
      addTo(sumOf(rooms, port.room), voice, 1);
    }
    for (const port of this.ports) port.send(this.frameFor(port, rooms, voices.get(port)));
  }

  frameFor(port, rooms, own) {
    const mix = new Int32Array(FRAME);
    if (port.room) {
      if (rooms.has(port.room)) mix.set(rooms.get(port.room));
      if (own) addTo(mix, own, -1);
    } else {
      const frame = port.nextOfSource();
      if (frame) mix.set(frame);
    }
    const overlay = port.overlay?.next();
    if (overlay) addTo(mix, overlay, 1);
    else port.overlay = null;
    return clip(mix);
  }
}

function sumOf(rooms, room) {
  if (!rooms.has(room)) rooms.set(room, new Int32Array(FRAME));
  return rooms.get(room);
}

function addTo(sum, frame, sign) {
  for (let i = 0; i < FRAME; i += 1) sum[i] += sign * frame[i];
}

function clip(sum) {
  const frame = new Int16Array(FRAME);
  for (let i = 0; i < FRAME; i += 1) frame[i] = Math.max(-32768, Math.min(32767, sum[i]));
  return frame;
}
