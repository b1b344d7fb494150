// Shows the call. `update` takes the whole state and changes only what differs, so that focus stays
// where it is.

import { canUseLeg, isMissed } from './call-state.js';
import { detailText, formatDuration, initials, statusText } from './call-text.js';
import { byId, part, setText } from './dom.js';
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

const SVG = 'http://www.w3.org/2000/svg';
const METER_TOLD = 500; // milliseconds between two values for assistive technology
const RESTING = ['idle', 'ended'];
const UNDER_WAY = ['preparing', 'calling', 'ringing', 'answering', 'reconnecting', 'rejoining'];

const inCall = (phase) => ['connected', 'reconnecting', 'rejoining'].includes(phase);

/**
 * Which buttons there are, and which of them can be pressed; one that waits for an answer keeps the
 * focus meanwhile; pure.
 * @param {boolean} canCall whether calls can be made at all now
 */
export function buttonsFor(state, canCall = true) {
  const { phase, connectedAt } = state;
  const talking = inCall(phase) || (phase === 'ending' && connectedAt !== null);
  const audio = canUseLeg(state);
  const elsewhere = inCall(phase) && !state.mine;
  return {
    rejoin: elsewhere && { enabled: true },
    mute: talking && !elsewhere && { enabled: audio },
    'keypad-toggle': talking && !elsewhere && { enabled: audio },
    hold: talking && { enabled: phase === 'connected', waits: state.holdPending },
    decline: phase === 'ringing' && { enabled: true },
    answer: phase === 'ringing' && { enabled: true },
    cancel: (phase === 'preparing' || phase === 'calling'
      || (phase === 'ending' && !talking && state.role === 'caller'))
      && { enabled: phase !== 'ending' },
    'hang-up': (talking || phase === 'answering') && { enabled: phase !== 'ending' },
    'call-again': phase === 'ended' && Boolean(state.other?.sid) && { enabled: canCall },
  };
}

/** Each time that its address is set, an icon is fetched again, also when it is the same one. */
function setIcon(use, name) {
  const address = `icons.svg#${name}`;
  if (use.getAttribute('href') !== address) use.setAttribute('href', address);
}

function createButton({ id, icon, words, look = '' }) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(SVG, 'use');
  setIcon(use, icon);
  svg.append(use);
  return part('button', { id, type: 'button', className: look, hidden: true },
    part('i', {}, svg), part('span', { words }));
}

function setLabel(button, label) {
  setText(button.querySelector('span'), label);
}

function setToggle(button, label, icon, on) {
  setLabel(button, label);
  setIcon(button.querySelector('use'), icon);
  button.classList.toggle('on', on);
}

/**
 * @param {HTMLElement} stage the section with everything about the call
 * @param {(event: {type: string}) => void} onPress gets an event of call-state.js
 */
export function mountCallPanel(stage, onPress) {
  const [status, detail, timer, letters] = ['call-status', 'call-detail', 'timer', 'initials']
    .map(byId);
  const buttons = BUTTONS.map(createButton);
  const meter = byId('level');
  const bar = meter.firstElementChild;
  let shown = null;
  let clock = null;
  let measured = 0;

  byId('actions').replaceChildren(...buttons);
  for (const { id, press } of BUTTONS.filter((button) => button.press)) {
    byId(id).addEventListener('click', () => onPress({ type: press }));
  }
  byId('keypad-toggle').setAttribute('aria-controls', 'keypad');

  /** Focus on a button that goes moves to the stage, not to one that does something else. */
  function updateButtons(state, canCall) {
    const wanted = buttonsFor(state, canCall);
    const focused = document.activeElement;
    const mayGo = buttons.includes(focused);
    for (const button of buttons) {
      const want = wanted[button.id];
      button.hidden = !want;
      button.disabled = !want?.enabled;
      button.ariaDisabled = want?.waits ? 'true' : null;
    }
    if (mayGo && (focused.hidden || focused.disabled)) stage.focus({ preventScroll: true });
  }

  function tick() {
    const running = inCall(shown.phase) || (shown.phase === 'ending' && shown.connectedAt !== null);
    setText(timer, running ? formatDuration(Date.now() - shown.connectedAt) : '');
    clearTimeout(clock);
    clock = running ? setTimeout(tick, 1000 - ((Date.now() - shown.connectedAt) % 1000)) : null;
  }

  return {
    /** How loud the agent speaks, 0 to 1, many times a second. */
    level(value) {
      if (meter.hidden) return;
      const percent = Math.min(100, Math.round(value * 140));
      bar.style.transform = `scaleX(${percent / 100})`;
      if (Date.now() - measured < METER_TOLD) return;
      measured = Date.now();
      meter.setAttribute('aria-valuenow', String(percent));
    },
    /**
     * @param {object} state
     * @param {boolean} canCall whether calls can be made at all now
     * @param {boolean} reachable whether they can ring here
     */
    update(state, canCall, reachable) {
      const begins = RESTING.includes(stage.dataset.phase) && !RESTING.includes(state.phase);
      shown = state;
      stage.dataset.phase = state.phase;
      stage.classList.toggle('waves', state.returning || UNDER_WAY.includes(state.phase));
      stage.dataset.missed = String(isMissed(state));
      stage.dataset.held = String(state.hold.me || state.hold.other);
      setText(letters, state.other ? initials(state.other.name) : '');
      setText(status, statusText(state));
      setText(detail, detailText(state, reachable));
      const { muted, hold: { other: held } } = state;
      setToggle(byId('mute'), t(muted ? 'unmute' : 'mute'), muted ? 'mic-off' : 'mic', muted);
      setToggle(byId('hold'), t(held ? 'resume' : 'hold'), held ? 'play' : 'pause', held);
      setLabel(byId('call-again'), t(isMissed(state) ? 'callBack' : 'callAgain'));
      setLabel(byId('rejoin'), t(state.place === 'device' ? 'bringHere' : 'useTab'));
      updateButtons(state, canCall);
      meter.hidden = !canUseLeg(state) || muted;
      tick();
      // In a window too small for all. `scrollIntoView` would move the page that frames ours, too.
      if (begins) scrollTo(0, document.body.scrollHeight);
    },
  };
}
