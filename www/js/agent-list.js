// The list of who was asked for: its options, and what it says below them.

import { createRow, star, updateRow } from './agent-row.js';
import { plural, t } from './strings.js';

const createOption = (sid) => createRow(
  sid, { id: `agent-${sid}`, role: 'option', ariaSelected: 'false' }, star());

export function noteFor({ q, agents, total, stale }) {
  if (agents.length === 0) return q ? t('noAgents', { text: q }) : t('noColleagues');
  if (total > agents.length) return plural('agentsMore', total - agents.length);
  return stale ? t('staleList') : '';
}

/**
 * Changes only what differs: an option that stays keeps its element.
 * @param {HTMLElement} list
 * @param {{agents: object[], total: number}} shown
 * @param {object} colleagues of colleagues.js
 * @param {number[]} indexes which of them
 */
export function showAgents(list, { agents, total }, colleagues, indexes = [...agents.keys()]) {
  const known = new Map([...list.children].map((option) => [option.id, option]));
  const options = indexes.map((i) => {
    const agent = agents[i];
    const option = known.get(`agent-${agent.sid}`) ?? createOption(agent.sid);
    option.ariaPosInSet = i + 1;
    option.ariaSetSize = Math.max(total, agents.length);
    updateRow(option, agent, {
      favourite: colleagues.isFavourite(agent.sid),
      recent: colleagues.isRecent(agent.sid),
    });
    return option;
  });
  const moved = options.length !== list.children.length
    || options.some((option, i) => option !== list.children[i]);
  if (moved) list.replaceChildren(...options);
}
