import { eventRoutes } from './events.js';
import { reservationRoutes } from './reservations.js';
import { taskRoutes } from './tasks.js';
import { workerRoutes } from './workers.js';
import { workspaceRoutes } from './workspace.js';

/** Every route of taskrouter.twilio.com that the stand-in knows. */
export const taskrouterRoutes = () => [
  ...workspaceRoutes(), ...workerRoutes(), ...taskRoutes(), ...reservationRoutes(),
  ...eventRoutes(),
];
