// Wires together what calls need; the only file that knows all of it. Once the page says that it is
// connected nothing of a call remains to be loaded.

import { askForNotifications, createAlerts, notificationPermission } from './alerts.js';
import { createCallController } from './call-controller.js';
import { mountCallPanel } from './call-panel.js';
import { createCallRequests } from './call-requests.js';
import { canCall, canUseLeg, initialState, wasJustWith } from './call-state.js';
import { createDevices } from './devices.js';
import { byId, setText } from './dom.js';
import { mountKeypad } from './keypad.js';
import { insist, need } from './later.js';
import { createLink } from './link.js';
import { createMicrophone, microphonePermission } from './microphone.js';
import { createOutside } from './outside.js';
import { mountOwnStatus } from './own-status.js';
import { api, picker, preferences, session } from './page.js';
import { readiness } from './readiness.js';
import { createRinger } from './ringer.js';
import { announceShortcuts, mountShortcuts } from './shortcuts.js';
import { createSound } from './sound.js';
import { t } from './strings.js';

const devices = createDevices((use, change) => sound.changed(use, change));
const microphone = createMicrophone(() => devices.current('microphone').id);
const now = {
  reached: true, statusFailed: false, wasConnected: false, microphone: 'granted',
  soundBlocked: false, notifications: null,
};
const missing = new Set(); // parts that should have come
let call = initialState;

const controller = createCallController({
  api: createCallRequests(api),
  microphone,
  session: () => link.session,
  taskRouter: () => link.taskRouter,
  softphone: () => link.softphone,
  registered: () => link.whenRegistered(),
  mayRejoin: (...question) => link.tabs.mayRejoin(...question),
  locate: (...question) => link.tabs.locate(...question),
  wasMuted: (taskSid) => link.tabs.wasMuted(taskSid),
  hasNoCall: () => link.tabs.hasNoCall(),
  reached(reached) {
    if (reached === now.reached) return;
    now.reached = reached;
    render();
  },
}, (state) => {
  if (state.phase === 'ringing' && call.phase !== 'ringing') uncover();
  if (state.other && ['calling', 'ringing', 'connected'].includes(state.phase)) {
    picker.met(state.other);
  }
  call = state;
  link.tabs?.follow(state);
  sound.follow(state);
  render();
});

const TAKES_CHARGE = ['dial', 'answer', 'rejoin'];

/** Whatever an agent does about calls, the tab where it is done takes charge. */
function act(event) {
  if (event.type === 'call-again') {
    act({ type: 'dial', agent: call.other });
    return;
  }
  if (TAKES_CHARGE.includes(event.type)) link.tabs?.takeOver();
  const more = event.type === 'rejoin' ? { muted: link.tabs?.wasMuted(call.taskSid) } : {};
  controller.dispatch({ ...event, ...more });
}

const ringer = createRinger(new URL('sounds/incoming.wav', document.baseURI), (blocked) => {
  now.soundBlocked = blocked;
  render();
});
const alerts = createAlerts({
  quiet: () => t('heading'),
  ringing: (name) => t('incoming', { name }),
});

const panel = mountCallPanel(byId('stage'), act);
const keypad = mountKeypad({
  root: byId('keypad'),
  keys: byId('keys'),
  digits: byId('digits'),
  toggle: byId('keypad-toggle'),
  covered: byId('portrait'),
}, controller.sendDigits);
const ownStatus = mountOwnStatus(byId('presence'), async (sid) => {
  now.statusFailed = await link.setActivity(sid).then(() => false, () => true);
  showOwnStatus();
  render();
});

/** Has the page say that a part doesn't come, until it does. */
const tell = (part) => (failing) => {
  if (failing) missing.add(part);
  else missing.delete(part);
  render();
};

/** What the list says of a colleague, unless this page knows better. */
function asKnown(agent) {
  return agent && wasJustWith(call, agent.sid, Date.now()) ? { ...agent, busy: null } : agent;
}

function readyFor(picked) {
  const connected = link.up && link.registered;
  now.wasConnected ||= connected;
  const problem = link.problem ?? (now.reached && missing.size === 0 ? null : 'unreachable')
    ?? (now.statusFailed ? 'statusFailed' : null);
  return readiness({
    ...now, problem, connected, picked: asKnown(picked), online: link.online,
    inCharge: link.tabs?.inCharge() ?? true, activity: link.taskRouter?.activity(),
  });
}

/** Runs `change`. A button that goes, or can't be pressed any more, hands its focus to the call. */
function keepingFocus(change) {
  const focused = document.activeElement;
  change();
  if (focused?.hidden || focused?.disabled) byId('stage').focus({ preventScroll: true });
}

function renderHint() {
  const busy = !canCall(call);
  const { text, tone, step, canCall: able } = readyFor(busy ? null : picker.picked());
  setText(byId('hint-text'), text);
  byId('hint-text').dataset.tone = tone;
  byId('go-ready').hidden = step !== 'ready';
  byId('use-tab').hidden = step !== 'tab' || busy;
  byId('reload').hidden = step !== 'reload' || busy;
  byId('call').disabled = !able || busy;
}

function render() {
  keepingFocus(renderHint);
  outside.update(link.up && link.registered, call);
  const { canCall: able, reachable } = readyFor({ available: true });
  panel.update(call, able, reachable);
  keypad.update(canUseLeg(call));
  const inCharge = link.tabs?.inCharge() ?? true;
  ringer.update(call.phase === 'ringing' && inCharge);
  alerts.update(call.phase === 'ringing' ? call.other.name : null, inCharge);
}

function showOwnStatus() {
  ownStatus.update({
    activities: link.taskRouter?.activities() ?? [],
    current: link.taskRouter?.activity() ?? null,
    up: link.up,
    reachable: link.online && link.up && link.registered,
    problem: link.problem,
  });
}

byId('dial').addEventListener('submit', (event) => {
  event.preventDefault();
  if (!byId('call').disabled) act({ type: 'dial', agent: picker.picked() });
});
byId('agent').addEventListener('agent-pick', render);
byId('use-tab').addEventListener('click', () => link.tabs.takeOver());
byId('go-ready').addEventListener('click', goReady);
byId('reload').addEventListener('click', () => location.reload());

/** Unlocks and asks for all that a call needs; must come of a press. */
async function goReady() {
  const [, opened] = await Promise.allSettled([ringer.unlock(), microphone.open()]);
  microphone.release();
  await devices.refresh();
  await askPermission();
  // Some browsers allow it for this time and go on saying that they would ask.
  if (opened.status === 'fulfilled') now.microphone = 'granted';
  await askForNotifications();
  now.notifications = notificationPermission();
  render();
}

async function askPermission() {
  const set = (state) => {
    now.microphone = state;
    render();
  };
  set(await microphonePermission(set));
}

const outside = createOutside({
  find: api.listAgents,
  whyNot(agent) {
    if (!canCall(call)) return t('already_in_call');
    const { canCall: able, text } = readyFor(agent);
    return able ? null : text || t('hintConnecting');
  },
  rings: () => call.phase === 'ringing',
  call(agent) {
    picker.choose(agent);
    act({ type: 'dial', agent });
  },
  search: picker.search,
  focus: () => byId('agent').focus(),
  embedded: () => render(),
  notLoaded: tell('outside'),
});

const link = createLink(session, {
  soundFolder: new URL('sounds/', document.baseURI),
  getUserMedia: microphone.take,
  signedIn(signed) {
    const store = preferences.belongTo(signed.worker);
    devices.keepIn(store);
    sound.begin();
    outside.signedIn(signed);
    return store;
  },
  onChange() {
    showOwnStatus();
    render();
  },
  onLevel: panel.level,
});

const sound = createSound({
  devices, ringer, link, controller, isTalking: () => canUseLeg(call),
});

const dialogIsOpen = () => document.querySelector('dialog[open]') !== null;

/** A dialog covers the buttons of a call and locks them: none stands before a ring. */
function uncover() {
  document.querySelector('dialog[open]')?.close();
}

let settingsAreComing = false;

export async function openSettings() {
  if (settingsAreComing) return;
  settingsAreComing = true;
  try {
    const settings = await insist(() => import('./settings.js'), tell('settings'));
    if (dialogIsOpen()) return;
    await settings.openSettings(preferences, {
      devices, microphone, ringer, sound, now, goReady,
      isTalking: () => !canCall(call),
    });
    if (call.phase === 'ringing') uncover(); // it began while they were loading
  } finally {
    settingsAreComing = false;
  }
}

const shortcutsOn = () => preferences.get('shortcuts', true);
mountShortcuts(() => shortcutsOn() && !dialogIsOpen());
announceShortcuts(shortcutsOn());
preferences.onChange(() => {
  announceShortcuts(shortcutsOn());
  render();
});

if (preferences.get('leg')) controller.returning();
now.soundBlocked = ringer.isBlocked();
askPermission();
link.start(controller, Promise.all([
  need(() => import('../vendor/taskrouter.js'), tell('taskrouter')),
  need(() => import('../vendor/voice-sdk.js'), tell('voice')),
]));
