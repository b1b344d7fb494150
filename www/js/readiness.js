// Whether a call can be made now, and the one line that says why not: pure.

import { t } from './strings.js';

/**
 * @param {object} now
 * @param {?string} now.problem a key of strings.js: the server can't be reached, signed out, …
 * @param {boolean} now.online as far as the browser knows
 * @param {boolean} now.inCharge no other tab of this agent is
 * @param {boolean} now.connected TaskRouter and the softphone are both there
 * @param {boolean} now.wasConnected they have been, since the page was opened
 * @param {?{name: string, available: boolean}} now.activity the agent's own status
 * @param {'granted' | 'prompt' | 'denied'} now.microphone
 * @param {boolean} now.soundBlocked
 * @param {?string} now.notifications what the browser said when the agent asked for them
 * @param {?{name: string, available: boolean, busy: ?boolean, activity: string}} now.picked
 * @returns {{text: string, tone: 'quiet' | 'warning', step: '' | 'ready' | 'tab' | 'reload',
 *   canCall: boolean, reachable: boolean}} `step`: what the agent can do about it; `reachable`:
 *   calls can ring here, as far as is known
 */
export function readiness({
  problem, online = true, inCharge = true, connected, wasConnected, activity, microphone,
  soundBlocked, notifications, picked,
}) {
  const reachable = online && (connected || !(wasConnected || problem));
  const say = (text, tone, canCall = false, step = '') => (
    { text, tone, canCall, reachable, step });
  const able = Boolean(connected && activity?.available && picked?.available);
  if (!online) return say(t('hintOffline'), 'warning');
  if (problem) return say(t(problem), 'warning', able, problem === 'sign_in' ? 'reload' : '');
  if (!connected) {
    return wasConnected ? say(t('hintReconnecting'), 'warning') : say(t('hintConnecting'), 'quiet');
  }
  if (microphone === 'denied') return say(t('mic_blocked'), 'warning', able);
  if (microphone === 'prompt' || soundBlocked) return say(t('hintGoReady'), 'quiet', able, 'ready');
  if (activity && !activity.available) {
    return say(t('hintUnavailable', { activity: activity.name }), 'warning');
  }
  if (picked && !picked.available) {
    return say(t('hintNotAvailable', { name: picked.name, activity: picked.activity }), 'warning');
  }
  if (picked?.busy) return say(t('hintBusy', { name: picked.name }), 'quiet', able);
  if (!inCharge) return say(t('hintOtherTab'), 'quiet', able, 'tab');
  return say(notifications === 'denied' ? t('hintNoNotifications') : '', 'quiet', able);
}
