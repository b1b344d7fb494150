// `make demo`: the whole product on this machine, until Ctrl-C or SIGTERM.

import { startStack } from './stack.js';

// A signal may come while things are still starting: they are ended as soon as they have.
let stopped;
const stopAsked = new Promise((resolve) => {
  stopped = resolve;
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stopped);

const stack = await startStack({
  port: Number(process.env.DEMO_PORT || 8443),
  customerTaskEverySeconds: 90,
  sweepEverySeconds: 10,
  handleSignals: false,
});
for (const agent of stack.agents) console.log(`agent ${agent} ${stack.origin}/${agent}/`);
console.log('ready');

let stopping = false;
for (const { name, exited } of stack.processes.running) {
  exited.then(() => stopping || console.error(`${name} has ended:\n${stack.logs(name)}`));
}
await stopAsked;
stopping = true;
await stack.stop();
