// Wires together what calls need; the only file that knows all of it. Once the page says that it is
// connected nothing of a call remains to be loaded.

import { askForNotifications, createAlerts, notificationPermission } from './alerts.js';
import { createCallController } from './call-controller.js';
import { mountCallPanel } from './call-panel.js';
import { createCallRequests } from './call-requests.js';
import { canCall, canUseLeg, initialState, wasJustWith } from './call-state.js';
import { detailText } from './call-text.js';
import { createConnection } from './connection.js';
import { createDevices } from './devices.js';
import { giveWayToRing, isModalOpen, mayOpenDialog } from './dialog.js';
import { byId, part, setText } from './dom.js';
import { newKey } from './expected-leg.js';
import { mountFavouriteStar } from './favourite-star.js';
import { mountFreeAgain } from './free-again.js';
import { introduce } from './identity.js';
import { isolate } from './isolated-name.js';
import { mountKeypad } from './keypad.js';
import { toLine } from './line.js';
import { loadWithRetries, need } from './loading.js';
import { createLongList } from './long-list.js';
import { toldName } from './marked-name.js';
import { createMicrophone, microphonePermission } from './microphone.js';
import { createOutside } from './outside.js';
import { createOwnPresence } from './own-presence.js';
import { mountOwnStatus, statusWord, waitingKey } from './own-status.js';
import { api, colleagues, picker, preferences, session } from './page.js';
import { createPastCalls } from './past-calls.js';
import { mountPastCalls } from './past-calls-view.js';
import { mountPeopleView } from './people-view.js';
import { mountPressGuard } from './press-guard.js';
import { useDoNotDisturb } from './presence.js';
import { readiness } from './readiness.js';
import { mountReplies } from './replies.js';
import { createRinger } from './ringer.js';
import { announceShortcuts, mountShortcuts } from './shortcuts.js';
import { createSound } from './sound.js';
import { mountStars } from './stars.js';
import { number, t } from './strings.js';
import { createTabList } from './tab-list.js';
import { mountTeam } from './team.js';
import { createWishes } from './wishes.js';

// Milliseconds between two questions about the lists that are seen. A colleague's page may have to
// wait a second before it tells of a change: with this, and the way, it is seen within three.
const LISTS_EVERY = 1800;

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
  session: () => connection.session,
  taskRouter: () => connection.taskRouter,
  softphone: () => connection.softphone,
  registered: () => connection.whenRegistered(),
  mayRejoin: (...question) => connection.tabs.mayRejoin(...question),
  locate: (...question) => connection.tabs.locate(...question),
  wasMuted: (taskSid) => connection.tabs.wasMuted(taskSid),
  hasNoCall: () => connection.tabs.hasNoCall(),
  newKey,
  reload: () => location.reload(),
  reached(reached) {
    if (reached === now.reached) return;
    now.reached = reached;
    render();
  },
}, (state) => {
  giveWayToRing(state.phase === 'ringing');
  if (state.other && ['calling', 'ringing', 'connected'].includes(state.phase)) {
    colleagues.met(state.other);
  }
  call = state;
  const missed = past.follow(state);
  if (missed && (connection.tabs?.inCharge() ?? true)) alerts.missed(detailText(state));
  connection.tabs?.follow(state);
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
  if (event.type === 'wish') {
    wishes.add(call.other.sid, ['declined', 'no-answer'].includes(call.outcome));
    act({ type: 'done' });
    return;
  }
  if (TAKES_CHARGE.includes(event.type)) connection.tabs?.takeOver();
  const more = event.type === 'rejoin' ? { muted: connection.tabs?.wasMuted(call.taskSid) } : {};
  controller.dispatch({ ...event, ...more });
}

const ringer = createRinger(new URL('sounds/', document.baseURI), (blocked) => {
  now.soundBlocked = blocked;
  render();
});
const alerts = createAlerts({
  quiet: () => (past.missed() ? `(${number(past.missed())}) ${t('chipMissed')}` : t('heading')),
  ringing: (name) => t('incoming', { name: isolate(name) }),
});

mountPressGuard();
for (const [id, words] of [['go-ready', 'goReady'], ['use-tab', 'useTab'], ['reload', 'reload']]) {
  byId('hint').append(part('button', { id, type: 'button', words, hidden: true }));
}
const peopleView = mountPeopleView();
const panel = mountCallPanel(byId('stage'), act);
const keypad = mountKeypad(
  { toggle: byId('keypad-toggle'), tray: byId('tray') }, controller.sendDigits);
const star = mountFavouriteStar(colleagues, picker);
picker.lengthen(createLongList);
const lists = createTabList(byId('lists'));
const wishes = createWishes();
const ring = (agent) => act({ type: 'dial', agent });
const freeAgain = mountFreeAgain(wishes, { chime: ringer.chime, notify: alerts.tell, ring });
const team = mountTeam(lists.add({ id: 'team', words: 'people', picture: 'people' }).panel,
  api.listAgents, { colleagues, wishes }, { ring, seen: freeAgain.seen });
const past = createPastCalls(api.ask);
addEventListener('storage', ({ key }) => {
  past.learn(key);
  wishes.learn(key);
});
const pastCalls = mountPastCalls(
  lists.add({ id: 'past', words: 'history', picture: 'clock', onShow: () => pastCalls.open() }),
  past, ring);
past.onChange(() => render());
const ownPresence = createOwnPresence((state) => api.ask('POST', 'presence', { body: state }));
const replies = mountReplies(byId('beside'), act);
const stars = mountStars(byId('actions'), (score) => connection.softphone?.rate(score));
const note = byId('note');
const ownStatus = mountOwnStatus(byId('presence'), async (sid) => {
  now.statusFailed = await connection.setActivity(sid).then(() => false, () => true);
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

function problem() {
  if (connection.problem) return connection.problem;
  if (!now.reached || missing.size > 0) return 'unreachable';
  return now.statusFailed ? 'statusFailed' : null;
}

function readyFor(picked) {
  const connected = connection.up && connection.registered;
  now.wasConnected ||= connected;
  return readiness({
    ...now, problem: problem(), connected, picked: asKnown(picked), online: connection.online,
    inCharge: connection.tabs?.inCharge() ?? true, activity: connection.taskRouter?.activity(),
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
  outside.update(connection.up && connection.registered, call);
  const { canCall: able, reachable } = readyFor({ available: true });
  showOwnStatus();
  peopleView.update(call);
  panel.update(call, able, reachable, { picked: picker.picked(), word: idleWord() });
  team.lock(!able || !canCall(call));
  pastCalls.lock(!able || !canCall(call));
  replies.update(call);
  stars.update(call);
  freeAgain.update(!canCall(call));
  keypad.update(canUseLeg(call));
  const inCharge = connection.tabs?.inCharge() ?? true;
  ringer.update(call.phase === 'ringing' && inCharge);
  alerts.update(call.phase === 'ringing' ? toldName(call.other) : null, inCharge, past.missed(),
    call.note);
  ownPresence.tell(inCharge ? presenceNow() : null);
}

/** What is true of this agent instead of the activity, if anything is. */
function ownWord() {
  const { taskRouter, online, up, registered } = connection;
  return statusWord({
    connected: online && up && registered,
    wasConnected: now.wasConnected,
    inCall: !canCall(call) || Boolean(taskRouter?.isWithCustomer()),
    microphone: now.microphone,
    current: taskRouter?.activity() ?? null,
  });
}

/** What colleagues are told of this agent; null while TaskRouter's word isn't known. */
function presenceNow() {
  const { taskRouter, online, up } = connection;
  const activity = online && up ? taskRouter?.activity() : null;
  if (!activity) return null;
  const busy = !canCall(call) || taskRouter.isWithCustomer();
  return { activity: activity.sid, name: activity.name, available: activity.available, busy };
}

/** How things are while there is no call. */
function idleWord() {
  const activity = connection.taskRouter?.activity();
  const word = activity ? ownWord() : waitingKey(connection.problem);
  if (word) return t(word);
  return activity.available ? t('readyForCalls') : activity.name;
}

function showOwnStatus() {
  const { taskRouter, up, problem: lost } = connection;
  const activities = taskRouter?.activities() ?? [];
  const current = taskRouter?.activity() ?? null;
  ownStatus.update({ activities, current, up, word: ownWord(), problem: lost });
}

byId('dial').addEventListener('submit', (event) => {
  event.preventDefault();
  if (byId('call').disabled) return;
  act({ type: 'dial', agent: picker.picked(), note: toLine(note.value) });
  note.value = '';
});
let pickedSid = null;
byId('agent').addEventListener('agent-pick', ({ detail: { agent } }) => {
  const isNew = agent !== null && agent.sid !== pickedSid;
  pickedSid = agent?.sid ?? null;
  if (isNew) note.value = '';
  // Whoever picks the next one has read how the last call ended.
  if (isNew && call.phase === 'ended') act({ type: 'done' });
  else render();
});
byId('agent').addEventListener('combobox-open', team.retell);
byId('use-tab').addEventListener('click', () => connection.tabs.takeOver());
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
  call(agent) {
    picker.choose(agent);
    act({ type: 'dial', agent });
  },
  search(text) {
    byId('agent').focus();
    byId('agent').value = text;
    byId('agent').dispatchEvent(new Event('input'));
  },
  focus: () => byId('agent').focus(),
  embedded: () => render(),
  notLoaded: tell('outside'),
});

const connection = createConnection(session, {
  soundFolder: new URL('sounds/', document.baseURI),
  getUserMedia: microphone.take,
  signedIn(signed) {
    const store = preferences.belongTo(signed.worker);
    introduce(signed.worker);
    useDoNotDisturb(signed.dndActivities ?? []);
    wishes.belongTo(store);
    team.refresh();
    past.belongTo(store);
    past.refresh();
    devices.keepIn(store);
    sound.begin();
    outside.signedIn(signed);
    return store;
  },
  onChange: () => render(),
  onLevel: panel.level,
});

const sound = createSound({
  devices, ringer, connection, controller, preferences, isTalking: () => canUseLeg(call),
});

let settingsAreComing = false;

export async function openSettings() {
  if (settingsAreComing) return;
  settingsAreComing = true;
  try {
    const settings = await loadWithRetries(() => import('./settings.js'), tell('settings'));
    if (!mayOpenDialog()) return;
    await settings.openSettings(preferences, {
      devices, microphone, ringer, sound, now, goReady,
      isTalking: () => !canCall(call),
    });
  } finally {
    settingsAreComing = false;
  }
}

const shortcutsOn = () => preferences.get('shortcuts', true);
const keys = () => preferences.get('keys', {});
mountShortcuts(() => shortcutsOn() && !isModalOpen(), keys);
announceShortcuts(shortcutsOn(), keys());
preferences.onChange(() => {
  star.render();
  team.retell();
  pastCalls.retell();
  freeAgain.retell();
  sound.tune();
  announceShortcuts(shortcutsOn(), keys());
  render();
});

setInterval(() => {
  picker.refresh();
  team.refresh();
}, LISTS_EVERY);
document.addEventListener('visibilitychange', team.refresh);

if (preferences.get('leg')) controller.returning();
now.soundBlocked = ringer.isBlocked();
askPermission();
// Each of the SDKs keeps the page busy for a while: whoever is typing a name goes first, but not
// before an agent who was in a call a moment ago.
const atRest = () => new Promise((resolve) => {
  if (preferences.get('leg')) resolve();
  else (globalThis.requestIdleCallback ?? setTimeout)(resolve, { timeout: 500 });
});
const load = (address, name) => need(() => atRest().then(() => import(address)), tell(name));
connection.start(controller, Promise.all([
  load('../vendor/taskrouter.js', 'taskrouter'),
  load('../vendor/voice-sdk.js', 'voice'),
]));
