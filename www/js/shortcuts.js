// Keys that press the buttons of a call from anywhere in the page. By place on the keyboard, with
// two modifiers: no browser, screen reader or text box wants these.

export const SHORTCUTS = [
  { code: 'KeyY', key: 'Y', button: 'answer', words: 'answer' },
  { code: 'KeyN', key: 'N', button: 'decline', words: 'decline' },
  { code: 'KeyE', key: 'E', button: 'hang-up', words: 'hangUp' },
  { code: 'KeyM', key: 'M', button: 'mute', words: 'mute' },
  { code: 'KeyH', key: 'H', button: 'hold', words: 'hold' },
];

/** The id of the button that a key press means, or undefined; pure. */
export function shortcutFor({ code, altKey, shiftKey, ctrlKey, metaKey }) {
  if (!altKey || !shiftKey || ctrlKey || metaKey) return undefined;
  return SHORTCUTS.find((shortcut) => shortcut.code === code)?.button;
}

/** @param {() => boolean} isOn whether the agent wants shortcuts */
export function mountShortcuts(isOn) {
  document.addEventListener('keydown', (event) => {
    const id = isOn() && !event.repeat && shortcutFor(event);
    if (!id) return;
    event.preventDefault();
    const button = document.getElementById(id);
    if (!button.hidden) button.click();
  });
}

/** Tells assistive technology which keys there are, or that there are none. */
export function announceShortcuts(on) {
  for (const { key, button } of SHORTCUTS) {
    document.getElementById(button).ariaKeyShortcuts = on ? `Alt+Shift+${key}` : null;
  }
}
