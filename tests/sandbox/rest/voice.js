// The 2010 API's Calls, as routes of the REST router; Conferences are in conferences.js.

import { conferenceRoutes } from './conferences.js';
import {
  absoluteUrl, BASE, choice, inRange, legOptions, METHODS, requireNumbers,
} from './parameters.js';
import { rfc2822 } from '../rfc2822.js';
import { badParameter, notFound, TwilioError } from '../twilio-error.js';

const MAX_TWIML = 4000;
const LIST_PARAMS = ['To', 'From', 'Status', 'ParentCallSid', 'StartTime', 'StartTime<',
  'StartTime>', 'EndTime', 'EndTime<', 'EndTime>'];
const CREATE_PARAMS = ['To', 'From', 'Url', 'Twiml', 'Method', 'StatusCallback',
  'StatusCallbackEvent[]', 'StatusCallbackMethod', 'Timeout', 'TimeLimit'];
const UPDATE_PARAMS = ['Url', 'Twiml', 'Method', 'Status', 'StatusCallback',
  'StatusCallbackMethod', 'TimeLimit'];

export function voiceRoutes() {
  const one = `${BASE}/Calls/:sid.json`;
  const sidChecks = { sid: 'CA' };
  return [
    { method: 'GET', path: `${BASE}/Calls.json`, params: LIST_PARAMS, list: true, handler: list },
    { method: 'POST', path: `${BASE}/Calls.json`, params: CREATE_PARAMS, handler: create },
    { method: 'GET', path: one, params: [], sidChecks, handler: fetchCall },
    { method: 'POST', path: one, params: UPDATE_PARAMS, sidChecks, handler: update },
    { method: 'DELETE', path: one, params: [], sidChecks, handler: remove },
    ...conferenceRoutes(),
  ];
}

function list(ctx) {
  const value = (name) => ctx.params.get(name) ?? undefined;
  const calls = value('ParentCallSid') ? [] : ctx.world.past.seeAll(ctx.world.voice.listCalls(
    { to: value('To'), from: value('From'), status: value('Status') }));
  const within = calls.filter((call) => inRange(ctx.params, 'StartTime', call.startTime)
    && inRange(ctx.params, 'EndTime', call.endTime));
  ctx.page2010('calls', within.map((call) => callJson(ctx.world, call)));
}

function create(ctx) {
  const { params, world } = ctx;
  requireNumbers(ctx);
  const url = absoluteUrl(ctx, 'Url');
  if (!url && !params.get('Twiml')) {
    throw new TwilioError(400, 21205, 'Url or Twiml must be given');
  }
  const call = world.voice.placeCall({ ...legOptions(ctx, 1), url,
    twiml: url ? undefined : twimlOf(params), method: choice(ctx, 'Method', METHODS) });
  ctx.reply(201, callJson(world, call));
}

function twimlOf(params) {
  const twiml = params.get('Twiml') ?? undefined;
  if (twiml?.length > MAX_TWIML) {
    throw new TwilioError(400, 21617, `Twiml exceeds ${MAX_TWIML} characters`);
  }
  return twiml;
}

function find(ctx) {
  const call = ctx.world.voice.getCall(`CA${ctx.path.sid.slice(2).toLowerCase()}`);
  if (!call) throw notFound(ctx.path.sid);
  return call;
}

function fetchCall(ctx) {
  const call = ctx.world.past.see(find(ctx)); // which may be late
  if (!call) throw notFound(ctx.path.sid);
  ctx.reply(200, callJson(ctx.world, call));
}

function update(ctx) {
  const { params, world } = ctx;
  const call = find(ctx);
  const status = choice(ctx, 'Status', ['completed', 'canceled']);
  const url = absoluteUrl(ctx, 'Url');
  const twiml = twimlOf(params);
  const method = choice(ctx, 'Method', METHODS);
  if (url && twiml) throw badParameter('Url and Twiml exclude each other');
  if (call.ended) {
    throw new TwilioError(400, 21220, 'Call is not in-progress. Cannot redirect.');
  }
  if (status === 'canceled' && call.status === 'in-progress') {
    throw new TwilioError(400, 21220, 'Call is in progress. Cannot cancel.');
  }
  // A call that rings can't have been completed: ending it so is what canceling is.
  if (status) world.voice.endCall(call.sid, call.startTime === null ? 'canceled' : status);
  else if (url || twiml) world.voice.redirectCall(call.sid, { url, method, twiml });
  ctx.reply(200, callJson(world, call));
}

function remove(ctx) {
  const call = find(ctx);
  if (!call.ended) throw new TwilioError(409, 20409, 'The call is in progress');
  ctx.world.voice.calls.delete(call.sid);
  ctx.reply(204);
}

function callJson(world, call) {
  const { accountSid } = world.config;
  const uri = `/2010-04-01/Accounts/${accountSid}/Calls/${call.sid}`;
  return {
    sid: call.sid,
    date_created: rfc2822(call.dateCreated),
    date_updated: rfc2822(call.dateUpdated),
    parent_call_sid: null,
    account_sid: accountSid,
    to: call.to,
    to_formatted: call.to,
    from: call.from,
    from_formatted: call.from,
    phone_number_sid: null,
    status: call.status,
    start_time: rfc2822(call.startTime),
    end_time: rfc2822(call.endTime),
    duration: call.ended ? String(call.duration) : null,
    price: null,
    price_unit: 'USD',
    direction: call.direction,
    answered_by: null,
    api_version: '2010-04-01',
    forwarded_from: null,
    group_sid: null,
    caller_name: null,
    queue_time: String(call.queueMs),
    trunk_sid: null,
    uri: `${uri}.json`,
    subresource_uris: { notifications: `${uri}/Notifications.json`,
      recordings: `${uri}/Recordings.json` },
  };
}
