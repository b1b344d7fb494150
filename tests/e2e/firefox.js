// Debian's Firefox, one process per agent as with Chromium, and with a fake microphone too. Without
// a speaker Firefox plays no sound at all, not even to those who listen in the page: PulseAudio has
// two that nobody hears.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { listensOn, until } from '../stack/system.js';
import { Bidi } from './bidi.js';
import { installEars, installNotes } from './ears.js';
import { FirefoxPage } from './firefox-page.js';

/* global document */

const FIREFOX = process.env.FIREFOX ?? '/usr/bin/firefox-esr';
const LISTENS = /WebDriver BiDi listening on (ws:\S+)/;
const SPEAKERS = ['Headset', 'Desk']; // the first one is the system's default
const SAMPLES = 4000; // half a second
const MIDDLE = 128; // of an unsigned sample
const run = promisify(execFile);

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
      await browser.#startSpeakers();
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

  async #startSpeakers() {
    const socket = join(this.folder, 'speaker');
    this.#spawn('pulseaudio', ['-n', '--daemonize=no', '--exit-idle-time=-1',
      ...SPEAKERS.map((name) => '--load=module-null-sink '
        + `sink_name=${name} sink_properties=device.description=${name}`),
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
    for (const part of [installEars, installNotes, tellViolations]) {
      const functionDeclaration = `${part}`;
      await this.bidi.send('script.addPreloadScript', { functionDeclaration });
    }
  }

  /** The names of the speakers that make a sound just now. */
  async soundingSpeakers() {
    const sounding = await Promise.all(SPEAKERS.map((name) => this.#isSounding(name)));
    return SPEAKERS.filter((_, i) => sounding[i]);
  }

  async #isSounding(speaker) {
    const record = `parec --device=${speaker}.monitor --format=u8 --channels=1 --rate=8000 `
      + `--latency-msec=50 | head --bytes=${SAMPLES}`;
    const { stdout } = await run('sh', ['-c', record], { env: this.env, encoding: 'buffer' });
    return stdout.some((sample) => Math.abs(sample - MIDDLE) > 2);
  }

  newPage() {
    return FirefoxPage.open(this.bidi);
  }

  /** As a crash of the machine would end it: nothing in it gets to say a word. */
  async kill() {
    const ends =
      this.children.filter(({ exitCode, signalCode }) => exitCode === null && !signalCode)
        .map((child) => once(child, 'exit'));
    for (const child of this.children) child.kill('SIGKILL');
    await Promise.all(ends);
    // Its other processes notice a moment later, and may write until then.
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10 });
  }

  async close() {
    await this.bidi.send('browser.close').catch(() => {}); // it may go before it has answered
    await this.kill();
  }
}
