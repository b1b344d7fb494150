// One person as a row: avatar, name, presence in words, and what else is known of them.

import { icon, part, setText } from './dom.js';
import { initials, tintOf } from './initials.js';
import { markedPieces, toldFields, toldName } from './marked-name.js';
import { presenceOf } from './presence.js';
import { t } from './strings.js';

const text = (className, ...children) => part('span', { className }, ...children);

/** @param {object} properties of the element: what it is to assistive technology */
export function createRow(sid, properties, ...more) {
  const avatar = text('avatar');
  avatar.dataset.tint = tintOf(sid);
  avatar.ariaHidden = 'true';
  const row = part('li', { ...properties, className: 'person' },
    avatar, text('mark'),
    text('who', part('bdi', { className: 'name', translate: false }), text('why unseen'),
      text('activity'), text('fields')),
    ...more);
  row.dataset.sid = sid;
  return row;
}

function setName(element, agent) {
  const match = JSON.stringify(agent.match ?? []);
  const name = toldName(agent);
  if (element.dataset.match === match && element.textContent === name) return;
  element.dataset.match = match;
  element.replaceChildren(...markedPieces(name, agent.match).map((piece) => (
    piece.marked ? part('mark', { textContent: piece.text }) : piece.text)));
}

/** Changes only what differs. `favourite` and `recent`: what else there is to say of them. */
export function updateRow(row, agent, { favourite = false, recent = false } = {}) {
  const { kind, text: presence } = presenceOf(agent);
  const [avatar, why, activity, fields] = ['.avatar', '.why', '.activity', '.fields']
    .map((name) => row.querySelector(name));
  row.dataset.kind = kind;
  row.dataset.favourite = String(favourite);
  setText(avatar, initials(agent.name));
  setName(row.querySelector('.name'), agent);
  setText(why, favourite ? t('favourite') : recent ? t('recent') : '');
  setText(activity, presence);
  setText(fields, toldFields(agent));
}

export const star = () => text('star', icon('star'));
