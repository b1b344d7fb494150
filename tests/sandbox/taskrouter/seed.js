/** The workspace as the demo and the tests find it. */

const AGENTS = [
  { friendly_name: 'alice', full_name: 'Alice Archer', activity: 'Available' },
  { friendly_name: 'bob', full_name: 'Bob Baker', activity: 'Available' },
  { friendly_name: 'carol', full_name: 'Carol Castillo', activity: 'Available' },
  { friendly_name: 'dave', full_name: 'Dave Dufour', activity: 'Offline' },
].map(({ friendly_name: name, full_name: fullName, activity }) => ({
  friendly_name: name,
  activity,
  attributes: { contact_uri: `client:${name}`, full_name: fullName, email: `${name}@example.com` },
}));

function internalCallRouting(queue) {
  return JSON.stringify({
    task_routing: {
      filters: [{
        filter_friendly_name: 'Internal calls',
        expression: '1==1',
        targets: [{
          queue: queue.sid,
          expression: 'task.targetWorker==worker.contact_uri',
          priority: 1000,
        }],
      }],
      default_filter: { queue: queue.sid },
    },
  });
}

export function seed(world) {
  const { taskrouter, config } = world;
  const activities = [
    { friendlyName: 'Available', available: true },
    { friendlyName: 'Unavailable', available: false },
    { friendlyName: 'Break', available: false },
    { friendlyName: 'Offline', available: false },
  ];
  for (const fields of activities) taskrouter.addActivity(fields);
  const offline = taskrouter.activityNamed('Offline');
  for (const name of ['default', 'voice', 'chat', 'sms']) {
    taskrouter.addChannel({ uniqueName: name, friendlyName: name });
  }
  const everyone = taskrouter.addQueue({ friendlyName: 'Everyone' });
  taskrouter.addWorkflow({
    sid: config.workflowSid,
    friendlyName: 'Internal calls',
    configuration: internalCallRouting(everyone),
    taskReservationTimeout: config.taskReservationTimeout,
  });
  taskrouter.workspace = taskrouter.entity('WS', config.workspaceSid, {
    friendlyName: 'Flex Task Assignment',
    defaultQueue: everyone,
    defaultActivity: offline,
    timeoutActivity: offline,
    offlineActivity: offline,
  });
  for (const agent of config.agents ?? AGENTS) addWorker(world, { ...agent, origin: 'seed' });
}

/** Adds a Worker as the configuration and the control API describe one. */
export function addWorker(world, given) {
  const { taskrouter } = world;
  const { friendly_name: friendlyName, attributes = {}, activity = 'Available' } = given;
  const found = taskrouter.activityNamed(activity);
  if (!found) throw new Error(`there is no activity "${activity}"`);
  const capacity = typeof given.capacity === 'number' ? { voice: given.capacity } : given.capacity;
  return taskrouter.workers.create({
    sid: given.sid,
    friendlyName,
    attributes: typeof attributes === 'string' ? attributes : JSON.stringify(attributes),
    activity: found,
    capacity,
    origin: given.origin ?? 'control',
  });
}
