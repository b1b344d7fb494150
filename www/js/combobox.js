// An editable combobox with a list, after the ARIA Authoring Practices (list autocomplete with
// manual selection). It knows neither what the options are nor where they come from.

/** What a key asks for; null leaves it to the browser, which uses it for editing. */
export function keyAction({ key, altKey, ctrlKey, metaKey }, open) {
  if (ctrlKey || metaKey) return null;
  if (altKey) return key === 'ArrowDown' ? 'open' : key === 'ArrowUp' && open ? 'close' : null;
  switch (key) {
    case 'ArrowDown': return open ? 'next' : 'open-first';
    case 'ArrowUp': return open ? 'previous' : 'open-last';
    case 'PageDown': return open ? 'page-down' : null;
    case 'PageUp': return open ? 'page-up' : null;
    case 'Enter': return open ? 'commit' : null;
    case 'Tab': return open ? 'commit-and-leave' : null;
    case 'Escape': return open ? 'close' : 'clear';
    default: return null;
  }
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

/**
 * Joins an input and a list, which is shown and hidden with `popup` around it. Dispatches on the
 * input: `combobox-open` when options are wanted, `combobox-commit` with `detail.option` (an
 * element of the list), `combobox-clear`.
 */
export function mountCombobox(input, list, popup = list) {
  let active = -1;

  const options = () => [...list.querySelectorAll('[role="option"]')];
  const isOpen = () => input.getAttribute('aria-expanded') === 'true';
  const announce = (type, detail) => input.dispatchEvent(new CustomEvent(type, { detail }));

  function setActive(index) {
    const all = options();
    active = index;
    all.forEach((option, i) => option.setAttribute('aria-selected', String(i === index)));
    if (index < 0) {
      input.removeAttribute('aria-activedescendant');
    } else {
      input.setAttribute('aria-activedescendant', all[index].id);
      all[index].scrollIntoView({ block: 'nearest' });
    }
  }

  function setOpen(open) {
    if (open === isOpen()) return;
    input.setAttribute('aria-expanded', String(open));
    popup.hidden = !open;
    setActive(-1);
    if (open) announce('combobox-open');
  }

  function commit() {
    const option = options()[active];
    if (option) announce('combobox-commit', { option });
    setOpen(false);
    return Boolean(option);
  }

  const actions = {
    open: () => setOpen(true),
    close: () => setOpen(false),
    clear: () => announce('combobox-clear'),
    commit,
    'commit-and-leave': commit,
  };

  input.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    const action = keyAction(event, isOpen());
    if (action === null) return;
    if (action !== 'commit-and-leave') event.preventDefault();
    if (Object.hasOwn(actions, action)) {
      actions[action]();
      return;
    }
    setOpen(true);
    setActive(nextIndex(action, active, options().length));
  });
  input.addEventListener('click', () => setOpen(true));
  input.addEventListener('blur', () => setOpen(false));
  // The input keeps the focus, whatever is pressed in the list.
  popup.addEventListener('mousedown', (event) => event.preventDefault());
  list.addEventListener('click', (event) => {
    const option = event.target.closest('[role="option"]');
    if (!option) return;
    setActive(options().indexOf(option));
    commit();
  });

  return {
    open: () => setOpen(true),
    close: () => setOpen(false),
    isOpen,
    /** The options are new or in another order: keeps `id` active if it is still among them. */
    refreshed() {
      const id = input.getAttribute('aria-activedescendant');
      setActive(id ? options().findIndex((option) => option.id === id) : -1);
    },
  };
}
