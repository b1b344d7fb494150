import { badParameter } from '../twilio-error.js';

const CUSTOMER_NUMBER = '+15005550199';

/** A customer's voice call that the Worker has already accepted. */
export function startCustomerTask(world, worker) {
  const { taskrouter } = world;
  const task = taskrouter.tasks.create({
    attributes: JSON.stringify({
      from: CUSTOMER_NUMBER, name: CUSTOMER_NUMBER, direction: 'inbound', type: 'inbound',
    }),
    workflow: taskrouter.workflows.get(world.config.workflowSid),
    channel: taskrouter.findChannel('voice'),
    routingTarget: worker.sid,
    ignoreCapacity: true,
  });
  const reservation = taskrouter.reservations.create(task, worker);
  taskrouter.reservations.accept(reservation);
  return task;
}

export function endCustomerTask(world, taskSid) {
  const task = world.taskrouter.tasks.get(taskSid);
  if (!task) throw badParameter(`there is no Task ${taskSid}`);
  world.taskrouter.tasks.complete(task, 'customer hung up');
}

/** Now and then a customer keeps carol busy, so that the demo shows what busy looks like. */
export function startCustomerTraffic(world) {
  const { customerTaskEverySeconds: period } = world.config;
  if (!period) return () => {};
  let ending = null;
  const timer = setInterval(() => {
    const { taskrouter } = world;
    const { workers, tasks } = taskrouter;
    const carol = workers.named('carol');
    if (!carol?.activity.available) return;
    if (!workers.hasRoom(carol, taskrouter.findChannel('voice'))) return;
    const task = startCustomerTask(world, carol);
    ending = setTimeout(() => {
      if (tasks.get(task.sid)?.status === 'assigned') endCustomerTask(world, task.sid);
    }, (period * 1000) / 3);
  }, period * 1000);
  return () => {
    clearInterval(timer);
    clearTimeout(ending);
  };
}
