// What Twilio's debugger would show: kept for tests, newest last.

import { keepLatest } from './keep-latest.js';

const MAX_ERRORS = 1000;

export function recordError(world, { code, message, callSid = null, url = null }) {
  const time = new Date(world.now()).toISOString();
  world.errors.push({ time, code, message, callSid, url });
  keepLatest(world.errors, MAX_ERRORS);
  world.log(`error ${code}: ${message} (call ${callSid}, URL ${url})`);
}
