import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { start } from './stand-in.js';

let sandbox;
before(async () => {
  sandbox = await start();
});
after(() => sandbox.close());

const tokens = (account = sandbox.world.config.accountSid) => `/v1/Accounts/${account}/Tokens`;

async function validate(body, { path = `${tokens()}/validate`, type = 'application/json' } = {}) {
  const { apiKey, apiSecret } = sandbox.world.config;
  const answer = await fetch(sandbox.url + path, {
    method: 'POST', body: JSON.stringify(body),
    headers: {
      Authorization: `Basic ${Buffer.from(`${apiKey}:${apiSecret}`).toString('base64')}`,
      'Content-Type': type,
    },
  });
  return { status: answer.status, body: await answer.json() };
}

test('a token is known by both ways, with its Worker and its end', async () => {
  const token = sandbox.workerToken('alice');
  const info = await sandbox.rest('POST', `${tokens()}/Info`, { Token: token });
  const asked = await validate({ token });
  for (const { status, body } of [info, asked]) {
    assert.deepEqual([status, body.valid, body.worker_sid, body.identity],
      [200, true, sandbox.worker('alice').sid, 'alice']);
    assert.ok(Date.parse(body.expiration) > Date.now() + 590_000);
  }
});

test('a token of somebody else\'s is not', async () => {
  const token = sandbox.workerToken('alice', { secret: 'another' });
  const { status, body } = await validate({ token });
  assert.deepEqual([status, body.valid, body.code], [200, false, 20107]);
  assert.equal((await sandbox.rest('POST', `${tokens()}/Info`, { Token: token })).status, 400);
});

test('what is no such request is refused', async () => {
  const token = sandbox.workerToken('alice');
  for (const body of [{}, { token: '' }, { token: 1 }, { token: 'x'.repeat(8193) }, []]) {
    assert.equal((await validate(body)).status, 400);
  }
  assert.equal((await validate({ token }, { type: 'text/plain' })).status, 415);
  const another = `${tokens('AC00000000000000000000000000000bad')}/validate`;
  assert.equal((await validate({ token }, { path: another })).status, 404);
  for (const form of [{}, { token }, { Token: token, More: '1' }]) {
    assert.equal((await sandbox.rest('POST', `${tokens()}/Info`, form)).status, 400);
  }
});
