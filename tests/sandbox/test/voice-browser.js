// For the test with the Voice SDK: the stand-in as its own process behind TLS, and a page with the
// unmodified SDK in a headless browser.

/* global start -- of the page below */

import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { chromium } from 'playwright-core';
import twilio from 'twilio';

import { completeConfig } from '../config.js';
import { wav } from './voice-support.js';

const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));
const SDK = fileURLToPath(
  new URL('../../node_modules/@twilio/voice-sdk/dist/twilio.min.js', import.meta.url));
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
  '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream',
  '--allow-loopback-in-peer-connection', '--autoplay-policy=no-user-gesture-required'];
const SOUNDS = ['incoming', 'outgoing', 'disconnect', 'dtmfs', 'dtmfh',
  ...Array.from({ length: 10 }, (_, digit) => `dtmf${digit}`)];

const PAGE = `<!doctype html><title>softphone</title><script src="/twilio.min.js"></script>
<script>
const log = [];
let device, call;
function start(token, host, sounds) {
  device = new Twilio.Device(token, { chunderw: host, publishEvents: false, sounds,
    logLevel: 'error', maxCallSignalingTimeoutMs: 3000 });
  device.on('error', (error) => log.push('error ' + error.code));
  device.on('incoming', (incoming) => {
    call = incoming;
    log.push('incoming');
    for (const name of ['accept', 'cancel', 'disconnect', 'reconnecting', 'reconnected']) {
      call.on(name, () => log.push(name));
    }
  });
  return device.register();
}
const audio = { rtcConstraints: { audio: { echoCancellation: false, noiseSuppression: false,
  autoGainControl: false } } };
async function loudestHz() {
  const stream = call.getRemoteStream();
  if (!stream) return 0;
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 8192 });
  context.createMediaStreamSource(stream).connect(analyser);
  await new Promise((resolve) => setTimeout(resolve, 300));
  const bins = new Float32Array(analyser.frequencyBinCount);
  analyser.getFloatFrequencyData(bins);
  const hz = bins.indexOf(Math.max(...bins)) * context.sampleRate / analyser.fftSize;
  await context.close();
  return hz;
}
</script>`;

export const pageHandlers = {
  '/page': () => ({ type: 'text/html', body: PAGE }),
  '/twilio.min.js': () => ({ type: 'text/javascript', body: readFileSync(SDK) }),
  '/sound.wav': () => ({ type: 'audio/wav', body: wav(700, 0.1) }),
};

export class StandIn {
  static async start() {
    const standIn = new StandIn();
    standIn.folder = mkdtempSync(path.join(tmpdir(), 'stand-in-'));
    const file = (name) => path.join(standIn.folder, name);
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2',
      '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1',
      '-keyout', file('key.pem'), '-out', file('cert.pem')], { stdio: 'ignore' });
    writeFileSync(file('tone.wav'), wav(440, 10));
    writeFileSync(file('config.json'), JSON.stringify({ logFile: file('log'),
      tls: { port: 0, cert: file('cert.pem'), key: file('key.pem') } }));
    standIn.process = spawn(process.execPath, [MAIN, '--config', file('config.json')],
      { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await new Promise((resolve, reject) => {
      createInterface(standIn.process.stdout).once('line', (text) => resolve([text]));
      standIn.process.once('exit', (code) => reject(new Error(`the stand-in ended: ${code}`)));
    });
    [, standIn.url, standIn.tlsUrl] = line.split(' ');
    standIn.config = completeConfig();
    return standIn;
  }

  token(identity) {
    const { AccessToken } = twilio.jwt;
    const { accountSid, apiKey, apiSecret } = this.config;
    const token = new AccessToken(accountSid, apiKey, apiSecret, { identity, ttl: 600 });
    token.addGrant(new AccessToken.VoiceGrant({ incomingAllow: true }));
    return token.toJwt();
  }

  async control(method, name, body) {
    const response = await fetch(`${this.url}/sandbox/${name}`,
      { method, body: body && JSON.stringify(body) });
    return response.json();
  }

  async rest(method, name, form) {
    const { accountSid, authToken } = this.config;
    const basic = Buffer.from(`${accountSid}:${authToken}`).toString('base64');
    const response = await fetch(`${this.url}/2010-04-01/Accounts/${accountSid}/${name}`,
      { method, headers: { Authorization: `Basic ${basic}` },
        body: form && new URLSearchParams(form) });
    return { status: response.status, ...JSON.parse(await response.text() || '{}') };
  }

  async call(sid) {
    const { calls } = await this.control('GET', 'state');
    return calls.find((call) => call.sid === sid);
  }

  // A browser whose microphone is a tone of 440 Hz, with a registered Device.
  async openPage(application, identity) {
    const tone = path.join(this.folder, 'tone.wav');
    const browser = await chromium.launch({ executablePath: CHROMIUM, chromiumSandbox: false,
      args: [...FLAGS, `--use-file-for-fake-audio-capture=${tone}`] });
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    return { browser, page: await this.newPage(context, application, identity) };
  }

  async newPage(context, application, identity) {
    const page = await context.newPage();
    await page.goto(`${application.url.replace('127.0.0.1', 'localhost')}/page`);
    const host = new URL(this.tlsUrl).host;
    const sounds = Object.fromEntries(SOUNDS.map((name) => [name, '/sound.wav']));
    await page.evaluate(([token, to, local]) => start(token, to, local),
      [this.token(identity), host, sounds]);
    return page;
  }

  async stop() {
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill('SIGTERM');
    const code = await ended;
    rmSync(this.folder, { recursive: true, force: true });
    return code;
  }
}
