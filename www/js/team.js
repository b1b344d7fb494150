// Everybody, at rest: favourites, recents, and the team, each with a button that calls at once.
// While somebody types, the list of who was asked for stands in its place.

import { createRow, star, updateRow } from './agent-row.js';
import { lookUp, merge } from './colleagues.js';
import { icon, part, setIcon, setText } from './dom.js';
import { labelWith } from './isolated-name.js';
import { createLongList, place } from './long-list.js';
import { presenceOf } from './presence.js';
import { settle } from './press-guard.js';
import { plural } from './strings.js';

const LIMIT = 50;
const SELDOM = 20_000; // milliseconds between two questions while nobody sees the list
const isOffline = (agent) => presenceOf(agent).kind === 'offline';

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

function createPerson(agent, onPress) {
  const ring = part('button', { type: 'button', className: 'ring' }, icon('phone'));
  ring.addEventListener('click', () => onPress(agent.sid));
  return createRow(agent.sid, {}, star(), ring);
}

/** Who is offline can't be rung: whoever wants them is told when they are back. */
function updatePerson(row, agent, { favourite, waited }) {
  updateRow(row, agent, { favourite });
  const offline = isOffline(agent);
  const ring = row.querySelector('.ring');
  const does = offline ? 'bell' : 'phone';
  if (ring.dataset.does && ring.dataset.does !== does) settle(ring);
  ring.dataset.does = does;
  setIcon(ring, does);
  ring.ariaPressed = offline ? String(waited) : null;
  labelWith(ring, offline ? 'tellWhenBack' : 'ringNamed', agent);
}

function pressed(agent, wishes, on) {
  if (!isOffline(agent)) on.ring(agent);
  else if (wishes.has(agent.sid)) wishes.drop(agent.sid);
  else wishes.add(agent.sid);
}

function createLists() {
  const sections = Object.fromEntries(SECTIONS.map((name) => [name, createSection(name)]));
  const note = part('p', { className: 'note' });
  // One element that can lock all of its buttons at once.
  const root = part('fieldset', { className: 'team', role: 'presentation' },
    ...SECTIONS.map((name) => sections[name].root), note);
  return { root, note, sections };
}

function fill({ root, list }, rows) {
  place(list, rows);
  root.hidden = rows.length === 0;
}

/** Seldom while nobody sees the list, and not at all without a reason. */
function mayAsk(panel, wishes, askedAt) {
  if (!navigator.onLine || (document.hidden && wishes.sids().length === 0)) return false;
  const isSeen = !document.hidden && panel.checkVisibility();
  return isSeen || Date.now() - askedAt >= SELDOM;
}

/**
 * How those are who are in sight, and who is waited for; at the top also favourites, wherever the
 * server has them.
 */
async function look(find, { colleagues, wishes }, others, first) {
  const ask = (text, more) => find(text, { limit: LIMIT, ...more });
  const seen = others.slice(first, first + LIMIT).map(({ sid }) => sid);
  const wanted = [...wishes.sids(), ...seen];
  const result = await ask('', { offset: first });
  return first ? lookUp(result, wanted, ask) : colleagues.complete(result, ask, wanted);
}

/** The rows of people, each with its element as long as that stands in a list. */
function createRows({ colleagues, wishes }, on) {
  const rows = new Map(); // by SID: {row, agent}
  const press = (sid) => pressed(rows.get(sid).agent, wishes, on);
  return {
    of(agent) {
      const { sid } = agent;
      const { row } = rows.get(sid) ?? { row: createPerson(agent, press) };
      rows.set(sid, { row, agent });
      updatePerson(row, agent,
        { favourite: colleagues.isFavourite(sid), waited: wishes.has(sid) });
      return row;
    },
    /** Some of them, which say where they stand among how many. */
    numbered(agents, indexes = [...agents.keys()], size = agents.length) {
      return indexes.map((i) => Object.assign(this.of(agents[i]),
        { ariaPosInSet: i + 1, ariaSetSize: size }));
    },
    /** Who stands in no list. */
    forgetOthers() {
      for (const [sid, { row }] of rows) if (!row.isConnected) rows.delete(sid);
    },
  };
}

/**
 * @param {HTMLElement} panel
 * @param {(q: string, options: object) => Promise<object>} find list-agents
 * @param {object} colleagues of colleagues.js
 * @param {object} wishes of wishes.js
 * @param {{ring: (agent: object) => void, seen: (agents: object[]) => void}} on `seen` is told what
 *   each answer says
 */
export function mountTeam(panel, find, { colleagues, wishes }, on) {
  const { root, note, sections } = createLists();
  panel.append(root);
  const rows = createRows({ colleagues, wishes }, on);
  let kept = colleagues.kept();
  let agents = [];
  let others = []; // those of them who have no section of their own
  let total = 0;
  let reach = LIMIT;
  let asking = false;
  let askedAt = 0;

  const long = createLongList(sections.others.list, panel, find, {
    known: () => ({ q: '', agents, total, reach }),
    rows: () => others,
    draw(indexes) {
      const size = others.length + Math.max(0, total - agents.length);
      place(sections.others.list, rows.numbered(others, indexes, size));
    },
    learn(more) {
      ({ agents, reach } = more);
      show();
    },
  });

  /** Nobody moves before the agent's eyes. */
  function arrange() {
    if (agents.length === 0 || !panel.checkVisibility()) kept = colleagues.kept();
  }

  function show() {
    arrange();
    const people = sectionsOf(agents, kept);
    ({ others } = people);
    fill(sections.favourites, rows.numbered(people.favourites));
    fill(sections.recents, rows.numbered(people.recents));
    sections.others.root.hidden = others.length === 0;
    long.render();
    rows.forgetOthers();
    setText(note, total > agents.length ? plural('agentsMore', total - agents.length) : '');
  }

  async function refresh() {
    if (asking || !mayAsk(panel, wishes, askedAt)) return;
    asking = true;
    askedAt = Date.now();
    try {
      const result = await look(find, { colleagues, wishes }, others, long.first());
      arrange();
      agents = merge(agents, result.agents, LIMIT, result.total > result.agents.length);
      total = result.total;
      show();
      on.seen(result.agents);
    } catch {
      // The field says so to who looks for somebody; what is known stays.
    } finally {
      asking = false;
    }
  }

  for (const one of [colleagues, wishes]) one.onChange(show);
  return {
    refresh,
    /** The words may be others now, or the list has just gone out of sight. */
    retell: show,
    /** @param {boolean} locked nobody can be called from here now */
    lock(locked) { root.disabled = locked; },
  };
}
