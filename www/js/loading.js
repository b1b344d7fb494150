// Loading what is no part of the first look, and what becomes of a part that doesn't come.

import { pause } from './pause.js';

const TRIES = 4;
const PAUSE = 3000; // milliseconds between two of them
const RELOADED = 'dialpad:reloaded';
const RELOAD_EVERY = 600_000; // milliseconds
const UNSEEN = 2000; // a page that nobody sees may never be painted

/** Resolves once there is something to be seen, or nobody to see it. */
export function firstPaint() {
  if (document.hidden) return Promise.resolve();
  const painted = new Promise((resolve) => {
    new PerformanceObserver(resolve).observe({ type: 'paint', buffered: true });
  });
  return Promise.race([painted, pause(UNSEEN)]);
}

/**
 * Repeats `load` while it fails, some times.
 * @param {(failing: boolean) => void} tell that it is failing, and at the end that it isn't
 */
export async function loadWithRetries(load, tell) {
  for (let tries = 1; ; tries += 1) {
    try {
      const loaded = await load();
      tell(false);
      return loaded;
    } catch (error) {
      tell(tries < TRIES);
      if (tries === TRIES) throw error;
      await pause(PAUSE);
    }
  }
}

/** A page that lacks a file for good mustn't be loaded again and again. */
function mayReload() {
  try {
    const before = Number(sessionStorage.getItem(RELOADED));
    if (Date.now() - before < RELOAD_EVERY) return false;
    sessionStorage.setItem(RELOADED, Date.now());
    return true;
  } catch {
    return false; // nobody would know when it was done
  }
}

/**
 * Loads what the page is of no use without. Firefox remembers as long as the page lives that a
 * module didn't come: then only a new page helps, as soon as there is one to be had.
 */
export async function need(load, tell) {
  for (;;) {
    try {
      return await loadWithRetries(load, tell);
    } catch {
      tell(true);
      // An error page of the browser's would never try again.
      const { ok } = await fetch(document.baseURI).catch(() => ({ ok: false }));
      if (ok && mayReload()) location.reload();
      await pause(PAUSE);
    }
  }
}

function addLink(rel, href, fetchPriority = 'auto') {
  const link = Object.assign(document.createElement('link'), { rel, href, fetchPriority });
  document.head.append(link);
  return link;
}

/** Has modules fetched side by side, behind all that somebody waits for. */
export const preload = (addresses) => (
  addresses.forEach((href) => addLink('modulepreload', href, 'low')));

export function loadStyle(href) {
  const link = addLink('stylesheet', href);
  return new Promise((resolve, reject) => {
    link.onload = resolve;
    link.onerror = () => {
      link.remove();
      reject(new Error(`${href} did not come`));
    };
  });
}
