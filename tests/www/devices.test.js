// Devices for sound, and what is said about how a call sounds: the pure parts.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import test from 'node:test';

import { detailText } from '../../www/js/call-text.js';
import { initialState } from '../../www/js/call-state.js';
import { permissionRows } from '../../www/js/device-settings.js';
import {
  choices, createDevices, deviceChange, effectiveDevice, findDevice,
} from '../../www/js/devices.js';
import { createMicrophone } from '../../www/js/microphone.js';
import { qualityKey } from '../../www/js/quality.js';
import { openStore } from '../../www/js/store.js';
import { has } from '../../www/js/strings.js';
import {
  RINGTONES, VOLUME, percentOf, ringtoneOf, shareOf,
} from '../../www/js/volume.js';
import './english.js';

const device = (deviceId, label, kind = 'audioinput') => ({ deviceId, label, kind });
const BUILT_IN = device('i1', 'Built-in');
const HEADSET = device('h1', 'Headset');
const withDefault = (chosen, ...more) => [
  device('default', `Default - ${chosen.label}`), device('communications', chosen.label), ...more,
];
const BOTH = withDefault(HEADSET, BUILT_IN, HEADSET);
const WITHOUT = withDefault(BUILT_IN, BUILT_IN);

test('a device is found by its id, or else by its label', () => {
  const list = [BUILT_IN, HEADSET];
  assert.equal(findDevice(list, { id: 'h1', label: 'x' }), HEADSET);
  assert.equal(findDevice(list, { id: 'other', label: 'Headset' }), HEADSET);
  assert.equal(findDevice(list, { id: 'other', label: 'x' }), null);
  assert.equal(findDevice([device('i1', '')], { id: 'h1', label: '' }), null);
  assert.equal(findDevice(list, null), null);
});

test('only real devices of the kind are offered', () => {
  assert.deepEqual(choices([...BOTH, device('o1', 'Speaker', 'audiooutput')], 'audioinput'),
    [BUILT_IN, HEADSET]);
  assert.deepEqual(choices([device('', '')], 'audioinput'), []);
});

test('what is not chosen is the system\'s', () => {
  assert.deepEqual(effectiveDevice(BOTH, 'audioinput', null),
    { id: '', label: 'Headset', chosen: false, missing: false });
  assert.equal(effectiveDevice(BOTH, 'audioinput', { id: 'i1', label: '' }).label, 'Built-in');
  assert.equal(effectiveDevice([], 'audioinput', null).missing, true);
});

test('a device that goes, comes back, or is not ours', () => {
  const wanted = { id: 'h1', label: 'Headset' };
  const rows = [
    ['chosen, unplugged', BOTH, WITHOUT, wanted, ['Headset', 'Built-in', true]],
    ['chosen, back', WITHOUT, BOTH, wanted, ['Built-in', 'Headset', false]],
    ['the system\'s, unplugged', BOTH, WITHOUT, null, ['Headset', 'Built-in', true]],
    ['the system\'s, plugged in', WITHOUT, BOTH, null, ['Built-in', 'Headset', false]],
    ['another one, unplugged', BOTH, WITHOUT, { id: 'i1', label: 'Built-in' }, null],
    ['nothing', BOTH, BOTH, wanted, null],
  ];
  for (const [what, before, after, choice, expected] of rows) {
    const change = deviceChange(before, after, 'audioinput', choice);
    const said = change && [change.from.label, change.to.label, change.lost];
    assert.deepEqual(said, expected, what);
  }
  assert.equal(deviceChange(BOTH, [], 'audioinput', wanted).to.missing, true);
});

test('a choice is remembered, and its loss is told', async () => {
  const media = new EventTarget();
  let list = BOTH;
  media.enumerateDevices = async () => list;
  const kept = new Map();
  const store = openStore('WK1', {
    getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value),
  });
  const changes = [];
  const devices = createDevices((use, change) => changes.push([use, change.lost]), media);
  await devices.refresh();
  devices.keepIn(store);
  devices.choose('microphone', 'i1');
  assert.equal(devices.current('microphone').id, 'i1');
  devices.choose('microphone', 'h1');
  list = WITHOUT;
  await devices.refresh();
  assert.deepEqual(changes, [['microphone', true]]);
  list = BOTH;
  await Promise.all([devices.refresh(), devices.refresh()]);
  assert.deepEqual(changes.slice(1), [['microphone', false]], 'told once, whoever looks meanwhile');
  assert.deepEqual(store.get('device-microphone'), { id: 'h1', label: 'Headset' });
  devices.choose('microphone', '');
  assert.equal(store.get('device-microphone'), null);
});

test('a microphone that opens when nobody waits for it any more is closed again', async () => {
  const opening = [];
  const microphone = createMicrophone(() => '', {
    getUserMedia: () => new Promise((resolve) => { opening.push(resolve); }),
  });
  const stopped = [];
  const streamOf = (name) => (
    { name, getTracks: () => [{ stop: () => stopped.push(name) }] });
  const first = microphone.open();
  const second = microphone.open();
  opening[1](streamOf('second'));
  opening[0](streamOf('first'));
  await Promise.all([first, second]);
  assert.deepEqual(stopped, ['first']);
  assert.equal((await microphone.take()).name, 'second');
  const late = microphone.open();
  microphone.release();
  opening[2](streamOf('late'));
  await late;
  assert.deepEqual(stopped, ['first', 'late']);
});

test('the microphone is the chosen one, and another one rather than none', async () => {
  const asked = [];
  const refusal = (name) => Object.assign(new Error(name), { name });
  const media = (refuse) => ({
    async getUserMedia({ audio }) {
      asked.push(audio);
      if (audio !== true && refuse) throw refusal(refuse);
      return { getTracks: () => [] };
    },
  });
  await createMicrophone(() => 'h1', media()).open();
  await createMicrophone(() => 'h1', media('OverconstrainedError')).take();
  assert.deepEqual(asked, [
    { deviceId: { exact: 'h1' } }, { deviceId: { exact: 'h1' } }, true,
  ]);
  await assert.rejects(createMicrophone(() => 'h1', media('NotAllowedError')).open(),
    { code: 'mic_blocked' });
});

test('what is wrong with the sound, the worst first', () => {
  const state = { lineLost: false, warnings: [], muted: false, hold: { me: false } };
  const rows = [
    [{}, null],
    [{ lineLost: true, warnings: ['low-mos'] }, 'lineLost'],
    [{ warnings: ['high-rtt', 'high-jitter'] }, 'choppy'],
    [{ warnings: ['high-rtt'] }, 'delayed'],
    [{ warnings: ['constant-audio-input-level'] }, 'micSilent'],
    [{ warnings: ['constant-audio-input-level'], muted: true }, null],
    [{ warnings: ['low-bytes-received'] }, 'nothingHeard'],
    [{ warnings: ['low-bytes-received'], hold: { me: true } }, null],
    [{ warnings: ['no-such-warning'] }, null],
  ];
  for (const [changes, key] of rows) {
    assert.equal(qualityKey({ ...state, ...changes }), key, JSON.stringify(changes));
    if (key) assert.ok(has(key), key);
  }
});

test('a call says what is wrong before what is usual', () => {
  const state = {
    ...initialState, phase: 'connected', mine: true, leg: 'open', connectedAt: 0,
    hold: { me: false, other: true }, other: { sid: 'WK2', name: 'Bob' },
  };
  assert.match(detailText(state), /hears music/);
  assert.equal(detailText({ ...state, warnings: ['high-jitter'] }),
    'The connection is poor. Sound may be choppy.');
  const notice = { key: 'deviceLost', values: { lost: 'Headset', device: 'Built-in' } };
  assert.equal(detailText({ ...state, notice }),
    'Headset was unplugged. Now using Built-in.');
});

test('what is blocked is said, with the way to unblock it', () => {
  assert.deepEqual(
    permissionRows({ microphone: 'denied', soundBlocked: true, notifications: 'default' }),
    [['microphoneLabel', 'blockedHow'], ['soundState', 'soundBlockedHow'],
      ['notificationState', 'notAsked']]);
  for (const [, key] of permissionRows({
    microphone: 'granted', soundBlocked: false, notifications: 'unsupported',
  })) assert.ok(has(key), key);
});

test('volume and ringtone are what is kept, if it is something', () => {
  const rows = [[50, 50], [null, 100], ['50', 100], [0, VOLUME.min], [1e9, 100], [NaN, 100]];
  for (const [kept, percent] of rows) assert.equal(percentOf(kept), percent);
  assert.equal(shareOf(30), 0.3);
  assert.equal(ringtoneOf('ring-deep'), 'ring-deep');
  for (const kept of [null, 'gone', '../x']) assert.equal(ringtoneOf(kept), RINGTONES[0]);
  for (const name of RINGTONES) {
    assert.ok(existsSync(new URL(`../../www/sounds/${name}.wav`, import.meta.url)), name);
  }
});
