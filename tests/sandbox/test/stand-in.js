import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import twilio from 'twilio';
import { completeConfig } from '../config.js';
import { startSandbox } from '../sandbox.js';

/** A Voice without sound: it remembers what it was asked to call. */
function createFakeVoice(world) {
  const calls = [];
  world.voice = {
    calls,
    placeCall(options) {
      const call = Object.assign(new EventEmitter(), { sid: world.sid('CA'), ...options });
      calls.push(call);
      return call;
    },
    handleSignalUpgrade: (req, socket) => socket.destroy(),
    snapshot: () => ({
      calls: calls.map(({ sid, to, from }) => ({ sid, to, from })), conferences: [],
    }),
    reset: () => calls.splice(0),
    close() {},
  };
  return world.voice;
}

/**
 * Starts TaskRouter, REST and the event bridge in this process, with a silent Voice unless `parts`
 * brings the real one.
 */
export async function start(config = {}, parts = { createVoice: createFakeVoice }) {
  const sandbox = await startSandbox(completeConfig(config), parts);
  const { apiKey, apiSecret, workspaceSid } = sandbox.world.config;
  const credentials = Buffer.from(`${apiKey}:${apiSecret}`).toString('base64');

  async function rest(method, path, params, headers = {}) {
    const form = new URLSearchParams(params);
    const target = path.startsWith('/v1') || path.startsWith('/2010') ? path
      : `/v1/Workspaces/${workspaceSid}/${path}`;
    const isGet = method === 'GET';
    const query = isGet && params ? `?${form}` : '';
    const response = await fetch(`${sandbox.url}${target}${query}`, {
      method,
      headers: { Authorization: `Basic ${credentials}`, ...headers },
      body: isGet || method === 'DELETE' ? undefined : form,
    });
    const text = await response.text();
    return {
      status: response.status, headers: response.headers, body: text ? JSON.parse(text) : null,
    };
  }

  async function control(method, path, body) {
    const response = await fetch(`${sandbox.url}/sandbox/${path}`, {
      method, body: body && JSON.stringify(body),
    });
    return response.json();
  }

  return {
    ...sandbox,
    rest,
    control,
    taskrouter: sandbox.world.taskrouter,
    worker: (name) => sandbox.world.taskrouter.workers.named(name),
    workerToken: (name, options) => workerToken(sandbox.world, name, options),
    newTask: (to, more = {}) => rest('POST', 'Tasks', {
      Attributes: JSON.stringify({ targetWorker: `client:${to}` }), TaskChannel: 'voice', ...more,
    }),
  };
}

/** A TaskRouter token made by Twilio's own library. */
export function workerToken({ config, taskrouter }, name, options = {}) {
  const { AccessToken } = twilio.jwt;
  const secret = options.secret ?? config.apiSecret;
  const token = new AccessToken(config.accountSid, config.apiKey, secret,
    { identity: name, ttl: options.ttl ?? 600 });
  token.addGrant(new AccessToken.TaskRouterGrant({
    workspaceSid: config.workspaceSid, role: 'worker',
    workerSid: taskrouter.workers.named(name).sid,
  }));
  return token.toJwt();
}

/** Resolves with the first truthy value of `read()`, or fails after `limit` ms. */
export async function until(read, limit = 30_000) {
  const deadline = Date.now() + limit;
  for (;;) {
    const value = await read();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`waited in vain for ${read}`);
    await sleep(10);
  }
}

export const once = (emitter, name) => new Promise((resolve) => { emitter.once(name, resolve); });
