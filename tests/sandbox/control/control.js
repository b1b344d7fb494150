import { endCustomerTask, startCustomerTask } from './customers.js';
import { fullName } from './names.js';
import { addWorker } from '../taskrouter/seed.js';
import { applySwitches } from './switches.js';
import { badParameter } from '../twilio-error.js';

/**
 * The control API, for tests and the demo: JSON under /sandbox/, on the stand-in's own port only.
 * Each entry takes {query, body} and gives the answer's JSON.
 */
export function controlRoutes(world, { bridge, stats }) {
  return new Map(Object.entries({
    ...observe(world, stats),
    ...orderFaults(world),
    ...steer(world, bridge),
    ...people(world),
    ...telephony(world),
  }));
}

function observe(world, stats) {
  const { requests } = world;
  return {
    'GET stats': () => stats(),
    'GET state': () => ({ ...taskrouterState(world), ...world.voice.snapshot() }),
    'GET requests': ({ query }) => ({ requests: requests.since(Number(query.get('since') ?? 0)) }),
    'DELETE requests': () => done(requests.clear()),
    'GET webhooks': () => ({ webhooks: world.webhook.log }),
    'DELETE webhooks': () => done(world.webhook.clearLog()),
    'GET errors': () => ({ errors: world.errors ?? [] }),
  };
}

function orderFaults(world) {
  const { faults } = world;
  return {
    'POST faults': ({ body }) => ({ id: faults.add(body) }),
    'GET faults': () => ({ faults: faults.list() }),
    'DELETE faults': ({ query }) => done(
      faults.clear(query.has('id') ? Number(query.get('id')) : undefined)),
    // What Twilio's Monitor will say: [{error_code, request_url, log_level}]; [] takes all back.
    'POST alerts': ({ body }) => done(world.alerts.splice(0, Infinity, ...body.alerts)),
    'POST webhook-faults': ({ body }) => ({ id: world.webhook.addFault(body) }),
    'GET webhook-faults': () => ({ faults: world.webhook.listFaults() }),
    'DELETE webhook-faults': () => done(world.webhook.clearFaults()),
  };
}

function steer(world, bridge) {
  return {
    'GET switches': () => world.switches,
    'POST switches': ({ body }) => applySwitches(world.switches, body),
    'POST reset': () => {
      bridge.reset();
      world.voice.reset();
      world.taskrouter.reset();
      world.faults.clear();
      world.requests.clear();
      return done();
    },
    // The account's owner has promoted another auth token.
    'POST auth-token': ({ body: { authToken } }) => {
      Object.assign(world.config, { authToken });
      return done();
    },
    // Sets Twilio's clock forward, and never back; nothing that waits for a timer hurries.
    'POST clock': ({ body }) => {
      world.clock.aheadMs += Math.max(0, Number(body.forwardSeconds) || 0) * 1000;
      return { now: new Date(world.now()).toISOString() };
    },
    'POST disconnect': ({ body }) => {
      const worker = named(world, body.worker);
      const { contact_uri: address } = worker.attributesObject;
      if (body.shutOut) world.voice.shutOut(address);
      const closed = body.kind === 'voice'
        ? world.voice.disconnect(address, body.absentMs)
        : bridge.disconnect(worker);
      return { closed };
    },
    // Ends what `shutOut` began.
    'DELETE disconnect': ({ query }) => done(
      world.voice.admit(named(world, query.get('worker')).attributesObject.contact_uri)),
  };
}

function people(world) {
  const { workers } = world.taskrouter;
  return {
    'POST workers': ({ body }) => {
      const added = (body.workers ?? madeUp(body)).map((given) => addWorker(world, given));
      return { created: added.length, sids: added.map((worker) => worker.sid) };
    },
    'DELETE workers': () => done(workers.removeAdded()),
    'POST worker': ({ body }) => changeWorker(world, body),
    'POST customer-task': ({ body }) =>
      ({ taskSid: startCustomerTask(world, named(world, body.worker)).sid }),
    'DELETE customer-task': ({ query }) => done(endCustomerTask(world, query.get('taskSid'))),
  };
}

function telephony(world) {
  return {
    'POST softphone': ({ body }) => done(world.softphones.register(body)),
    'DELETE softphone': ({ query }) => done(world.softphones.unregister(query.get('identity'))),
    'POST softphone/hangup': ({ body }) => ({ ended: world.softphones.hangup(body) }),
    'GET audio': ({ query }) => world.voice.hears(query.get('callSid')) ?? { hearsHz: [], rms: 0 },
    'POST dial': ({ body: { to, from, twiml = '<Response><Pause length="600"/></Response>' } }) =>
      ({ callSid: world.voice.placeCall({ to, from, twiml }).sid }),
    'POST webhook': async ({ body: { url, params, method } }) => {
      const { status, body } = await world.webhook.send({ url, params, method });
      return { status, body };
    },
  };
}

const done = () => ({});

function named(world, name) {
  const { workers } = world.taskrouter;
  const worker = workers.named(name) ?? workers.get(name);
  if (!worker) throw badParameter(`there is no worker "${name}"`);
  return worker;
}

function madeUp({ count = 1, prefix = 'agent', activity }) {
  return Array.from({ length: count }, (_, index) => {
    const name = `${prefix}${index + 1}`;
    return {
      friendly_name: name,
      activity,
      attributes: {
        contact_uri: `client:${name}`, full_name: fullName(index), email: `${name}@example.com`,
      },
    };
  });
}

/** {worker, activity?, attributes?}: what a supervisor or an administrator would change. */
function changeWorker(world, { worker: name, activity, attributes }) {
  const worker = named(world, name);
  const found = activity === undefined ? undefined : world.taskrouter.activityNamed(activity);
  if (activity !== undefined && !found) throw badParameter(`there is no activity "${activity}"`);
  world.taskrouter.workers.update(worker, {
    activity: found,
    attributes: attributes === undefined ? undefined : JSON.stringify(attributes),
  });
  return workerState(world, worker);
}

function taskrouterState(world) {
  const { workers, tasks } = world.taskrouter;
  return {
    workers: [...workers.bySid.values()].map((worker) => workerState(world, worker)),
    tasks: tasks.all().map((task) => ({
      sid: task.sid,
      assignment_status: task.status,
      attributes: task.attributesObject,
      reason: task.reason,
      priority: task.priority,
      version: task.version,
      deleted: !tasks.get(task.sid),
      date_created: new Date(task.dateCreated).toISOString(),
      date_updated: new Date(task.dateUpdated).toISOString(),
    })),
    reservations: tasks.all().flatMap((task) => task.reservations).map((reservation) => ({
      sid: reservation.sid,
      task_sid: reservation.task.sid,
      worker_sid: reservation.worker.sid,
      worker_name: reservation.worker.friendlyName,
      reservation_status: reservation.status,
    })),
  };
}

function workerState({ taskrouter }, worker) {
  const voice = taskrouter.findChannel('voice');
  return {
    sid: worker.sid,
    name: worker.friendlyName,
    activity: worker.activity.friendlyName,
    available: worker.activity.available,
    attributes: worker.attributesObject,
    voice_tasks: taskrouter.workers.assignedTasks(worker, voice),
  };
}
