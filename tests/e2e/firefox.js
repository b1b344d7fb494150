// Debian's Firefox, one process per agent as with Chromium, and with a fake microphone too. Without
// a speaker Firefox plays no sound at all, not even to those who listen in the page: PulseAudio is
// one that nobody hears.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { listensOn, until } from '../stack/system.js';
import { Bidi } from './bidi.js';
import { installEars } from './ears.js';
import { FirefoxPage } from './firefox-page.js';

/* global document */

const FIREFOX = process.env.FIREFOX ?? '/usr/bin/firefox-esr';
const LISTENS = /WebDriver BiDi listening on (ws:\S+)/;

const preferences = (hz) => ({
  // The microphone: a tone of its own, and nobody who would have to be asked.
  'media.navigator.streams.fake': true,
  'media.navigator.audio.fake_frequency': hz,
  'permissions.default.microphone': 1,
  'media.autoplay.default': 0,
  'media.autoplay.blocking_policy': 0,
  // The two ends of a call are on this machine, which may have no other network.
  'media.peerconnection.ice.loopback': true,
  'media.peerconnection.ice.obfuscate_host_addresses': false,
  // Nobody out there is asked for anything: what driving it by BiDi doesn't switch off by itself.
  'services.settings.server': 'data:,',
  'network.trr.mode': 5,
});

/** Firefox doesn't tell BiDi what a page's Content-Security-Policy forbade. Runs in the page. */
function tellViolations() {
  document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
    console.error(`Content-Security-Policy: ${violatedDirective} forbids ${blockedURI}`);
  });
}

export class Firefox {
  children = [];

  /** Starts a browser whose microphone says a tone of `hz`. */
  static async start(hz) {
    const browser = new Firefox();
    browser.folder = mkdtempSync(join(tmpdir(), 'dialpad-firefox-'));
    browser.env = { ...process.env, HOME: browser.folder, XDG_RUNTIME_DIR: browser.folder,
      PULSE_SERVER: `unix:${browser.folder}/speaker` };
    writeFileSync(join(browser.folder, 'user.js'), Object.entries(preferences(hz))
      .map((preference) => `user_pref(${preference.map(JSON.stringify).join(', ')});\n`).join(''));
    try {
      await browser.#startSpeaker();
      await browser.#startFirefox();
    } catch (error) {
      await browser.kill();
      throw error;
    }
    return browser;
  }

  // What it starts ends with it, whatever ends it.
  #spawn(command, args) {
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', command, ...args],
      { env: this.env, stdio: ['ignore', 'ignore', 'pipe'] });
    this.children.push(child);
    return child;
  }

  async #startSpeaker() {
    const socket = join(this.folder, 'speaker');
    this.#spawn('pulseaudio', ['-n', '--daemonize=no', '--exit-idle-time=-1',
      '--load=module-null-sink sink_name=speaker',
      `--load=module-native-protocol-unix auth-anonymous=1 socket=${socket}`]).stderr.resume();
    await until('PulseAudio', () => listensOn(socket));
  }

  async #startFirefox() {
    const { stderr } = this.#spawn(FIREFOX,
      ['--headless', '--no-remote', '--remote-debugging-port=0', '--profile', this.folder]);
    let said = '';
    stderr.setEncoding('utf8').on('data', (text) => { said += text; });
    await until('Firefox', () => LISTENS.test(said));
    this.bidi = await Bidi.connect(`${LISTENS.exec(said)[1]}/session`);
    await this.#begin();
  }

  async #begin() {
    const capabilities = { alwaysMatch: { acceptInsecureCerts: true } };
    await this.bidi.send('session.new', { capabilities });
    await this.bidi.send('session.subscribe', { events: ['log.entryAdded'] });
    for (const functionDeclaration of [`${installEars}`, `${tellViolations}`]) {
      await this.bidi.send('script.addPreloadScript', { functionDeclaration });
    }
  }

  newPage() {
    return FirefoxPage.open(this.bidi);
  }

  /** As a crash of the machine would end it: nothing in it gets to say a word. */
  async kill() {
    const ends = this.children.filter(({ exitCode, signalCode }) => exitCode === null && !signalCode)
      .map((child) => once(child, 'exit'));
    for (const child of this.children) child.kill('SIGKILL');
    await Promise.all(ends);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }

  async close() {
    await this.bidi.send('browser.close');
    await this.kill();
  }
}
