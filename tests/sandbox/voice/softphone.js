// Virtual softphones: devices without a browser. They answer (or don't) as told, and speak a tone.

import { toneSource } from '../media/audio.js';
import { addressOf } from './devices.js';
import { Timer } from '../timer.js';

const BEHAVIOURS = ['answer', 'ignore', 'reject', 'busy'];
const DEFAULT_HZ = 500;
// As long as Twilio waits for a Device that has a call and lost its socket.
const KEPT_ABSENT_MS = 5000;

class Softphone {
  constructor({ address, behaviour, delayMs, toneHz }) {
    this.address = address;
    this.behaviour = behaviour;
    this.delayMs = delayMs;
    this.toneHz = toneHz;
    this.timers = new Map();
    this.absence = null;
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

  toJSON() {
    const { address: identity, behaviour, delayMs, toneHz, absence } = this;
    return { identity, behaviour, delayMs, toneHz, absence };
  }
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
    phone.absence?.stop();
    this.byAddress.delete(address);
    this.devices.remove(address, phone);
    return true;
  }

  // Its socket breaks and is back after `ms`: it stops ringing, and loses a call that waited for
  // too long. Gives the number of softphones.
  lose(identity, ms = 0) {
    const phone = this.byAddress.get(addressOf(identity));
    if (!phone || phone.absence) return 0;
    this.stayAway(phone, ms);
    for (const call of this.world.voice.liveCalls()) {
      if (call.isRinging(phone)) {
        phone.cancel(call);
        call.refuse(phone, 'no-answer');
      } else if (call.device === phone && ms > KEPT_ABSENT_MS) {
        call.end('completed', { by: phone });
      }
    }
    return 1;
  }

  stayAway(phone, ms) {
    this.devices.remove(phone.address, phone);
    phone.absence = new Timer(ms, () => {
      phone.absence = null;
      this.devices.add(phone.address, phone);
    });
  }

  toJSON() {
    return [...this.byAddress.values()];
  }

  restore(saved) {
    for (const { absence, ...options } of saved) {
      const phone = this.register(options);
      if (absence !== null) this.stayAway(phone, absence);
    }
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
