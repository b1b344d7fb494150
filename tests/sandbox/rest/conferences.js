// The 2010 API's Conferences and their Participants, as routes of the REST router.

import {
  absoluteUrl, BASE, choice, inRange, legOptions, METHODS, requireNumbers,
} from './parameters.js';
import { rfc2822 } from '../rfc2822.js';
import { badParameter, notFound, TwilioError } from '../twilio-error.js';

const LIST_PARAMS = ['FriendlyName', 'Status', 'DateCreated', 'DateCreated<', 'DateCreated>',
  'DateUpdated', 'DateUpdated<', 'DateUpdated>'];
const PARTICIPANT_CREATE = ['To', 'From', 'Label', 'Timeout', 'TimeLimit', 'Muted', 'Beep',
  'StartConferenceOnEnter', 'EndConferenceOnExit', 'EarlyMedia', 'WaitUrl', 'WaitMethod',
  'MaxParticipants', 'JitterBufferSize', 'CallerId', 'StatusCallback', 'StatusCallbackEvent[]',
  'StatusCallbackMethod', 'ConferenceStatusCallback', 'ConferenceStatusCallbackEvent[]',
  'ConferenceStatusCallbackMethod'];
const PARTICIPANT_UPDATE = ['Hold', 'HoldUrl', 'HoldMethod', 'Muted', 'AnnounceUrl',
  'AnnounceMethod', 'WaitUrl', 'WaitMethod', 'BeepOnExit', 'EndConferenceOnExit'];

export function conferenceRoutes() {
  const one = `${BASE}/Conferences/:sid.json`;
  const participants = `${BASE}/Conferences/:conference/Participants.json`;
  const participant = `${BASE}/Conferences/:conference/Participants/:key.json`;
  const sidChecks = { sid: 'CF' };
  const inConference = { conference: 'CF' };
  return [
    { method: 'GET', path: `${BASE}/Conferences.json`, params: LIST_PARAMS, list: true,
      handler: listConferences },
    { method: 'GET', path: one, params: [], sidChecks, handler: fetchConference },
    { method: 'POST', path: one, params: ['Status', 'AnnounceUrl', 'AnnounceMethod'], sidChecks,
      handler: updateConference },
    { method: 'GET', path: participants, params: ['Muted', 'Hold', 'Coaching'], list: true,
      sidChecks: inConference, handler: listParticipants },
    { method: 'POST', path: participants, params: PARTICIPANT_CREATE, handler: createParticipant },
    { method: 'GET', path: participant, params: [], sidChecks: inConference,
      handler: fetchParticipant },
    { method: 'POST', path: participant, params: PARTICIPANT_UPDATE, sidChecks: inConference,
      handler: updateParticipant },
    { method: 'DELETE', path: participant, params: [], sidChecks: inConference,
      handler: removeParticipant },
  ];
}

function findConference(ctx, sid) {
  const conference = ctx.world.conferences.get(`CF${sid.slice(2).toLowerCase()}`);
  if (!conference) throw notFound(sid);
  return conference;
}

// As REST shows it, which may be late.
function shownConference(ctx, sid) {
  const conference = ctx.world.past.see(findConference(ctx, sid));
  if (!conference) throw notFound(sid);
  return conference;
}

function findParticipant(ctx) {
  const conference = findConference(ctx, ctx.path.conference);
  const participant = conference.find(ctx.path.key);
  if (!participant) throw notFound(ctx.path.key);
  return participant;
}

// Anything but true counts as false, as Twilio has it.
function flag(ctx, name) {
  const value = ctx.params.get(name);
  return value === null ? undefined : value.toLowerCase() === 'true';
}

// An empty URL is a wish, too: silence.
function musicUrl(ctx, name) {
  return ctx.params.get(name) === '' ? '' : absoluteUrl(ctx, name);
}

function listConferences(ctx) {
  const { params, world } = ctx;
  const [name, status] = [params.get('FriendlyName'), params.get('Status')];
  const found = world.past.seeAll(world.conferences.list()).filter((c) => (
    name === null || c.friendlyName === name)
    && (status === null || c.status === status)
    && inRange(params, 'DateCreated', c.dateCreated)
    && inRange(params, 'DateUpdated', c.dateUpdated));
  ctx.page2010('conferences', found.map((c) => conferenceJson(world, c)));
}

function fetchConference(ctx) {
  ctx.reply(200, conferenceJson(ctx.world, shownConference(ctx, ctx.path.sid)));
}

function updateConference(ctx) {
  const { world } = ctx;
  const conference = findConference(ctx, ctx.path.sid);
  const status = choice(ctx, 'Status', ['completed']);
  const announceUrl = absoluteUrl(ctx, 'AnnounceUrl');
  if (conference.ended) throw new TwilioError(400, 16022, 'The conference has ended');
  if (status) {
    if (!conference.started && world.switches.completeNeverStarted === '400') {
      throw badParameter('Bad request: the conference has not started');
    }
    conference.endByApi();
  } else if (announceUrl) {
    const method = choice(ctx, 'AnnounceMethod', METHODS);
    for (const participant of conference.participants.values()) {
      participant.announce(announceUrl, method);
    }
  }
  ctx.reply(200, conferenceJson(world, conference));
}

function listParticipants(ctx) {
  const conference = shownConference(ctx, ctx.path.conference);
  const [muted, hold, coaching] = ['Muted', 'Hold', 'Coaching'].map((name) => flag(ctx, name));
  const found = [...conference.participants.values()].filter((p) => (
    (muted === undefined || p.muted === muted) && (hold === undefined || p.hold === hold)
    && coaching !== true));
  const waiting = muted === undefined && hold === undefined && coaching !== true
    ? [...conference.pending.values()] : [];
  const listed = [...found, ...waiting];
  ctx.page2010('participants', listed.map((one) => (one.options
    ? pendingJson(ctx.world, conference, one.call, one.options)
    : participantJson(ctx.world, one))));
}

function createParticipant(ctx) {
  const { params, world } = ctx;
  requireNumbers(ctx);
  const label = checkedLabel(params.get('Label') ?? undefined);
  const options = participantOptions(ctx, label);
  const callOptions = legOptions(ctx, 5);
  const conference = world.conferences.obtain(ctx.path.conference);
  if (!conference) throw notFound(ctx.path.conference);
  if (label !== undefined && conference.labelInUse(label)) {
    throw new TwilioError(400, 16026, `The label ${label} is in use`);
  }
  if (conference.isFull()) throw new TwilioError(400, 16020, 'The conference is full');
  const call = world.conferences.addByCall(conference, callOptions, options);
  ctx.reply(201, pendingJson(world, conference, call, options));
}

function checkedLabel(label) {
  if (label === undefined) return undefined;
  if (label.length > 128 || label.includes('/') || /^CA[0-9a-f]{32}$/i.test(label)) {
    throw new TwilioError(400, 16024, `Invalid label ${label}`);
  }
  return label;
}

function participantOptions(ctx, label) {
  const { params } = ctx;
  const events = params.getAll('ConferenceStatusCallbackEvent')
    .flatMap((text) => text.trim().split(/\s+/));
  return {
    label,
    muted: flag(ctx, 'Muted'),
    beep: choice(ctx, 'Beep', ['true', 'false', 'onEnter', 'onExit']),
    startConferenceOnEnter: flag(ctx, 'StartConferenceOnEnter'),
    endConferenceOnExit: flag(ctx, 'EndConferenceOnExit'),
    waitUrl: musicUrl(ctx, 'WaitUrl'),
    waitMethod: choice(ctx, 'WaitMethod', METHODS),
    maxParticipants: ctx.integer('MaxParticipants', 1, 250),
    statusCallback: absoluteUrl(ctx, 'ConferenceStatusCallback'),
    statusCallbackMethod: choice(ctx, 'ConferenceStatusCallbackMethod', METHODS),
    statusCallbackEvents: events.length > 0 ? events : ['start', 'end'],
  };
}

function fetchParticipant(ctx) {
  const conference = shownConference(ctx, ctx.path.conference);
  const participant = conference.find(ctx.path.key);
  if (participant) {
    ctx.reply(200, participantJson(ctx.world, participant));
    return;
  }
  const pending = [...conference.pending.values()].find(({ call, options }) => (
    call.sid === ctx.path.key || options.label === ctx.path.key));
  if (!pending) throw notFound(ctx.path.key);
  ctx.reply(200, pendingJson(ctx.world, conference, pending.call, pending.options));
}

function updateParticipant(ctx) {
  const participant = findParticipant(ctx);
  const hold = flag(ctx, 'Hold');
  const muted = flag(ctx, 'Muted');
  const endConferenceOnExit = flag(ctx, 'EndConferenceOnExit');
  const holdUrl = musicUrl(ctx, 'HoldUrl');
  const holdMethod = choice(ctx, 'HoldMethod', METHODS);
  const announceUrl = absoluteUrl(ctx, 'AnnounceUrl');
  const announceMethod = choice(ctx, 'AnnounceMethod', METHODS);
  const waitUrl = musicUrl(ctx, 'WaitUrl');
  const waitMethod = choice(ctx, 'WaitMethod', METHODS);
  if (muted !== undefined) participant.setMuted(muted);
  if (endConferenceOnExit !== undefined) participant.setEndConferenceOnExit(endConferenceOnExit);
  if (waitUrl !== undefined) participant.setWait(waitUrl, waitMethod);
  if (ctx.params.has('BeepOnExit')) participant.setBeepOnExit(flag(ctx, 'BeepOnExit'));
  if (hold !== undefined) participant.setHold(hold, holdUrl, holdMethod);
  if (announceUrl) participant.announce(announceUrl, announceMethod);
  ctx.reply(200, participantJson(ctx.world, participant));
}

function removeParticipant(ctx) {
  const participant = findParticipant(ctx);
  participant.conference.leave(participant, { reason: 'participant_updated_via_api',
    callStatus: 'in-progress', kicked: true });
  ctx.reply(204);
}

function conferenceJson(world, conference) {
  const { accountSid } = world.config;
  const uri = `/2010-04-01/Accounts/${accountSid}/Conferences/${conference.sid}`;
  return {
    sid: conference.sid,
    account_sid: accountSid,
    friendly_name: conference.friendlyName,
    status: conference.status,
    region: 'us1',
    api_version: '2010-04-01',
    date_created: rfc2822(conference.dateCreated),
    date_updated: rfc2822(conference.dateUpdated),
    reason_conference_ended: conference.reasonEnded,
    call_sid_ending_conference: conference.callSidEnding,
    uri: `${uri}.json`,
    subresource_uris: { participants: `${uri}/Participants.json`,
      recordings: `${uri}/Recordings.json` },
  };
}

function participantJson(world, participant) {
  const { call, conference } = participant;
  return commonJson(world, conference, call, {
    label: participant.toldLabel,
    status: 'connected',
    muted: participant.muted,
    hold: participant.hold,
    start_conference_on_enter: participant.startConferenceOnEnter,
    end_conference_on_exit: participant.endConferenceOnExit,
    date_created: rfc2822(participant.dateCreated),
    date_updated: rfc2822(participant.dateUpdated),
  });
}

// A participant whose leg hasn't been answered yet.
function pendingJson(world, conference, call, options) {
  const statuses = { queued: 'queued', ringing: 'ringing', 'in-progress': 'connecting' };
  return commonJson(world, conference, call, {
    label: options.label ?? null,
    status: statuses[call.status] ?? 'failed',
    muted: options.muted ?? false,
    hold: false,
    start_conference_on_enter: options.startConferenceOnEnter ?? true,
    end_conference_on_exit: options.endConferenceOnExit ?? false,
    date_created: rfc2822(call.dateCreated),
    date_updated: rfc2822(call.dateUpdated),
  });
}

function commonJson(world, conference, call, fields) {
  const { accountSid } = world.config;
  return {
    account_sid: accountSid,
    call_sid: call.sid,
    conference_sid: conference.sid,
    coaching: false,
    call_sid_to_coach: null,
    queue_time: null,
    ...fields,
    uri: `/2010-04-01/Accounts/${accountSid}/Conferences/${conference.sid}`
      + `/Participants/${call.sid}.json`,
  };
}
