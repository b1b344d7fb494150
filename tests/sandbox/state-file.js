// Twilio's state in a file, so that the stand-in can end and begin again as Twilio fails over.
//
// What happens to whom:
//  - TaskRouter forgets nothing: Workers, Tasks, Reservations, Workflows and queues are as they
//    were, and every time-out goes on with what was left of it. So does what a test has ordered:
//    switches, clock, faults, virtual softphones.
//  - Sound isn't state. An answered call ends with the machine that carries it, as it does when
//    one of Twilio's media servers fails: its participant leaves, a Conference whose last one
//    leaves is over, and the call is `completed`. A call that still rings is signalling only, and
//    rings on at the devices that are there afterwards.
//  - Status callbacks that haven't been delivered are sent after the restart, among them those
//    about calls that ended with it; one that was on its way may arrive twice.
//  - Web sockets are cut and requests in flight get no answer.
//  - The logs of requests, webhooks and errors begin anew.

import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/** The saved state, or null where there is none. */
export function readState(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
}

/** Writes the state down, after which nothing may happen any more. */
export function saveState(file, world, { bridge, server }) {
  world.webhook.suspend();
  world.voice.failOver();
  const { switches, clock, faults, requests, taskrouter, voice, webhook, keys, plugins } = world;
  const state = { ports: server.ports, switches, clock, faults, requests, taskrouter, voice,
    webhook, bridge, keys, plugins };
  writeFileSync(`${file}.new`, JSON.stringify(state), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** Fills a world that nothing has happened in; webhook.resume() sends what was left to be sent. */
export function restoreState(world, bridge, state) {
  Object.assign(world.switches, state.switches);
  Object.assign(world.clock, state.clock);
  for (const part of ['faults', 'requests', 'webhook', 'voice', 'taskrouter', 'keys', 'plugins']) {
    world[part].restore(state[part]);
  }
  bridge.restore(state.bridge);
}
