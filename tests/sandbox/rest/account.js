import { TwilioError, badParameter } from '../twilio-error.js';

const ACCOUNT = '/2010-04-01/Accounts/:accountSid';
// The only number of this account. (The 500 555 exchange is Twilio's own, for tests.)
const NUMBER = { sid: 'PN00000000000000000000000000000001', phone_number: '+15005550006' };

function fetchAccount(ctx) {
  if (!ctx.isAccount && ctx.world.switches.keyReadsAccount === 'no') {
    throw new TwilioError(401, 20003, 'Authenticate');
  }
  ctx.reply(200, {
    sid: ctx.world.config.accountSid,
    owner_account_sid: ctx.world.config.accountSid,
    friendly_name: 'Local stand-in',
    status: 'active',
    type: 'Full',
    uri: ctx.request.path,
  });
}

function listNumbers(ctx) {
  const wanted = ctx.text('PhoneNumber');
  const found = wanted === undefined || wanted === NUMBER.phone_number ? [NUMBER] : [];
  ctx.page2010('incoming_phone_numbers', found, (one) => ({
    ...one,
    account_sid: ctx.world.config.accountSid,
    friendly_name: one.phone_number,
    capabilities: { voice: true, sms: true, mms: false, fax: false },
  }));
}

/** The Flex project's configuration; a POST replaces the top-level keys that it names. */
function flexConfiguration(world) {
  const { accountSid, workspaceSid, workflowSid } = world.config;
  const { defaultQueue, offlineActivity } = world.taskrouter.workspace;
  return {
    account_sid: accountSid,
    status: 'ok',
    taskrouter_workspace_sid: workspaceSid,
    taskrouter_target_workflow_sid: workflowSid,
    taskrouter_target_taskqueue_sid: defaultQueue.sid,
    taskrouter_offline_activity_sid: offlineActivity.sid,
    flex_instance_sid: 'GO00000000000000000000000000000001',
    serverless_service_sids: [],
    ui_attributes: {},
    outbound_call_flows: {
      default: {
        workflow_sid: workflowSid,
        queue_sid: defaultQueue.sid,
        caller_id: NUMBER.phone_number,
        location: 'US',
        enabled: true,
      },
    },
  };
}

/** Monitor's list of what Twilio has met with on its way to us. */
function listAlerts(ctx) {
  const level = ctx.text('LogLevel');
  const found = ctx.world.alerts.filter((one) => level === undefined || one.log_level === level);
  ctx.pageMeta('alerts', found, (one) => ({
    sid: ctx.world.sid('NO'),
    account_sid: ctx.world.config.accountSid,
    date_created: new Date(ctx.world.now()).toISOString(),
    request_method: 'POST',
    ...one,
  }));
}

export function accountRoutes(world) {
  let configuration = flexConfiguration(world);
  return [
    { method: 'GET', path: `${ACCOUNT}.json`, handler: fetchAccount },
    { method: 'GET', path: `${ACCOUNT}/IncomingPhoneNumbers.json`, list: true, handler: listNumbers,
      params: ['PhoneNumber', 'FriendlyName', 'Beta', 'Origin'] },
    { method: 'GET', path: '/v1/Alerts', list: true, handler: listAlerts,
      params: ['LogLevel', 'StartDate', 'EndDate'] },
    { method: 'GET', path: '/v1/Configuration', params: ['UiVersion'],
      handler: (ctx) => ctx.reply(200, configuration) },
    {
      method: 'POST', path: '/v1/Configuration', json: true,
      handler: (ctx) => {
        if (ctx.json?.account_sid !== world.config.accountSid) {
          throw badParameter('account_sid is required');
        }
        configuration = { ...configuration, ...ctx.json };
        ctx.reply(200, configuration);
      },
    },
  ];
}
