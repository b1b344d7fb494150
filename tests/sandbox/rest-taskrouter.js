import { reservationRoutes } from './rest-reservations.js';
import { taskRoutes } from './rest-tasks.js';
import { workerRoutes } from './rest-workers.js';
import { workspaceRoutes } from './rest-workspace.js';

/** Every route of taskrouter.twilio.com that the stand-in knows. */
export const taskrouterRoutes = () => [
  ...workspaceRoutes(), ...workerRoutes(), ...taskRoutes(), ...reservationRoutes(),
];
