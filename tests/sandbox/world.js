import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { createWriteStream } from 'node:fs';
import { Faults } from './control/faults.js';
import { PACE } from './control/pace.js';
import { RequestLog } from './control/request-log.js';
import { applySwitches, preset } from './control/switches.js';
import { Keys } from './rest/keys.js';
import { Plugins } from './rest/plugins.js';
import { Past } from './rest/past.js';

function createLog(file) {
  if (!file) return () => {};
  const stream = createWriteStream(file, { flags: 'a' });
  return (...words) => stream.write(`${new Date().toISOString()} ${words.join(' ')}\n`);
}

/**
 * Everything that the parts of the stand-in share. `taskrouter`, `voice`, `conferences`, `webhook`
 * and `softphones` are filled in by whoever assembles the stand-in.
 *
 * Events on `events`:
 *   'taskrouter'       {type, …}                  a TaskRouter event, named as Twilio names it
 *   'participant-joined' {callSid, conferenceSid}  a leg has joined its Conference
 */
export function createWorld(config) {
  const events = new EventEmitter();
  events.setMaxListeners(0);
  const clock = { aheadMs: 0 };
  const world = {
    config,
    clock,
    switches: applySwitches({ ...PACE, ...preset('a') }, config.switches),
    log: createLog(config.logFile),
    sid: (prefix) => prefix + randomBytes(16).toString('hex'),
    now: () => Date.now() + clock.aheadMs,
    events,
    faults: new Faults(),
    requests: new RequestLog(),
    taskrouter: null,
    voice: null,
    conferences: null,
    webhook: null,
    softphones: null,
    alerts: [],
  };
  world.keys = new Keys(world);
  world.plugins = new Plugins(world);
  world.past = new Past(world);
  return world;
}
