// What our programs answer when Twilio refuses, fails, talks rubbish, takes its time or is gone;
// and that whatever was interrupted can be repeated.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { connect, expectEnded, ring } from './agent.js';
import {
  ANSWER_MS, Lab, RINGBACK_MS, expectError, expectPlainError, isCgi, patience, randomSid, until,
  useLab, within,
} from './lib.js';
import { times } from '../long.js';
import { startStack } from '../stack/stack.js';

const lab = useLab();

/** One request to each program that speaks REST, about a call that is up → {program: answer}. */
async function askAll({ t1, k, asker = lab }) {
  const leave = { StatusCallbackEvent: 'participant-leave', FriendlyName: asker.room(t1),
    CallSid: randomSid('CA'), ConferenceSid: randomSid('CF') };
  const requests = {
    session: () => asker.session('alice'),
    'create-task': () => asker.page('carol', 'create-task', { body: { to: randomSid('WK') } }),
    'call-state': () => asker.page('alice', 'call-state', { query: `?taskSid=${t1}` }),
    'call-state, open': () => asker.page('alice', 'call-state'),
    'hold-participant': () => asker.page(
      'alice', 'hold-participant', { body: { taskSid: t1, hold: true } }),
    'cleanup-rejected-task': () =>
      asker.page('bob', 'cleanup-rejected-task', { body: { taskSid: k } }),
    'end-call': () => asker.page('alice', 'end-call', { body: { taskSid: t1, reason: 'hangup' } }),
    ringback: () => asker.webhook('ringback', { query: asker.waiting(t1, '&round=1') }),
    'status-callback': () => asker.webhook('status-callback', { params: leave }),
  };
  return Object.fromEntries(await Promise.all(Object.entries(requests).map(async ([name, ask]) =>
    [name, await within(name === 'ringback' ? RINGBACK_MS : ANSWER_MS, ask)])));
}

function checkAnswers({ ringback, 'status-callback': callback, ...page }, expected) {
  for (const [program, answer] of Object.entries(page)) {
    const statuses = [expected[program] ?? expected.page].flat();
    if (statuses[0] === 200 && answer.status === 200) continue;
    assert.ok(statuses.includes(answer.status), `${program}: ${answer.status} ${answer.body}`);
    expectError(answer, answer.status);
    assert.doesNotMatch(answer.body, /127\.0\.0\.1|ordered|curl/, 'details belong to the log');
  }
  assert.equal(ringback.status, 200);
  assert.match(ringback.body, /<Redirect /);
  expectPlainError(callback, 503);
}

/** Tasks, Conferences and legs, as far as they say whether anything was done. */
async function picture() {
  const { tasks, conferences, calls } = await lab.state();
  return {
    tasks: tasks.map(({ sid, version, assignment_status: status }) => [sid, version, status]),
    conferences: conferences.map(({ status, participants }) => [status, participants]),
    calls: calls.map(({ sid, status }) => [sid, status]),
  };
}

const FAULTS = {
  401: [{ action: 'status', status: 401, code: 20003 }, { page: 502 }],
  403: [{ action: 'status', status: 403, code: 20403 }, { page: 502 }],
  404: [{ action: 'status', status: 404, code: 20404 }, { page: [404, 502], session: [403, 502],
    // A Worker of whom Twilio knows nothing has no open call; a Task may not be shown yet.
    'call-state, open': 200, 'create-task': 422 }],
  412: [{ action: 'status', status: 412, code: 20412 }, { page: [409, 502] }],
  400: [{ action: 'status', status: 400, code: 20001 }, { page: 502 }],
  429: [{ action: 'status', status: 429, code: 20429 }, { page: 503 }],
  '429 with Retry-After': [{ action: 'status', status: 429, code: 20429, retryAfter: 60 },
    { page: 503 }],
  500: [{ action: 'status', status: 500 }, { page: 502 }],
  '503 in HTML': [{ action: 'html', status: 503 }, { page: 502 }],
  'HTML with 200': [{ action: 'html', status: 200 }, { page: 502 }],
  rubbish: [{ action: 'rubbish' }, { page: 502 }],
  'half an answer': [{ action: 'truncate' }, { page: 504 }],
  'a closed connection': [{ action: 'drop' }, { page: 504 }],
  'a redirect elsewhere': [{ action: 'status', status: 302 }, { page: 502 }],
  'no answer at all': [{ action: 'hang' }, { page: 504 }],
};

// The code behind both ways of running is one, and a process for each request takes its time: as
// plain CGI only what could differ is asked for again.
const ALSO_AS_CGI = new Set(['401', '404', '429', '500', 'a closed connection', 'no answer at all',
  'a lost answer']);
const wanted = ([what]) => !isCgi || ALSO_AS_CGI.has(what);

describe('every request to Twilio meets', () => {
  for (const [what, [fault, expected]] of Object.entries(FAULTS).filter(wanted)) {
    test(what, async () => {
      const call = await connect(lab);
      // The directory is at hand, as it is on any host that has run for ten seconds.
      assert.equal((await lab.page('alice', 'list-agents')).status, 200);
      await lab.settled();
      const before = await picture();
      await lab.fault({ ...fault, times: 10_000 });
      checkAnswers(await askAll(call), expected);
      // Nobody waits for Twilio while typing.
      const list = await within(1000 * patience, () => lab.page('alice', 'list-agents'));
      assert.equal(list.status, 200);
      assert.deepEqual(await picture(), before);
      await lab.clearFaults();
      assert.equal((await call.caller.endCall(call.t1)).status, 200);
      await expectEnded(call, 'hangup');
    });
  }
});

describe('one request in the middle meets', () => {
  const single = {
    'a lost answer': { action: 'drop', apply: 'after' },
    '500, carried out': { action: 'status', status: 500, apply: 'after' },
    412: { action: 'status', status: 412, code: 20412 },
    'a 429': { action: 'status', status: 429, code: 20429 },
    'a 20001': { action: 'status', status: 400, code: 20001 },
  };

  const kinds = Object.keys(single);

  /**
   * Repeats the same request with a fault at each of Twilio's answers in turn. In the short run
   * each kind of fault meets every fifth answer, so that all kinds together meet each.
   */
  async function everywhere(what, prepare, act, check) {
    const fault = single[what];
    const step = times(kinds.length, 1);
    for (let n = step > 1 ? kinds.indexOf(what) : 0, met = true; met; n += step) {
      const call = await prepare();
      await lab.settled();
      const { id } = await lab.fault({ ...fault, skip: n });
      const first = await act(call);
      assert.ok(first.ms < ANSWER_MS, `${first.ms} ms`);
      const { faults } = await lab.control('faults');
      met = faults.find((one) => one.id === id).remaining === 0;
      await lab.clearFaults();
      if (first.status >= 400) expectError(first, first.status);
      assert.ok(first.status < 500 || [502, 503, 504].includes(first.status), first.body);
      const again = await act(call);
      assert.equal(again.status, 200, `request ${n}: ${first.status}, then ${again.body}`);
      await check(call);
      await lab.expectQuiet();
      await lab.reset();
      assert.ok(n < 40);
    }
  }

  for (const what of kinds.filter((kind) => wanted([kind]))) {
    test(`${what}: Hang up`, () => everywhere(what, () => connect(lab),
      ({ caller, t1 }) => caller.endCall(t1), (call) => expectEnded(call, 'hangup')));

    test(`${what}: Decline`, () => everywhere(what, () => ring(lab),
      ({ callee, k }) => callee.decline(k), (call) => expectEnded(call, 'declined')));
  }

  test('a lost answer: Hold', () => everywhere('a lost answer', () => connect(lab),
    ({ caller, t1 }) => caller.hold(t1, true), async ({ caller, callee, t1, k }) => {
      assert.deepEqual((await callee.state(k)).hold, { me: true, other: false });
      assert.equal((await caller.endCall(t1)).status, 200);
    }));

  test('a lost answer to the creation of T1: nobody repeats it', async () => {
    for (const action of ['drop', 'hang', 'rubbish']) {
      await lab.fault({
        match: { method: 'POST', path: '/Tasks$' }, action, apply: 'after', times: 10,
      });
      const answer = await lab.page('alice', 'create-task', { body: { to: 'client:bob' } });
      expectError(answer, action === 'rubbish' ? 502 : 504);
      const { tasks } = await lab.state();
      assert.equal(tasks.length, 1);
      await lab.rest(`Tasks/${tasks[0].sid}`, { AssignmentStatus: 'canceled', Reason: 'x' });
      await lab.clearFaults();
      await lab.reset();
    }
  });

  test('a kept connection that has died is no error', async () => {
    const state = () => lab.page('alice', 'call-state');
    assert.equal((await state()).status, 200);
    await lab.fault({ action: 'drop' });
    assert.equal((await state()).status, 200);
  });
});

test('nobody listens at all', async () => {
  const stack = await startStack({ extraConfig: { DIALPAD_API_BASE_URL: 'http://127.0.0.1:9' } });
  try {
    const other = new Lab(stack);
    await other.loadWorkers();
    const t1 = randomSid('WT');
    checkAnswers(await askAll({ t1, k: randomSid('WT'), asker: other }), { page: 504 });
    expectError(await other.page('alice', 'list-agents'), 504);
    assert.equal((await other.ask('health')).status, 200);
    assert.equal((await other.ask('health', { query: '?deep=1' })).status, 503);
    const params = { CallSid: randomSid('CA'), From: 'client:alice', To: 'client:alice' };
    const pass = (role) => other.pass(role, t1, params.To);
    for (const [program, query] of [['caller-twiml', `?taskSid=${t1}&pass=${pass('caller')}`],
      ['callee-twiml', `?conferenceName=${t1}&pass=${pass('callee')}`],
      ['ringback', other.waiting(t1)]]) {
      assert.equal((await other.webhook(program, { query, params })).status, 200);
    }
  } finally {
    await stack.stop();
  }
});

test('many at once while Twilio hangs: everybody is answered, and the rest works on', async () => {
  await lab.fault({ match: { path: '/Reservations' }, action: 'hang', times: 10_000 });
  const answers =
    await Promise.all(Array.from({ length: 8 }, () => lab.page('alice', 'call-state')));
  for (const answer of answers) {
    expectError(answer, 504);
    assert.ok(answer.ms < ANSWER_MS, `${answer.ms} ms`);
  }
  await lab.clearFaults();
  await until('a good answer', async () =>
    (await lab.page('alice', 'call-state')).status === 200);
});

test('the log says what Twilio has said, beside the request that it was about', async () => {
  await lab.fault({ action: 'status', status: 400, code: 20007, times: 1000 });
  const answer = await lab.page('alice', 'call-state', { query: `?taskSid=${randomSid('WT')}` });
  assert.equal(answer.status, 502, answer.body);
  const id = answer.headers['x-request-id'];
  assert.match(lab.log('call-state'), new RegExp(
    `warn program=call-state request=${id} .*msg="twilio GET /v1/\\S+: refused, status 400, code 20007, .*A fault that a test has ordered`));
});
