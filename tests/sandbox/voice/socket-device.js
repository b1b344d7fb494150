// A Voice SDK Device as something that calls can ring, and the messages that it sends about them.

import { randomBytes } from 'node:crypto';

import { PeerLeg } from '../media/peer-leg.js';

// Per call: its one WebRTC leg, the reconnect token that stands, and the timer of an absent page.
const states = new WeakMap();

function stateOf(call) {
  if (!states.has(call)) {
    const leg = new PeerLeg({ onGone: () => call.end('completed') });
    states.set(call, { leg, token: null, absence: null });
    // A call that nobody answered has no leg of its own that its end would close.
    call.once('ended', () => {
      leg.close();
      states.delete(call);
    });
  }
  return states.get(call);
}

const newToken = () => randomBytes(16).toString('base64url');

export class SocketDevice {
  constructor(connection) {
    this.connection = connection;
    this.calls = new Set();
  }

  async ring(call) {
    const state = stateOf(call);
    this.calls.add(call);
    // All devices that ring get the same token: only the one that answers will ever use it.
    state.token ??= newToken();
    try {
      const sdp = await state.leg.offer();
      if (!call.isRinging(this)) return;
      const { CallSid, AccountSid, ApiVersion, From, To } = call.webhookParams();
      this.connection.send('invite', { callsid: call.sid, sdp, reconnect: state.token,
        parameters: { CallSid, AccountSid, ApiVersion, From, To,
          ...(call.parameters && { Params: call.parameters }) } });
    } catch (error) {
      this.connection.world.log(`no offer for ${call.sid}: ${error.message}`);
      call.refuse(this, 'failed');
    }
  }

  cancel(call) {
    this.calls.delete(call);
    this.connection.send('cancel', { callsid: call.sid });
  }

  hangup(call) {
    this.calls.delete(call);
    this.connection.send('hangup', { callsid: call.sid });
  }

  // The socket is closed: ringing stops at once, a call in progress is kept for absenceMs.
  gone(absenceMs) {
    for (const call of this.calls) {
      call.refuse(this, 'no-answer');
      if (call.device !== this || call.ended) continue;
      stateOf(call).absence = setTimeout(() => call.end('completed', { by: this }), absenceMs);
    }
    this.calls.clear();
  }

  // Handles a message about a call; false for a type that is unknown.
  receive(type, payload) {
    const handler = HANDLERS[type];
    if (!handler) return false;
    const call = this.connection.world.voice.getCall(payload.callsid);
    Promise.resolve(handler(this, call, payload)).catch((error) => {
      this.connection.world.log(`signalling: ${type} failed: ${error.stack}`);
      if (call) call.end('failed');
    });
    return true;
  }

  owns(call) {
    return call !== undefined && call.device === this && !call.ended;
  }
}

const HANDLERS = {
  async answer(device, call, { sdp, callsid }) {
    if (!call?.isRinging(device)) {
      // Another device was faster, or the call is over; this one believes that it has it.
      device.calls.delete(call);
      device.connection.send('hangup', { callsid });
      return;
    }
    const { leg } = stateOf(call);
    call.answer(device, leg);
    await leg.answer(sdp);
  },

  reject(device, call) {
    device.calls.delete(call);
    call?.refuse(device, 'busy');
  },

  hangup(device, call) {
    device.calls.delete(call);
    if (device.owns(call)) call.end('completed', { by: device });
    else call?.refuse(device, 'busy');
  },

  dtmf(device, call, { dtmf }) {
    if (device.owns(call)) call.digits += dtmf;
  },

  message(device, call, { voiceeventsid, callsid }) {
    device.connection.send('ack', { acktype: 'message', callsid, voiceeventsid });
  },

  // The browser lost its media and restarts ICE.
  async reinvite(device, call, { sdp, callsid }) {
    if (!device.owns(call)) return;
    const answer = await stateOf(call).leg.reoffer(sdp);
    device.connection.send('answer', { callsid, sdp: answer });
  },

  // A page is back, on a new socket or with a new token, and wants to keep its call.
  invite(device, call, { callsid, reconnect }) {
    const { connection } = device;
    if (reconnect === undefined) {
      connection.send('hangup', { callsid,
        error: { code: 31404, message: 'The stand-in takes no outgoing calls' } });
      return;
    }
    const state = call && !call.ended && call.status === 'in-progress' ? states.get(call) : null;
    if (!state || state.token !== reconnect || call.address !== connection.address) {
      connection.send('hangup', { callsid,
        error: { code: 31209, message: 'The call can\'t be resumed' } });
      return;
    }
    clearTimeout(state.absence);
    call.device.calls?.delete(call);
    call.device = device;
    device.calls.add(call);
    state.token = newToken();
    connection.send('answer', { callsid, reconnect: state.token });
  },
};
