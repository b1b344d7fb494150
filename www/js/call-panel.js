// Shows the call. `update` takes the whole state and changes only what differs, so that focus stays
// where it is.

import { canUseLeg, isMissed } from './call-state.js';
import { detailText, formatDuration, initials, statusText } from './call-text.js';
import { byId, icon, part, setIcon, setText } from './dom.js';
import { setWaiting } from './press-guard.js';
import { t } from './strings.js';

// `press` is an event of call-state.js. What has no words here says in each state what it does.
const BUTTONS = [
  { id: 'rejoin', icon: 'phone', look: 'yes', press: 'rejoin' },
  { id: 'mute', icon: 'mic', press: 'toggle-mute' },
  { id: 'keypad-toggle', icon: 'keypad', words: 'keypad' },
  { id: 'hold', icon: 'pause', press: 'toggle-hold' },
  { id: 'decline', icon: 'hangup', words: 'decline', look: 'no', press: 'decline' },
  { id: 'answer', icon: 'phone', words: 'answer', look: 'yes', press: 'answer' },
  { id: 'cancel', icon: 'hangup', words: 'cancel', look: 'no', press: 'cancel' },
  { id: 'hang-up', icon: 'hangup', words: 'hangUp', look: 'no', press: 'hang-up' },
  { id: 'call-again', icon: 'phone', look: 'yes', press: 'call-again' },
];

const METER_TOLD = 500; // milliseconds between two values for assistive technology
const RESTING = ['idle', 'ended'];
const UNDER_WAY = ['preparing', 'calling', 'ringing', 'answering', 'reconnecting', 'rejoining'];

const inCall = (phase) => ['connected', 'reconnecting', 'rejoining'].includes(phase);

const isTalking = ({ phase, connectedAt }) => (
  inCall(phase) || (phase === 'ending' && connectedAt !== null));

const isElsewhere = ({ phase, mine }) => inCall(phase) && !mine;

const isUnderWay = (state) => isTalking(state) || state.phase === 'answering';

const isOverWith = ({ phase, other }) => phase === 'ended' && Boolean(other?.sid);

const isPlacing = ({ phase, role, connectedAt }) => ['preparing', 'calling'].includes(phase)
  || (phase === 'ending' && role === 'caller' && connectedAt === null);

/**
 * Which buttons there are, and which of them can be pressed; one that waits for an answer keeps the
 * focus meanwhile; pure.
 * @param {boolean} canCall whether calls can be made at all now
 */
export function buttonsFor(state, canCall = true) {
  const { phase } = state;
  const going = phase !== 'ending';
  const talking = isTalking(state);
  const elsewhere = isElsewhere(state);
  const audio = talking && !elsewhere && { enabled: canUseLeg(state) };
  const rings = phase === 'ringing' && { enabled: true };
  return {
    rejoin: elsewhere && { enabled: true },
    mute: audio,
    'keypad-toggle': audio,
    hold: talking && { enabled: phase === 'connected', waits: state.holdPending },
    decline: rings,
    answer: rings,
    cancel: isPlacing(state) && { enabled: going },
    'hang-up': isUnderWay(state) && { enabled: going },
    'call-again': isOverWith(state) && { enabled: canCall },
  };
}

function createButton({ id, icon: picture, words, look = '' }) {
  return part('button', { id, type: 'button', className: look, hidden: true },
    part('i', {}, icon(picture)), part('span', { words }));
}

function setLabel(button, label) {
  setText(button.querySelector('span'), label);
}

function setToggle(button, label, picture, on) {
  setLabel(button, label);
  setIcon(button, picture);
  button.classList.toggle('on', on);
}

/** The buttons, made in place. Returns what shows those that a state has. */
function mountButtons(stage, onPress) {
  const buttons = BUTTONS.map(createButton);
  byId('actions').replaceChildren(...buttons);
  for (const { id, press } of BUTTONS.filter((button) => button.press)) {
    byId(id).addEventListener('click', () => onPress({ type: press }));
  }

  /** Focus on a button that goes moves to the stage, not to one that does something else. */
  return (wanted) => {
    const focused = document.activeElement;
    const mayGo = buttons.includes(focused);
    for (const button of buttons) {
      const want = wanted[button.id];
      button.hidden = !want;
      button.disabled = !want?.enabled;
      setWaiting(button, Boolean(want?.waits));
    }
    if (mayGo && (focused.hidden || focused.disabled)) stage.focus({ preventScroll: true });
  };
}

/** Shows for how long the call has gone on. Returns what is told the state. */
function mountTimer(timer) {
  let shown = null;
  let clock = null;

  function tick() {
    const talked = (shown.leftAt ?? Date.now()) - shown.connectedAt;
    const running = isTalking(shown) && shown.leftAt === null;
    setText(timer, isTalking(shown) ? formatDuration(talked) : '');
    clearTimeout(clock);
    clock = running ? setTimeout(tick, 1000 - ((Date.now() - shown.connectedAt) % 1000)) : null;
  }

  return (state) => {
    shown = state;
    tick();
  };
}

/** How loud the agent speaks, below the portrait. */
function mountMeter(portrait) {
  const bar = part('span');
  const meter = part('div', {
    id: 'level', className: 'level', role: 'meter', ariaLabel: t('micLevel'), ariaValueMin: '0',
    ariaValueMax: '100', ariaValueNow: '0', hidden: true,
  }, bar);
  meter.dataset.label = 'micLevel';
  portrait.after(meter);
  let measured = 0;
  return {
    show(visible) { meter.hidden = !visible; },
    level(value) {
      if (meter.hidden) return;
      const percent = Math.min(100, Math.round(value * 140));
      bar.style.transform = `scaleX(${percent / 100})`;
      if (Date.now() - measured < METER_TOLD) return;
      measured = Date.now();
      meter.ariaValueNow = String(percent);
    },
  };
}

function setLabels(state) {
  const { muted, hold: { other: held } } = state;
  setToggle(byId('mute'), t(muted ? 'unmute' : 'mute'), muted ? 'mic-off' : 'mic', muted);
  setToggle(byId('hold'), t(held ? 'resume' : 'hold'), held ? 'play' : 'pause', held);
  setLabel(byId('call-again'), t(state.role === 'callee' ? 'callBack' : 'callAgain'));
  setLabel(byId('rejoin'), t(state.place === 'device' ? 'bringHere' : 'useTab'));
}

function describe(stage, state) {
  stage.dataset.phase = state.phase;
  stage.classList.toggle('waves', state.returning || UNDER_WAY.includes(state.phase));
  stage.dataset.missed = String(isMissed(state));
  stage.dataset.held = String(state.hold.me || state.hold.other);
}

/**
 * @param {HTMLElement} stage the section with everything about the call
 * @param {(event: {type: string}) => void} onPress gets an event of call-state.js
 */
export function mountCallPanel(stage, onPress) {
  const [status, detail, letters] = ['call-status', 'call-detail', 'initials'].map(byId);
  const showButtons = mountButtons(stage, onPress);
  const showTime = mountTimer(byId('timer'));
  const meter = mountMeter(byId('portrait'));

  return {
    /** How loud the agent speaks, 0 to 1, many times a second. */
    level: meter.level,
    /**
     * @param {object} state
     * @param {boolean} canCall whether calls can be made at all now
     * @param {boolean} reachable whether they can ring here
     */
    update(state, canCall, reachable) {
      const begins = RESTING.includes(stage.dataset.phase) && !RESTING.includes(state.phase);
      describe(stage, state);
      setText(letters, state.other ? initials(state.other.name) : '');
      setText(status, statusText(state));
      status.title = status.textContent; // long names are cut off
      setText(detail, detailText(state, reachable));
      setLabels(state);
      showButtons(buttonsFor(state, canCall));
      meter.show(canUseLeg(state) && !state.muted);
      showTime(state);
      // In a window too small for all. `scrollIntoView` would move the page that frames ours, too.
      if (begins) scrollTo(0, document.body.scrollHeight);
    },
  };
}
