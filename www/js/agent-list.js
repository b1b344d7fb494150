// The list of agents: its options, and what it says below them.

import { icon, part, setText } from './dom.js';
import { markedPieces, toldName } from './marked-name.js';
import { presenceOf } from './presence.js';
import { plural, t } from './strings.js';

function createOption(sid) {
  const text = (className, ...children) => part('span', { className }, ...children);
  return part('li', { id: `agent-${sid}`, role: 'option', ariaSelected: 'false' },
    text('mark'), part('bdi', { className: 'name', translate: false }),
    text('why unseen'), text('activity'), text('star', icon('star')));
}

function setName(element, agent) {
  const match = JSON.stringify(agent.match ?? []);
  const name = toldName(agent);
  if (element.dataset.match === match && element.textContent === name) return;
  element.dataset.match = match;
  element.replaceChildren(...markedPieces(name, agent.match).map(({ text, marked }) => (
    marked ? part('mark', { textContent: text }) : text)));
}

function updateOption(option, agent, { favourite, recent }) {
  const { kind, text } = presenceOf(agent);
  option.dataset.kind = kind;
  option.dataset.favourite = String(favourite);
  setName(option.querySelector('.name'), agent);
  setText(option.querySelector('.why'), favourite ? t('favourite') : recent ? t('recent') : '');
  setText(option.querySelector('.activity'), text);
}

export function noteFor({ agents, total, stale }) {
  if (agents.length === 0) return t('noAgents');
  if (total > agents.length) return plural('agentsMore', total - agents.length);
  return stale ? t('staleList') : '';
}

/**
 * Changes only what differs: an option that stays keeps its element.
 * @param {HTMLElement} list
 * @param {{agents: object[]}} shown
 * @param {object} colleagues of colleagues.js
 */
export function showAgents(list, { agents }, colleagues) {
  const known = new Map([...list.children].map((option) => [option.id, option]));
  const options = agents.map((agent) => {
    const option = known.get(`agent-${agent.sid}`) ?? createOption(agent.sid);
    updateOption(option, agent, {
      favourite: colleagues.isFavourite(agent.sid),
      recent: colleagues.isRecent(agent.sid),
    });
    return option;
  });
  const moved = options.length !== list.children.length
    || options.some((option, i) => option !== list.children[i]);
  if (moved) list.replaceChildren(...options);
}
