import { readFileSync } from 'node:fs';

const DEFAULTS = {
  port: 0,
  tls: null,
  accountSid: 'AC00000000000000000000000000000001',
  authToken: '00000000000000000000000000000001',
  apiKey: 'SK00000000000000000000000000000001',
  apiSecret: 'stand-in-api-secret-000000000001',
  workspaceSid: 'WS00000000000000000000000000000001',
  workflowSid: 'WW00000000000000000000000000000001',
  webhookCa: null,
  region: null,
  agents: null,
  voiceAutoAnswerWorkers: false,
  switches: { preset: 'a' },
  customerTaskEverySeconds: 0,
  logFile: null,
  taskReservationTimeout: 130,
  // Twilio forgets a Task five minutes after its end.
  endedTaskLifetimeMs: 300_000,
  // The TaskRouter SDK gives a socket up that was silent for 30 s.
  heartbeatMs: 15_000,
  // A page that reloads is back within a second; a Worker is only gone after this long.
  offlineGraceMs: 3000,
};

export function completeConfig(given = {}) {
  for (const key of Object.keys(given)) {
    if (!(key in DEFAULTS)) throw new Error(`unknown configuration key "${key}"`);
  }
  return { ...DEFAULTS, ...given };
}

export function loadConfig(file) {
  return completeConfig(JSON.parse(readFileSync(file, 'utf8')));
}
