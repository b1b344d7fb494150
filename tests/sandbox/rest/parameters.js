// What the routes of the 2010 API have in common: paths, and parameters checked as Twilio does.

import { badParameter, TwilioError } from '../twilio-error.js';

export const BASE = '/2010-04-01/Accounts/:accountSid';
export const METHODS = ['GET', 'POST'];

// One of the listed values, undefined when the parameter is absent, else an error as Twilio has it.
export function choice(ctx, name, values) {
  const value = ctx.params.get(name) ?? undefined;
  if (value !== undefined && !values.includes(value)) {
    throw badParameter(`Invalid ${name}: ${value}`);
  }
  return value;
}

export function absoluteUrl(ctx, name) {
  const value = ctx.params.get(name) ?? undefined;
  if (value !== undefined && !/^https?:\/\/[^/]/i.test(value)) {
    throw new TwilioError(400, 21205, `${name} is not a valid URL`);
  }
  return value;
}

// Twilio reports a missing number by codes of their own.
export function requireNumbers(ctx) {
  for (const [name, code] of [['To', 21201], ['From', 21213]]) {
    if (!ctx.params.get(name)) {
      throw new TwilioError(400, code, `No '${name}' number is specified`);
    }
  }
}

// The parameters about a leg's own progress, for placeCall().
export function legOptions(ctx, shortestTimeout) {
  return {
    to: ctx.params.get('To'),
    from: ctx.params.get('From'),
    timeout: ctx.integer('Timeout', shortestTimeout, 600),
    timeLimit: ctx.integer('TimeLimit', 1, 86400),
    statusCallback: absoluteUrl(ctx, 'StatusCallback'),
    statusCallbackMethod: choice(ctx, 'StatusCallbackMethod', METHODS),
    statusCallbackEvent: ctx.params.getAll('StatusCallbackEvent'),
  };
}

// A date alone means that day; with < or > in the parameter's name, up to it or from it on.
export function inRange(params, name, ms) {
  const bounds = [name, `${name}<`, `${name}>`].map((key) => params.get(key));
  if (bounds.every((bound) => bound === null)) return true;
  if (ms === null) return false;
  const day = new Date(ms).toISOString().slice(0, 10);
  const [on, until, from] = bounds.map((bound) => bound?.slice(0, 10));
  return (on === undefined || day === on) && (until === undefined || day <= until)
    && (from === undefined || day >= from);
}
