import { timingSafeEqual } from 'node:crypto';
import { pageMeta, page2010 } from './paging.js';
import { TwilioError, badParameter, notFound } from '../twilio-error.js';

export { TwilioError };

// Query parameters that every list takes.
const PAGING = ['Page', 'PageSize', 'PageToken'];
const WINDOW_MS = 1000;
const EXPRESSIONS_PER_WINDOW = 3;

export const isSid = (prefix, text) => new RegExp(`^${prefix}[0-9a-fA-F]{32}$`).test(text);

/**
 * A route: { method, path, handler(ctx), params, sidChecks, list, json }.
 * `path` names its variables with a colon; `params` are the only form or query parameters allowed,
 * those ending in '[]' may repeat; `list: true` adds the paging parameters; `json: true` means that
 * the body is JSON (ctx.json) instead of a form.
 */
export class Router {
  constructor(world, routes) {
    this.world = world;
    this.routes = routes.map(prepare);
    this.recent = new Map(); // what is limited → when it was asked
  }

  /** Answers {status, headers, body} to {method, path, query, headers, body, base}. */
  async answer(request) {
    const ctx = new Context(this, request);
    try {
      ctx.isAccount = this.#authenticate(request.headers.authorization);
      const { route, path } = this.#find(request);
      this.#checkPath(route, path);
      this.#countRequest(route, ctx);
      ctx.begin(route, path);
      await route.handler(ctx);
    } catch (error) {
      this.#refuse(ctx, error);
    }
    return ctx.answer;
  }

  /** TaskRouter limits how often one of its methods is asked, and says how much is left. */
  #countRequest({ method, path }, ctx) {
    const { requestsPerSecond: limit } = this.world.switches;
    if (limit === 0 || !path.startsWith('/v1/Workspaces')) return;
    const left = limit - this.#countInWindow(`${method} ${path}`, limit);
    ctx.limits = {
      'X-Rate-Limit-Limit': String(limit), 'X-Rate-Limit-Remaining': String(Math.max(0, left)),
    };
    if (left < 0) throw new TwilioError(429, 20429, 'Too Many Requests');
  }

  /** Counts one more within a second, unless `most` are there already; says which it is. */
  #countInWindow(name, most) {
    const now = this.world.now();
    const recent = (this.recent.get(name) ?? []).filter((at) => now - at < WINDOW_MS);
    if (recent.length < most) this.recent.set(name, [...recent, now]);
    return recent.length + 1;
  }

  /** Each list with an expression takes three requests in any second, and then 429. */
  countExpression(name) {
    if (this.#countInWindow(name, EXPRESSIONS_PER_WINDOW) > EXPRESSIONS_PER_WINDOW) {
      throw new TwilioError(429, 20429, `Too Many Requests: ${name}`);
    }
  }

  /** True for the account itself, false for one of its API keys. */
  #authenticate(authorization = '') {
    const { accountSid, authToken } = this.world.config;
    const [scheme, encoded = ''] = authorization.split(' ');
    const given = Buffer.from(encoded, 'base64').toString();
    const account = `${accountSid}:${authToken}`;
    const accepted = [account, ...this.world.keys.pairs()];
    if (scheme.toLowerCase() !== 'basic' || !accepted.some((pair) => sameText(pair, given))) {
      throw new TwilioError(401, 20003, 'Authenticate');
    }
    return sameText(account, given);
  }

  #find({ method, path }) {
    let pathKnown = false;
    for (const route of this.routes) {
      const match = route.pattern.exec(path);
      if (!match) continue;
      if (route.method === method) return { route, path: decodeGroups(match.groups, path) };
      pathKnown = true;
    }
    if (pathKnown) throw new TwilioError(405, 20004, `Method not allowed: ${method}`);
    throw notFound(path);
  }

  #checkPath(route, path) {
    const { accountSid, workspaceSid } = this.world.config;
    for (const [name, prefix] of Object.entries(route.sidChecks ?? {})) {
      if (!isSid(prefix, path[name])) throw notFound(path[name]);
    }
    if (path.accountSid && path.accountSid !== accountSid) throw notFound(path.accountSid);
    if (path.workspaceSid && path.workspaceSid !== workspaceSid) throw notFound(path.workspaceSid);
  }

  #refuse(ctx, error) {
    let refusal = error;
    if (!(error instanceof TwilioError)) {
      this.world.log('internal error', error.stack);
      refusal = new TwilioError(500, 20500, `The stand-in failed: ${error.message}`);
    }
    const headers = {};
    if (refusal.status === 401) headers['WWW-Authenticate'] = 'Basic realm="Twilio API"';
    if (refusal.status === 429 && this.world.switches.retryAfter === 'sent') {
      headers['Retry-After'] = '1';
    }
    ctx.reply(refusal.status, refusal.body(), headers);
  }
}

/** What a route's handler works with. */
class Context {
  constructor(router, request) {
    this.world = router.world;
    this.router = router;
    this.request = request;
    this.headers = request.headers;
    this.ifMatch = request.headers['if-match'];
    this.base = request.base;
    this.answer = null;
    this.limits = {}; // headers of every answer
  }

  begin(route, path) {
    this.path = path;
    if (route.json) {
      this.json = parseJsonBody(this.request);
      return;
    }
    this.params = readParams(this.request);
    checkParams(route, this.params);
  }

  reply(status, body, headers = {}) {
    const text = body === undefined || body === null ? '' : JSON.stringify(body);
    const type = text ? { 'Content-Type': 'application/json; charset=utf-8' } : {};
    this.answer = { status, headers: { ...type, ...this.limits, ...headers }, body: text };
  }

  error(status, code, message) {
    this.reply(status, new TwilioError(status, code, message).body());
  }

  /** Answers one resource with its version as the ETag. */
  replyVersioned(status, body, version) {
    this.reply(status, body, { ETag: this.etag(version) });
  }

  etag(version) {
    return this.world.switches.ifMatch === 'quoted' ? `"${version}"` : String(version);
  }

  /** Without If-Match the last writer wins; with it, it must be the current version. */
  checkIfMatch(version) {
    if (this.ifMatch !== undefined && this.ifMatch.replaceAll('"', '') !== String(version)) {
      throw new TwilioError(412, 20412, 'ETag did not match the current version of the resource');
    }
  }

  countExpression(name) {
    this.router.countExpression(name);
  }

  text(name) {
    const value = this.params.get(name);
    return value === null ? undefined : value;
  }

  required(name) {
    const value = this.params.get(name);
    if (!value) throw badParameter(`Missing required parameter ${name} in the post body`);
    return value;
  }

  integer(name, low, high) {
    const value = this.params.get(name);
    if (value === null) return undefined;
    if (!/^\d{1,10}$/.test(value) || Number(value) < low || Number(value) > high) {
      throw badParameter(`Parameter ${name} must be a number from ${low} to ${high}`);
    }
    return Number(value);
  }

  /** Twilio takes true, 1 and yes for true and anything else for false. */
  flag(name) {
    const value = this.params.get(name);
    return value === null ? undefined : ['true', '1', 'yes'].includes(value.toLowerCase());
  }

  page2010(key, items, render) {
    this.reply(200, page2010(this, key, items, render));
  }

  pageMeta(key, items, render) {
    this.reply(200, pageMeta(this, key, items, render));
  }
}

function prepare(route) {
  const source = route.path.replaceAll('.', '\\.').replaceAll(/:(\w+)/g, '(?<$1>[^/]+?)');
  const allowed = new Map();
  for (const name of [...(route.params ?? []), ...(route.list ? PAGING : [])]) {
    allowed.set(name.replace(/\[\]$/, ''), name.endsWith('[]'));
  }
  return { ...route, pattern: new RegExp(`^${source}$`), allowed };
}

function decodeGroups(groups, path) {
  try {
    return Object.fromEntries(
      Object.entries(groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]));
  } catch {
    throw notFound(path);
  }
}

function sameText(expected, given) {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Parameters of the query and, where there is a body, of the form. */
export function readParams({ query, body, headers }) {
  const params = new URLSearchParams(query);
  if (body.length > 0) {
    const type = (headers['content-type'] ?? '').split(';')[0].trim().toLowerCase();
    if (type !== 'application/x-www-form-urlencoded') {
      throw new TwilioError(415, 20415, `Unsupported content type ${type}`);
    }
    for (const [name, value] of new URLSearchParams(body.toString())) params.append(name, value);
  }
  return params;
}

function checkParams(route, params) {
  for (const name of new Set(params.keys())) {
    if (!route.allowed.has(name)) throw badParameter(`Unknown parameter ${name}`);
    if (params.getAll(name).length > 1 && !route.allowed.get(name)) {
      throw badParameter(`Parameter ${name} may be given once`);
    }
  }
}

function parseJsonBody({ body, headers }) {
  if (!(headers['content-type'] ?? '').startsWith('application/json')) {
    throw new TwilioError(415, 20415, 'The body must be application/json');
  }
  try {
    return JSON.parse(body.toString());
  } catch {
    throw badParameter('The body is not valid JSON');
  }
}
