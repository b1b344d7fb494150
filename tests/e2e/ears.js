// Lets a test hear what a page plays, read what it said and when a button of it was pressed, and
// count how often it opened the microphone. Both parts run in the page before anything else and
// change nothing that the page does: they note which streams its audio elements play, and listen to
// them too.

/** To be given to addInitScript, as is installNotes. */
export function installEars() {
  if (!window.isSecureContext) return; // Firefox's empty page, before it goes anywhere
  const players = new Set();
  const listeners = new WeakMap();
  let context = null;
  let opened = 0;
  const SILENCE_DB = -200; // in place of minus infinity, for which JSON has no word

  const { prototype } = window.HTMLMediaElement;
  const source = Object.getOwnPropertyDescriptor(prototype, 'srcObject');
  Object.defineProperty(prototype, 'srcObject', {
    ...source,
    set(stream) {
      players.add(this);
      source.set.call(this, stream);
    },
  });

  const devices = window.navigator.mediaDevices;
  const getUserMedia = devices.getUserMedia.bind(devices);
  devices.getUserMedia = (constraints) => {
    opened += 1;
    return getUserMedia(constraints);
  };

  function listenerTo(stream) {
    context ??= new window.AudioContext();
    if (!listeners.has(stream)) {
      const analyser = new window.AnalyserNode(context,
        { fftSize: 8192, smoothingTimeConstant: 0 });
      context.createMediaStreamSource(stream).connect(analyser);
      listeners.set(stream, analyser);
    }
    return listeners.get(stream);
  }

  const isAudible = (player) => player.srcObject && !player.paused && !player.muted
    && player.volume > 0 && player.srcObject.getAudioTracks().some((t) => t.readyState === 'live');

  // Several spectra of what is played in `ms` milliseconds: levels by frequency, in decibels.
  async function spectra(ms) {
    const end = performance.now() + ms;
    const levels = [];
    do {
      for (const { srcObject } of [...players].filter(isAudible)) {
        const analyser = listenerTo(srcObject);
        const bins = new Float32Array(analyser.frequencyBinCount);
        analyser.getFloatFrequencyData(bins);
        levels.push(Array.from(bins.subarray(0, 600), (level) => Math.max(level, SILENCE_DB)));
      }
      await new Promise((resolve) => { setTimeout(resolve, 50); });
    } while (performance.now() < end);
    return { levels, binHz: context ? context.sampleRate / 8192 : 0 };
  }

  window.ears = { spectra, timesOpened: () => opened };
}

/** What the status line said and which buttons were pressed, each with its time. */
export function installNotes() {
  const said = [];
  const pressed = [];
  const now = () => performance.timeOrigin + performance.now();
  const noteStatus = () => {
    const text = document.querySelector('[role="status"]')?.textContent;
    if (text && text !== said.at(-1)?.text) said.push({ text, at: now() });
  };
  new MutationObserver(noteStatus)
    .observe(document, { subtree: true, childList: true, characterData: true });
  document.addEventListener('click', ({ target }) => {
    const text = target.closest('button')?.innerText;
    if (text) pressed.push({ text, at: now() });
  }, { capture: true });
  window.notes = { said, pressed };
}

// A sound of less than this is what a codec makes of silence.
const QUIET_DB = -75;
// What is weaker than the loudest tone by more than this comes from the sound's being chopped:
// a machine that is short of time leaves gaps in it.
const BELOW_LOUDEST_DB = 15;
const LOWEST_HZ = 100;

function tonesOf(levels, binHz) {
  const peaks = levels.flatMap((level, bin) => (
    bin * binHz >= LOWEST_HZ && level > QUIET_DB && level > levels[bin - 1]
      && level >= (levels[bin + 1] ?? -Infinity) ? [bin] : []));
  const least = Math.max(...peaks.map((bin) => levels[bin])) - BELOW_LOUDEST_DB;
  return peaks.filter((bin) => levels[bin] >= least).map((bin) => Math.round(bin * binHz));
}

/** What was heard, by `nameOf(Hz)`: whatever is in a good part of the spectra that have sound. */
export function heardIn({ levels, binHz }, nameOf) {
  const votes = new Map();
  const audible = levels.map((spectrum) => tonesOf(spectrum, binHz)).filter(({ length }) => length);
  for (const tones of audible) {
    for (const name of new Set(tones.map(nameOf))) votes.set(name, (votes.get(name) ?? 0) + 1);
  }
  return new Set([...votes.keys()].filter((name) => votes.get(name) >= audible.length / 4));
}
