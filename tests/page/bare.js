// The page's own document, styles and modules in a browser, without a server and without calls: a
// test shows it the states that it wants to see.

import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const www = resolve(fileURLToPath(import.meta.url), '../../../www');
const ORIGIN = 'https://page.example';
const SCRIPTS = /<script.*?<\/script>|<link rel="(modulepreload|manifest)".*?>/g;

/**
 * Opens it with English words, and with a clock that only the test turns: else it would go on by
 * itself from where it was set.
 */
export async function openBare(page, { clock = true } = {}) {
  await page.route(`${ORIGIN}/**`, (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname !== '/') return route.fulfill({ path: join(www, pathname) });
    const html = readFileSync(join(www, 'index.html'), 'utf8').replaceAll(SCRIPTS, '');
    return route.fulfill({ contentType: 'text/html', body: html });
  });
  if (clock) await page.clock.install({ time: new Date(2026, 0, 2, 10, 0) });
  await page.goto(`${ORIGIN}/`);
  await page.evaluate(async () => {
    await import('/js/language.js').then(({ useLanguage }) => useLanguage('en'));
    const style = Object.assign(document.createElement('link'),
      { rel: 'stylesheet', href: 'css/call.css' });
    await new Promise((loaded) => {
      style.onload = loaded;
      document.head.append(style);
    });
  });
  if (clock) await page.clock.pauseAt(new Date(2026, 0, 2, 12, 0));
}
