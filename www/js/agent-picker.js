// Agents ↔ combobox. Announces `agent-pick` on the input, with the agent or null: null as soon as
// the text is edited, because a name that is half deleted is nobody.

import { noteFor, showAgents } from './agent-list.js';
import { createAgentSearch } from './agent-search.js';
import { createColleagues, lookUp, merge } from './colleagues.js';
import { mountCombobox } from './combobox.js';
import { icon, setText } from './dom.js';
import { toldName } from './marked-name.js';
import { plural, t } from './strings.js';

const LIMIT = 50;
const SECOND_LOOK = 1500; // milliseconds; an old list has the server ask Twilio anew
const NOTHING = { q: null, agents: [], total: 0, stale: false };

export class AgentPicker {
  #elements;
  #find;
  #box;
  #search;
  #colleagues;
  #shown = NOTHING;
  #picked = null;
  #rows = { render: () => this.#draw(), reveal() {}, first: () => 0 };

  /**
   * @param {{input, list, popup, note, live, clear}} elements
   * @param {(q: string, options: {limit: number, signal: AbortSignal}) => Promise<object>} find
   * @param {object} [colleagues] of colleagues.js
   */
  constructor(elements, find, colleagues = createColleagues()) {
    const { input, list, popup } = elements;
    this.#elements = elements;
    this.#find = find;
    this.#colleagues = colleagues;
    this.#box = mountCombobox(input, list, popup, {
      count: () => this.#shown.agents.length,
      reveal: (index) => this.#rows.reveal(index),
    });
    this.#search = createAgentSearch((q, { signal }) => this.#ask(q, signal), {
      onResult: (result, q) => this.#show(result, q),
      onError: () => this.#failed(),
    });
    this.#listen();
    colleagues.onChange(() => this.retell());
    if (input.value) this.#typed(); // by somebody quicker than this module
  }

  #listen() {
    const { input, clear } = this.#elements;
    clear.append(icon('close'));
    // Whoever comes back to a name that is picked wants another one.
    input.addEventListener('focus', () => this.#picked && input.select());
    input.addEventListener('mousedown', (event) => {
      if (!this.#picked || document.activeElement === input) return;
      event.preventDefault(); // it would put the caret where it is
      input.focus();
    });
    clear.addEventListener('click', () => {
      this.#clear();
      input.focus();
    });
    input.addEventListener('input', () => this.#typed());
    input.addEventListener('combobox-open', () => this.#opened());
    input.addEventListener('combobox-commit', ({ detail: { option } }) => {
      this.choose(this.#shown.agents.find(({ sid }) => option.id === `agent-${sid}`));
    });
    input.addEventListener('combobox-clear', () => this.#clear());
  }

  #clear() {
    this.#elements.input.value = '';
    this.#pick(null);
  }

  #pick(agent) {
    if (agent === this.#picked) return;
    this.#picked = agent;
    if (agent) setText(this.#elements.live, '');
    this.#elements.input.dispatchEvent(new CustomEvent('agent-pick', { detail: { agent } }));
  }

  /** The picked agent as the server knows it now, or the one whose whole name has been typed. */
  #chosenFrom(found) {
    const picked = this.#picked;
    if (picked) return found.find(({ sid }) => sid === picked.sid) ?? picked;
    const exact = found.filter((agent) => agent.exact);
    return exact.length === 1 ? exact[0] : null;
  }

  async #ask(q, signal) {
    const known = q === this.#shown.q ? this.#shown.agents : [];
    const offset = known.length && this.#rows.first();
    const ask = (text, more) => this.#find(text, { limit: LIMIT, signal, ...more });
    const result = await ask(q, { offset });
    const shown = known.slice(offset, offset + LIMIT).map(({ sid }) => sid);
    return q || offset ? lookUp(result, shown, ask)
      : this.#colleagues.complete(result, ask, shown);
  }

  #show(result, q) {
    const isOpen = this.#box.isOpen();
    if (q !== this.#shown.q) this.#elements.list.scrollTop = 0;
    this.#shown = q === this.#shown.q && isOpen ? {
      ...this.#shown, ...result,
      agents: merge(this.#shown.agents, result.agents, LIMIT, result.total > result.agents.length),
    } : { ...result, q, reach: LIMIT, agents: this.#colleagues.arrange(result.agents) };
    this.retell();
    setText(this.#elements.live, isOpen ? plural('agentsFound', result.total) : '');
    this.#pick(this.#chosenFrom(result.agents));
  }

  /** Rows of another question stay only where that question may still be answered. */
  #failed() {
    const { note, live } = this.#elements;
    if (this.#shown.q === null) this.#shown = NOTHING;
    this.retell();
    setText(note, t('searchFailed'));
    setText(live, note.textContent);
  }

  /** The rows stay until the answer is there, but the keyboard has none of them any more. */
  #typed() {
    const opens = !this.#box.isOpen();
    this.#pick(null);
    this.#box.open();
    this.#shown = { ...NOTHING, agents: this.#shown.agents };
    this.#box.edited();
    this.retell();
    if (!opens) this.#search.type(this.#elements.input.value.trim()); // else it was asked at once
  }

  /** With somebody picked, the list offers everybody: whoever opens it wants another one. */
  #wanted() {
    return this.#picked ? '' : this.#elements.input.value.trim();
  }

  #opened() {
    const q = this.#wanted();
    const shown = this.#shown;
    this.#shown = q === shown.q
      ? { ...shown, agents: this.#colleagues.arrange(shown.agents) } : NOTHING;
    this.retell();
    this.#search.now(q);
    setTimeout(() => this.refresh(), SECOND_LOOK);
  }

  async #refreshPicked({ sid }) {
    const { agents } = await this.#find(sid, { limit: 1 }).catch(() => ({ agents: [] }));
    if (this.#picked?.sid === sid && agents[0]) this.#pick(agents[0]);
  }

  /** Asks again for what is shown, or else for the picked agent. */
  refresh() {
    if (document.hidden || !navigator.onLine) return; // offline, it would only be an error
    if (this.#box.isOpen()) {
      // The same question: a name typed whole is picked, and its list is still the list of that.
      if (!this.#search.isAsking()) this.#search.now(this.#shown.q ?? this.#wanted());
    } else if (this.#picked) {
      this.#refreshPicked(this.#picked);
    }
  }

  /** The agent that Call would call, or null. */
  picked() {
    return this.#picked;
  }

  /** Picks an agent, from the list or by other means. What is typed next takes the name's place. */
  choose(agent) {
    const { input } = this.#elements;
    input.value = toldName(agent);
    if (document.activeElement === input) input.select();
    this.#pick(agent);
  }

  #draw(indexes) {
    showAgents(this.#elements.list, this.#shown, this.#colleagues, indexes);
  }

  /** From now on they can be thousands. @param {Function} create of long-list.js */
  lengthen(create) {
    const { list } = this.#elements;
    this.#rows = create(list, list, this.#find, {
      known: () => this.#shown,
      rows: () => this.#shown.agents,
      draw: (indexes) => this.#draw(indexes),
      learn: (more) => {
        this.#shown = { ...this.#shown, ...more };
        this.retell();
      },
    });
  }

  /** Shows everything; the words may be others now. */
  retell() {
    this.#elements.list.ariaBusy = String(this.#shown.q === null);
    this.#rows.render();
    this.#box.refreshed();
    setText(this.#elements.note, this.#shown.q === null ? t('searching') : noteFor(this.#shown));
  }
}
