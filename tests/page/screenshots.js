// `make screenshots`: every state of the page in every look and in four languages, into
// build/screenshots/; with --publish also the pictures that are kept with the page. Japanese and
// Thai need fonts of their own (Debian: fonts-noto-cjk, fonts-tlwg-loma-ttf).

import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { LOOKS, inLooks } from './looks.js';
import { endTour, startTour, tour } from './tour.js';

const repo = resolve(fileURLToPath(import.meta.url), '../../..');
const folder = join(repo, 'build/screenshots');
const publish = process.argv.includes('--publish');

const narrow = { width: 360, height: 640 };
Object.assign(LOOKS, {
  narrow,
  'narrow, dark': { ...narrow, colorScheme: 'dark' },
  German: { ...narrow, language: 'de' },
  French: { ...narrow, language: 'fr' },
  Japanese: { ...narrow, language: 'ja' },
  Thai: { ...narrow, language: 'th' },
});
const drawn = Object.keys(LOOKS);
LOOKS.published = { width: 440, height: 640 };

async function drawIcons(page, origin) {
  const sizes = { 'icon-192': [192, 1], 'icon-512': [512, 1], 'icon-maskable-512': [512, 0.72] };
  for (const [name, [size, share]] of Object.entries(sizes)) {
    await page.setViewportSize({ width: size, height: size });
    await page.goto(`${origin}/alice/icon.svg`);
    // A maskable icon fills its square, and its drawing keeps clear of the edges.
    await page.evaluate((part) => {
      const svg = document.documentElement;
      const margin = (32 / part - 32) / 2;
      svg.setAttribute('viewBox', `${-margin} ${-margin} ${32 / part} ${32 / part}`);
      if (part === 1) return;
      const ground = svg.querySelector('rect');
      for (const [name, value] of Object.entries(
        { x: -margin, y: -margin, width: 64, height: 64, rx: 0 })) {
        ground.setAttribute(name, value);
      }
    }, share);
    await page.screenshot({ path: join(repo, `www/icons/${name}.png`), omitBackground: true });
  }
}

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const scene = await startTour('any');
try {
  await tour(scene, async (state, page) => {
    await inLooks(page, drawn, (look) => page.screenshot({
      path: join(folder, `${state}, ${look}.png`.replace(/[^\w.]+/g, '-')) }));
    if (publish && state === 'connected') {
      // What has just appeared takes no press for a moment, and looks like that.
      await page.locator('.actions [aria-disabled]').first().waitFor({ state: 'detached' });
      await inLooks(page, ['published'],
        () => page.screenshot({ path: join(repo, 'docs/screenshot.png') }));
    }
  });
  if (publish) await drawIcons(await scene.alice.browser.newPage(), scene.stack.origin);
  console.log(`The pictures are in ${folder}`);
} finally {
  await endTour(scene);
}
