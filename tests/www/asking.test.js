// What asks the server: api, agent-search, poller, session.

import assert from 'node:assert/strict';
import test from 'node:test';

import { fetchByToken } from '../../www/flex/door.js';
import { createAgentSearch } from '../../www/js/agent-search.js';
import { ApiError, createApi } from '../../www/js/api.js';
import { createCallRequests } from '../../www/js/call-requests.js';
import { createPoller } from '../../www/js/poller.js';
import { createSession } from '../../www/js/session.js';
import { fakeTime } from './fake-time.js';

const BASE = 'https://calls.example/alice/cgi-bin/';
const settled = () => new Promise((resolve) => { setImmediate(resolve); });

/** A fetch that answers from a list, and keeps what it was asked. */
function fakeFetch(...answers) {
  const asked = [];
  const fetch = async (url, options) => {
    asked.push({ url: String(url), ...options });
    const next = answers.length > 1 ? answers.shift() : answers[0];
    if (next instanceof Error) throw next;
    const { status = 200, body = {}, headers } = next;
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return new Response(text, { status, headers });
  };
  return { fetch, asked };
}

/** Something that is resolved from outside, once per question. */
function desk() {
  const questions = [];
  const ask = (what, options) => new Promise((resolve, reject) => {
    questions.push({ what, signal: options?.signal ?? options, resolve, reject });
  });
  return { ask, questions };
}

test('requests carry the token, JSON and nothing else', async () => {
  const { fetch, asked } = fakeFetch(
    { body: { token: 'T', expiresIn: 60 } }, { status: 201, body: { taskSid: 'WT1', pass: 'P1' } }
  );
  const api = createApi(BASE, fetch);
  await api.session();
  const requests = createCallRequests(api);
  assert.equal(await requests.createTask('WK2'), 'WT1');
  assert.deepEqual([requests.pass('WT1'), requests.pass('WT2')], ['P1', '']);
  assert.equal(asked[0].url, `${BASE}session`);
  assert.equal(asked[0].method, 'POST');
  assert.equal(asked[1].url, `${BASE}create-task`);
  assert.equal(asked[1].headers['X-Dialpad-Token'], 'T');
  assert.equal(asked[1].headers['Content-Type'], 'application/json');
  assert.equal(asked[1].body, '{"to":"WK2","version":"1"}');
});

test('a page of Flex signs in by the token that Flex has now', async () => {
  const { fetch, asked } = fakeFetch({ body: { token: 'T1', expiresIn: 60 } }, { status: 401 },
    { body: { token: 'T2', expiresIn: 60 } }, { status: 201, body: { taskSid: 'WT1' } });
  let held = 'first';
  const api = createApi(BASE, fetchByToken(() => held, fetch));
  api.onTokenRefused(() => api.session());
  await api.session();
  held = 'second';
  assert.equal(await createCallRequests(api, { flex: true }).createTask('WK2'), 'WT1');
  assert.deepEqual(asked.map(({ url, body }) => [url.slice(BASE.length), body]), [
    ['flex-session', '{"token":"first"}'],
    ['create-task', '{"to":"WK2","version":"1","flex":true}'],
    ['flex-session', '{"token":"second"}'],
    ['create-task', '{"to":"WK2","version":"1","flex":true}'],
  ]);
  assert.equal(asked[3].headers['X-Dialpad-Token'], 'T2');
});

test('the colleague\'s pass comes with the state of the call, the newest counts', async () => {
  const { fetch } = fakeFetch({ body: { taskSid: 'WT3', pass: 'P1' } },
    { body: { taskSid: 'WT3', pass: 'P2' } }, { body: { taskSid: 'WT3' } });
  const requests = createCallRequests(createApi(BASE, fetch));
  for (const pass of ['P1', 'P2', 'P2']) {
    await requests.callState('WT3');
    assert.equal(requests.pass('WT3'), pass);
  }
});

test('a search is encoded, not pasted', async () => {
  const { fetch, asked } = fakeFetch({ body: { agents: [], total: 0 } });
  await createApi(BASE, fetch).listAgents('a&b="ł', { limit: 5 });
  const url = new URL(asked[0].url);
  assert.equal(url.searchParams.get('q'), 'a&b="ł');
  assert.equal(url.searchParams.get('limit'), '5');
});

test('errors have the server\'s status and word', async () => {
  const table = [
    [{ status: 409, body: { error: { code: 'callee_busy' } } }, 409, 'callee_busy'],
    [{ status: 502, body: '<html>' }, 502, 'failed'],
    [{ status: 429 }, 429, 'too_many_requests'],
    [new TypeError('network'), 0, 'unreachable'],
    [{ status: 200, body: '<html>' }, 200, 'failed'],
  ];
  for (const [answer, status, code] of table) {
    const api = createApi(BASE, fakeFetch(answer).fetch);
    await assert.rejects(createCallRequests(api).createTask('WK2'), (error) => (
      error instanceof ApiError && error.status === status && error.code === code
    ));
  }
});

/** A server that begins to answer, and then says nothing more until it is given up. */
async function stalling(url, { signal }) {
  const text = () => new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('aborted')));
  });
  return { ok: true, status: 201, headers: new Headers(), text, json: text };
}

test('an answer that stalls half way is none', async (t) => {
  const time = fakeTime(t);
  const api = createApi(BASE, stalling);
  for (const ask of [() => createCallRequests(api).createTask('WK2'), api.session]) {
    const refused = assert.rejects(ask(), { status: 0, code: 'unreachable' });
    await settled();
    time.tick(8000);
    await refused;
  }
});

test('a session that another program answered is asked for again', async (t) => {
  const time = fakeTime(t);
  const { fetch, asked } = fakeFetch({ body: '<html>' });
  const session = createSession(createApi(BASE, fetch));
  await assert.rejects(session.renew());
  time.tick(5000);
  await assert.rejects(session.renew());
  assert.equal(asked.length, 2);
  session.stop();
});

test('a refused token is renewed once, then the agent has to sign in', async () => {
  const { fetch, asked } = fakeFetch({ body: { token: 'T', expiresIn: 60 } }, { status: 401 });
  const api = createApi(BASE, fetch);
  await api.session();
  let renewals = 0;
  api.onTokenRefused(async () => { renewals += 1; });
  await assert.rejects(
    createCallRequests(api).endCall('WT1', 'hangup'), { status: 401, code: 'sign_in' });
  assert.equal(renewals, 1);
  assert.equal(asked.length, 3);
});

test('whoever asks before there is a token waits for it', async () => {
  const { fetch, asked } =
    fakeFetch({ body: { token: 'T', expiresIn: 60 } }, { body: { agents: [] } });
  const api = createApi(BASE, fetch);
  api.onTokenRefused(api.session);
  await api.listAgents('ana', {});
  assert.deepEqual(asked.map(({ headers }) => headers['X-Dialpad-Token']), [undefined, 'T']);
});

test('how long a call has been connected is told by the server\'s clock', async () => {
  const { fetch } = fakeFetch({
    body: { state: 'connected', connectedAt: '2031-05-01T10:00:00Z' },
    headers: { Date: 'Thu, 01 May 2031 10:01:30 GMT' },
  });
  const calls = createCallRequests(createApi(BASE, fetch));
  assert.equal((await calls.callState('WT1')).elapsed, 90000);
});

test('typing: only the newest question is asked and only its answer shown', async (t) => {
  const time = fakeTime(t);
  const { ask, questions } = desk();
  const shown = [];
  const onResult = (_, q) => shown.push(q);
  const search = createAgentSearch(ask, { onResult, onError: assert.fail, isFinal });
  search.type('a');
  time.tick(100);
  search.type('an');
  time.tick(100);
  assert.deepEqual(questions, []);
  assert.equal(search.isAsking(), true);
  time.tick(100);
  assert.deepEqual(questions.map(({ what }) => what), ['an']);
  search.now('ana');
  assert.equal(questions[0].signal.aborted, true);
  assert.equal(search.isAsking(), true);
  questions[1].resolve({});
  questions[0].resolve({});
  await settled();
  assert.deepEqual(shown, ['ana']);
  assert.equal(search.isAsking(), false);
});

test('a failed search says so, a dropped one says nothing', async () => {
  const { ask, questions } = desk();
  const errors = [];
  const onError = (error) => errors.push(error);
  const search = createAgentSearch(ask, { onResult: assert.fail, onError });
  search.now('a');
  search.drop();
  questions[0].reject(new Error('aborted'));
  await settled();
  assert.equal(errors.length, 0);
  search.now('b');
  questions[1].reject(new Error('down'));
  await settled();
  assert.equal(errors.length, 1);
  assert.equal(search.isAsking(), false);
});

const isFinal = (answer) => answer === 'over';

test('polling: what was asked before an event is not believed', async () => {
  const { ask, questions } = desk();
  const answers = [];
  const onAnswer = (_, answer) => answers.push(answer);
  const poller = createPoller(ask, { onAnswer, onError: assert.fail, isFinal });
  poller.follow({ taskSid: 'WT1', every: 60000 });
  assert.equal(questions.length, 0);
  poller.now();
  poller.now();
  questions[0].resolve('old');
  questions[1].resolve('new');
  await settled();
  assert.deepEqual(answers, ['new']);
  poller.follow(null);
});

test('polling: a flock of events is two questions, at once and after all of them', async (t) => {
  const time = fakeTime(t);
  const { ask, questions } = desk();
  const answers = [];
  const onAnswer = (_, answer) => answers.push(answer);
  const poller = createPoller(ask, { onAnswer, onError: assert.fail, isFinal });
  poller.follow({ taskSid: 'WT1', every: 60000 });
  for (let event = 0; event < 3; event += 1) poller.soon();
  questions[0].resolve('old');
  await settled();
  time.tick(299);
  assert.equal(questions.length, 1);
  time.tick(1);
  assert.equal(questions.length, 2);
  questions[1].resolve('new');
  await settled();
  assert.deepEqual(answers, ['new']);
  poller.follow(null);
});

test('polling: that it is over needs no second question', async (t) => {
  fakeTime(t);
  const { ask, questions } = desk();
  const answers = [];
  const onAnswer = (_, answer) => {
    answers.push(answer);
    poller.follow(null);
  };
  const poller = createPoller(ask, { onAnswer, onError: assert.fail, isFinal });
  poller.follow({ taskSid: 'WT1', every: 60000 });
  for (let event = 0; event < 3; event += 1) poller.soon();
  questions[0].resolve('over');
  await settled();
  assert.deepEqual([answers, questions.length], [['over'], 1]);
});

test('polling: a new pace counts from now on', async (t) => {
  const time = fakeTime(t);
  const { ask, questions } = desk();
  const poller = createPoller(ask, { onAnswer: () => {}, onError: assert.fail, isFinal });
  poller.follow({ taskSid: 'WT1', every: 5000 });
  time.tick(4000);
  poller.follow({ taskSid: 'WT1', every: 60000 });
  time.tick(59_000);
  assert.equal(questions.length, 0);
  time.tick(1000);
  assert.equal(questions.length, 1);
  poller.follow(null);
});

test('polling: an answer after the call is over is dropped', async () => {
  const { ask, questions } = desk();
  const poller = createPoller(ask, { onAnswer: assert.fail, onError: assert.fail, isFinal });
  poller.follow({ taskSid: 'WT1', every: 60000 });
  poller.now();
  poller.follow(null);
  questions[0].resolve('late');
  await settled();
});

test('polling: an error is told, and the next question still comes', async () => {
  const { ask, questions } = desk();
  const errors = [];
  const poller = createPoller(ask,
    { onAnswer: () => {}, onError: (_, e) => errors.push(e), isFinal });
  poller.follow({ taskSid: 'WT1', every: 1 });
  poller.now();
  questions[0].reject(new Error('down'));
  while (questions.length < 2) await new Promise((resolve) => { setTimeout(resolve, 1); });
  assert.equal(errors.length, 1);
  poller.follow(null);
});

test('renewals at the same moment are one request', async (t) => {
  t.after(() => session.stop());
  let asked = 0;
  const renewed = [];
  const api = { session: async () => { asked += 1; return { expiresIn: 3600 }; } };
  const session = createSession(api);
  session.follow({ onRenewed: (s) => renewed.push(s), onLost: assert.fail });
  await Promise.all([session.renew(), session.renew()]);
  await session.first;
  assert.equal(asked, 1);
  assert.equal(renewed.length, 1);
});

test('a refusal is told and not repeated', async () => {
  const lost = [];
  const api = { session: async () => { throw new ApiError(401, 'sign_in'); } };
  const session = createSession(api);
  session.follow({ onRenewed: assert.fail, onLost: (e) => lost.push(e.code) });
  await assert.rejects(session.renew());
  assert.deepEqual(lost, ['sign_in']);
});

test('a session whose timer slept is renewed when somebody looks', async (t) => {
  const time = fakeTime(t);
  let asked = 0;
  const api = { session: async () => { asked += 1; return { expiresIn: 3600 }; } };
  const session = createSession(api);
  session.follow({ onRenewed() {}, onLost: assert.fail });
  t.after(() => session.stop());
  await session.renew();
  session.look();
  assert.equal(asked, 1);
  time.sleep(3541_000);
  session.look();
  await session.renew();
  assert.equal(asked, 2);
});

test('a session is renewed a minute before it ends', async (t) => {
  const time = fakeTime(t);
  let asked = 0;
  const api = { session: async () => { asked += 1; return { expiresIn: 3600 }; } };
  const session = createSession(api);
  session.follow({ onRenewed() {}, onLost: assert.fail });
  t.after(() => session.stop());
  await session.renew();
  time.tick(3539_000);
  assert.equal(asked, 1);
  time.tick(1000);
  assert.equal(asked, 2);
});
