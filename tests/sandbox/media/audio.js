// Sound as the stand-in handles it: 16-bit mono at 48 kHz, in frames of 10 ms. A source is an
// object whose next() gives the following frame, or null once it has nothing more to play.

export const RATE = 48000;
export const FRAME = RATE / 100;

const SILENCE = new Int16Array(FRAME);

// 600 to 900 Hz: tests tell agents apart by tones at 400-480 and 950-1050 Hz, and music must not
// be mistaken for a voice.
const MELODY = [622, 740, 831, 880, 831, 740, 659, 784, 880, 784, 698, 659];
const NOTE_SECONDS = 0.3;

export function toneSource({ hz, seconds = Infinity, level = 6000 }) {
  const total = seconds * RATE;
  let at = 0;
  return {
    next() {
      if (at >= total) return null;
      const frame = new Int16Array(FRAME);
      for (let i = 0; i < FRAME; i += 1, at += 1) {
        frame[i] = at < total ? level * Math.sin((2 * Math.PI * hz * at) / RATE) : 0;
      }
      return frame;
    },
  };
}

export function silenceSource(seconds) {
  let frames = Math.round(seconds * 100);
  return {
    next() {
      frames -= 1;
      return frames < 0 ? null : SILENCE;
    },
  };
}

// Plays the samples `times` over; Infinity repeats for ever.
export function pcmSource(samples, times = 1) {
  let at = 0;
  let left = samples.length === 0 ? 0 : times;
  return {
    next() {
      if (left <= 0) return null;
      const frame = new Int16Array(FRAME);
      let filled = 0;
      while (filled < FRAME && left > 0) {
        const part = samples.subarray(at, at + FRAME - filled);
        frame.set(part, filled);
        filled += part.length;
        at += part.length;
        if (at === samples.length) {
          at = 0;
          left -= 1;
        }
      }
      return frame;
    },
  };
}

let melody = null;

export function musicSource() {
  melody ??= renderMelody();
  return pcmSource(melody, Infinity);
}

function renderMelody() {
  const length = Math.round(NOTE_SECONDS * RATE);
  const samples = new Int16Array(length * MELODY.length);
  MELODY.forEach((hz, note) => {
    for (let i = 0; i < length; i += 1) {
      // Raised-cosine edges: a note that is switched on and off would spill over the whole band.
      const envelope = 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / length);
      samples[note * length + i] = 7000 * envelope * Math.sin((2 * Math.PI * hz * i) / RATE);
    }
  });
  return samples;
}

// Converts interleaved 16-bit samples of any rate to mono at RATE, by linear interpolation.
export function toMono48k(samples, sampleRate, channels) {
  const frames = Math.floor(samples.length / channels);
  if (sampleRate === RATE && channels === 1) return Int16Array.from(samples);
  const mono = new Float32Array(frames);
  for (let i = 0; i < frames; i += 1) {
    for (let c = 0; c < channels; c += 1) mono[i] += samples[i * channels + c] / channels;
  }
  const result = new Int16Array(Math.round((frames * RATE) / sampleRate));
  for (let i = 0; i < result.length; i += 1) {
    const position = (i * sampleRate) / RATE;
    const left = Math.min(Math.floor(position), frames - 1);
    const right = Math.min(left + 1, frames - 1);
    result[i] = mono[left] + (mono[right] - mono[left]) * (position - left);
  }
  return result;
}

// Reads a RIFF file of 8- or 16-bit PCM; throws an Error that says what is wrong with it.
export function parseWav(buffer) {
  if (buffer.length < 12 || buffer.toString('latin1', 0, 4) !== 'RIFF'
      || buffer.toString('latin1', 8, 12) !== 'WAVE') {
    throw new Error('not a RIFF/WAVE file');
  }
  const chunks = readChunks(buffer);
  const format = chunks.get('fmt ');
  const data = chunks.get('data');
  if (!format || format.length < 16 || !data) throw new Error('no fmt or data chunk');
  const { channels, rate, bits } = readFormat(format);
  const samples = new Int16Array(Math.floor((data.length * 8) / bits));
  for (let i = 0; i < samples.length; i += 1) {
    samples[i] = bits === 16 ? data.readInt16LE(i * 2) : (data[i] - 128) * 256;
  }
  return toMono48k(samples, rate, channels);
}

function readFormat(format) {
  const [encoding, channels, rate] = [
    format.readUInt16LE(0), format.readUInt16LE(2), format.readUInt32LE(4)];
  const bits = format.readUInt16LE(14);
  if (encoding !== 1 || channels === 0 || rate === 0 || (bits !== 8 && bits !== 16)) {
    throw new Error(`not plain PCM (format ${encoding}, ${bits} bits)`);
  }
  return { channels, rate, bits };
}

function readChunks(buffer) {
  const chunks = new Map();
  let at = 12;
  while (at + 8 <= buffer.length) {
    const size = buffer.readUInt32LE(at + 4);
    chunks.set(buffer.toString('latin1', at, at + 4), buffer.subarray(at + 8, at + 8 + size));
    at += 8 + size + (size % 2);
  }
  return chunks;
}
