// The rest of twilio.com for one browser: Flex's own page, what it asks at its start, its service
// of plugins. A real server, to which the browser is led by name, so that the browser's own rules
// of origins hold as they do outside. TaskRouter and Voice are the stand-in's.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';

import { WebSocketServer } from 'ws';

import { flexUi } from './flex-ui.js';
import { serveTwilsock } from './twilsock.js';

const PAGE = /^\/(agent-desktop.*)?$/;
const SID = '00000000000000000000000000000001';

const page = (config) => `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Flex</title>
<style>body, #container { margin: 0; width: 100vw; height: 100vh; display: flex }</style>
<body><div id="container"></div><script src="/flex.js"></script><script>
window.appConfig = ${JSON.stringify(config)};
Twilio.Flex.runDefault(appConfig, '#container').then(
  () => { window.started = 'yes'; }, (error) => { window.started = String(error); });
</script>`;

const configuration = ({ accountSid, workspaceSid, workflowSid, offlineSid }) => ({
  account_sid: accountSid, taskrouter_workspace_sid: workspaceSid, status: 'ok', attributes: {},
  taskrouter_target_workflow_sid: workflowSid, taskrouter_target_taskqueue_sid: `WQ${SID}`,
  taskrouter_taskqueues: [], taskrouter_skills: [], taskrouter_worker_channels: {},
  taskrouter_worker_attributes: {}, taskrouter_offline_activity_sid: offlineSid,
  runtime_domain: 'https://x.twil.io', messaging_service_instance_sid: `MG${SID}`,
  chat_service_instance_sid: `IS${SID}`, flex_service_instance_sid: `IS${SID}`,
  flex_instance_sid: `GO${SID}`, ui_language: 'en', ui_version: '~2.8.0', ui_dependencies: {},
  ui_attributes: { version_compatibility: 'yes' }, service_version: '0.6.0',
  call_recording_enabled: false, call_recording_webhook_url: null, crm_enabled: false,
  crm_type: null, crm_callback_url: null, crm_fallback_url: null, crm_attributes: {},
  public_attributes: {}, plugin_service_enabled: true, plugin_service_attributes: {},
  integrations: [], serverless_service_sids: [], queue_stats_configuration: null,
  outbound_call_flows: { default: { enabled: true, workflow_sid: workflowSid,
    queue_sid: `WQ${SID}`, caller_id: '+15005550006', location: 'US' } },
  notifications: { enabled: true, mode: 'whenNotInFocus' },
  markdown: { enabled: false, mode: 'readOnly' }, channel_configs: [],
  debugger_integration: { enabled: false }, flex_ui_status_report: { enabled: false },
  agent_conv_end_methods: { dateUpdated: '', enabled: [] },
  citrix_voice_vdi: { enabled: false }, flex_url: 'https://flex.twilio.com',
  url: 'https://flex-api.twilio.com/v1/Configuration',
  date_created: '2020-01-01T00:00:00Z', date_updated: '2020-01-01T00:00:00Z',
});

function tokenInfo({ identity, workerSid, accountSid }) {
  return {
    valid: true, code: 0, message: null, roles: ['agent'], identity, worker_sid: workerSid,
    expiration: new Date(Date.now() + 3_600_000).toISOString(), flex_user_sid: `FU${SID}`,
    realm_user_id: `${identity}@example.com`, name_id: identity, flex_instance_sid: `GO${SID}`,
    account_sid: accountSid,
    permissions: ['/twilio/flex/agent-desktop-page/read', '/twilio/flex/agent-self-status/update'],
  };
}

const STATUS = { page: {}, components: [], incidents: [], scheduled_maintenances: [],
  status: { indicator: 'none', description: 'All Systems Operational' } };

const COUNTRIES = [{ name: 'United States', code: 'US', dialCode: '1', phoneCode: '1' }];

/** What is answered to a path of one of Twilio's hosts. */
function answerTo({ hostname, pathname }, known) {
  const answers = [
    [/^flex-api.*\/v1\/Configuration$/, () => configuration(known)],
    [/\/api\/v1\/Session$/, () => ({ features: [], insightsActive: false })],
    [/\/Tokens\/(validate|Info)$/, () => tokenInfo(known)],
    [/\/v1\/account\/provision\/status$/, () => ({ status: 'NOT_STARTED' })],
    [/^status\./, () => STATUS],
    [/countries\.json$/, () => COUNTRIES],
    [/flagPositions\.json$/, () => ({})],
    [/^flex\.twilio\.com\/plugins$/, () => known.plugins],
  ];
  return answers.find(([path]) => path.test(hostname + pathname))?.[1]();
}

const openTo = ({ origin = '*', 'access-control-request-headers': headers = '*' }) => ({
  'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true',
  'access-control-allow-headers': headers,
  'access-control-allow-methods': 'GET, POST, PUT, DELETE, OPTIONS',
});

/**
 * @param {{key: string, cert: string}} tls
 * @param {object} known accountSid, workspaceSid, workflowSid, offlineSid, identity, workerSid,
 *   plugins as Flex's service lists them, and config of Flex's page
 * @returns {Promise<{port: number, close: () => void}>}
 */
export function serveTwilioCom(tls, known) {
  const flex = readFileSync(flexUi);
  const server = createServer(tls, (request, response) => {
    const url = new URL(request.url, `https://${request.headers.host}`);
    const { pathname } = url;
    const send = (status, type, body) => {
      response.writeHead(status, { ...openTo(request.headers), 'content-type': type });
      response.end(body);
    };
    request.resume();
    if (request.method === 'OPTIONS') send(204, 'text/plain');
    else if (pathname === '/flex.js') send(200, 'text/javascript', flex);
    else if (PAGE.test(pathname)) send(200, 'text/html', page(known.config));
    else {
      const answer = answerTo(url, known);
      send(answer ? 200 : 404, 'application/json', JSON.stringify(answer ?? { code: 20404 }));
    }
  });
  new WebSocketServer({ server }).on('connection', serveTwilsock);
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve({
      port: server.address().port,
      close() {
        server.closeAllConnections();
        server.close();
      },
    }));
  });
}
