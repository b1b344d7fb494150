// Agents ↔ combobox. Announces `agent-pick` on the input, with the agent or null: null as soon as
// the text is edited, because a name that is half deleted is nobody.

import { createAgentSearch } from './agent-search.js';
import { createColleagues, merge } from './colleagues.js';
import { mountCombobox } from './combobox.js';
import { part, setText } from './dom.js';
import { isMatch, markedPieces } from './name-match.js';
import { presenceOf } from './presence.js';
import { plural, t } from './strings.js';

const LIMIT = 50;
const SECOND_LOOK = 1500; // milliseconds; an old list has the server ask Twilio anew
const NOTHING = { q: null, asked: '', agents: [], total: 0, stale: false };
const NOTHING_KEPT = { get: (name, otherwise) => otherwise, set() {} };

function createOption(sid) {
  const shape = (className) => part('span', { className, ariaHidden: 'true' });
  const text = (className) => part('span', { className });
  return part('li', { id: `agent-${sid}`, role: 'option', ariaSelected: 'false' },
    shape('mark'), text('name'), text('why unseen'), text('activity'), shape('star'));
}

function setName(element, name, asked) {
  if (element.dataset.asked === asked && element.textContent === name) return;
  element.dataset.asked = asked;
  element.replaceChildren(...markedPieces(name, asked).map(({ text, marked }) => (
    marked ? part('mark', { textContent: text }) : text)));
}

function updateOption(option, agent, { asked, favourite, recent }) {
  const { kind, text } = presenceOf(agent);
  option.dataset.kind = kind;
  option.dataset.favourite = String(favourite);
  setName(option.querySelector('.name'), agent.name, asked);
  setText(option.querySelector('.why'), favourite ? t('favourite') : recent ? t('recent') : '');
  setText(option.querySelector('.activity'), text);
}

function noteFor({ agents, total, stale }) {
  if (agents.length === 0) return t('noAgents');
  if (total > agents.length) return plural('agentsMore', total - agents.length);
  return stale ? t('staleList') : '';
}

/**
 * @param {{input, list, popup, note, live, star}} elements
 * @param {(q: string, options: {limit: number, signal: AbortSignal}) => Promise<object>} find
 */
export function mountAgentPicker({ input, list, popup, note, live, star }, find) {
  // Before the combobox: the star of a row picks nobody.
  list.addEventListener('click', toggleByRow, true);
  const box = mountCombobox(input, list, popup);
  let colleagues = createColleagues(NOTHING_KEPT);
  let shown = NOTHING;
  let picked = null;

  function toggleByRow(event) {
    if (!event.target.closest('.star')) return;
    event.stopPropagation();
    toggleFavourite(event.target.closest('[role="option"]').id.slice('agent-'.length));
  }

  function toggleFavourite(sid) {
    colleagues.toggleFavourite(sid);
    render();
  }

  function renderStar() {
    star.hidden = !picked;
    if (!picked) return;
    star.ariaLabel = t('favouriteNamed', { name: picked.name });
    star.ariaPressed = String(colleagues.isFavourite(picked.sid));
  }

  function render() {
    const known = new Map([...list.children].map((option) => [option.id, option]));
    const options = shown.agents.map((agent) => {
      const option = known.get(`agent-${agent.sid}`) ?? createOption(agent.sid);
      updateOption(option, agent, {
        asked: shown.asked,
        favourite: colleagues.isFavourite(agent.sid),
        recent: colleagues.isRecent(agent.sid),
      });
      return option;
    });
    const moved = options.length !== list.children.length
      || options.some((option, i) => option !== list.children[i]);
    if (moved) list.replaceChildren(...options);
    box.refreshed();
    setText(note, shown.q === null ? t('searching') : noteFor(shown));
    renderStar();
  }

  function pick(agent) {
    if (agent === picked) return;
    picked = agent;
    if (picked) setText(live, '');
    renderStar();
    input.dispatchEvent(new CustomEvent('agent-pick', { detail: { agent } }));
  }

  /** The picked agent as the server knows it now, or the one whose whole name has been typed. */
  function chosenFrom(found) {
    if (picked) return found.find(({ sid }) => sid === picked.sid) ?? picked;
    const typed = input.value.trim().toLocaleLowerCase();
    const exact = found.filter(({ name }) => name.toLocaleLowerCase() === typed);
    return exact.length === 1 ? exact[0] : null;
  }

  function show(result, q) {
    const agents = q === shown.q && box.isOpen() ? merge(shown.agents, result.agents, LIMIT)
      : colleagues.arrange(result.agents);
    shown = { ...result, q, asked: q, agents };
    render();
    setText(live, box.isOpen() ? plural('agentsFound', result.total) : '');
    pick(chosenFrom(result.agents));
  }

  const search = createAgentSearch(async (q, { signal }) => {
    const ask = (text) => find(text, { limit: LIMIT, signal });
    const result = await ask(q);
    return q === '' ? colleagues.complete(result, ask) : result;
  }, {
    onResult: show,
    onError() {
      setText(note, t('searchFailed'));
      setText(live, note.textContent);
    },
  });

  // Who no longer fits goes at once, so that nobody else is picked while the answer is on its way.
  function typed() {
    const q = input.value.trim();
    const opens = !box.isOpen();
    pick(null);
    box.open();
    shown = { ...NOTHING, asked: q, agents: shown.agents.filter(({ name }) => isMatch(name, q)) };
    render();
    if (!opens) search.type(q); // else it was asked at once
  }
  input.addEventListener('input', typed);

  // With somebody picked, the list offers everybody: whoever opens it wants another one.
  const wanted = () => (picked ? '' : input.value.trim());
  input.addEventListener('combobox-open', () => {
    const q = wanted();
    shown = q === shown.q ? { ...shown, agents: colleagues.arrange(shown.agents) } : NOTHING;
    render();
    search.now(q);
    setTimeout(refresh, SECOND_LOOK);
  });
  input.addEventListener('combobox-commit', ({ detail: { option } }) => {
    const agent = shown.agents.find(({ sid }) => option.id === `agent-${sid}`);
    input.value = agent.name;
    pick(agent);
  });
  input.addEventListener('combobox-clear', () => {
    input.value = '';
    pick(null);
  });
  star.addEventListener('click', () => toggleFavourite(picked.sid));
  if (input.value) typed(); // by somebody quicker than this module

  async function refreshPicked({ sid }) {
    const { agents } = await find(sid, { limit: 1 }).catch(() => ({ agents: [] }));
    if (picked?.sid === sid && agents[0]) pick(agents[0]);
  }

  /** Asks again for what is shown, or else for the picked agent. */
  function refresh() {
    if (box.isOpen()) {
      if (!search.isAsking()) search.now(wanted());
    } else if (picked) {
      refreshPicked(picked);
    }
  }

  return {
    refresh,
    /** Favourites and recents of the agent who has signed in. */
    keepIn(store) {
      colleagues = createColleagues(store);
      render();
    },
    /** The agent that Call would call, or null. */
    picked: () => picked,
    met: (agent) => colleagues.met(agent.sid),
    /** Picks an agent by other means than the list. */
    choose(agent) {
      input.value = agent.name;
      pick(agent);
    },
    /** Types for the agent. */
    search(text) {
      input.focus();
      input.value = text;
      input.dispatchEvent(new Event('input'));
    },
    /** The words may be others now. */
    retell: render,
  };
}
