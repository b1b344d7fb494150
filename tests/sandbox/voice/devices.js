// Which devices ring for an address ('client:alice', '+1555…'). A device has ring(call),
// cancel(call) for a call that it hasn't answered, and hangup(call) for one that it has.

export class Devices {
  constructor() {
    this.byAddress = new Map();
  }

  add(address, device) {
    if (!this.byAddress.has(address)) this.byAddress.set(address, new Set());
    this.byAddress.get(address).add(device);
  }

  remove(address, device) {
    const devices = this.byAddress.get(address);
    devices?.delete(device);
    if (devices?.size === 0) this.byAddress.delete(address);
  }

  // How many devices each address has.
  counts() {
    return Object.fromEntries([...this.byAddress].map(([address, set]) => [address, set.size]));
  }

  of(address) {
    return [...(this.byAddress.get(address) ?? [])];
  }
}

// An identity as the control API and tokens name it, as the address that a call is placed to.
export function addressOf(identity) {
  return /^(client:|\+)/.test(identity) ? identity : `client:${identity}`;
}
