import { verifyWorkerToken } from '../tokens.js';
import { badParameter } from '../twilio-error.js';

// No token of Flex comes near it.
const MAX_TOKEN = 8192;

/** A token as a request brings it; Twilio refuses a request without one. */
function checked(token) {
  if (typeof token !== 'string' || token === '' || token.length > MAX_TOKEN) {
    throw badParameter('token is required');
  }
  return token;
}

/**
 * Whose token of Flex this is. Flex's own is encrypted and says nothing to anybody but Twilio; here
 * an agent's TaskRouter token takes its place.
 */
function describe(world, token) {
  const { identity, worker, expiresAt } = verifyWorkerToken(world, token);
  return {
    expiration: new Date(expiresAt).toISOString(),
    realm_user_id: `${identity}@example.com`,
    identity,
    roles: ['agent'],
    worker_sid: worker.sid,
  };
}

/** What says no by its body alone: the status is 200 in any case. */
function validate(ctx) {
  const token = checked(ctx.json?.token);
  try {
    ctx.reply(200, { valid: true, code: 0, message: null, ...describe(ctx.world, token) });
  } catch ({ code, message }) {
    ctx.reply(200, { valid: false, code, message });
  }
}

/** The older way, which Flex's own functions have: a form, and no `valid` where it isn't. */
function info(ctx) {
  const token = checked(ctx.text('Token'));
  try {
    ctx.reply(200, { valid: true, ...describe(ctx.world, token) });
  } catch ({ code, message }) {
    throw badParameter(`${code} ${message}`);
  }
}

export function flexTokenRoutes() {
  const path = '/v1/Accounts/:accountSid/Tokens';
  return [
    { method: 'POST', path: `${path}/validate`, json: true, handler: validate },
    { method: 'POST', path: `${path}/Info`, params: ['Token'], handler: info },
  ];
}
