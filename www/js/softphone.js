// The agent's softphone: one Voice Device and at most one leg, which is answered by itself because
// this page asked for it. Any other Voice call is left alone.

import { VoiceDevice, deviceOptions } from './voice-device.js';
import { createVoiceLeg } from './voice-leg.js';

/**
 * @param {{Device: Function, Call: Function}} sdk
 * @param {object} session what the program `session` answered
 * @param {object} options
 * @param {string} options.soundFolder its address, with its last slash
 * @param {Function} options.getUserMedia where the SDK gets the microphone from
 * @param {object} options.on handlers: registered(boolean), legOpen(taskSid, callSid),
 *   legClosed(taskSid, dropped), muted(boolean), doubtful(taskSid), line(taskSid, lost),
 *   warning(taskSid, name, on), level(0 to 1), replaced(), tokenExpiring()
 */
export function createSoftphone({ Device, Call }, session, { soundFolder, getUserMedia, on }) {
  const { signalingHost, token } = session.voice;
  const leg = createVoiceLeg(Call, on);
  const options = deviceOptions({ soundFolder, getUserMedia, signalingHost });
  const device = new VoiceDevice(Device, token, options, leg.lives, {
    ...on, incoming: leg.consider, replacing: leg.expected.forgetDoubtful,
  });

  return {
    updateToken: (fresh) => device.updateToken(fresh, leg.isThere()),
    /** The SDK's own view of devices for sound. */
    audio: () => device.audio,
    /** To be called every few seconds. */
    look: () => device.look(),
    /** After a sleep the connection may be dead without the SDK's knowing. */
    wake: () => device.wake(leg.isThere()),

    /** From now on the Voice call that has this key is ours. */
    expect: leg.expected.keyed,
    /** As `expect`; but only the call that `legIs` names, which may come before its name. */
    expectNamed: leg.expected.named,
    expectNothing: leg.expected.nothing,

    legIs: leg.is,
    isUnsure: leg.isUnsure,
    drop: leg.drop,
    mute: leg.mute,
    sendDigits: leg.sendDigits,
    /** @param {number} share 0 to 1: how loud the colleague is, also in later calls */
    setVolume: leg.setVolume,
    /** How the last call sounded, 1 to 5; Twilio keeps it. */
    rate: leg.rate,
  };
}
