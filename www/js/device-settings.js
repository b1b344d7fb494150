// Devices for sound, and what the browser allows: a part of the settings, loaded with them.

import { notificationPermission } from './alerts.js';
import { playThrough, record } from './device-test.js';
import { part } from './dom.js';
import { codeOf } from './microphone.js';
import { t } from './strings.js';
import { RINGTONES, VOLUME, percentOf, ringtoneOf } from './volume.js';

const LABELS = { microphone: 'microphoneLabel', speaker: 'speakerLabel', ring: 'ringLabel' };
const TUNES = {
  incoming: 'tuneChime', 'ring-bell': 'tuneBell', 'ring-deep': 'tuneDeep',
  'ring-drops': 'tuneDrops', 'ring-pulse': 'tunePulse',
};
const TESTS = { microphone: 'testMicrophone', speaker: 'testSpeaker', ring: 'testRing' };

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

/** Tries each use of a device. `say` tells how it goes; `signal` calls it off. */
function createTests({ devices, microphone, ringer }, say, signal) {
  return {
    async microphone() {
      try {
        const stream = await microphone.borrow();
        say('testRecording');
        const { sound: recorded, isSilent } = await record(stream, signal);
        say(isSilent ? 'testSilent' : 'testPlaying');
        if (isSilent || signal.aborted) return;
        const address = URL.createObjectURL(recorded);
        await playThrough(devices.current('speaker').id, address, signal);
        URL.revokeObjectURL(address);
        say('testHeard');
      } catch (error) {
        say(codeOf(error));
      }
    },
    async speaker() {
      await playThrough(devices.current('speaker').id, 'sounds/outgoing.wav', signal);
      say('testPlayed');
    },
    async ring() {
      await ringer.unlock();
      await ringer.once();
      say('testPlayed');
    },
  };
}

/** A long name is cut off in the field: it can be read in full all the same. */
function nameInFull(select) {
  select.title = select.selectedOptions[0]?.text ?? '';
}

function fill(select, devices, use) {
  const system = devices.current(use).chosen ? '' : devices.current(use).label;
  select.replaceChildren(
    new Option(system ? t('systemDeviceNamed', { device: system }) : t('systemDevice'), ''),
    ...devices.choices(use).map(({ deviceId, label }) => new Option(label || deviceId, deviceId))
  );
  select.value = devices.current(use).id;
  nameInFull(select);
}

/** One use of a device, and its test. */
function deviceRow(use, select, { devices, sound, isTalking }, tests, say) {
  fill(select, devices, use);
  select.addEventListener('change', () => {
    devices.choose(use, select.value);
    nameInFull(select);
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

/** What the browser allows, and the button that asks it for more. */
function permissionElements({ now, goReady }) {
  const list = part('dl', { className: 'keys-list' });
  const ask = part('button', { type: 'button', words: 'goReady' });
  function show() {
    const rows = permissionRows({ ...now, notifications: notificationPermission() });
    list.replaceChildren(...rows.flatMap(([name, state]) => [
      part('dt', { words: name }), part('dd', { words: state })]));
    ask.hidden = rows.every(([, state]) => !['notAsked', 'soundBlockedHow'].includes(state));
  }
  ask.addEventListener('click', async () => {
    await goReady();
    show();
  });
  show();
  return [part('h3', { words: 'permissions' }), list, ask];
}

function range(words, id, kept, onChange) {
  const input = part('input', { id, type: 'range', ...VOLUME, value: percentOf(kept) });
  input.addEventListener('change', () => onChange(input.valueAsNumber));
  return part('p', { className: 'setting' }, part('label', { htmlFor: id, words }), input);
}

/** How loud it is, and the tune of the ring, which is heard as it is chosen. */
function volumeRows(preferences, { ringer, isTalking }) {
  const keep = async (name, value) => {
    await preferences.set(name, value);
    if (name === 'call-volume' || isTalking()) return;
    await ringer.unlock();
    await ringer.once();
  };
  const tunes = RINGTONES.map((value) => part('option', { value, words: TUNES[value] }));
  const tune = part('select', { id: 'ringtone' }, ...tunes);
  tune.value = ringtoneOf(preferences.get('ringtone'));
  tune.addEventListener('change', () => keep('ringtone', tune.value));
  return [
    range('callVolume', 'call-volume', preferences.get('call-volume'),
      (value) => keep('call-volume', value)),
    range('ringVolume', 'ring-volume', preferences.get('ring-volume'),
      (value) => keep('ring-volume', value)),
    part('p', { className: 'setting' },
      part('label', { htmlFor: tune.id, words: 'ringtone' }), tune),
  ];
}

/**
 * @param {object} preferences of preferences.js
 * @param {object} parts {devices, microphone, ringer, sound, goReady(), isTalking()}, and `now` of
 *   calls.js for what the browser allows
 * @returns {Promise<{elements: HTMLElement[], retell: () => void, stop: () => void}>} for the
 *   settings dialog; `retell`: the words are others now; `stop`: it is closed
 */
export async function deviceSettings(preferences, parts) {
  const { devices, ringer } = parts;
  await devices.refresh();
  const closing = new AbortController();
  const { signal } = closing;
  const said = part('p', { className: 'note', role: 'status' });
  const say = (key) => { said.textContent = t(key); };
  const tests = createTests(parts, say, signal);
  const selects = new Map(Object.keys(LABELS)
    .filter((use) => use !== 'ring' || ringer.canChooseDevice)
    .map((use) => [use, part('select', { id: `device-${use}` })]));
  const retell = () => selects.forEach((select, use) => fill(select, devices, use));

  // Whoever plugs a headset in now does so to choose it.
  navigator.mediaDevices?.addEventListener('devicechange', async () => {
    await devices.refresh();
    retell();
  }, { signal });
  const elements = [
    part('h3', { words: 'soundState' }),
    ...[...selects].map(([use, select]) => deviceRow(use, select, parts, tests, say)),
    ...volumeRows(preferences, parts),
    said,
    ...permissionElements(parts),
  ];
  return { elements, retell, stop: () => closing.abort() };
}
