// What stands in for Flex's own actions on a Task of ours, and what of Flex's doesn't fit one.

import { kindOf } from '../js/reservations.js';
import { GOES_ON, INSTEAD } from './rules.js';

const isOurs = (task) => kindOf(task?.attributes) !== null;

export const ours = { if: ({ task }) => isOurs(task) };

/** An action names its Task, or the Reservation. */
function taskOf(manager, { task, sid } = {}) {
  return task ?? manager.store.getState().flex.worker.tasks.get(sid);
}

function takeOver(flex, manager, calls) {
  for (const [action, instead] of Object.entries(INSTEAD)) {
    flex.Actions.addListener(`before${action}`, (payload, abort) => {
      const task = taskOf(manager, payload);
      const kind = kindOf(task?.attributes);
      if (!kind) return undefined;
      const done = calls.act(task.taskSid, instead({ kind, view: calls.view(task.taskSid) }));
      if (GOES_ON.includes(action)) return undefined;
      abort();
      return done;
    });
  }
}

/** Flex looks for the Participants of a Conference that isn't named as it would name one. */
function silence(flex, manager) {
  flex.Notifications.addListener('beforeAddNotification', (notification, cancel) => {
    const tasks = [...manager.store.getState().flex.worker.tasks.values()];
    if (notification.id === 'FailedToFetchParticipants' && tasks.some(isOurs)) cancel();
  });
}

export function hook(flex, manager, calls) {
  takeOver(flex, manager, calls);
  silence(flex, manager);
  // Who is added or handed over to is not Flex's to say: it knows nothing of this Conference.
  flex.CallCanvasActions.Content.remove('directory', ours);
}
