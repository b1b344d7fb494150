// Telling the server what it must be told, or asking what must be known.

import { pause } from './pause.js';

const FOR_A_WHILE = ['failed', 'leg_still_ringing'];

/**
 * Refusals that no repetition changes; the next question to the server tells what is true. In other
 * words than our programs' they are a web server's that lacks the programs for a moment.
 */
const isFinal = ({ status, code }) => (
  status >= 400 && status < 500 && status !== 429 && !FOR_A_WHILE.includes(code));

/** Repeats what must reach the server until it did or is refused. */
export async function insist(request, isOff = () => false) {
  for (let tries = 0; tries < 20 && !isOff(); tries += 1) {
    try {
      return await request();
    } catch (error) {
      if (isFinal(error)) return null;
      await pause(Math.min(3000, 250 * 2 ** tries));
    }
  }
  return null;
}
