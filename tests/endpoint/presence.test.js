// presence: what an agent's own page tells is in colleagues' lists the next time that they ask.

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { expectError, until, useLab } from './lib.js';

const lab = useLab();
const BREAK = { activity: `WA${'0'.repeat(32)}`, name: 'Break', available: false, busy: false };

// What was told in the test before is forgotten with the rest; one may be told a second.
beforeEach(() => lab.forgetDirectory());

const tell = (name, body) => lab.page(name, 'presence', { body });

async function seen(of, by = 'alice', headers = {}) {
  const answer = await lab.page(by, 'list-agents', { query: '?all=1', headers });
  if (answer.status === 304) return { status: 304, etag: answer.headers.etag };
  const row = answer.data.agents.find(({ sid }) => sid === lab.workers.get(of).sid);
  const { activity, available, busy } = row;
  return { activity, available, busy, etag: answer.headers.etag };
}

test('a change is in the next answer, and the tag says so', async () => {
  const before = await seen('bob');
  assert.deepEqual([before.activity, before.available, before.busy], ['Available', true, false]);
  const told = await tell('bob', BREAK);
  assert.equal(told.status, 204, told.body);
  const after = await seen('bob', 'alice', { 'If-None-Match': before.etag });
  assert.deepEqual([after.activity, after.available, after.busy], ['Break', false, false]);
  assert.equal((await seen('bob', 'alice', { 'If-None-Match': after.etag })).status, 304);
  const carol = await seen('carol');
  assert.deepEqual([carol.activity, carol.available], ['Available', true], 'about oneself alone');
  const back = { ...BREAK, name: 'Available', available: true, busy: true };
  await until('the next one', async () => (await tell('bob', back)).status === 204);
  const last = await seen('bob');
  assert.deepEqual([last.activity, last.available, last.busy], ['Available', true, true]);
});

test('at most once a second', async () => {
  // Two at once: on a busy machine one after the other may take longer than a second.
  const again = await until('a refusal', async () => {
    const answers = await Promise.all([tell('bob', BREAK), tell('bob', BREAK)]);
    return answers.find(({ status }) => status !== 204);
  });
  expectError(again, 429, 'too_many_requests');
  assert.equal(again.headers['retry-after'], '1');
  assert.equal((await tell('carol', BREAK)).status, 204);
});

test('a call is decided by Twilio, whatever was told', async () => {
  assert.equal((await tell('bob', { ...BREAK, busy: true })).status, 204);
  const { status, data } = await lab.page('alice', 'create-task',
    { body: { to: lab.workers.get('bob').sid } });
  assert.equal(status, 201);
  await lab.page('alice', 'end-call', { body: { taskSid: data.taskSid, reason: 'cancel' } });
});

for (const [what, change] of [
  ['another kind of SID', { activity: `WK${'0'.repeat(32)}` }], ['no name', { name: undefined }],
  ['an empty name', { name: '' }], ['a long name', { name: 'é'.repeat(70) }],
  ['a number', { available: 1 }], ['no busy', { busy: undefined }],
]) {
  test(`refused: ${what}`, async () => {
    expectError(await tell('bob', { ...BREAK, ...change }), 400, 'invalid_parameter');
  });
}
