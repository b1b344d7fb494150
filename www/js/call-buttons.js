// The buttons of a call: which there are in each state, and what ends the call always in one place,
// last and alone.

import { canUseLeg } from './call-state.js';
import { byId, icon, part, setIcon, setText } from './dom.js';
import { setWaiting } from './press-guard.js';
import { t } from './strings.js';

// `press` is an event of call-state.js. What has no words here says in each state what it does.
const BAR = [
  { id: 'rejoin', icon: 'phone', look: 'yes', press: 'rejoin' },
  { id: 'mute', icon: 'mic', press: 'toggle-mute' },
  { id: 'hold', icon: 'pause', press: 'toggle-hold' },
  { id: 'keypad-toggle', icon: 'keypad', words: 'keypad' },
  { id: 'answer', icon: 'phone', words: 'answer', look: 'yes', press: 'answer' },
  { id: 'decline', icon: 'hangup', words: 'decline', look: 'no', press: 'decline' },
  { id: 'cancel', icon: 'hangup', words: 'cancel', look: 'no', press: 'cancel' },
  { id: 'hang-up', icon: 'hangup', words: 'hangUp', look: 'no', press: 'hang-up' },
];
// Once it is over, they stand where nothing could be pressed before.
const AFTER = [
  { id: 'call-again', icon: 'phone', look: 'big', press: 'call-again' },
  { id: 'wish', words: 'tellWhenFree', look: 'text', press: 'wish' },
  { id: 'done', words: 'done', look: 'text', press: 'done' },
];

const inCall = (phase) => ['connected', 'reconnecting', 'rejoining'].includes(phase);

export const isTalking = ({ phase, connectedAt }) => (
  inCall(phase) || (phase === 'ending' && connectedAt !== null));

const isElsewhere = ({ phase, mine }) => inCall(phase) && !mine;

const isUnderWay = (state) => isTalking(state) || state.phase === 'answering';

const isOver = ({ phase }) => phase === 'ended';

const isOverWith = (state) => isOver(state) && Boolean(state.other?.sid);

const NOT_FREE = ['declined', 'no-answer', 'busy', 'callee_busy', 'callee_offline'];

/** Somebody who could not take the call, and may later. */
const mayBeFreeLater = (state) => isOverWith(state) && state.role === 'caller'
  && NOT_FREE.includes(state.outcome === 'refused' ? state.code : state.outcome);

const isPlacing = ({ phase, role, connectedAt }) => ['preparing', 'calling'].includes(phase)
  || (phase === 'ending' && role === 'caller' && connectedAt === null);

const one = (is, enabled = true) => is && { enabled };

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
  const rings = one(phase === 'ringing');
  return {
    rejoin: one(elsewhere),
    mute: audio,
    'keypad-toggle': audio,
    hold: talking && { enabled: phase === 'connected', waits: state.holdPending },
    decline: rings,
    answer: rings,
    cancel: one(isPlacing(state), going),
    'hang-up': one(isUnderWay(state), going),
    'call-again': one(isOverWith(state), canCall),
    wish: one(mayBeFreeLater(state)),
    done: one(isOver(state)),
  };
}

function createButton({ id, icon: picture, words, look = '' }) {
  const face = picture ? [part('i', {}, icon(picture))] : [];
  return part('button', { id, type: 'button', className: look, hidden: true },
    ...face, part('span', { words }));
}

const setLabel = (id, label) => setText(byId(id).querySelector('span'), label);

function setToggle(id, label, picture, on) {
  setLabel(id, label);
  setIcon(byId(id), picture);
  byId(id).classList.toggle('on', on);
}

function setLabels(state) {
  const { muted, hold: { other: held } } = state;
  setToggle('mute', t(muted ? 'unmute' : 'mute'), muted ? 'mic-off' : 'mic', muted);
  setToggle('hold', t(held ? 'resume' : 'hold'), held ? 'play' : 'pause', held);
  setLabel('call-again', t(state.role === 'callee' ? 'callBack' : 'callAgain'));
  setLabel('rejoin', t(state.place === 'device' ? 'bringHere' : 'useTab'));
}

/**
 * Makes them in place. Returns what shows those that a state has.
 * @param {HTMLElement} stage gets the focus of a button that goes: not one that does something else
 * @param {(event: {type: string}) => void} onPress
 */
export function mountButtons(stage, onPress) {
  byId('actions').replaceChildren(...BAR.map(createButton));
  byId('after').replaceChildren(...AFTER.map(createButton));
  const all = [...BAR, ...AFTER];
  const buttons = all.map(({ id }) => byId(id));
  for (const { id, press } of all.filter((button) => button.press)) {
    byId(id).addEventListener('click', () => onPress({ type: press }));
  }

  return (state, canCall) => {
    const focused = document.activeElement;
    const mayGo = buttons.includes(focused);
    const wanted = buttonsFor(state, canCall);
    setLabels(state);
    for (const button of buttons) {
      const want = wanted[button.id];
      button.hidden = !want;
      button.disabled = !want?.enabled;
      setWaiting(button, Boolean(want?.waits));
    }
    if (mayGo && (focused.hidden || focused.disabled)) stage.focus({ preventScroll: true });
  };
}
