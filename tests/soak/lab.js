// The Lab of a run in which Twilio itself is ended and started again: nobody asks the stand-in
// anything meanwhile, so that no order and no answer is lost with it.

import { setTimeout as delay } from 'node:timers/promises';

import { Lab } from '../endpoint/lib.js';

export class SoakLab extends Lab {
  asking = new Set();

  outage = null;

  async control(...request) {
    while (this.outage) await this.outage;
    const answer = super.control(...request);
    this.asking.add(answer);
    try {
      return await answer;
    } finally {
      this.asking.delete(answer);
    }
  }

  /** Ends the stand-in, and lets it go on with its state after `ms`. */
  restartTwilio(ms) {
    this.outage = this.#restart(ms).finally(() => { this.outage = null; });
    return this.outage;
  }

  async #restart(ms) {
    await Promise.allSettled([...this.asking]);
    await this.stack.stopSandbox();
    await delay(ms);
    await this.stack.launchSandbox();
  }
}
