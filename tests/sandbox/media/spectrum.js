// Which tones are in a piece of sound: lets a test ask what a leg hears without a browser.

import { RATE } from './audio.js';

const SIZE = 16384;
const MAX_TONES = 5;
const QUIET_RMS = 20;
const FLOOR_DB = 26;

// Takes the last third of a second or so; gives {hearsHz: strongest first, rms}.
export function strongestTones(samples) {
  const recent = samples.subarray(Math.max(0, samples.length - SIZE));
  const rms = Math.sqrt(recent.reduce((sum, s) => sum + s * s, 0) / Math.max(1, recent.length));
  if (rms < QUIET_RMS) return { hearsHz: [], rms: Math.round(rms) };
  const power = powerSpectrum(recent);
  const peaks = [];
  for (let bin = 20; bin < power.length - 1; bin += 1) {
    if (power[bin] > power[bin - 1] && power[bin] >= power[bin + 1]) peaks.push(bin);
  }
  peaks.sort((a, b) => power[b] - power[a]);
  const least = power[peaks[0]] / 10 ** (FLOOR_DB / 10);
  const hearsHz = peaks.filter((bin) => power[bin] >= least).slice(0, MAX_TONES)
    .map((bin) => Math.round((bin * RATE) / SIZE));
  return { hearsHz, rms: Math.round(rms) };
}

function powerSpectrum(samples) {
  const re = new Float64Array(SIZE);
  const im = new Float64Array(SIZE);
  for (let i = 0; i < samples.length; i += 1) {
    re[i] = samples[i] * (0.5 - 0.5 * Math.cos((2 * Math.PI * i) / samples.length));
  }
  fft(re, im);
  return Float64Array.from({ length: SIZE / 2 }, (_, i) => re[i] * re[i] + im[i] * im[i]);
}

// The textbook radix-2 transform, in place.
function fft(re, im) {
  const n = re.length;
  for (let i = 1, j = 0; i < n; i += 1) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [re[i], re[j]] = [re[j], re[i]];
      [im[i], im[j]] = [im[j], im[i]];
    }
  }
  for (let size = 2; size <= n; size *= 2) {
    for (let k = 0; k < size / 2; k += 1) {
      const wr = Math.cos((-2 * Math.PI * k) / size);
      const wi = Math.sin((-2 * Math.PI * k) / size);
      for (let a = k; a < n; a += size) {
        const b = a + size / 2;
        const tr = re[b] * wr - im[b] * wi;
        const ti = re[b] * wi + im[b] * wr;
        re[b] = re[a] - tr;
        im[b] = im[a] - ti;
        re[a] += tr;
        im[a] += ti;
      }
    }
  }
}
