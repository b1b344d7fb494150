// Every word that the page shows, from one table per language in i18n/, which language.js brings.

let table = {};

/** The tag of the language that is spoken now; null until the first table is there. */
export let language = null;

/** From now on all words come from `words`. */
export function speak(tag, words) {
  language = tag;
  table = words;
}

/** The text of `key`, with `{name}` and the like filled in from `values`. */
export function t(key, values = {}) {
  const text = table[key] ?? table.failed;
  return text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/** The form of `key` that fits the number `count`. */
export function plural(key, count) {
  const form = `${key}_${new Intl.PluralRules(language).select(count)}`;
  return t(has(form) ? form : `${key}_other`, { count: number(count) });
}

export function number(value, options) {
  return new Intl.NumberFormat(language, options).format(value);
}

/** Whether there is a text of its own for `key`; codes of errors are keys too. */
export function has(key) {
  return Object.hasOwn(table, key);
}
