// Voice signalling as @twilio/voice-sdk speaks it: one WebSocket per Device, JSON frames, and a
// bare line feed as the heartbeat.

import { WebSocketServer } from 'ws';

import { addressOf } from './devices.js';
import { SocketDevice } from './socket-device.js';
import { verifyAccessToken } from '../tokens.js';

const HEARTBEAT_MS = 5000;
// A page that is gone for longer than this has hung up; the SDK says how long it means to try.
const MIN_ABSENCE_S = 3;
const MAX_ABSENCE_S = 5;

export class Signalling {
  constructor(world, devices) {
    this.world = world;
    this.devices = devices;
    this.connections = new Set();
    this.unwelcome = new Set(); // addresses that get no connection
    this.server = new WebSocketServer({ noServer: true });
  }

  handleUpgrade(req, socket, head) {
    this.server.handleUpgrade(req, socket, head, (ws) => {
      this.connections.add(new Connection(this, ws));
    });
  }

  disconnect(identity) {
    const address = addressOf(identity);
    const connections = [...this.connections].filter((c) => c.address === address);
    for (const connection of connections) connection.ws.terminate();
    return connections.length;
  }

  shutOut(identity) {
    this.unwelcome.add(addressOf(identity));
  }

  admit(identity) {
    this.unwelcome.delete(addressOf(identity));
  }

  cut() {
    for (const { ws } of this.connections) ws.terminate();
  }

  close() {
    this.cut();
    this.server.close();
  }
}

class Connection {
  constructor(signalling, ws) {
    this.signalling = signalling;
    this.world = signalling.world;
    this.ws = ws;
    this.identity = null;
    this.grant = null;
    this.expiresAt = 0;
    this.absenceMs = MIN_ABSENCE_S * 1000;
    this.device = new SocketDevice(this);
    this.registered = false;
    this.heartbeat = setInterval(() => ws.send('\n'), HEARTBEAT_MS);
    ws.on('message', (data, isBinary) => this.received(data, isBinary));
    ws.on('close', () => this.closed());
    ws.on('error', (error) => this.world.log(`signalling: ${error.message}`));
  }

  get address() {
    return this.identity === null ? null : addressOf(this.identity);
  }

  send(type, payload = {}) {
    if (this.ws.readyState !== this.ws.OPEN) return;
    this.ws.send(JSON.stringify({ type, version: '1.6', payload }));
  }

  received(data, isBinary) {
    const text = data.toString();
    if (isBinary || text === '\n') return;
    let message;
    try {
      message = JSON.parse(text);
    } catch {
      this.ws.close(1003, 'not JSON');
      return;
    }
    this.handle(message.type, message.payload ?? {});
  }

  handle(type, payload) {
    if (type === 'listen') return this.listen(payload);
    if (this.identity === null) return this.refuse(31201, 'Not authenticated');
    if (type === 'register') return this.register(payload);
    const known = this.device.receive(type, payload);
    return known || this.world.log(`signalling: unknown message ${type}`);
  }

  refuse(code, message) {
    this.send('error', { error: { code, message } });
  }

  listen({ token, reconnectTimeout }) {
    let verified;
    try {
      verified = verifyAccessToken(this.world, token, 'voice');
    } catch (error) {
      this.refuse(error.code === 20104 ? 31205 : 31204, error.message);
      return;
    }
    this.identity = verified.identity;
    if (this.signalling.unwelcome.has(this.address)) {
      this.ws.terminate();
      return;
    }
    this.grant = verified.grant;
    this.expiresAt = verified.expiresAt;
    const seconds = Math.min(MAX_ABSENCE_S, Math.max(MIN_ABSENCE_S, Number(reconnectTimeout) || 0));
    this.absenceMs = seconds * 1000;
    const ttl = Math.round((verified.expiresAt - this.world.now()) / 1000);
    this.send('connected', { edge: 'roaming', region: 'us1', gateway: 'stand-in',
      token: { identity: this.identity, ttl } });
  }

  register({ media }) {
    if (!media?.audio) {
      this.unregister();
      this.send('offline');
      return;
    }
    // A Device registers again every half minute: that is when a token that ran out is noticed.
    if (this.world.now() >= this.expiresAt) {
      this.unregister();
      this.refuse(31205, 'Access Token expired');
      return;
    }
    if (!this.grant.incoming?.allow) {
      this.refuse(31201, 'The token allows no incoming calls');
      return;
    }
    this.registered = true;
    this.signalling.devices.add(this.address, this.device);
    this.send('ready');
  }

  unregister() {
    if (!this.registered) return;
    this.registered = false;
    this.signalling.devices.remove(this.address, this.device);
  }

  closed() {
    clearInterval(this.heartbeat);
    this.signalling.connections.delete(this);
    this.unregister();
    this.device.gone(this.absenceMs);
  }
}
