// What an agent says in these tests: a tone of his own, in beeps, because a browser takes a steady
// one for noise and turns it down.

const RATE = 48000;
const BEEP_SECONDS = 0.3;
const PAUSE_SECONDS = 0.1;
const LEVEL = 8000;

/** A WAV file with one beep and the pause after it, to be played over and over. */
export function beepWav(hz, beeps = 25) {
  const period = Math.round((BEEP_SECONDS + PAUSE_SECONDS) * RATE);
  const samples = Buffer.alloc(2 * beeps * period);
  for (let i = 0; i < beeps * period; i += 1) {
    const speaking = i % period < BEEP_SECONDS * RATE;
    const level = speaking ? LEVEL * Math.sin((2 * Math.PI * hz * i) / RATE) : 0;
    samples.writeInt16LE(Math.round(level), 2 * i);
  }
  return Buffer.concat([header(samples.length), samples]);
}

function header(bytes) {
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + bytes, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20); // PCM
  head.writeUInt16LE(1, 22); // mono
  head.writeUInt32LE(RATE, 24);
  head.writeUInt32LE(2 * RATE, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(bytes, 40);
  return head;
}
