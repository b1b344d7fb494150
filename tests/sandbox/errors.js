// What Twilio's debugger would show: kept for tests, newest last.

const MAX_ERRORS = 1000;

export function recordError(world, { code, message, callSid = null, url = null }) {
  const time = new Date(world.now()).toISOString();
  world.errors.push({ time, code, message, callSid, url });
  if (world.errors.length > MAX_ERRORS) world.errors.shift();
  world.log(`error ${code}: ${message} (call ${callSid}, URL ${url})`);
}
