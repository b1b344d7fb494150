// For the tests of Voice: a world without TaskRouter, and a small application that Twilio asks.

import assert from 'node:assert/strict';
import http from 'node:http';

import { completeConfig } from '../config.js';
import { createVoice } from '../voice/voice.js';
import { createWorld } from '../world.js';

export function startWorld({ switches, ...config } = {}) {
  const world = createWorld(completeConfig(config));
  Object.assign(world.switches, switches);
  createVoice(world);
  return world;
}

// Resolves to the first value of probe() that is neither false nor empty.
export async function until(probe, what = probe.toString(), ms = 40000) {
  const deadline = Date.now() + ms;
  for (;;) {
    const value = await probe();
    if (value) return value;
    assert.ok(Date.now() < deadline, `timed out waiting for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** All that was to be told has been: nothing of one test arrives in the next. */
export const delivered = (world) =>
  until(() => world.webhook.log.every(({ done }) => done), 'the last webhook');

// Answers each path by its handler, {status, type, body} or text; keeps every request.
export class Application {
  static async start(handlers) {
    const application = new Application(handlers);
    await new Promise((resolve) => application.server.listen(0, '127.0.0.1', resolve));
    application.url = `http://127.0.0.1:${application.server.address().port}`;
    return application;
  }

  constructor(handlers) {
    this.handlers = handlers;
    this.requests = [];
    this.server = http.createServer((req, res) => this.handle(req, res));
  }

  async handle(req, res) {
    const chunks = [];
    for await (const chunk of req) chunks.push(chunk);
    const url = new URL(req.url, this.url);
    const params = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
    const request = { method: req.method, path: url.pathname, query: url.searchParams, params,
      target: req.url, headers: req.headers, socket: req.socket };
    this.requests.push(request);
    const answer = await this.handlers[url.pathname]?.(request) ?? { status: 204, body: '' };
    if (answer === 'hang up') {
      req.socket.destroy();
      return;
    }
    const { status = 200, type = 'text/xml', headers = {}, body = answer } = answer;
    res.writeHead(status, { 'Content-Type': type, ...headers });
    res.end(body);
  }

  to(path) {
    return this.requests.filter((request) => request.path === path);
  }

  // The conference events that arrived at `path`, in the order of their sequence numbers.
  events(path = '/events') {
    return this.to(path).map((request) => request.params)
      .sort((a, b) => a.SequenceNumber - b.SequenceNumber);
  }

  close() {
    this.server.closeAllConnections();
    this.server.close();
  }
}

export function conferenceTwiml(name, attributes = {}) {
  const text = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${String(value).replaceAll('&', '&amp;')}"`).join('');
  return `<?xml version="1.0" encoding="UTF-8"?>
<Response><Dial><Conference${text}>${name}</Conference></Dial></Response>`;
}

// Whether one of the tones is within a few hertz of hz.
export function hears(world, callSid, hz) {
  return world.voice.hears(callSid)?.hearsHz.some((tone) => Math.abs(tone - hz) <= 6) ?? false;
}

// A second of 16-bit mono sound at 8 kHz, as a RIFF file.
export function wav(hz, seconds = 1) {
  const samples = Math.round(8000 * seconds);
  const file = Buffer.alloc(44 + samples * 2);
  file.write('RIFF', 0);
  file.writeUInt32LE(36 + samples * 2, 4);
  file.write('WAVEfmt ', 8);
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(8000, 24);
  file.writeUInt32LE(16000, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36);
  file.writeUInt32LE(samples * 2, 40);
  for (let i = 0; i < samples; i += 1) {
    file.writeInt16LE(Math.round(8000 * Math.sin((2 * Math.PI * hz * i) / 8000)), 44 + i * 2);
  }
  return file;
}
