// Whether a call can be made now, and the one line that says why not: pure.

import { isolate } from './isolated-name.js';
import { toldName } from './marked-name.js';
import { t } from './strings.js';

const told = (agent) => isolate(toldName(agent));

const quiet = (text, step = '') => ({ text, tone: 'quiet', step });
const warning = (text, step = '') => ({ text, tone: 'warning', step });

/** What there is to say: the first that has something. */
const HINTS = [
  ({ online }) => !online && warning(t('hintOffline')),
  ({ problem }) => problem && warning(t(problem), problem === 'sign_in' ? 'reload' : ''),
  ({ connected, wasConnected }) => !connected && (
    wasConnected ? warning(t('hintReconnecting')) : quiet(t('hintConnecting'))),
  ({ microphone }) => microphone === 'denied' && warning(t('mic_blocked')),
  ({ microphone, soundBlocked }) => (
    (microphone === 'prompt' || soundBlocked) && quiet(t('hintGoReady'), 'ready')),
  ({ activity }) => (
    activity && !activity.available && warning(t('hintUnavailable', { activity: activity.name }))),
  ({ picked }) => picked && !picked.available && (
    quiet(t('hintNotAvailable', { name: told(picked), activity: picked.activity }))),
  ({ picked }) => picked?.busy && quiet(t('hintBusy', { name: told(picked) })),
  ({ inCharge = true }) => !inCharge && quiet(t('hintOtherTab'), 'tab'),
  ({ notifications }) => notifications === 'denied' && quiet(t('hintNoNotifications')),
  () => quiet(''),
];

function firstOf(hints, now) {
  for (const hint of hints) {
    const said = hint(now);
    if (said) return said;
  }
  return null;
}

/** As far as this page's agent and browser are concerned. */
const lets = ({ microphone = 'granted', soundBlocked = false, activity, inCharge = true }) => (
  microphone === 'granted' && !soundBlocked && inCharge && activity?.available !== false);

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
export function readiness(now) {
  const { problem, online = true, connected, wasConnected } = now;
  const reachable = online && (connected || !(wasConnected || problem)) && lets(now);
  // What the list says of a colleague may be old: whether they can be called, the server decides.
  const able = connected && now.activity?.available && now.picked;
  const hint = firstOf(HINTS, { ...now, online });
  return { ...hint, canCall: Boolean(online && able), reachable };
}
