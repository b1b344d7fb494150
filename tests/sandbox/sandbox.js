import { startCustomerTraffic } from './control/customers.js';
import { EventBridge } from './bridge/event-bridge.js';
import { accountRoutes } from './rest/account.js';
import { flexTokenRoutes } from './rest/flex-tokens.js';
import { keyRoutes } from './rest/keys.js';
import { pluginRoutes } from './rest/plugins.js';
import { taskrouterRoutes } from './rest/taskrouter.js';
import { seed } from './taskrouter/seed.js';
import { Server } from './server.js';
import { restoreState, saveState } from './state-file.js';
import { TaskRouter } from './taskrouter/taskrouter.js';
import { createWorld } from './world.js';

/** Where a stand-in that is started again listens: where it did before. */
function onPorts(config, { plain, tls }) {
  return { ...config, port: plain, tls: config.tls && { ...config.tls, port: tls } };
}

/**
 * Puts the parts together and listens. `createVoice` and `voiceRoutes` are given, so that tests of
 * TaskRouter alone run with a Voice of their own; `state` is what save() has written.
 * Gives {world, url, tlsUrl, save(file), close()}; after save() nothing but close() makes sense.
 */
export async function startSandbox(config, { createVoice, voiceRoutes = () => [], state = null }) {
  const world = createWorld(state ? onPorts(config, state.ports) : config);
  world.taskrouter = new TaskRouter(world);
  createVoice(world);
  const bridge = new EventBridge(world);
  if (state) restoreState(world, bridge, state);
  else seed(world);
  const routes = [...taskrouterRoutes(), ...accountRoutes(world), ...keyRoutes(),
    ...flexTokenRoutes(), ...pluginRoutes(), ...voiceRoutes(world)];
  const server = new Server(world, { routes, bridge });
  await server.listen();
  if (state) world.webhook.resume();
  const stopTraffic = startCustomerTraffic(world);
  return {
    world,
    url: server.url,
    tlsUrl: server.tlsUrl,
    save(file) {
      stopTraffic();
      saveState(file, world, { bridge, server });
    },
    async close() {
      stopTraffic();
      bridge.close();
      world.voice.close();
      world.taskrouter.reset();
      await server.close();
    },
  };
}
