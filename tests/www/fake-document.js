// As much of a document as lists and fields of the page need, for tests without a browser.

const camel = (name) => name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());

class Element extends EventTarget {
  constructor(name) {
    super();
    Object.assign(this, { name, className: '', dataset: {}, attributes: new Map(), nodes: [] });
  }

  get children() {
    return this.nodes.filter((node) => node instanceof Element);
  }

  get textContent() {
    return this.nodes.map((node) => node.textContent ?? node).join('');
  }

  set textContent(text) {
    this.nodes = [text];
  }

  append(...nodes) {
    this.nodes.push(...nodes);
  }

  replaceChildren(...nodes) {
    this.nodes = nodes;
  }

  getAttribute(name) {
    return this.attributes.get(name) ?? null;
  }

  setAttribute(name, value) {
    this.attributes.set(name, value);
    if (name.startsWith('aria-')) this[camel(name)] = value;
  }

  removeAttribute(name) {
    this.attributes.delete(name);
  }

  /** By a class, by `[role="…"]` or by name: what the page asks for. */
  querySelectorAll(selector) {
    const role = /^\[role="(\w+)"\]$/.exec(selector)?.[1];
    const is = (element) => (role ? element.role === role
      : selector === element.name || element.className.split(' ').includes(selector.slice(1)));
    return this.children.flatMap((child) =>
      [...(is(child) ? [child] : []), ...child.querySelectorAll(selector)]);
  }

  querySelector(selector) {
    return this.querySelectorAll(selector)[0] ?? null;
  }

  focus() { this.dispatchEvent(new Event('focus')); }

  select() {}

  scrollIntoView() {}
}

export const element = (name, properties) => Object.assign(new Element(name), properties);

/** From now on modules find it where a browser has it. */
export function useFakeDocument() {
  globalThis.document = { createElement: element, createElementNS: (_, name) => element(name) };
  Object.defineProperty(globalThis, 'navigator', { value: { onLine: true }, configurable: true });
  // Node.js 18 has none.
  globalThis.CustomEvent ??= class extends Event {
    constructor(type, { detail } = {}) {
      super(type);
      this.detail = detail;
    }
  };
}
