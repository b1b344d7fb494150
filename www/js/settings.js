// The settings, loaded when they are first opened. Every change holds at once.

import { deviceSettings } from './device-settings.js';
import { openSheet } from './dialog.js';
import { part } from './dom.js';
import { LANGUAGES } from './language.js';
import { shortcutSettings } from './shortcut-settings.js';

function option(value, label, words) {
  return part('option', { value, textContent: label, words });
}

function choice(words, id, options, value, onPick) {
  const select = part('select', { id, onchange: () => onPick(select.value || null) }, ...options);
  select.value = value ?? '';
  return part('p', { className: 'setting' }, part('label', { htmlFor: id, words }), select);
}

/** Each language under its own name, so that it is found by who reads no other. */
function languages() {
  return LANGUAGES.map((tag) => {
    const name = new Intl.DisplayNames([tag], { type: 'language' }).of(tag);
    const element = option(tag, name);
    element.lang = tag;
    return element;
  });
}

/** @param {object} parts what device-settings.js needs */
export async function openSettings(preferences, parts) {
  const keep = (name) => (value) => preferences.set(name, value);
  const devices = await deviceSettings(preferences, parts);
  const dialog = await openSheet(
    part('h2', { words: 'settings' }),
    ...devices.elements,
    choice('languageLabel', 'language', [option('', '', 'likeBrowser'), ...languages()],
      preferences.get('language'), (tag) => keep('language')(tag).then(devices.retell)),
    choice('themeLabel', 'theme', [
      option('', '', 'likeSystem'), option('light', '', 'themeLight'),
      option('dark', '', 'themeDark'),
    ], preferences.get('theme'), keep('theme')),
    ...shortcutSettings(preferences)
  );
  dialog.addEventListener('close', devices.stop);
}
