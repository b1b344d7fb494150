// An editable combobox with a list, after the ARIA Authoring Practices (list autocomplete with
// manual selection). It knows neither what the options are nor where they come from.

import { belongsToInputMethod } from './input-method.js';

const KEYS_OPEN = {
  ArrowDown: 'next', ArrowUp: 'previous', PageDown: 'page-down', PageUp: 'page-up',
  Enter: 'commit', Tab: 'commit-and-leave', Escape: 'close',
};
const KEYS_MARKED = { ...KEYS_OPEN, Home: 'open-first', End: 'open-last' };
const KEYS_CLOSED = { ArrowDown: 'open-first', ArrowUp: 'open-last', Escape: 'clear' };
const KEYS_OPEN_ALT = { ArrowDown: 'open', ArrowUp: 'close' };
const KEYS_CLOSED_ALT = { ArrowDown: 'open' };

/** What a key asks for; null leaves it to the browser, which uses it for editing. */
export function keyAction({ key, altKey, shiftKey, ctrlKey, metaKey }, open, marked = false) {
  if (ctrlKey || metaKey) return null;
  const [opened, closed] = altKey ? [KEYS_OPEN_ALT, KEYS_CLOSED_ALT]
    : [marked && !shiftKey ? KEYS_MARKED : KEYS_OPEN, KEYS_CLOSED];
  return (open ? opened : closed)[key] ?? null;
}

const PAGE = 8;

/** The option that becomes active; -1 is the input itself. Up and down wrap around through it. */
export function nextIndex(action, index, count) {
  if (count === 0) return -1;
  switch (action) {
    case 'open-first': return 0;
    case 'open-last': return count - 1;
    case 'next': return index + 1 < count ? index + 1 : -1;
    case 'previous': return index < 0 ? count - 1 : index - 1;
    case 'page-down': return Math.min(count - 1, Math.max(0, index) + PAGE);
    case 'page-up': return Math.max(0, index - PAGE);
    default: return index;
  }
}

const indexOf = (option) => Number(option.ariaPosInSet) - 1;

/** The one option that is active, as assistive technology is told. */
function createActive(input, list, reveal) {
  const options = () => [...list.querySelectorAll('[role="option"]')];
  let active = -1;

  return {
    options,
    index: () => active,
    option: () => options().find((option) => indexOf(option) === active),
    set(index, { scroll = true } = {}) {
      if (scroll && index >= 0) reveal(index);
      active = index;
      const chosen = this.option();
      for (const one of options()) one.setAttribute('aria-selected', String(one === chosen));
      if (chosen) {
        input.setAttribute('aria-activedescendant', chosen.id);
        if (scroll) chosen.scrollIntoView({ block: 'nearest' });
      } else {
        input.removeAttribute('aria-activedescendant');
      }
    },
    /**
     * The options are new or in another order: keeps its id active if it is still among them, and
     * the list where the reader has scrolled it to.
     */
    keep() {
      const id = input.getAttribute('aria-activedescendant');
      const kept = id && options().find((option) => option.id === id);
      this.set(kept ? indexOf(kept) : -1, { scroll: false });
    },
  };
}

/** Enter takes what is marked, or else the only option: it may come before the options do. */
function createEnter(list, active, commit) {
  const isBusy = () => list.ariaBusy === 'true';
  const isSingle = () => active.options().length === 1;
  let waits = false;

  function press() {
    const marked = Boolean(active.option());
    waits = !marked && isBusy();
    if (waits) return;
    if (!marked && isSingle()) active.set(0);
    commit();
  }

  return {
    press,
    forget() { waits = false; },
    catchUp() {
      if (waits && !isBusy() && isSingle()) press();
    },
  };
}

/**
 * Joins an input and a list, which is shown and hidden with `popup` around it. Dispatches on the
 * input: `combobox-open` when options are wanted, `combobox-commit` with `detail.option` (an
 * element of the list), `combobox-clear`. Enter takes the only option there is; while the list is
 * busy (`aria-busy`), as soon as it isn't any more. Each option says by aria-posinset which it is
 * of `count()`; `reveal` puts one into the list that isn't there.
 */
export function mountCombobox(input, list, popup, { count, reveal }) {
  const active = createActive(input, list, reveal);
  const isOpen = () => input.getAttribute('aria-expanded') === 'true';
  const announce = (type, detail) => input.dispatchEvent(new CustomEvent(type, { detail }));

  function setOpen(open) {
    if (open === isOpen()) return;
    enter.forget();
    input.setAttribute('aria-expanded', String(open));
    popup.hidden = !open;
    active.set(-1);
    if (open) announce('combobox-open');
  }

  function commit() {
    const option = active.option();
    if (option) announce('combobox-commit', { option });
    setOpen(false);
  }

  const enter = createEnter(list, active, commit);
  const actions = {
    open: () => setOpen(true),
    close: () => setOpen(false),
    clear: () => announce('combobox-clear'),
    commit: enter.press,
    'commit-and-leave': commit,
  };

  input.addEventListener('keydown', (event) => {
    if (belongsToInputMethod(event)) return;
    const action = keyAction(event, isOpen(), active.index() >= 0);
    if (action === null) return;
    if (action !== 'commit-and-leave') event.preventDefault();
    if (Object.hasOwn(actions, action)) {
      actions[action]();
      return;
    }
    setOpen(true);
    active.set(nextIndex(action, active.index(), count()));
  });
  input.addEventListener('click', () => setOpen(true));
  input.addEventListener('blur', () => setOpen(false));
  // The input keeps the focus, whatever is pressed in the list.
  popup.addEventListener('mousedown', (event) => event.preventDefault());
  list.addEventListener('click', (event) => {
    const option = event.target.closest('[role="option"]');
    if (!option) return;
    active.set(indexOf(option));
    commit();
  });

  return {
    open: () => setOpen(true),
    close: () => setOpen(false),
    isOpen,
    /** The text is another one: no option is active until the arrows choose one again. */
    edited() {
      enter.forget();
      active.set(-1);
    },
    /** The options are new or in another order. */
    refreshed() {
      active.keep();
      enter.catchUp();
    },
  };
}
