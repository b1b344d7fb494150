import { startCustomerTraffic } from './customers.js';
import { EventBridge } from './event-bridge.js';
import { accountRoutes } from './rest-account.js';
import { taskrouterRoutes } from './rest-taskrouter.js';
import { seed } from './seed.js';
import { Server } from './server.js';
import { TaskRouter } from './taskrouter.js';
import { createWorld } from './world.js';

/**
 * Puts the parts together and listens. `createVoice` and `voiceRoutes` are given, so that tests of
 * TaskRouter alone run with a Voice of their own. Gives {world, url, tlsUrl, close()}.
 */
export async function startSandbox(config, { createVoice, voiceRoutes = () => [] }) {
  const world = createWorld(config);
  world.taskrouter = new TaskRouter(world);
  seed(world);
  createVoice(world);
  const bridge = new EventBridge(world);
  const routes = [...taskrouterRoutes(), ...accountRoutes(world), ...voiceRoutes(world)];
  const server = new Server(world, { routes, bridge });
  await server.listen();
  const stopTraffic = startCustomerTraffic(world);
  return {
    world,
    url: server.url,
    tlsUrl: server.tlsUrl,
    async close() {
      stopTraffic();
      bridge.close();
      world.voice.close();
      world.taskrouter.reset();
      await server.close();
    },
  };
}
