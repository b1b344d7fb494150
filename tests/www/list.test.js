// The list under the eye. The picker as it is, typed into, refreshed and pointed at in any order,
// while colleagues come, go and are busy: what a refresh may do to rows that somebody is reading.
// That every row is as high as the next, whatever it says, is for tests/page/keys.test.js.

import assert from 'node:assert/strict';
import test from 'node:test';

import { AgentPicker } from '../../www/js/agent-picker.js';
import { createRow, updateRow } from '../../www/js/agent-row.js';
import { createColleagues } from '../../www/js/colleagues.js';
import './english.js';
import { element, useFakeDocument } from './fake-document.js';
import { fakeTime } from './fake-time.js';

const SEEDS = 16;
const STEPS = 60;
const TEXTS = ['', 'a', 'an', 'ann 1', 'bob', 'bob 1', 'Cy 5', 'cy', 'zzz'];
const WORDS = ['Available', 'Lunch', 'In a meeting with everybody whom there is', 'Offline'];

useFakeDocument();

const turn = () => new Promise((resolve) => { setImmediate(resolve); });

/** The same numbers in every run. */
function dice(seed) {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) % sides;
  };
}

/** The server, whose answers come when the test lets them, in whatever order. */
class Directory {
  constructor(roll) {
    this.roll = roll;
    this.fails = false; // now and then
    this.waiting = [];
    this.people = Array.from({ length: 70 }, (_, i) => this.person(i));
  }

  person(i) {
    return {
      sid: `WK${i}`, name: `${['Ann', 'Bob', 'Cy'][i % 3]} ${i}`, activity: WORDS[this.roll(4)],
      available: this.roll(2) === 0, busy: this.roll(3) === 0,
    };
  }

  /** Statuses change, one leaves, one comes. */
  live() {
    this.people = this.people.map(({ sid }) => this.person(Number(sid.slice(2))));
    if (this.roll(3) === 0) this.people.splice(this.roll(this.people.length), 1);
    if (this.roll(3) === 0) this.people.push(this.person(100 + this.roll(1000)));
  }

  answer(q, limit) {
    const found = this.people
      .filter(({ sid, name }) => sid === q || name.toLowerCase().includes(q.toLowerCase()));
    const sorted = found.map((agent) => [this.roll(100), agent]).sort(([a], [b]) => a - b)
      .map(([, agent]) => ({ ...agent, exact: agent.name === q }));
    return { agents: sorted.slice(0, limit), total: sorted.length, stale: this.roll(2) === 0 };
  }

  find = (q, { limit }) => new Promise((resolve, reject) => {
    const fails = this.fails && this.roll(8) === 0;
    this.waiting.push(() => (fails ? reject(new Error('down')) : resolve(this.answer(q, limit))));
  });

  /** Answers one of the questions. */
  async reply() {
    const [answer] = this.waiting.splice(this.roll(this.waiting.length), 1);
    answer?.();
    await turn();
  }
}

class Desk {
  constructor(roll, time) {
    const input = element('input', { value: '' });
    this.roll = roll;
    this.time = time;
    this.directory = new Directory(roll);
    this.list = element('ul');
    this.input = input;
    this.asked = ''; // what the list is the answer to
    this.colleagues = createColleagues();
    globalThis.document.activeElement = input;
    this.picker = new AgentPicker({
      input, list: this.list, popup: element('div', { hidden: true }), note: element('p'),
      live: element('p'), clear: element('button'),
    }, this.directory.find, this.colleagues);
    // With somebody picked it offers everybody.
    input.addEventListener('combobox-open', () => {
      this.asked = this.picker.picked() ? '' : input.value;
    });
  }

  rows() {
    return this.list.children.map(({ id }) => id);
  }

  marked() {
    return this.input.getAttribute('aria-activedescendant');
  }

  key(key) {
    this.input.dispatchEvent(Object.assign(new Event('keydown', { cancelable: true }), { key }));
  }

  type(text) {
    this.input.value = text;
    this.asked = text;
    this.input.dispatchEvent(new Event('input'));
  }

  /** Everything that is asked is answered. */
  async settle() {
    this.time.tick(200);
    await turn();
    while (this.directory.waiting.length > 0) await this.directory.reply();
  }

  /** What somebody does, or what happens by itself. */
  async step() {
    const { roll, directory } = this;
    const steps = [
      async () => {
        this.type(TEXTS[roll(TEXTS.length)]);
        if (roll(2)) await this.settle();
      },
      () => { this.key(['ArrowDown', 'ArrowUp', 'PageDown'][roll(3)]); },
      () => directory.reply(),
      () => this.time.tick(roll(2000)),
      () => { if (roll(3) === 0) this.key(['Escape', 'Enter'][roll(2)]); },
      () => { this.colleagues.toggleFavourite(`WK${roll(70)}`); },
      () => directory.live(),
    ];
    await steps[roll(steps.length)]();
  }

  /**
   * A timer asks again; what it asked before may still be on its way.
   * @returns {Promise<number>} 1 where there was something to be read
   */
  async refresh() {
    const { list, input } = this;
    const isRead = list.ariaBusy === 'false' && input.getAttribute('aria-expanded') === 'true';
    const before = this.rows();
    const at = this.roll(before.length + 1); // the row under the pointer, or none
    const marked = this.marked();
    this.directory.live();
    this.picker.refresh();
    if (this.roll(3) === 0) await this.directory.reply();
    else await this.settle();
    if (!isRead) return 0;
    const after = this.rows();
    const text = `“${this.asked}”`;
    assert.equal(after[at] ?? null, before[at] ?? after[at] ?? null, `${text}: under the pointer`);
    assert.deepEqual(after.slice(0, before.length), before, `${text}: a row has moved`);
    assert.equal(this.marked(), marked, `${text}: the mark`);
    assert.equal(new Set(after).size, after.length, `${text}: somebody stands there twice`);
    for (const row of list.children) {
      const { textContent: name } = row.querySelector('.name');
      assert.ok(name.toLowerCase().includes(this.asked.toLowerCase()), `${text}: ${name}`);
    }
    return 1;
  }
}

test('a refresh moves no row, adds nobody who doesn\'t match, and keeps the mark', async (t) => {
  const time = fakeTime(t);
  let looked = 0;
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const roll = dice(seed);
    const desk = new Desk(roll, time);
    desk.directory.fails = true;
    desk.key('ArrowDown');
    try {
      for (let i = 0; i < STEPS; i += 1) {
        if (roll(3) === 0) looked += await desk.refresh();
        else await desk.step();
      }
    } catch (error) {
      error.message = `seed ${seed}: ${error.message}`;
      throw error;
    }
  }
  assert.ok(looked > SEEDS * STEPS / 8, `${looked} refreshes of a list that is read`);
});

test('a refresh shows how everybody is now', async (t) => {
  const desk = new Desk(dice(5), fakeTime(t));
  desk.type('bob');
  await desk.settle();
  for (let i = 0; i < 20; i += 1) {
    desk.directory.live();
    desk.picker.refresh();
    await desk.settle();
    for (const row of desk.list.children) {
      const agent = desk.directory.people.find(({ sid }) => row.id === `agent-${sid}`);
      const said = row.querySelector('.activity').textContent;
      if (!agent) assert.equal(said, 'Status unknown');
      else assert.equal(said, agent.busy ? 'On a call' : agent.activity);
    }
  }
});

test('what stands beside a name is text, each value for itself', () => {
  const agent = { sid: 'WK1', name: 'Ann', available: true, busy: false, activity: 'Available' };
  const row = createRow('WK1', {});
  const fields = row.querySelector('.fields');
  const shown = (values) => {
    updateRow(row, { ...agent, fields: values });
    return [fields.textContent, fields.querySelectorAll('bdi').map((one) => one.textContent)];
  };
  const values = { team: '<b>Billing</b>', place: 'חיפה' };
  assert.deepEqual(shown(values), ['<b>Billing</b> · חיפה', Object.values(values)]);
  const [first] = fields.querySelectorAll('bdi');
  shown(values);
  assert.equal(fields.querySelector('bdi'), first, 'the same again changes nothing');
  assert.deepEqual(shown({ team: 'Sales' }), ['Sales', ['Sales']]);
  assert.deepEqual(shown(undefined), ['', []], 'the element is empty, and takes no room');
});
