// Virtual softphones: devices without a browser. They answer (or don't) as told, and speak a tone.

import { toneSource } from './audio.js';
import { addressOf } from './devices.js';

const BEHAVIOURS = ['answer', 'ignore', 'reject', 'busy'];
const DEFAULT_HZ = 500;

class Softphone {
  constructor({ address, behaviour, delayMs, toneHz }) {
    this.address = address;
    this.behaviour = behaviour;
    this.delayMs = delayMs;
    this.toneHz = toneHz;
    this.timers = new Map();
  }

  ring(call) {
    if (this.behaviour === 'ignore') return;
    this.timers.set(call, setTimeout(() => this.react(call), this.delayMs));
  }

  react(call) {
    this.timers.delete(call);
    if (this.behaviour === 'answer') call.answer(this, toneLeg(this.toneHz));
    else call.refuse(this, 'busy');
  }

  cancel(call) {
    clearTimeout(this.timers.get(call));
    this.timers.delete(call);
  }

  // The call's end is all that such a device would notice.
  hangup() {}
}

function toneLeg(hz) {
  const tone = toneSource({ hz });
  return {
    kind: 'softphone',
    read: () => tone.next(),
    write() {},
    close() {},
  };
}

export class Softphones {
  constructor(world, devices) {
    this.world = world;
    this.devices = devices;
    this.byAddress = new Map();
  }

  // Registers, or replaces, the softphone of an identity.
  register({ identity, behaviour = 'answer', delayMs = 0, toneHz = DEFAULT_HZ }) {
    if (!BEHAVIOURS.includes(behaviour)) throw new Error(`unknown behaviour ${behaviour}`);
    const address = addressOf(identity);
    this.unregister(identity);
    const phone = new Softphone({ address, behaviour, delayMs, toneHz });
    this.byAddress.set(address, phone);
    this.devices.add(address, phone);
    return phone;
  }

  unregister(identity) {
    const address = addressOf(identity);
    const phone = this.byAddress.get(address);
    if (!phone) return false;
    this.byAddress.delete(address);
    this.devices.remove(address, phone);
    return true;
  }

  // A device that answers at once, for Workers that have no page open.
  improvise(address) {
    return new Softphone({ address, behaviour: 'answer', delayMs: 0, toneHz: DEFAULT_HZ });
  }

  // Hangs up as the person at the phone would; gives the number of calls.
  hangup({ identity, callSid }) {
    const calls = this.world.voice.liveCalls().filter((call) => call.device instanceof Softphone
      && (callSid ? call.sid === callSid : call.to === addressOf(identity)));
    for (const call of calls) call.end('completed', { by: call.device });
    return calls.length;
  }

  reset() {
    for (const address of [...this.byAddress.keys()]) this.unregister(address);
  }
}
