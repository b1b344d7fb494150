// The sounds of the page itself: the ring, driven by the state alone, and the alarm when a device
// goes in mid-call, which is as loud as ever where the ring is quiet. `update` is told whether it
// rings as often as anybody likes.

import { loadWithRetries } from './loading.js';
import { createOutlet } from './outlet.js';
import { RINGTONES } from './volume.js';

const PERIOD = 3; // seconds from one ring to the next
// Seconds; no call rings for longer, but who is cut off isn't told that it ended.
const LONGEST = 120;
const ALARM = [700, 560, 700, 560]; // Hz, one after the other
const CHIME = [660, 830];
const BEEP = 0.16; // seconds

/** One period of sound and silence, to be looped: timers sleep in a hidden tab, audio doesn't. */
function padded(context, sound) {
  const whole = context.createBuffer(1, PERIOD * sound.sampleRate, sound.sampleRate);
  whole.copyToChannel(sound.getChannelData(0), 0);
  return whole;
}

/** Tones, one after the other. */
function soundTones(context, node, tones) {
  const gain = new GainNode(context, { gain: 0.25 });
  gain.connect(node);
  tones.forEach((frequency, i) => {
    const tone = new OscillatorNode(context, { frequency, type: 'triangle' });
    tone.connect(gain);
    tone.start(context.currentTime + i * BEEP);
    tone.stop(context.currentTime + (i + 0.8) * BEEP);
  });
}

/** Any touch of the page is leave enough to make a sound. */
function wakeByTouch(context, outlet) {
  for (const gesture of ['pointerdown', 'keydown']) {
    document.addEventListener(gesture, () => context.state === 'running' || outlet.wake(),
      { passive: true });
  }
}

/**
 * @param {URL} folder of the sounds
 * @param {(blocked: boolean) => void} onBlocked whether the browser keeps this page silent
 */
export function createRinger(folder, onBlocked) {
  const context = new AudioContext();
  const outlet = createOutlet(context);
  const bell = new GainNode(context);
  let ringing = null;
  bell.connect(outlet.node);

  async function load(file) {
    const response = await fetch(new URL(`${file}.wav`, folder));
    return padded(context, await context.decodeAudioData(await response.arrayBuffer()));
  }

  // Without the sound the ring is still on the screen and in the title.
  const first = loadWithRetries(() => load(RINGTONES[0]), () => {}).catch(() => null);
  let loaded = first;
  let file = RINGTONES[0];

  function play(buffer, loop) {
    const source = new AudioBufferSourceNode(context, { buffer, loop });
    source.connect(bell);
    source.start();
    if (loop) source.stop(context.currentTime + LONGEST);
    return source;
  }

  async function ring() {
    const mine = { source: null };
    ringing = mine;
    const buffer = await loaded;
    if (ringing === mine && buffer) mine.source = play(buffer, true);
  }

  function hush() {
    ringing.source?.stop();
    ringing = null;
  }

  context.addEventListener('statechange', () => onBlocked(context.state !== 'running'));
  wakeByTouch(context, outlet);

  return {
    /** Whether the browser keeps this page silent until it is touched. */
    isBlocked: () => context.state !== 'running',
    /** Needs a gesture of the agent's where the sound is blocked. */
    unlock: outlet.wake,
    update(rings) {
      if (rings === (ringing !== null)) return;
      if (rings) ring();
      else hush();
    },

    /** Whether this browser can ring through another device than it speaks through. */
    canChooseDevice: outlet.canChooseDevice,
    /** @param {string} id of a device; '' is the system's */
    useDevice: (id) => outlet.useDevice(id).catch(() => {}),
    /** @param {string} name of RINGTONES, from the next ring on; the first if it doesn't come */
    useRingtone(name) {
      if (name === file) return;
      file = name;
      loaded = name === RINGTONES[0] ? first : load(name).catch(() => first);
    },
    /** @param {number} share 0 to 1, of what the file has */
    setVolume(share) { bell.gain.value = share; },
    /** One ring, to try it. */
    async once() {
      const buffer = await loaded;
      if (buffer) play(buffer, false);
    },
    alarm: () => soundTones(context, outlet.node, ALARM),
    /** Something good to know. */
    chime: () => soundTones(context, outlet.node, CHIME),
  };
}
