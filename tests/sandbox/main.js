import { parseArgs } from 'node:util';
import { completeConfig, loadConfig } from './config.js';
import { voiceRoutes } from './rest/voice.js';
import { startSandbox } from './sandbox.js';
import { readState } from './state-file.js';
import { createVoice } from './voice/voice.js';

const EXIT_WITHIN_MS = 2000;

// --state FILE: go on from there if it exists, and write it at the end.
const { values } = parseArgs({
  options: { config: { type: 'string' }, state: { type: 'string' } },
});
const config = values.config ? loadConfig(values.config) : completeConfig();
const state = values.state ? readState(values.state) : null;
const sandbox = await startSandbox(config, { createVoice, voiceRoutes, state });

let stopping = false;
async function stop() {
  if (stopping) return;
  stopping = true;
  if (values.state) sandbox.save(values.state);
  setTimeout(() => process.exit(0), EXIT_WITHIN_MS - 500).unref();
  await sandbox.close();
  process.exit(0);
}
process.on('SIGTERM', stop);
process.on('SIGINT', stop);

// One line: the plain address, and the TLS one where there is one.
console.log(['ready', sandbox.url, sandbox.tlsUrl].filter(Boolean).join(' '));
