// `make screenshots`: every state of the page, small and large, light and dark, into
// build/screenshots/; with --publish also the pictures that are kept with the page.

import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { LOOKS, inLooks } from './looks.js';
import { endTour, startTour, tour } from './tour.js';

const repo = resolve(fileURLToPath(import.meta.url), '../../..');
const folder = join(repo, 'build/screenshots');
const publish = process.argv.includes('--publish');

Object.assign(LOOKS, {
  '360-light': { width: 360, height: 640 },
  '360-dark': { width: 360, height: 640, colorScheme: 'dark' },
  '1280-light': { width: 1280, height: 720 },
  '1280-dark': { width: 1280, height: 720, colorScheme: 'dark' },
  '360-rtl': { width: 360, height: 640, rightToLeft: true },
  published: { width: 440, height: 640 },
});

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
const scene = await startTour();
try {
  await tour(scene, async (state, page) => {
    const file = state.replace(/\W+/g, '-');
    await inLooks(page, ['360-light', '360-dark', '1280-light', '1280-dark', '360-rtl'],
      (look) => page.screenshot({ path: join(folder, `${file}-${look}.png`) }));
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
