// status-callback: reports that come twice, in any order, at once, to several hosts, and to one
// that is killed while it works. There is always exactly one K, and at the end nothing is left.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { calleeTasks, connect, pair, ring } from './agent.js';
import { some } from '../long.js';
import { killAt } from './killed.js';
import { ANSWER_MS, until, useLab } from './lib.js';
import { nobodyActs } from './nobody-acts.js';

const lab = useLab({ sets: 2, graceSeconds: 0 });

let waiting;
before(() => {
  waiting = nobodyActs();
  waiting.catch(() => {}); // the last test says what went wrong
});

const isJoin = ({ params }) => params.StatusCallbackEvent === 'participant-join';

/** From now on Twilio's reports are lost, and we hand them over ourselves. */
const loseReports = (more = {}) => lab.control('webhook-faults', {
  match: { url: '/status-callback' }, times: 10_000, action: 'drop', ...more,
});
const findReports = () => lab.control('webhook-faults', undefined, 'DELETE');

async function reports() {
  const { webhooks } = await lab.control('webhooks');
  return webhooks.filter(({ url }) => url.includes('/status-callback'));
}

const query = (url) => new URL(url).search;

/** Hands one report over, once, to whichever set of programs is next. */
function deliver({ url, params, method }) {
  if (method === 'GET') {
    const joint = query(url) ? '&' : '?';
    return lab.webhook('status-callback', {
      method, query: `${query(url)}${joint}${new URLSearchParams(params)}`,
    });
  }
  return lab.webhook('status-callback', { query: query(url), params });
}

/** As Twilio does it: a 503 is asked again, four times at most. */
async function deliverStubbornly(report) {
  for (let tries = 1; ; tries++) {
    const answer = await deliver(report);
    if (answer.status !== 503 || tries > 4) return answer;
  }
}

/** A caller who waits in the Conference, and the report of it, which nobody has had yet. */
async function joinedUnreported() {
  const { caller, callee } = await pair(lab);
  await loseReports();
  const t1 = await caller.call(callee);
  const [join] = await until('the join', async () => {
    const found = (await reports()).filter(isJoin);
    return found.length && found;
  });
  return { caller, callee, t1, join };
}

async function expectOneK({ t1 }) {
  const made = await calleeTasks(lab, t1);
  assert.equal(made.length, 1, 'exactly one K');
  const { attributes } = await lab.task(t1);
  assert.equal(attributes.conference?.participants?.taskSid, made[0].sid);
  return made[0].sid;
}

function permutations(list) {
  if (list.length < 2) return [list];
  return list.flatMap((one, i) =>
    permutations([...list.slice(0, i), ...list.slice(i + 1)]).map((rest) => [one, ...rest]));
}

describe('twice and in every order', () => {
  const names = ['participant-join', 'participant-leave', 'conference-end'];
  for (const order of some(3, permutations(names))) {
    test(`the caller was there and has gone: ${order.join(', ')}`, async () => {
      const call = await joinedUnreported();
      await call.caller.hangUp();
      const all = await until('all reports', async () => {
        const found = await reports();
        return names.every((name) =>
          found.some(({ params }) => params.StatusCallbackEvent === name)) && found;
      });
      for (const name of order) {
        const report = all.find(({ params }) => params.StatusCallbackEvent === name);
        assert.equal((await deliverStubbornly(report)).status, 204);
        assert.equal((await deliverStubbornly(report)).status, 204);
      }
      const live = (await calleeTasks(lab, call.t1)).filter(({ assignment_status: status }) =>
        status !== 'canceled');
      assert.deepEqual(live, [], 'nobody rings for a call that is over');
    });
  }

  const parts = ['join of the caller', 'join of the callee', 'leave', 'end'];
  for (const order of some(8, permutations([0, 1, 2, 3]))) {
    test(`the call was up and is over: ${order.map((i) => parts[i]).join(', ')}`, async () => {
      const call = await ring(lab);
      await loseReports();
      const k = await call.callee.answer();
      const joined = await until('both joins', async () => {
        const found = (await reports()).filter(isJoin);
        return found.length === 2 && found;
      });
      await call.callee.hangUp();
      const left = await until('the end', async () => {
        const found = (await reports()).filter(({ params }) =>
          ['participant-leave', 'conference-end'].includes(params.StatusCallbackEvent));
        const end = found.find(({ params }) => params.StatusCallbackEvent === 'conference-end');
        return end && [found.find((one) => one !== end), end];
      });
      const all = [...joined, ...left];
      for (const i of order) {
        const answers = await Promise.all([all[i], all[i]].map(deliverStubbornly));
        assert.deepEqual(answers.map(({ status }) => status), [204, 204]);
      }
      assert.equal(await expectOneK(call), k);
    });
  }

  test('of a leg that is no end is taken, and nothing comes of it', async () => {
    const call = await connect(lab);
    const tasks = [call.t1, call.k];
    const legs = await Promise.all(tasks.map(async (sid) =>
      (await lab.task(sid)).attributes.worker_call_sid));
    const passes = [call.caller.passes.get(call.t1), call.callee.passes.get(call.k)];
    const ended = (i) => `?taskSid=${tasks[i]}&pass=${passes[i]}`;
    const report = (i, params, method) => lab.webhook('status-callback', method === 'GET'
      ? { method, query: `${ended(i)}&${new URLSearchParams(params)}` }
      : { query: ended(i), params });
    await lab.settled(); // the joins have been reported, and nobody asks because of them
    assert.deepEqual(await lab.requestsFor(async () => {
      for (const i of [0, 1]) {
        for (const CallStatus of
          ['queued', 'initiated', 'ringing', 'answered', 'in-progress', '']) {
          for (const method of ['GET', 'POST']) {
            const answer = await report(i, { CallSid: legs[i], CallStatus }, method);
            assert.equal(answer.status, 204, `${CallStatus}: ${answer.body}`);
          }
        }
        assert.equal((await report(i, { CallSid: legs[i] })).status, 204);
      }
    }), [], 'nothing is asked for them');
    assert.equal((await report(0, { CallSid: legs[0], CallStatus: 'completed' })).status, 503,
      'that leg is alive: REST may lag behind');
    assert.equal((await call.caller.state(call.t1)).state, 'connected');
    await call.caller.endCall(call.t1);
  });

  test('by GET, as Twilio may report the end of a leg', async () => {
    for (const legEndedMethod of ['GET', 'POST']) {
      await lab.control('switches', { legEndedMethod });
      const call = await connect(lab);
      await loseReports();
      await call.caller.hangUp();
      const ends = await until('the end of both legs', async () => {
        const found = (await reports()).filter(({ url }) => url.includes('taskSid='));
        return found.length >= 1 && found;
      });
      for (const end of ends) {
        assert.equal(end.method, legEndedMethod);
        assert.equal((await deliverStubbornly(end)).status, 204);
      }
      await lab.expectQuiet();
      await findReports();
      await lab.reset();
    }
    await lab.control('switches', { preset: 'a' });
  });
});

describe('at the same time', () => {
  for (let time = 1; time <= 3; time++) {
    test(`ten reports of one join, to two hosts (${time})`, async () => {
      const call = await joinedUnreported();
      const answers =
        await Promise.all(Array.from({ length: 10 }, () => deliverStubbornly(call.join)));
      assert.deepEqual(answers.map(({ status }) => status), Array(10).fill(204));
      await expectOneK(call);
      await call.callee.rings();
      await findReports();
      await call.caller.endCall(call.t1, 'cancel');
    });
  }

  test('while Twilio takes its time to make K', async () => {
    const call = await joinedUnreported();
    await lab.fault({ match: { method: 'POST', path: '/Tasks$' }, action: 'delay', ms: 1500 });
    await Promise.all(Array.from({ length: 10 }, () => deliver(call.join)));
    await expectOneK(call);
    await call.caller.endCall(call.t1, 'cancel');
  });

  test('join and end', async () => {
    for (const apart of [0, 10, 30]) {
      const call = await joinedUnreported();
      const started = Date.now();
      const [, ended] = await Promise.all([
        deliverStubbornly(call.join),
        until(`${apart} ms`, async () => Date.now() >= started + apart)
          .then(() => call.caller.endCall(call.t1, 'cancel')),
      ]);
      assert.equal(ended.status, 200, ended.body);
      await lab.expectQuiet();
      await findReports();
      await lab.reset();
    }
  });
});

describe('the claim', () => {
  const claim = async (t1, ageSeconds) => {
    // Twilio's own clock: ours may have been left behind.
    const { now } = await lab.control('clock', {});
    const at = Math.floor(Date.parse(now) / 1000) - ageSeconds;
    await lab.rewrite(t1, (attributes) => ({ ...attributes, claim: { id: 'ab'.repeat(16), at } }));
  };

  test('a young one is respected, and Twilio asked to come again', async () => {
    const call = await joinedUnreported();
    await claim(call.t1, -4); // young for ten seconds, of which it waits three
    const answer = await deliver(call.join);
    assert.equal(answer.status, 503);
    assert.match(answer.headers['content-type'], /^text\/plain/);
    assert.ok(answer.ms < ANSWER_MS);
    assert.deepEqual(await calleeTasks(lab, call.t1), []);
    await lab.clock(11);
    assert.equal((await deliverStubbornly(call.join)).status, 204);
    await expectOneK(call);
    await call.caller.endCall(call.t1, 'cancel');
  });

  test('an old one is taken over, by one of ten', async () => {
    const call = await joinedUnreported();
    await claim(call.t1, 7);
    const answers =
      await Promise.all(Array.from({ length: 10 }, () => deliverStubbornly(call.join)));
    assert.deepEqual(answers.map(({ status }) => status), Array(10).fill(204));
    await expectOneK(call);
    await call.caller.endCall(call.t1, 'cancel');
  });

  test('a K that was made and never named is found', async () => {
    const call = await ring(lab);
    const [join] = (await reports()).filter(isJoin);
    await claim(call.t1, 7);
    await lab.rewrite(call.t1, ({ conference, ...attributes }) => attributes);
    assert.equal((await deliverStubbornly(join)).status, 204);
    assert.equal(await expectOneK(call), call.k);
    await call.caller.endCall(call.t1, 'cancel');
  });

  test('even if REST shows it late', async () => {
    const call = await ring(lab);
    const [join] = (await reports()).filter(isJoin);
    await lab.rewrite(call.t1, ({ conference, ...attributes }) => attributes);
    await lab.fault({ match: { method: 'GET', path: `/Tasks/${call.k}$` }, action: 'status',
      status: 404, times: 1 });
    await claim(call.t1, 6);
    assert.equal((await deliver(join)).status, 204);
    assert.equal(await expectOneK(call), call.k);
    await call.caller.endCall(call.t1, 'cancel');
  });

  test('and ended too, if the call ends before anybody looks', async () => {
    const call = await ring(lab);
    await claim(call.t1, 7);
    await lab.rewrite(call.t1, ({ conference, ...attributes }) => attributes);
    assert.equal((await call.caller.endCall(call.t1, 'cancel')).status, 200);
    assert.equal((await lab.task(call.k)).assignment_status, 'canceled');
  });
});

describe('when making K fails', () => {
  const create = { method: 'POST', path: '/Tasks$' };
  const cases = {
    'it was made, and the answer lost': { action: 'drop', apply: 'after' },
    'it was made, and 500 answered': { action: 'status', status: 500, apply: 'after' },
    'it was made, and rubbish answered': { action: 'rubbish', apply: 'after' },
    'it was made, and half answered': { action: 'truncate', apply: 'after' },
    'it was not made: connection lost': { action: 'drop' },
    'it was not made: 503': { action: 'status', status: 503 },
    'it was not made: 429': { action: 'status', status: 429 },
  };
  for (const [what, fault] of Object.entries(cases)) {
    test(what, async () => {
      const call = await joinedUnreported();
      await lab.fault({ match: create, ...fault });
      const first = await deliver(call.join);
      assert.ok([204, 503].includes(first.status));
      await lab.clock(7);
      await until('a second report', async () => (await deliver(call.join)).status === 204);
      await expectOneK(call);
      await call.callee.rings();
      await call.caller.endCall(call.t1, 'cancel');
    });
  }

  test('Twilio refuses it: the call fails for good', async () => {
    const call = await joinedUnreported();
    await lab.fault({ match: create, action: 'status', status: 400, times: 1 });
    assert.equal((await deliver(call.join)).status, 204);
    const { outcome } = await call.caller.until('ended', call.t1);
    assert.equal(outcome, 'failed');
  });
});

describe('killed between two of its REST requests', () => {
  const variables = ({ url, params }) => {
    const body = new URLSearchParams(params).toString();
    return { body, variables: {
      REQUEST_METHOD: 'POST',
      REQUEST_URI: `/cgi-bin/status-callback${query(url)}`,
      CONTENT_TYPE: 'application/x-www-form-urlencoded',
      CONTENT_LENGTH: String(body.length),
      HTTP_X_TWILIO_SIGNATURE:
        lab.sign(`${lab.config.DIALPAD_PUBLIC_URL}/status-callback${query(url)}`, params),
    } };
  };

  /** Delivers to the first set, which is killed over it; afterwards its claim is an old one. */
  async function deliverAndKill(report, n) {
    const reached = await killAt(lab, 'status-callback', n, variables(report));
    await lab.clock(7);
    return reached;
  }

  /** Repeats a report until it has been dealt with, to whichever host. */
  const deliverAgain = (report) => until('the report', async () =>
    (await deliver(report)).status === 204);

  /** One call per request, until there is no such request any more. */
  async function killEverywhere(prepare, check) {
    for (let n = 0, reached = true; reached; n++) {
      const { call, report } = await prepare();
      reached = await deliverAndKill(report, n);
      await deliverAgain(report);
      await check(call);
      await lab.expectQuiet();
      await findReports();
      await lab.reset();
      assert.ok(n < 40);
    }
  }

  test('the join of the caller', async () => {
    await killEverywhere(
      async () => {
        const call = await joinedUnreported();
        return { call, report: call.join };
      },
      async (call) => {
        await expectOneK(call);
        await call.callee.rings();
        assert.equal((await call.caller.endCall(call.t1, 'cancel')).status, 200);
      }
    );
  });

  test('the join of the callee', async () => {
    await killEverywhere(
      async () => {
        const call = await ring(lab);
        await loseReports();
        await call.callee.answer();
        const [, report] = await until('the join', async () => {
          const found = (await reports()).filter(isJoin);
          return found.length === 2 && found;
        });
        return { call, report };
      },
      async (call) => {
        const { attributes } = await lab.task(call.t1);
        assert.ok(attributes.connectedAt);
        await expectOneK(call);
        await call.caller.endCall(call.t1);
      }
    );
  });

  test('the end', async () => {
    await killEverywhere(
      async () => {
        const call = await ring(lab);
        await loseReports();
        await call.caller.hangUp();
        const report = await until('the leave', async () => (await reports()).find(({ params }) =>
          params.StatusCallbackEvent === 'participant-leave'));
        return { call, report };
      },
      async (call) => {
        const { attributes, assignment_status: status } = await lab.task(call.t1);
        assert.equal(attributes.outcome, 'cancel');
        assert.equal(status, 'wrapping');
        assert.equal((await lab.task(call.k)).assignment_status, 'canceled');
      }
    );
  });
});

test('nobody acts: time ends every call', () => waiting);
