// The list of past calls: who, when, which way, how long it was or why it came to nothing. One
// press calls back.

import { formatDuration, replyText } from './call-text.js';
import { icon, part, setIcon, setText } from './dom.js';
import { isMissed, whyNot } from './history.js';
import { initials, tintOf } from './initials.js';
import { isolate, labelWith } from './isolated-name.js';
import { place } from './long-list.js';
import { toldName } from './marked-name.js';
import { settle } from './press-guard.js';
import { language, number, plural, t } from './strings.js';

const text = (className, ...children) => part('span', { className }, ...children);

/** Today the time, before that the day as well. */
function timeOf(at) {
  const isToday = new Date(at).toDateString() === new Date().toDateString();
  const style = isToday ? { timeStyle: 'short' } : { dateStyle: 'medium', timeStyle: 'short' };
  return new Intl.DateTimeFormat(language, style).format(at);
}

const DIRECTIONS = { caller: ['out', 'historyOut'], callee: ['in', 'historyIn'] };

function resultOf(row) {
  const why = whyNot(row);
  return why ? t(why) : formatDuration(row.seconds * 1000);
}

/** What the two sent each other beside the call. */
const linesOf = ({ note, reply }) => [
  ...(note ? [isolate(note)] : []), ...(reply ? [replyText(reply)] : []),
].join(' · ');

function createPast(row, onCall) {
  const avatar = text('avatar');
  avatar.dataset.tint = tintOf(row.other.sid);
  avatar.ariaHidden = 'true';
  const ring = part('button', { type: 'button', className: 'ring' }, icon('phone'));
  ring.addEventListener('click', () => onCall(row.other));
  const way = icon(DIRECTIONS[row.role]?.[0] ?? 'in');
  way.classList.add('way');
  return part('li', { className: 'person past' }, avatar, way,
    text('who', part('bdi', { className: 'name', translate: false }), text('why unseen'),
      text('activity'), text('fields'), text('note')),
    ring);
}

function updatePast(element, row) {
  const missed = isMissed(row);
  const [avatar, name, why, activity, fields, note] =
    ['.avatar', '.name', '.why', '.activity', '.fields', '.note']
      .map((selector) => element.querySelector(selector));
  element.dataset.missed = String(missed);
  setIcon(element.querySelector('.way'), missed ? 'missed' : DIRECTIONS[row.role]?.[0] ?? 'in');
  setText(avatar, initials(row.other.name));
  setText(name, toldName(row.other));
  setText(why, t(DIRECTIONS[row.role]?.[1] ?? 'historyIn'));
  setText(activity, resultOf(row));
  setText(fields, timeOf(row.at));
  setText(note, linesOf(row));
  labelWith(element.querySelector('.ring'), 'ringNamed', row.other);
}

const isLookedAt = () => document.hasFocus() && !document.hidden;

/**
 * @param {{panel: HTMLElement, isShown: () => boolean, count: Function}} tab of tab-list.js
 * @param {object} past of past-calls.js
 * @param {(other: object) => void} onCall
 */
export function mountPastCalls(tab, past, onCall) {
  const list = part('ul', { ariaLabel: t('history') });
  const note = part('p', { className: 'note' });
  const root = part('fieldset', { className: 'team', role: 'presentation' }, list, note);
  tab.panel.append(root);
  const elements = new Map(); // Task → element: who stays keeps it

  function elementOf(row) {
    if (!elements.has(row.taskSid)) elements.set(row.taskSid, createPast(row, onCall));
    const element = elements.get(row.taskSid);
    updatePast(element, row);
    return element;
  }

  function showCount() {
    const missed = past.missed();
    tab.count(missed ? number(missed) : '', missed ? plural('missedCount', missed) : '');
  }

  function show() {
    if (tab.isShown() && isLookedAt() && past.missed() > 0) past.look();
    showCount();
    if (!tab.isShown()) return;
    const rows = past.rows();
    const first = list.firstChild;
    place(list, rows.map(elementOf));
    // Below a call that has come in, each row stands where another one was.
    if (first && first !== list.firstChild) settle(root);
    list.ariaLabel = t('history');
    const more = past.isComplete() ? '' : t('historyOlder');
    setText(note, rows.length === 0 ? t('historyEmpty') : more);
  }

  past.onChange(show);
  addEventListener('focus', show);
  return {
    /** The list comes to the front. */
    open() {
      show();
      past.refresh();
    },
    retell: show,
    lock(locked) { root.disabled = locked; },
  };
}
