// One browser process per agent, because a browser has one fake microphone for all its pages.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { chromium } from 'playwright-core';

import { installEars, installNotes } from './ears.js';
import { beepWav } from './tone.js';

const FONTS = fileURLToPath(new URL('../page/fonts/', import.meta.url));
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
// Without the loopback flag a browser on a machine that has no other network finds no way to send
// sound; QUIC and background requests have no one to talk to here.
const FLAGS = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync',
  '--disable-background-networking', '--disable-component-update',
  '--use-fake-device-for-media-stream', '--allow-loopback-in-peer-connection',
  '--autoplay-policy=no-user-gesture-required'];

export class Browser {
  /**
   * Starts a browser whose microphone says a tone of `hz`, with one `font` (page/fonts) and `more`
   * flags.
   */
  static async start(hz, font = 'plain', more = []) {
    const browser = new Browser();
    browser.folder = mkdtempSync(join(tmpdir(), 'dialpad-microphone-'));
    const tone = join(browser.folder, 'tone.wav');
    writeFileSync(tone, beepWav(hz));
    browser.server = await chromium.launchServer({
      executablePath: CHROMIUM,
      host: '127.0.0.1', // a bare chroot has no /etc/hosts, and so no localhost
      headless: true,
      chromiumSandbox: false,
      env: { ...process.env, FONTCONFIG_FILE: join(FONTS, `${font}.conf`) },
      args: [...FLAGS, ...more, `--use-file-for-fake-audio-capture=${tone}`],
    });
    browser.connected = await chromium.connect(browser.server.wsEndpoint());
    // What moves while it rings is painted sixty times a second, and costs a third of a core.
    browser.context = await browser.connected.newContext(
      { ignoreHTTPSErrors: true, reducedMotion: 'reduce' });
    await browser.context.grantPermissions(['microphone']);
    for (const part of [installEars, installNotes]) await browser.context.addInitScript(part);
    return browser;
  }

  newPage() {
    return this.context.newPage();
  }

  /** As a crash of the machine would end it: nothing in it gets to say a word. */
  async kill() {
    await this.server.kill();
    this.forget();
  }

  async close() {
    await this.server.close();
    this.forget();
  }

  forget() {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
