// The devices in use while a call lasts. One that goes never goes silently: the call continues with
// another one, with an alarm and with words.

import { USES } from './devices.js';
import { pause } from './pause.js';
import { ringtoneOf, shareOf } from './volume.js';

const SETTLE = 400; // milliseconds in which the SDK may mend it by itself

/** What the system prefers: in Firefox, which has no device "default", the first one. */
const preferred = (available) => (available.has('default') ? 'default' : [...available.keys()][0]);

/**
 * @param {object} parts {devices, ringer, connection, controller, preferences}
 * @param {() => boolean} parts.isTalking
 */
export function createSound({
  devices, ringer, connection, controller, preferences, isTalking,
}) {
  let open = false;
  let speakerChosen = false;

  /** Has the SDK open the microphone anew: `microphone.take` decides which one it gets. */
  async function reopenMicrophone() {
    const audio = connection.softphone?.audio();
    if (!audio || !open) return;
    if (audio.inputDevice) await audio.setAudioConstraints({});
    else await audio.setInputDevice([...audio.availableInputDevices.keys()][0]);
  }

  async function useSpeaker() {
    const { id } = devices.current('speaker');
    speakerChosen ||= id !== '';
    if (!speakerChosen) return; // then the SDK's own choice is the system's
    const audio = connection.softphone?.audio();
    await audio?.speakerDevices.set(id || preferred(audio.availableOutputDevices)).catch(() => {});
  }

  async function use(which) {
    if (which === 'ring') await ringer.useDevice(devices.current('ring').id);
    if (which === 'speaker') await useSpeaker();
    if (which === 'microphone') await reopenMicrophone();
  }

  function tell(which, { lost, from, to }) {
    const device = to.label;
    if (to.missing) controller.notice('deviceNone', { lost: from.label });
    else if (lost) controller.notice('deviceLost', { lost: from.label, device });
    else controller.notice('deviceNow', { device });
    if (lost) ringer.alarm();
  }

  function tune() {
    ringer.useRingtone(ringtoneOf(preferences.get('ringtone')));
    ringer.setVolume(shareOf(preferences.get('ring-volume')));
    connection.softphone?.setVolume(shareOf(preferences.get('call-volume')));
  }

  return {
    use,
    /** Rings with the tune and as loud as the agent wants it; likewise what is heard in a call. */
    tune,

    /** Devices have come or gone. */
    async changed(which, change) {
      if (which === 'microphone') await pause(SETTLE);
      await use(which).catch(() => {});
      if (isTalking() && which !== 'ring') tell(which, change);
    },

    /** @param {object} state of the call */
    follow(state) {
      const talks = state.mine && state.leg === 'open' && state.phase !== 'ended';
      if (talks === open) return;
      open = talks;
      if (open) {
        tune(); // the softphone may be another one than last time
        useSpeaker();
      }
      // What was opened in mid-call stays open otherwise, and its light on.
      if (!open) connection.softphone?.audio()?.unsetInputDevice().catch(() => {});
    },

    /** Once there is a store to know it from. */
    begin() {
      tune();
      Object.keys(USES).forEach((which) => use(which).catch(() => {}));
    },
  };
}
