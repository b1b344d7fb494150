// Makes the sound files of www/sounds/ by computation, so that nothing has to be licensed:
//
//   node tools/sounds.js
//
// Every partial stays clear of 400-480 Hz and 950-1050 Hz: the end-to-end tests tell agents apart
// by tones in those two bands.

import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const RATE = 8000;
const folder = path.join(path.dirname(fileURLToPath(import.meta.url)), '../www/sounds');

const G3 = 196;
const D4 = 293.66;
const F4 = 349.23;
const D5 = 587.33;
const G5 = 783.99;
const A5 = 880;
const D6 = 1174.66;
const E6 = 1318.51;
const G6 = 1567.98;

/** A struck bar: the note and a quieter partial two octaves up, both dying away. */
function strike(samples, at, frequency, { level = 0.4, decay = 0.16 } = {}) {
  const start = Math.round(at * RATE);
  for (let i = start; i < samples.length; i += 1) {
    const t = (i - start) / RATE;
    const attack = Math.min(1, t / 0.004);
    const body = Math.sin(2 * Math.PI * frequency * t) * Math.exp(-t / decay);
    const overtone = Math.sin(2 * Math.PI * frequency * 4 * t) * Math.exp(-t / (decay / 5));
    const audible = frequency * 4 < RATE / 2 ? 0.25 * overtone : 0;
    samples[i] += level * attack * (body + audible);
  }
}

/** Notes as [start in seconds, frequency]. */
function tune(seconds, notes, options) {
  const samples = new Float64Array(Math.round(seconds * RATE));
  for (const [at, frequency] of notes) strike(samples, at, frequency, options);
  return samples;
}

/** The two steady tones of one key of a telephone, faded in and out so that nothing clicks. */
function key(low, high) {
  const samples = new Float64Array(Math.round(0.12 * RATE));
  for (let i = 0; i < samples.length; i += 1) {
    const t = i / RATE;
    const fade = Math.min(1, i / 80, (samples.length - 1 - i) / 80);
    samples[i] = 0.22 * fade * (Math.sin(2 * Math.PI * low * t) + Math.sin(2 * Math.PI * high * t));
  }
  return samples;
}

function wav(samples) {
  const data = Buffer.alloc(samples.length * 2);
  samples.forEach((value, i) => {
    data.writeInt16LE(Math.round(Math.max(-1, Math.min(1, value)) * 32767), i * 2);
  });
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + data.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20); // PCM
  head.writeUInt16LE(1, 22); // mono
  head.writeUInt32LE(RATE, 24);
  head.writeUInt32LE(RATE * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(data.length, 40);
  return Buffer.concat([head, data]);
}

/** A clapper between two shells. */
const trill = [...Array(18).keys()].map((i) => [i * 0.05, i % 2 ? G6 : E6]);

const ROWS = [697, 770, 852, 941];
const COLUMNS = [1209, 1336, 1477];
const KEYS = ['123', '456', '789', '*0#'];
const FILE_OF_KEY = { '*': 'dtmf-star', '#': 'dtmf-hash' };

const sounds = {
  incoming: tune(1.5, [
    [0, D5], [0.13, A5], [0.26, D6], [0.55, D5], [0.68, A5], [0.81, D6],
  ], { level: 0.5, decay: 0.2 }),
  'ring-bell': tune(1.5, trill, { level: 0.35, decay: 0.12 }),
  'ring-deep': tune(1.5, [
    [0, G3], [0.22, D4], [0.44, F4], [0.75, D4],
  ], { level: 0.6, decay: 0.3 }),
  'ring-drops': tune(1.5, [
    [0, G6], [0.16, E6], [0.42, D6], [0.5, A5], [0.84, E6], [1, D5],
  ], { level: 0.45, decay: 0.07 }),
  'ring-pulse': tune(1.5, [
    [0, D5], [0, A5], [0.18, D5], [0.18, A5], [0.36, D5], [0.36, A5], [0.8, D5], [0.8, D6],
  ], { level: 0.3, decay: 0.1 }),
  outgoing: tune(0.35, [[0, D5], [0.09, A5]], { decay: 0.08 }),
  disconnect: tune(0.45, [[0, A5], [0.12, G5], [0.24, D5]], { level: 0.3, decay: 0.07 }),
};
KEYS.forEach((row, r) => {
  [...row].forEach((digit, c) => {
    sounds[FILE_OF_KEY[digit] ?? `dtmf-${digit}`] = key(ROWS[r], COLUMNS[c]);
  });
});

mkdirSync(folder, { recursive: true });
for (const [name, samples] of Object.entries(sounds)) {
  writeFileSync(path.join(folder, `${name}.wav`), wav(samples));
}
