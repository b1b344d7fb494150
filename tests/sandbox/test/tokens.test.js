import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import jwt from 'jsonwebtoken';
import { start } from './stand-in.js';
import { verifyAccessToken, verifyWorkerToken } from '../tokens.js';

let sandbox;
before(async () => {
  sandbox = await start();
});
after(() => sandbox.close());

/** A correct token with some of its parts changed. */
function make({ header = {}, secret, ...changes } = {}) {
  const { config } = sandbox.world;
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    jti: `${config.apiKey}-1`,
    iss: config.apiKey,
    sub: config.accountSid,
    iat: now,
    exp: now + 600,
    grants: {
      identity: 'alice',
      voice: { incoming: { allow: true } },
      task_router: {
        workspace_sid: config.workspaceSid, worker_sid: sandbox.worker('alice').sid, role: 'worker',
      },
    },
    ...changes,
  };
  for (const name of Object.keys(claims)) if (claims[name] === undefined) delete claims[name];
  const fullHeader = { alg: 'HS256', typ: 'JWT', cty: 'twilio-fpa;v=1', ...header };
  return jwt.sign(claims, secret ?? config.apiSecret,
    { header: fullHeader, algorithm: fullHeader.alg });
}

test('a correct token is taken for both products', () => {
  const { identity, expiresAt } = verifyAccessToken(sandbox.world, make(), 'voice');
  assert.equal(identity, 'alice');
  assert.ok(expiresAt > Date.now() + 590_000);
  assert.equal(verifyWorkerToken(sandbox.world, make()).worker, sandbox.worker('alice'));
});

const past = Math.floor(Date.now() / 1000) - 1000;
const REFUSED = [
  ['no token at all', () => 'nonsense', 20101],
  ['no content type', () => make({ header: { cty: undefined } }), 20102],
  ['another algorithm', () => make({ header: { alg: 'HS512' } }), 20102],
  ['another secret', () => make({ secret: 'another' }), 20107],
  ['another key', () => make({ iss: 'SK1' }), 20103],
  ['another account', () => make({ sub: 'AC1' }), 20103],
  ['a strange jti', () => make({ jti: '1' }), 20103],
  ['an expired token', () => make({ iat: past, exp: past + 10 }), 20104],
  ['a token of tomorrow', () => make({ nbf: Math.floor(Date.now() / 1000) + 600 }), 20105],
  ['more than a day', () => make({ exp: Math.floor(Date.now() / 1000) + 86_500 }), 20157],
  ['no end', () => make({ exp: undefined }), 20157],
  ['no identity', () => make({ grants: { voice: {} } }), 20106],
  ['an identity that is an address', () => make({ grants: { identity: 'alice@example.com',
    voice: {} } }), 20106],
  ['an identity of 122 letters', () => make({ grants: { identity: 'a'.repeat(122), voice: {} } }),
    20106],
  ['no voice grant', () => make({ grants: { identity: 'alice' } }), 20106],
];

for (const [name, token, code] of REFUSED) {
  test(`${name} is refused with ${code}`, () =>
    assert.throws(() => verifyAccessToken(sandbox.world, token(), 'voice'), { code }));
}

test('a TaskRouter grant needs its workspace, a Worker and a role', () => {
  const { workspaceSid } = sandbox.world.config;
  const { sid } = sandbox.worker('alice');
  const good = { workspace_sid: workspaceSid, worker_sid: sid, role: 'worker' };
  for (const change of [{ workspace_sid: 'WS1' }, { worker_sid: 'WK1' }, { role: undefined }]) {
    const token = make({ grants: { identity: 'alice', task_router: { ...good, ...change } } });
    assert.throws(() => verifyWorkerToken(sandbox.world, token), { code: 20106 });
  }
});
