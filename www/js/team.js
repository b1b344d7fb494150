// Everybody, at rest: favourites, recents, and the team, each with a button that calls at once.
// While somebody types, the list of who was asked for stands in its place.

import { createRow, star, updateRow } from './agent-row.js';
import { merge } from './colleagues.js';
import { icon, part, setText } from './dom.js';
import { toldName } from './marked-name.js';
import { plural, t } from './strings.js';

const LIMIT = 50;
const SELDOM = 20_000; // milliseconds between two questions while nobody sees the list
const SECTIONS = ['favourites', 'recents', 'others'];
const HEADINGS = { favourites: 'favourites', recents: 'recent', others: 'team' };

function createSection(name) {
  const heading = part('h2', { id: `team-${name}`, words: HEADINGS[name] });
  const list = part('ul');
  list.setAttribute('aria-labelledby', heading.id);
  return { root: part('section', { hidden: true }, heading, list), list };
}

/** Which of them are favourites, which recents, each in the agent's own order. Pure. */
export function sectionsOf(agents, { favourites, recents }) {
  const bySid = new Map(agents.map((agent) => [agent.sid, agent]));
  const of = (sids) => sids.map((sid) => bySid.get(sid)).filter(Boolean);
  const known = [...favourites, ...recents];
  return {
    favourites: of(favourites),
    recents: of(recents.filter((sid) => !favourites.includes(sid))),
    others: agents.filter(({ sid }) => !known.includes(sid)),
  };
}

function createPerson(agent, onRing) {
  const ring = part('button', { type: 'button', className: 'ring' }, icon('phone'));
  ring.addEventListener('click', () => onRing(agent.sid));
  return createRow(agent.sid, {}, star(), ring);
}

function updatePerson(row, agent, favourite) {
  updateRow(row, agent, { favourite });
  const label = t('ringNamed', { name: toldName(agent) });
  const ring = row.querySelector('.ring');
  if (ring.ariaLabel !== label) Object.assign(ring, { ariaLabel: label, title: label });
}

/**
 * @param {HTMLElement} panel
 * @param {(q: string, options: object) => Promise<object>} find list-agents
 * @param {object} colleagues of colleagues.js
 * @param {(agent: object) => void} onRing
 */
export function mountTeam(panel, find, colleagues, onRing) {
  const sections = Object.fromEntries(SECTIONS.map((name) => [name, createSection(name)]));
  const note = part('p', { className: 'note' });
  // One element that can lock all of its buttons at once.
  const root = part('fieldset', { className: 'team', role: 'presentation' },
    ...SECTIONS.map((name) => sections[name].root), note);
  panel.append(root);
  const rows = new Map(); // sid → element: who stays keeps it
  let kept = colleagues.kept();
  let agents = [];
  let total = 0;
  let asking = false;
  let askedAt = 0;

  const ring = (sid) => onRing(agents.find((agent) => agent.sid === sid));

  function rowOf(agent) {
    if (!rows.has(agent.sid)) rows.set(agent.sid, createPerson(agent, ring));
    const row = rows.get(agent.sid);
    updatePerson(row, agent, colleagues.isFavourite(agent.sid));
    return row;
  }

  /** Nobody moves before the agent's eyes. */
  function arrange() {
    if (agents.length === 0 || !panel.checkVisibility()) kept = colleagues.kept();
  }

  function show() {
    arrange();
    for (const [name, people] of Object.entries(sectionsOf(agents, kept))) {
      const { root: section, list } = sections[name];
      const wanted = people.map(rowOf);
      const moved = wanted.length !== list.children.length
        || wanted.some((row, i) => row !== list.children[i]);
      if (moved) list.replaceChildren(...wanted);
      section.hidden = wanted.length === 0;
    }
    setText(note, total > agents.length ? plural('agentsMore', total - agents.length) : '');
  }

  async function refresh() {
    if (asking || document.hidden || !navigator.onLine) return;
    if (!panel.checkVisibility() && Date.now() - askedAt < SELDOM) return;
    asking = true;
    askedAt = Date.now();
    try {
      const ask = (text) => find(text, { limit: LIMIT });
      const result = await colleagues.complete(await ask(''), ask, agents.map(({ sid }) => sid));
      arrange();
      agents = merge(agents, result.agents, LIMIT, result.total > result.agents.length);
      total = result.total;
      show();
    } catch {
      // The field says so to who looks for somebody; what is known stays.
    } finally {
      asking = false;
    }
  }

  colleagues.onChange(show);
  return {
    refresh,
    /** The words may be others now, or the list has just gone out of sight. */
    retell: show,
    /** @param {boolean} locked nobody can be called from here now */
    lock(locked) { root.disabled = locked; },
  };
}
