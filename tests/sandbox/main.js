import { parseArgs } from 'node:util';
import { completeConfig, loadConfig } from './config.js';
import { voiceRoutes } from './rest-voice.js';
import { startSandbox } from './sandbox.js';
import { createVoice } from './voice.js';

const EXIT_WITHIN_MS = 2000;

const { values } = parseArgs({ options: { config: { type: 'string' } } });
const config = values.config ? loadConfig(values.config) : completeConfig();
const sandbox = await startSandbox(config, { createVoice, voiceRoutes });

let stopping = false;
async function stop() {
  if (stopping) return;
  stopping = true;
  setTimeout(() => process.exit(0), EXIT_WITHIN_MS - 500).unref();
  await sandbox.close();
  process.exit(0);
}
process.on('SIGTERM', stop);
process.on('SIGINT', stop);

// One line: the plain address, and the TLS one where there is one.
console.log(['ready', sandbox.url, sandbox.tlsUrl].filter(Boolean).join(' '));
