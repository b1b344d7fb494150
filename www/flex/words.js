// The page's words for a document that isn't ours, and speaks whatever Flex speaks.

import { chooseLanguage } from '../js/language.js';
import { speak } from '../js/strings.js';

async function learn(tag) {
  const response = await fetch(new URL(`../i18n/${tag}.json`, import.meta.url),
    { credentials: 'omit' });
  if (!response.ok) throw new Error(`no words in ${tag}: ${response.status}`);
  speak(tag, await response.json());
}

/** @param {string[]} preferred tags, in order */
export const learnWords = (preferred) => (
  learn(chooseLanguage(preferred)).catch(() => learn('en')));
