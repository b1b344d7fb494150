import jwt from 'jsonwebtoken';

const MAX_LIFETIME_SECONDS = 86_400;
// Twilio's rule for the identity of a Voice client.
const IDENTITY = /^[A-Za-z0-9_]{1,121}$/;

/** A token that Twilio refuses: `code` is what its SDKs would report. */
export class TokenError extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

function checkHeader(token) {
  const header = jwt.decode(token, { complete: true })?.header;
  if (!header) throw new TokenError(20101, 'Invalid Access Token');
  const { typ, alg, cty } = header;
  if (typ !== 'JWT' || alg !== 'HS256' || cty !== 'twilio-fpa;v=1') {
    throw new TokenError(20102, 'Invalid Access Token header');
  }
}

function checkSignature(token, secret) {
  try {
    return jwt.verify(token, secret, { algorithms: ['HS256'] });
  } catch (error) {
    if (error.name === 'TokenExpiredError') throw new TokenError(20104, 'Access Token expired');
    if (error.name === 'NotBeforeError') throw new TokenError(20105, 'Access Token not yet valid');
    throw new TokenError(20107, 'Invalid Access Token signature');
  }
}

function checkClaims({ jti, iss, sub, iat, exp, grants }, { config, keys }) {
  const known = keys.secretOf(iss) !== undefined && sub === config.accountSid;
  if (!known || !String(jti).startsWith(`${iss}-`)) {
    throw new TokenError(20103, 'Invalid Access Token issuer/subject');
  }
  if (!Number.isInteger(exp) || !Number.isInteger(iat) || exp - iat > MAX_LIFETIME_SECONDS) {
    throw new TokenError(20157, 'Access Token lifetime is too long');
  }
  if (typeof grants?.identity !== 'string' || grants.identity === '') {
    throw new TokenError(20106, 'Invalid Access Token grants');
  }
}

/**
 * Verifies an access token for one product: grant is 'voice' or 'task_router'.
 * Gives {identity, grant, expiresAt} (expiresAt in ms) or throws a TokenError.
 */
export function verifyAccessToken(world, token, grant) {
  const { config } = world;
  checkHeader(String(token));
  const { iss } = jwt.decode(token) ?? {};
  const claims = checkSignature(token, world.keys.secretOf(iss) ?? config.apiSecret);
  checkClaims(claims, world);
  const granted = claims.grants[grant];
  if (!granted) throw new TokenError(20106, `The Access Token has no ${grant} grant`);
  if (grant === 'voice' && !IDENTITY.test(claims.grants.identity)) {
    throw new TokenError(20106, 'The identity holds more than letters, digits and underscores');
  }
  return { identity: claims.grants.identity, grant: granted, expiresAt: claims.exp * 1000 };
}

/** The same for TaskRouter; gives the Worker too. A grant without a role is malformed. */
export function verifyWorkerToken(world, token) {
  const verified = verifyAccessToken(world, token, 'task_router');
  const { workspace_sid: workspaceSid, worker_sid: workerSid, role } = verified.grant;
  if (workspaceSid !== world.config.workspaceSid || !['worker', 'supervisor'].includes(role)) {
    throw new TokenError(20106, 'Invalid task_router grant');
  }
  const worker = world.taskrouter.workers.get(workerSid);
  if (!worker) throw new TokenError(20106, 'The task_router grant names no Worker');
  return { ...verified, worker };
}
