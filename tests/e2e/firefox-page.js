// A page in Firefox, with those methods of Playwright's pages and locators that an Agent uses, so
// that a test doesn't notice which browser an agent has.

import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 25;
const BACKSPACE = '\uE003';
// What BiDi says of an element that the page has replaced meanwhile.
const GONE = ['no such node', 'stale element reference'];

export class FirefoxPage extends EventEmitter {
  #timeout;

  static async open(bidi) {
    const page = new FirefoxPage();
    page.bidi = bidi;
    ({ context: page.context } = await page.send('browsingContext.create', { type: 'tab' }));
    bidi.on('log.entryAdded', (entry) => page.#note(entry));
    return page;
  }

  send(method, params) {
    return this.bidi.send(method, { context: this.context, ...params });
  }

  #note({ source, type, level, text, stackTrace }) {
    if (source.context !== this.context || level !== 'error') return;
    const url = stackTrace?.callFrames[0]?.url;
    if (type === 'javascript') this.emit('pageerror', { stack: `${text} at ${url}` });
    else this.emit('console', { type: () => level, text: () => text, location: () => ({ url }) });
  }

  setDefaultTimeout(ms) {
    this.#timeout = ms;
  }

  goto(url) {
    return this.send('browsingContext.navigate', { url, wait: 'complete' });
  }

  reload() {
    return this.send('browsingContext.reload', { wait: 'complete' });
  }

  close() {
    return this.send('browsingContext.close');
  }

  /** Runs a function in the page. What it takes and returns travels as JSON; nodes as they are. */
  async evaluate(run, given, nodes = []) {
    const { exceptionDetails, result } = await this.bidi.send('script.callFunction', {
      functionDeclaration:
        `async (given, nodes) => JSON.stringify(await (${run})(JSON.parse(given), nodes)) ?? ''`,
      arguments: [{ type: 'string', value: JSON.stringify(given ?? null) },
        { type: 'array', value: nodes }],
      target: { context: this.context },
      awaitPromise: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.text);
    return result.value && JSON.parse(result.value);
  }

  getByRole(role, { name } = {}) {
    return new Locator(this, { type: 'accessibility', value: { role, name } });
  }

  /** The page, if it shows the text: Firefox finds no elements by their text. */
  getByText(text) {
    return new Locator(this, { type: 'css', value: 'body' }, text);
  }

  /** What `probe` gives as soon as that is something. */
  async until(what, probe, ms = this.#timeout) {
    const deadline = Date.now() + ms;
    for (;;) {
      const found = await probe();
      if (found) return found;
      if (Date.now() > deadline) throw new Error(`${what}: not within ${ms} ms`);
      await delay(POLL_MS);
    }
  }
}

/** What `work` gives; null if the page has replaced an element meanwhile. */
async function unlessGone(work) {
  try {
    return await work();
  } catch (error) {
    if (GONE.includes(error.code)) return null;
    throw error;
  }
}

/** The first visible element of those that fit. */
class Locator {
  constructor(page, locator, hasText = '') {
    Object.assign(this, { page, locator, hasText });
  }

  filter({ hasText = this.hasText }) {
    return new Locator(this.page, this.locator, hasText);
  }

  first() {
    return this;
  }

  // {node, enabled, text}, or null.
  #find() {
    return unlessGone(async () => {
      const { nodes } = await this.page.send('browsingContext.locateNodes',
        { locator: this.locator });
      const views = await this.page.evaluate((_, elements) => elements.map((element) => ({
        visible: element.checkVisibility({ visibilityProperty: true }),
        enabled: !element.disabled,
        text: element.innerText,
      })), null, nodes);
      const at = views.findIndex(({ visible, text }) => visible && text.includes(this.hasText));
      return at < 0 ? null : { node: nodes[at], ...views[at] };
    });
  }

  #until(what, probe, ms) {
    const name = `${JSON.stringify(this.locator.value)} ${this.hasText}`;
    return this.page.until(`${name} ${what}`, probe, ms);
  }

  #found(ms) {
    return this.#until('is there', () => this.#find(), ms);
  }

  async isEnabled({ timeout } = {}) {
    return (await this.#found(timeout)).enabled;
  }

  async isDisabled() {
    return !(await this.isEnabled());
  }

  async innerText() {
    return (await this.#found()).text;
  }

  waitFor({ state = 'visible' } = {}) {
    return state === 'hidden'
      ? this.#until('is hidden', async () => !(await this.#find())) : this.#found();
  }

  click({ timeout } = {}) {
    return this.#until('can be pressed', async () => {
      const found = await this.#find();
      return found?.enabled && unlessGone(() => this.#press(found.node));
    }, timeout);
  }

  async #press(node) {
    await this.page.evaluate((_, [element]) => element.scrollIntoView({ block: 'nearest' }), null,
      [node]);
    await this.page.send('input.performActions', { actions: [{
      type: 'pointer',
      id: 'mouse',
      actions: [
        { type: 'pointerMove', x: 0, y: 0, origin: { type: 'element', element: node } },
        { type: 'pointerDown', button: 0 },
        { type: 'pointerUp', button: 0 },
      ],
    }] });
    return true;
  }

  /** Takes the option that has this text, once there is one. */
  selectOption({ label }) {
    return this.#until(`has ${label}`, async () => {
      const found = await this.#find();
      return found && unlessGone(() => this.page.evaluate((text, [select]) => {
        const option = [...select.options].find((one) => one.text === text);
        if (!option) return false;
        select.value = option.value;
        select.dispatchEvent(new Event('change', { bubbles: true }));
        return true;
      }, label, [found.node]));
    });
  }

  /** Types over what the field holds. */
  async fill(text) {
    const { node } = await this.#found();
    await this.page.evaluate((_, [field]) => {
      field.focus();
      field.select();
    }, null, [node]);
    const keys = [...(text || BACKSPACE)];
    await this.page.send('input.performActions', { actions: [{
      type: 'key',
      id: 'keyboard',
      actions: keys.flatMap((value) => ['keyDown', 'keyUp'].map((type) => ({ type, value }))),
    }] });
  }
}
