// The Workspace's Events: what has happened in the last 30 days.

import { someMs } from '../control/pace.js';
import { isSid } from './router.js';
import { badParameter, notFound } from '../twilio-error.js';

const EVENTS = '/v1/Workspaces/:workspaceSid/Events';
const DEFAULT_MINUTES = 15;
const MINUTE_MS = 60_000;

// A parameter, the kind of SID that it takes, and the part of an Event that it looks at.
const BY_SID = [
  ['Sid', 'EV', ({ sid }) => sid],
  ['WorkerSid', 'WK', ({ data }) => data.worker_sid],
  ['TaskSid', 'WT', ({ data }) => data.task_sid],
  ['ReservationSid', 'WR', ({ data }) => data.reservation_sid],
  ['TaskQueueSid', 'WQ', ({ data }) => data.task_queue_sid],
  ['WorkflowSid', 'WW', ({ data }) => data.workflow_sid],
];

const iso = (ms) => new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');

function date(ctx, name) {
  const text = ctx.text(name);
  if (text === undefined) return undefined;
  const ms = /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(ms)) throw badParameter(`${name} is not a date and time of ISO 8601`);
  return ms;
}

/** What the period leaves; without any parameter it is the last quarter of an hour. */
function period(ctx) {
  const [from, to] = [date(ctx, 'StartDate'), date(ctx, 'EndDate')];
  const asked = ctx.integer('Minutes', 1, 9_999_999);
  const minutes = asked ?? (from === undefined && to === undefined ? DEFAULT_MINUTES : undefined);
  const since = minutes === undefined ? 0 : ctx.world.now() - minutes * MINUTE_MS;
  return ({ at }) => at >= since && at >= (from ?? 0) && at <= (to ?? Infinity);
}

function tests(ctx) {
  const found = [period(ctx)];
  for (const [name, prefix, read] of BY_SID) {
    const wanted = ctx.text(name);
    if (wanted === undefined) continue;
    if (!isSid(prefix, wanted)) throw badParameter(`${name} ${wanted} is no SID of that kind`);
    found.push((event) => read(event) === wanted);
  }
  const type = ctx.text('EventType');
  if (type !== undefined) found.push((event) => event.type === type);
  const channel = ctx.text('TaskChannel');
  if (channel !== undefined) found.push(({ data }) => data.task_channel_unique_name === channel
    || data.task_channel_sid === channel);
  return found;
}

/** What REST knows of by now: Events are as late as everything else. */
function known(ctx) {
  const until = ctx.world.now() - someMs(ctx.world.switches, 'restLateMs');
  return ctx.world.taskrouter.events.newest().filter(({ at }) => at <= until);
}

function list(ctx) {
  const wanted = tests(ctx);
  const found = known(ctx).filter((event) => wanted.every((test) => test(event)));
  ctx.pageMeta('events', found, (event) => eventResource(ctx, event));
}

function fetchOne(ctx) {
  const event = known(ctx).find(({ sid }) => sid === ctx.path.sid);
  if (!event) throw notFound(ctx.request.path);
  ctx.reply(200, eventResource(ctx, event));
}

const FOLDERS = { task: 'Tasks', worker: 'Workers' };

function resourceUrl(home, { subject, resourceSid, data }) {
  if (subject === 'reservation') return `${home}/Tasks/${data.task_sid}/Reservations/${resourceSid}`;
  return `${home}/${FOLDERS[subject]}/${resourceSid}`;
}

function eventResource(ctx, event) {
  const { accountSid, workspaceSid } = ctx.world.config;
  const home = `${ctx.base}/v1/Workspaces/${workspaceSid}`;
  return {
    sid: event.sid,
    account_sid: accountSid,
    workspace_sid: workspaceSid,
    event_type: event.type,
    event_date: iso(event.at),
    event_date_ms: event.at,
    event_data: event.data,
    description: `${event.resourceSid}: ${event.type}`,
    resource_type: event.subject,
    resource_sid: event.resourceSid,
    resource_url: resourceUrl(home, event),
    actor_type: 'workspace',
    actor_sid: workspaceSid,
    actor_url: home,
    source: 'twilio',
    source_ip_address: null,
    url: `${home}/Events/${event.sid}`,
  };
}

export const eventRoutes = () => [
  { method: 'GET', path: EVENTS, list: true, handler: list,
    params: [...BY_SID.map(([name]) => name), 'EndDate', 'EventType', 'Minutes', 'StartDate',
      'TaskChannel'] },
  { method: 'GET', path: `${EVENTS}/:sid`, sidChecks: { sid: 'EV' }, handler: fetchOne },
];
