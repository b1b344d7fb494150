// Devices for sound, and what the browser allows: a part of the settings, loaded with them.

import { notificationPermission } from './alerts.js';
import { part } from './dom.js';
import { codeOf } from './microphone.js';
import { t } from './strings.js';

const RECORD_FOR = 3000;
const SILENCE = 0.01; // of full scale
const LABELS = { microphone: 'microphoneLabel', speaker: 'speakerLabel', ring: 'ringLabel' };
const TESTS = { microphone: 'testMicrophone', speaker: 'testSpeaker', ring: 'testRing' };

/** The loudest that a stream gets while `work` lasts, 0 to 1. */
async function loudest(stream, work) {
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 2048 });
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  let peak = 0;
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
  }, 40);
  await work;
  clearInterval(timer);
  await context.close();
  return peak;
}

async function record(stream) {
  const recorder = new MediaRecorder(stream);
  const pieces = [];
  recorder.ondataavailable = ({ data }) => pieces.push(data);
  const stopped = new Promise((resolve) => { recorder.onstop = resolve; });
  recorder.start();
  setTimeout(() => recorder.state === 'recording' && recorder.stop(), RECORD_FOR);
  const peak = await loudest(stream, stopped);
  return { sound: new Blob(pieces, { type: recorder.mimeType }), peak };
}

/** Plays it to its end through the device that colleagues are heard through. */
async function playThrough(id, address) {
  const player = new Audio(address);
  if (id) await player.setSinkId?.(id).catch(() => {});
  await player.play();
  await new Promise((resolve) => {
    player.onended = resolve;
    player.onerror = resolve;
  });
}

/** What the browser allows, as pairs of keys of the strings; pure. */
export function permissionRows({ microphone, soundBlocked, notifications }) {
  const ofMicrophone = { granted: 'allowed', denied: 'blockedHow', prompt: 'notAsked' };
  const ofNotifications = {
    granted: 'allowed', denied: 'blockedHow', default: 'notAsked', unsupported: 'notSupported',
  };
  return [
    ['microphoneLabel', ofMicrophone[microphone]],
    ['soundState', soundBlocked ? 'soundBlockedHow' : 'allowed'],
    ['notificationState', ofNotifications[notifications]],
  ];
}

/**
 * @param {object} parts {devices, microphone, ringer, sound, goReady(), isTalking()}, and `now` of
 *   main.js for what the browser allows
 * @returns {Promise<HTMLElement[]>} for the settings dialog
 */
export async function deviceSettings({
  devices, microphone, ringer, sound, now, goReady, isTalking,
}) {
  await devices.refresh();
  const said = part('p', { className: 'note', role: 'status' });
  const say = (key) => { said.textContent = t(key); };

  const tests = {
    async microphone() {
      try {
        const stream = await microphone.borrow();
        say('testRecording');
        const { sound: recorded, peak } = await record(stream);
        stream.getTracks().forEach((track) => track.stop());
        say(peak < SILENCE ? 'testSilent' : 'testPlaying');
        if (peak < SILENCE) return;
        const address = URL.createObjectURL(recorded);
        await playThrough(devices.current('speaker').id, address);
        URL.revokeObjectURL(address);
        say('testHeard');
      } catch (error) {
        say(codeOf(error));
      }
    },
    async speaker() {
      await playThrough(devices.current('speaker').id, 'sounds/outgoing.wav');
      say('testPlayed');
    },
    async ring() {
      await ringer.unlock();
      await ringer.once();
      say('testPlayed');
    },
  };

  function fill(select, use) {
    const system = devices.current(use).chosen ? '' : devices.current(use).label;
    select.replaceChildren(
      new Option(system ? t('systemDeviceNamed', { device: system }) : t('systemDevice'), ''),
      ...devices.choices(use).map(({ deviceId, label }) => new Option(label || deviceId, deviceId)),
    );
    select.value = devices.current(use).id;
  }

  function row(use) {
    const select = part('select', { id: `device-${use}` });
    fill(select, use);
    select.addEventListener('change', () => {
      devices.choose(use, select.value);
      sound.use(use).catch(() => say('mic_failed'));
    });
    const test = part('button', { type: 'button', words: TESTS[use] });
    // During a call the microphone is in use, and the colleague would hear the test.
    test.disabled = use === 'microphone' && isTalking();
    test.addEventListener('click', async () => {
      test.disabled = true;
      await tests[use]();
      test.disabled = false;
    });
    return part('div', { className: 'setting' },
      part('label', { htmlFor: select.id, words: LABELS[use] }), select, test);
  }

  const uses = Object.keys(LABELS).filter((use) => use !== 'ring' || ringer.canChooseDevice);
  const permissions = part('dl', { className: 'keys-list' });
  const ask = part('button', { type: 'button', words: 'goReady' });
  function showPermissions() {
    const rows = permissionRows({ ...now, notifications: notificationPermission() });
    permissions.replaceChildren(...rows.flatMap(([name, state]) => [
      part('dt', { words: name }), part('dd', { words: state })]));
    ask.hidden = rows.every(([, state]) => !['notAsked', 'soundBlockedHow'].includes(state));
  }
  ask.addEventListener('click', async () => {
    await goReady();
    showPermissions();
  });
  showPermissions();
  return [
    part('h3', { words: 'soundState' }),
    ...uses.map(row),
    said,
    part('h3', { words: 'permissions' }),
    permissions,
    ask,
  ];
}
