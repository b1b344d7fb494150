// Which language the page speaks, and how the document comes to speak it.

import { setText } from './dom.js';
import { pause } from './pause.js';
import { language, speak, t } from './strings.js';

const PATIENCE = 10_000; // milliseconds that a table may take
const AGAIN = 3000; // milliseconds until it is asked for once more, where there is none at all

export const LANGUAGES = [
  'en', 'en-GB', 'de', 'es-ES', 'es-MX', 'fr', 'ja', 'pt-BR', 'th', 'zh-CN',
];

const AMERICAN = ['us', 'ca', 'ph', 'pr'];
const TRADITIONAL = /^zh-(hant|tw|hk|mo)\b/i;

/** The language of ours that serves a reader of `tag`, or undefined. */
function match(tag) {
  const exact = LANGUAGES.find((ours) => ours.toLowerCase() === tag.toLowerCase());
  if (exact || TRADITIONAL.test(tag)) return exact;
  const [base, region] = tag.toLowerCase().split('-');
  // Outside Spain, Spanish is closer to Mexico's.
  if (base === 'es') return region && region !== 'es' ? 'es-MX' : 'es-ES';
  // Outside America, English is spelt as in Britain.
  if (base === 'en' && region) return AMERICAN.includes(region) ? 'en' : 'en-GB';
  return LANGUAGES.find((ours) => ours.toLowerCase().split('-')[0] === base);
}

/** The best of ours for what the reader prefers, in order; pure. */
export function chooseLanguage(preferred) {
  for (const tag of preferred) {
    const ours = match(tag);
    if (ours) return ours;
  }
  return 'en';
}

const NAMES = { label: 'ariaLabel', title: 'title', hint: 'placeholder' };

/** Puts the words into every element that says, as `data-text="key"`, what it wants to hold. */
function translate(root) {
  for (const element of root.querySelectorAll('[data-text]')) {
    setText(element, t(element.dataset.text));
  }
  for (const [kind, property] of Object.entries(NAMES)) {
    for (const element of root.querySelectorAll(`[data-${kind}]`)) {
      const words = t(element.dataset[kind]);
      if (element[property] !== words) element[property] = words;
    }
  }
}

let wanted = null; // the tag that was asked for last

/**
 * Fetches a table (Firefox imports JSON only since 2025) and speaks it, unless another is wanted
 * by then. False if it didn't come.
 */
async function learn(tag) {
  try {
    const response = await fetch(new URL(`../i18n/${tag}.json`, import.meta.url),
      { signal: AbortSignal.timeout(PATIENCE) });
    const words = response.ok && await response.json();
    if (words && (tag === wanted || language === null)) speak(tag, words);
    return Boolean(words);
  } catch {
    return false;
  }
}

/** The first words: without any, the document's own English shows, and nothing else works. */
async function learnSome(tag, root) {
  while (!await learn(tag) && !await learn('en')) {
    delete root.documentElement.dataset.translating;
    await pause(AGAIN);
  }
}

/**
 * Speaks the reader's choice, or what the browser prefers if that is null.
 * @returns {Promise<boolean>} false if its table didn't come: the page goes on as it spoke before,
 *   which is English at first. Resolves as soon as there are words at all.
 */
export async function useLanguage(choice, root = document) {
  const tag = LANGUAGES.includes(choice) ? choice : chooseLanguage(navigator.languages);
  wanted = tag;
  if (language === null) await learnSome(tag, root);
  else if (tag !== language) await learn(tag);
  root.documentElement.lang = language;
  root.documentElement.dir = t('direction');
  translate(root);
  delete root.documentElement.dataset.translating;
  return language === tag || wanted !== tag;
}
