// Shows the call. `update` takes the whole state and changes only what differs, so that focus stays
// where it is. Who listens is told whole sentences by the status region; who looks sees a name, and
// below it one or two words with the time.

import { isTalking, mountButtons } from './call-buttons.js';
import { canUseLeg, isMissed } from './call-state.js';
import { chipText, detailText, formatDuration, headline, statusText, toneOf } from './call-text.js';
import { byId, icon, part, setIcon, setText } from './dom.js';
import { initials, tintOf } from './initials.js';
import { toldFields } from './marked-name.js';
import { t } from './strings.js';

// Milliseconds between two looks of the meter, and how many steps it has: painting costs battery.
const METER_PAINTED = 100;
const METER_STEPS = 20;
const LINE_UNITS = 280; // of UTF-16, in which a line of 140 code points fits
const METER_TOLD = 500; // milliseconds between two values for assistive technology
const UNDER_WAY = ['preparing', 'calling', 'ringing', 'answering', 'reconnecting', 'rejoining'];

const ICONS = {
  quiet: 'phone', calling: 'out', ringing: 'in', go: 'phone', hold: 'pause', held: 'music',
};

function createChip(id, ...more) {
  return part('p', { id, className: 'chip' }, icon('phone'), part('span'), ...more);
}

/** For the line with the ring; what is typed there goes with the form of the field of names. */
function createNote() {
  const note = part('input', {
    id: 'note', type: 'text', maxLength: LINE_UNITS, autocomplete: 'off', enterKeyHint: 'go',
    placeholder: t('noteHint'), ariaLabel: t('noteHint'),
  });
  Object.assign(note.dataset, { hint: 'noteHint', label: 'noteHint' });
  note.setAttribute('form', 'dial');
  return part('div', { id: 'note-field', className: 'note-field' }, note);
}

/** Beside whom it would go to, or with the people where the window has no room for both. */
function placeNote(field) {
  const wide = matchMedia('(min-width: 900px)');
  const place = () => (
    wide.matches ? byId('call-note').after(field) : byId('people').append(field));
  wide.addEventListener('change', place);
  place();
}

/** Everything that a call may need, once. */
function createStage() {
  const detail = part('p', { id: 'call-detail', className: 'detail', ariaLive: 'polite' });
  const muted = part('span', { className: 'flag' },
    icon('mic-off'), part('span', { words: 'muted' }));
  const timer = part('span', { id: 'timer', role: 'timer', ariaLive: 'off', className: 'time' });
  const holdTime = part('span', { id: 'hold-time', className: 'time' });
  return part('div', { className: 'act' },
    part('div', { className: 'block' },
      part('div', { id: 'portrait', className: 'avatar portrait', ariaHidden: 'true' },
        icon('phone'), part('span', { id: 'initials', translate: false }),
        part('i', { className: 'badge' }, icon('pause')), muted),
      part('h2', { id: 'call-name', className: 'name' }),
      part('p', { id: 'call-fields', className: 'fields' }),
      part('div', { className: 'chips' },
        createChip('hold-chip', holdTime), createChip('call-chip', timer)),
      detail,
      part('div', { id: 'beside', className: 'beside' },
        part('p', { id: 'call-note', className: 'bubble', hidden: true },
          icon('note'), part('bdi'))),
      part('div', { id: 'after', className: 'after' })),
    part('div', { id: 'tray', className: 'tray' }),
    part('div', { id: 'actions', className: 'actions' }));
}

/** Shows for how long the call, and a hold, has gone on. Returns what is told the state. */
function mountTimers(timer, holdTime) {
  let shown = null;
  let heldSince = null;
  let clock = null;

  function tick() {
    const now = Date.now();
    const running = isTalking(shown) && shown.leftAt === null;
    const talked = (shown.leftAt ?? now) - shown.connectedAt;
    setText(timer, isTalking(shown) ? formatDuration(talked) : '');
    setText(holdTime, heldSince === null ? '' : formatDuration(now - heldSince));
    clearTimeout(clock);
    clock = running ? setTimeout(tick, 1000 - ((now - shown.connectedAt) % 1000)) : null;
  }

  return (state) => {
    const holds = isTalking(state) && (state.hold.me || state.hold.other);
    heldSince = holds ? heldSince ?? Date.now() : null;
    shown = state;
    tick();
  };
}

/** How loud the agent speaks: a ring around Mute. */
function mountMeter(button) {
  const meter = part('div', {
    id: 'level', className: 'level', role: 'meter', ariaLabel: t('micLevel'), ariaValueMin: '0',
    ariaValueMax: '100', ariaValueNow: '0', hidden: true,
  });
  meter.dataset.label = 'micLevel';
  button.before(part('div', { className: 'slot' }));
  button.previousSibling.append(button, meter);
  let measured = 0;
  let painted = 0;
  return {
    show(visible) { meter.hidden = !visible; },
    level(value) {
      if (meter.hidden) return;
      const share = Math.min(1, value * 1.4);
      const now = Date.now();
      if (now - painted >= METER_PAINTED) {
        painted = now;
        meter.style.setProperty('--level', String(Math.round(share * METER_STEPS) / METER_STEPS));
      }
      if (now - measured < METER_TOLD) return;
      measured = now;
      meter.ariaValueNow = String(Math.round(share * 100));
    },
  };
}

function describe(stage, state) {
  const holds = isTalking(state) && (state.hold.me || state.hold.other);
  stage.dataset.phase = state.phase;
  stage.dataset.tone = toneOf(state);
  stage.classList.toggle('waves', state.returning || UNDER_WAY.includes(state.phase));
  stage.classList.toggle('muted', isTalking(state) && state.mine && state.muted);
  stage.dataset.missed = String(isMissed(state));
  stage.dataset.held = String(holds);
}

/** Who it is about: the other one, or while there is no call whom a press of Call would call. */
function showWho(portrait, who) {
  portrait.dataset.tint = who ? tintOf(who.sid) : '';
  portrait.dataset.who = String(Boolean(who));
  setText(byId('initials'), who ? initials(who.name) : '');
}

const RINGS = ['preparing', 'calling', 'ringing'];

/** The line that came, or goes, with the ring. One of many rows can be scrolled, also by keys. */
function showNote({ phase, note }) {
  const bubble = byId('call-note');
  const text = bubble.lastChild;
  bubble.hidden = !note || !RINGS.includes(phase);
  setText(text, note);
  text.tabIndex = text.scrollHeight > text.clientHeight ? 0 : -1;
}

function iconOf(state, holds) {
  if (holds) return 'phone';
  if (state.phase === 'ended') return isMissed(state) ? 'missed' : 'hangup';
  return ICONS[toneOf(state)];
}

function showChips(state) {
  const [hold, call] = [byId('hold-chip'), byId('call-chip')];
  const holds = byId('stage').dataset.held === 'true';
  hold.hidden = !holds;
  setIcon(hold, ICONS[toneOf(state)]);
  setIcon(byId('portrait').querySelector('.badge'), ICONS[toneOf(state)]);
  setText(hold.querySelector('span'), holds ? chipText(state) : '');
  setIcon(call, iconOf(state, holds));
  setText(call.querySelector('span'), holds ? t('chipInCall') : chipText(state));
  call.hidden = state.phase === 'idle' && !state.returning;
}

/**
 * @param {HTMLElement} stage the section with everything about the call
 * @param {(event: {type: string}) => void} onPress gets an event of call-state.js
 */
export function mountCallPanel(stage, onPress) {
  stage.replaceChildren(createStage());
  placeNote(createNote());
  const [status, name, detail] = ['call-status', 'call-name', 'call-detail'].map(byId);
  const showButtons = mountButtons(stage, onPress);
  const showTime = mountTimers(byId('timer'), byId('hold-time'));
  const meter = mountMeter(byId('mute'));

  return {
    /** How loud the agent speaks, 0 to 1, many times a second. */
    level: meter.level,
    /**
     * @param {object} state
     * @param {boolean} canCall whether calls can be made at all now
     * @param {boolean} reachable whether they can ring here
     * @param {object} [rest] what is shown while there is no call: {picked, word}
     */
    update(state, canCall, reachable, { picked = null, word = '' } = {}) {
      const who = state.phase === 'idle' ? picked : state.other;
      describe(stage, state);
      showWho(byId('portrait'), who);
      setText(status, statusText(state));
      setText(name, headline(state, picked, word));
      name.title = name.textContent; // long names are cut off
      setText(byId('call-fields'), toldFields(who ?? {}));
      showChips(state);
      showNote(state);
      byId('note-field').hidden = state.phase !== 'idle' || state.returning;
      byId('note').disabled = !picked;
      setText(detail, detailText(state, reachable));
      showButtons(state, canCall);
      meter.show(canUseLeg(state) && !state.muted);
      showTime(state);
    },
  };
}
