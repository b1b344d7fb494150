// The page in other clothes: colours, sizes, languages, and one that runs from right to left. Each
// can be put on in the middle of a call.

import { readFileSync } from 'node:fs';

export const LOOKS = {
  light: {},
  dark: { colorScheme: 'dark' },
  phone: { width: 320, height: 568 },
  wide: { width: 1600, height: 900 },
  low: { width: 1280, height: 420 },
  'right to left': { rightToLeft: true, width: 360, height: 640 },
  contrast: { contrast: 'more', colorScheme: 'dark' },
  'forced colors': { forcedColors: 'active' },
};

const SIZE = { width: 1280, height: 720 };
// Stands in for a table that no look needs.
const BORROWED = 'pt-BR';

/** English as a language would be that is longer, accented and written from right to left. */
export function pseudoLanguage() {
  const english = JSON.parse(readFileSync(new URL('../../www/i18n/en.json', import.meta.url)));
  const accents = { a: 'å', e: 'ë', i: 'ï', o: 'ö', u: 'ü', n: 'ñ', c: 'ç', s: 'š' };
  const pseudo = (text) => text.split(/(\{\w+\})/)
    .map((piece) => (piece.startsWith('{') ? `\u2068${piece}\u2069`
      : piece.replace(/[aeioucns]/g, (letter) => accents[letter])))
    .join('') + ' ~~~'.repeat(Math.ceil(text.length * 0.3 / 4));
  return Object.fromEntries(Object.entries(english)
    .map(([key, text]) => [key, key === 'direction' ? 'rtl' : pseudo(text)]));
}

async function speak(page, tag) {
  await page.evaluate(async (wanted) => {
    const sid = localStorage.getItem(`dialpad:latest:${location.pathname}`);
    localStorage.setItem(`dialpad:${sid}:language`, JSON.stringify(wanted));
    dispatchEvent(new Event('languagechange'));
  }, tag);
  await page.waitForFunction((wanted) => document.documentElement.lang === wanted, tag ?? 'en');
}

/** To be called once per page, before it is opened. */
export async function prepareLooks(page) {
  await page.route(`**/i18n/${BORROWED}.json`, (route) => route.fulfill({
    contentType: 'application/json', body: JSON.stringify(pseudoLanguage()),
  }));
}

/** Calls `visit` with the page in one look after the other, and puts the ordinary one on again. */
export async function inLooks(page, names, visit) {
  for (const name of names) {
    const { colorScheme = 'light', contrast = null, forcedColors = 'none', width, height,
      rightToLeft, language = rightToLeft ? BORROWED : null } = LOOKS[name];
    // Without motion: half-way between two colors nobody reads.
    await page.emulateMedia({ colorScheme, contrast, forcedColors, reducedMotion: 'reduce' });
    await page.setViewportSize(width ? { width, height } : SIZE);
    if (language) await speak(page, language);
    await visit(name);
    if (language) await speak(page, null);
  }
  await page.emulateMedia({ colorScheme: 'light', contrast: null, forcedColors: 'none' });
  await page.setViewportSize(SIZE);
}
