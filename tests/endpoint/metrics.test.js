// What is counted, by all programs together, and who may read it; the rules and the board that are
// made from it name nothing else.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { connect, ring } from './agent.js';
import { direct } from './direct.js';
import { PROGRAMS, expectError, randomSid, useLab } from './lib.js';

const repo = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const TOKEN = 'a-token-of-a-monitor-on-another-machine';
const lab = useLab({
  tls: true, // so that the sweep, too, trusts the web server's certificate
  graceSeconds: 0, ringSeconds: 5, extraConfig: { DIALPAD_METRICS_TOKEN: TOKEN },
});

/** Prometheus's text as a Map from `name{labels}` to the number. */
function parse(text) {
  const series = new Map();
  const types = new Map();
  for (const line of text.trimEnd().split('\n')) {
    const type = /^# TYPE ([a-z_]+) (counter|gauge|histogram)$/.exec(line);
    if (type) types.set(type[1], type[2]);
    if (line.startsWith('#')) continue;
    const match = /^([a-z_]+)(\{([a-z]+="[^"\\]*",?)+\})? (-?[\d.]+)$/.exec(line);
    assert.ok(match, line);
    const family = match[1].replace(/_(bucket|sum|count)$/, '');
    assert.ok(types.has(family) || types.has(match[1]), `${line} has no type`);
    assert.ok(!series.has(match[1] + (match[2] ?? '')), `${line} is there twice`);
    series.set(match[1] + (match[2] ?? ''), Number(match[4]));
  }
  series.types = types;
  return series;
}

async function scrape() {
  const answer = await lab.ask('metrics');
  assert.equal(answer.status, 200, answer.body);
  assert.equal(answer.headers['content-type'], 'text/plain; version=0.0.4');
  return parse(answer.body);
}

/** What has been counted while `deed` was done: a function of the name. */
async function counted(deed) {
  const before = await scrape();
  await deed();
  const after = await scrape();
  return (name) => (after.get(name) ?? 0) - (before.get(name) ?? 0);
}

const askFrom = (program, address, headers = {}, query = '') => direct(lab.stack, program, {
  REQUEST_METHOD: 'GET', REQUEST_URI: `/cgi-bin/${program}${query}`, REMOTE_ADDR: address, ...headers,
});

describe('who may read it', () => {
  test('this machine, or who has the token', async () => {
    for (const address of ['127.0.0.1', '127.9.9.9', '::1']) {
      assert.equal((await askFrom('metrics', address)).status, 200, address);
    }
    for (const authorization of [`Bearer ${TOKEN}`, `bearer ${TOKEN}`]) {
      const headers = { HTTP_AUTHORIZATION: authorization };
      assert.equal((await askFrom('metrics', '192.0.2.1', headers)).status, 200);
      assert.equal((await askFrom('health', '192.0.2.1', headers, '?deep=1')).status, 200);
    }
  });

  test('nobody else', async () => {
    for (const authorization of [undefined, '', 'Bearer', 'Bearer ', `Bearer ${TOKEN}x`, TOKEN,
      `Bearer ${TOKEN.slice(0, -1)}`, `Bearer ${TOKEN.slice(0, -1)}X`, `Basic ${TOKEN}`]) {
      const headers = authorization === undefined ? {} : { HTTP_AUTHORIZATION: authorization };
      expectError(await askFrom('metrics', '192.0.2.1', headers), 403, 'not_from_here');
      expectError(await askFrom('health', '192.0.2.1', headers, '?deep=1'), 403, 'not_from_here');
    }
  });
});

describe('what is counted', () => {
  test('every program, under its own name', async () => {
    const count = await counted(() => Promise.all(Object.keys(PROGRAMS).map((program) =>
      lab.ask(program, { method: 'PUT', body: '',
        // Past the password.
        path: program === 'session' ? '/alice/cgi-bin/session' : undefined }))));
    for (const program of readdirSync(join(repo, 'cgi-bin')).map((file) => file.slice(0, -2))) {
      assert.equal(count(`dialpad_requests_total{program="${program}",status="405"}`), 1, program);
      assert.ok(count(`dialpad_request_seconds_count{program="${program}"}`) >= 1, program);
    }
  });

  test('calls by how they ended, once each', async () => {
    const count = await counted(async () => {
      const { callee, k } = await connect(lab);
      await callee.endCall(k);
      await lab.expectQuiet();
    });
    assert.equal(count('dialpad_calls_total{outcome="hangup"}'), 1);
    assert.equal(count('dialpad_answer_seconds_count'), 1);
    assert.equal(count('dialpad_ring_seconds_count'), 0);
    const sum = count('dialpad_answer_seconds_sum');
    assert.ok(sum >= 0 && sum < 60, `${sum} s`);
    assert.ok(count('dialpad_twilio_requests_total{product="taskrouter",status="200"}') > 3);
  });

  test('calls that nobody answers', async () => {
    const count = await counted(async () => {
      const { caller, t1 } = await ring(lab);
      await caller.endCall(t1, 'cancel');
      await lab.expectQuiet();
    });
    assert.equal(count('dialpad_calls_total{outcome="cancel"}'), 1);
    assert.equal(count('dialpad_ring_seconds_count'), 1);
    assert.equal(count('dialpad_answer_seconds_count'), 0);
  });

  test('signatures, and the last genuine webhook', async () => {
    const count = await counted(async () => {
      await lab.webhook('ringback', { signature: 'bm9ib2R5', query: '?x=1' });
      await lab.webhook('ringback', { query: '?x=1' });
      await lab.webhook('ringback', { signature: null });
    });
    assert.equal(count('dialpad_signatures_refused_total'), 1);
    const at = (await scrape()).get('dialpad_last_webhook_timestamp_seconds');
    assert.ok(Math.abs(Date.now() / 1000 - at) < 20, String(at));
  });

  test('what Twilio refuses, and how its clock differs', async () => {
    const count = await counted(async () => {
      await lab.fault({ match: { path: '/Tasks/WT' }, action: 'status', status: 401, times: 1 });
      const answer = await lab.page('alice', 'call-state', { query: `?taskSid=${randomSid('WT')}` });
      assert.equal(answer.status, 502);
    });
    assert.equal(count('dialpad_twilio_requests_total{product="taskrouter",status="401"}'), 1);
    assert.equal(count('dialpad_requests_total{program="call-state",status="502"}'), 1);
    const series = await scrape();
    const skew = series.get('dialpad_clock_skew_seconds');
    assert.ok(Math.abs(skew) <= 10, String(skew));
    assert.ok(series.get('dialpad_twilio_concurrent_requests') >= 1);
  });

  test('the list of agents, and sweeps', async () => {
    await lab.forgetDirectory();
    await lab.page('alice', 'list-agents', { query: '?q=bob' });
    const count = await counted(() => lab.sweep());
    const series = await scrape();
    assert.ok(series.get('dialpad_directory_age_seconds') < 60);
    assert.equal(series.get('dialpad_calls_live'), 0);
    assert.equal(count('dialpad_sweep_tasks_total{result="failed"}'), 0);
    assert.ok(Math.abs(Date.now() / 1000 - series.get('dialpad_sweep_timestamp_seconds')) < 20);
    assert.ok(series.get('dialpad_certificate_expiry_timestamp_seconds') > Date.now() / 1000);
  });

  test('without a request to Twilio, and for a textfile collector, too', async () => {
    let stdout;
    assert.deepEqual(await lab.requestsFor(async () => {
      await scrape();
      ({ stdout } = await promisify(execFile)(join(lab.stack.buildDir, 'bin/dialpad-admin'),
        ['metrics'], { env: { ...process.env, ...lab.stack.sets[0].env } }));
    }), []);
    const [mine, theirs] = [parse(stdout), await scrape()];
    assert.deepEqual([...mine.types], [...theirs.types]);
    assert.equal(mine.get('dialpad_calls_total{outcome="hangup"}'),
      theirs.get('dialpad_calls_total{outcome="hangup"}'));
  });
});

describe('deploy/monitoring', () => {
  const rules = readFileSync(join(repo, 'deploy/monitoring/dialpad.rules.yml'), 'utf8');
  const board = readFileSync(join(repo, 'deploy/monitoring/grafana.json'), 'utf8');
  const named = (text) => [...new Set(text.match(/\bdialpad_[a-z_]+/g))];

  test('names what is exported, and the board all of it', async () => {
    const { types } = await scrape();
    const exported = new Set([...types].flatMap(([name, type]) => (type === 'histogram'
      ? ['_bucket', '_sum', '_count'].map((end) => name + end) : [name])));
    for (const name of [...named(rules), ...named(board)]) assert.ok(exported.has(name), name);
    const shown = new Set(named(board).map((name) => name.replace(/_bucket$/, '')));
    assert.deepEqual([...types.keys()].filter((name) => !shown.has(name)),
      ['dialpad_request_seconds'].filter((name) => !shown.has(name)));
    JSON.parse(board);
  });

  test('six rules, each with what to do', () => {
    assert.equal(rules.match(/- alert: /g).length, 6);
    for (const key of ['expr:', 'for:', 'severity:', 'summary:', 'action:']) {
      assert.equal(rules.split(key).length - 1, 6, key);
    }
  });

  test('promtool accepts the rules and the metrics', async () => {
    const promtool = async (words, input) => {
      const running = promisify(execFile)('promtool', words);
      running.child.stdin.end(input);
      return running;
    };
    await promtool(['check', 'rules', join(repo, 'deploy/monitoring/dialpad.rules.yml')]);
    await promtool(['check', 'metrics'], (await lab.ask('metrics')).body);
  });
});
