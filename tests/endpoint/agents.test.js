// session and list-agents: who somebody is, and whom they can call.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';

import jwt from 'jsonwebtoken';

import { Wire, cgiVariables } from '../bench/wire.js';
import { Agent } from './agent.js';
import { ANSWER_MS, expectError, isCgi, patience, until, useLab } from './lib.js';

const TICK_MS = 10;
const SEARCHES_MS = 300;
const lab = useLab({ extraConfig: { DIALPAD_LIST_FIELDS: 'team_name, location,routing.skills' } });

async function list(query = '', name = 'alice') {
  const answer = await lab.page(name, 'list-agents', { query });
  assert.equal(answer.status, 200, answer.body);
  return answer.data;
}

// How long a processor has been busy with the program, in milliseconds: what others do on the
// machine doesn't count. A process that lives for one request can't be asked any more.
async function worked(program) {
  if (isCgi) return 0;
  const stat = await readFile(`/proc/${lab.stack.programs[program].pid}/stat`, 'latin1');
  const [user, system] = stat.slice(stat.lastIndexOf(')')).split(' ').slice(12, 14);
  return (Number(user) + Number(system)) * TICK_MS;
}

const names = ({ agents }) => agents.map(({ name }) => name);

/** Adds Workers by name, available unless said otherwise, and lets the directory see them. */
async function withWorkers(people) {
  await lab.addWorkers(people.map(({ name, activity, ...attributes }, i) => ({
    friendly_name: `w${i}`, activity,
    attributes: { contact_uri: `client:w${i}`, full_name: name, ...attributes },
  })));
  await lab.forgetDirectory();
}

describe('session', () => {
  test('says who it is and hands over everything that the page needs', async () => {
    const answer = await lab.session('alice');
    assert.equal(answer.status, 200, answer.body);
    const {
      token, taskrouter, voice, expiresIn, worker, callerTwimlUrl, calleeTwimlUrl, legEndedUrl,
      ringSeconds, workflowSid } = answer.data;
    const { sid } = lab.workers.get('alice');
    const { DIALPAD_PUBLIC_URL: base, DIALPAD_EVENT_BRIDGE_URL: bridge } = lab.config;
    const overrides = '#rc=4&rp=ct,rt,5xx&ct=2000&rt=5000';
    const said = { expiresIn, worker, callerTwimlUrl, calleeTwimlUrl, legEndedUrl, ringSeconds };
    assert.deepEqual(said, {
      expiresIn: 3600,
      worker: { sid, friendlyName: 'alice', name: 'Alice Archer', contactUri: 'client:alice' },
      callerTwimlUrl: `${base}/caller-twiml${overrides}`,
      calleeTwimlUrl: `${base}/callee-twiml${overrides}`,
      legEndedUrl: `${base}/status-callback${overrides}`,
      ringSeconds: 30,
    });
    assert.equal(taskrouter.ebServer, bridge);
    assert.equal(taskrouter.wsServer, bridge.replace(/^http/, 'ws'));
    assert.equal(voice.identity, 'alice');
    assert.equal(voice.signalingHost, lab.config.DIALPAD_VOICE_SIGNALING_HOST);

    assert.equal(workflowSid, lab.config.TWILIO_FLEX_INTERNAL_CALL_WORKFLOW_SID);

    const own = jwt.verify(token, lab.sessionKey, { algorithms: ['HS256'] });
    assert.deepEqual([own.sub, own.contactUri, own.name, own.exp - own.iat],
      [sid, 'client:alice', 'Alice Archer', 3600]);
    assert.equal((await lab.page('alice', 'call-state', { token })).status, 200);
  });

  test("Twilio's tokens are what Twilio expects", async () => {
    const { taskrouter, voice } = (await lab.session('bob')).data;
    const { TWILIO_API_KEY: key, TWILIO_API_SECRET: secret, TWILIO_ACCOUNT_SID: account,
      TWILIO_FLEX_WORKSPACE_SID: workspace } = lab.config;
    for (const [token, grant] of [[taskrouter.token, {
      task_router: { workspace_sid: workspace, worker_sid: lab.workers.get('bob').sid,
        role: 'worker' },
    }], [voice.token, { voice: { incoming: { allow: true } } }]]) {
      const { header, payload } =
        jwt.verify(token, secret, { algorithms: ['HS256'], complete: true });
      assert.deepEqual(header, { alg: 'HS256', typ: 'JWT', cty: 'twilio-fpa;v=1' });
      assert.deepEqual([payload.iss, payload.sub], [key, account]);
      assert.match(payload.jti, new RegExp(`^${key}-`));
      assert.deepEqual(payload.grants, { identity: 'bob', ...grant });
      assert.ok(payload.exp - payload.iat <= 3600);
    }
  });
});

describe('list-agents', () => {
  test('everybody who can be called, but the asker', async () => {
    await lab.forgetDirectory();
    const { agents, total, stale } = await list();
    const carol = lab.workers.get('carol');
    assert.deepEqual({ total, stale }, { total: 2, stale: false });
    assert.deepEqual(agents.map(({ name }) => name), ['Bob Baker', 'Carol Castillo']);
    assert.deepEqual(agents[1], {
      sid: carol.sid, name: 'Carol Castillo', contactUri: 'client:carol', activity: 'Available',
      available: true, busy: false,
    });
    assert.deepEqual(
      names(await list('', 'dave')), ['Alice Archer', 'Bob Baker', 'Carol Castillo']);
    const all = await list('?all=1');
    assert.deepEqual(names(all), ['Bob Baker', 'Carol Castillo', 'Dave Dufour']);
    assert.deepEqual([all.agents[2].available, all.agents[2].activity], [false, 'Offline']);
    assert.deepEqual(names(await list('?all=0&q=&limit=1')), ['Bob Baker']);
    assert.equal((await list('?limit=1')).total, 2);
    const second = await list('?all=1&limit=1&offset=1');
    assert.deepEqual([names(second), second.total], [['Carol Castillo'], 3]);
    assert.deepEqual(names(await list('?all=1&offset=99999')), []);
    const sids = ['dave', 'bob'].map((name) => lab.workers.get(name).sid).join('+');
    assert.deepEqual(names(await list(`?all=1&q=${sids}`)), ['Dave Dufour', 'Bob Baker']);
    assert.deepEqual(names(await list('?unknown=1&x')), ['Bob Baker', 'Carol Castillo']);
  });

  test('without case and accents, beginnings of words first, then the available', async () => {
    await withWorkers([
      { name: 'Zoë Ångström' }, { name: 'Łukasz Żółw' }, { name: 'Émile Zola', activity: 'Break' },
      { name: 'Bazoe Last' }, { name: 'Anna-Zoe Weiß' }, { name: 'ZOE Abel', activity: 'Break' },
      { name: 'Øystein Đorđe' }, { name: '株式 会社' },
    ]);
    assert.deepEqual(names(await list('?q=zoe&all=1')),
      ['Zoë Ångström', 'Anna-Zoe Weiß', 'Bazoe Last', 'ZOE Abel']);
    assert.deepEqual(names(await list('?q=ZO%C3%8B%20ang&all=1')), ['Zoë Ångström']);
    assert.deepEqual(names(await list('?q=lukasz')), ['Łukasz Żółw']);
    assert.deepEqual(names(await list('?q=zolw')), ['Łukasz Żółw']);
    assert.deepEqual(names(await list('?q=oystein+dorde')), ['Øystein Đorđe']);
    assert.deepEqual(names(await list('?q=emile')), [], 'on a break');
    assert.deepEqual(names(await list('?q=EMILE&all=1')), ['Émile Zola']);
    assert.deepEqual(names(await list(`?q=${encodeURIComponent('会')}`)), ['株式 会社']);
    assert.deepEqual(names(await list('?q=nobody+at+all')), []);
    assert.deepEqual(names(await list('?q=alice')), [], 'the asker');
  });

  test('what is configured stands beside the names, and is searched after them', async () => {
    await withWorkers([
      { name: 'Ana Silva', team_name: 'Billing', location: 'São Paulo',
        routing: { skills: ['es', 'fr', 7] } },
      { name: 'Billing Bill', team_name: 'Sales', location: ['x'.repeat(3000), 'y'] },
      { name: 'Odd One', team_name: { a: 1 }, location: 'a\nb\u202e\u0007', routing: 'es' },
      { name: 'Far Away', activity: 'Offline', team_name: 'Billing', routing: { skills: [] } },
    ]);
    const fieldsOf = async (q) => (await list(`?q=${encodeURIComponent(q)}`)).agents
      .map(({ name, fields }) => [name, fields]);
    assert.deepEqual(await fieldsOf('silva'), [['Ana Silva',
      { team_name: 'Billing', location: 'São Paulo', 'routing.skills': 'es, fr, 7' }]]);
    assert.deepEqual(await fieldsOf('odd'), [['Odd One', { location: 'a b ' }]]);
    assert.deepEqual((await fieldsOf('bill'))[0],
      ['Billing Bill', { team_name: 'Sales', location: 'x'.repeat(128) }]);
    assert.deepEqual(await fieldsOf('bob'), [['Bob Baker', undefined]]);
    for (const [q, found] of [['billing', ['Billing Bill', 'Ana Silva', 'Far Away']],
      ['team:billing', ['Ana Silva', 'Far Away']], ['SKILL:ES', ['Ana Silva']],
      ['sao paulo', ['Ana Silva']], ['ana team:billing', ['Ana Silva']], ['team:es', []],
      ['shift:billing', []]]) {
      assert.deepEqual(names(await list(`?all=1&q=${encodeURIComponent(q)}`)), found, q);
    }
    const { agents: [ana] } = await list('?q=ana+silva+team:billing');
    assert.deepEqual([ana.match, ana.exact], [[[0, 3], [4, 5]], true]);
  });

  test('a customer keeps carol busy', async () => {
    const { taskSid } = await lab.control('customer-task', { worker: 'carol' });
    await lab.forgetDirectory();
    const busy = async () =>
      Object.fromEntries((await list()).agents.map((agent) => [agent.name, agent.busy]));
    // Who the first snapshot can't say it of is null until the next one.
    await until('busy', async () => (await busy())['Carol Castillo'] === true, 15_000);
    assert.equal((await busy())['Bob Baker'], false);
    await lab.control(`customer-task?taskSid=${taskSid}`, undefined, 'DELETE');
    await lab.forgetDirectory();
  });

  test('ETag and 304', async () => {
    const ask = (query, etag) => lab.page('alice', 'list-agents', {
      query, headers: etag ? { 'If-None-Match': etag } : {},
    });
    const first = await ask('?q=b');
    const { etag } = first.headers;
    assert.match(etag, /^"[^"]+"$/);
    for (const known of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
      const again = await ask('?q=b', known);
      assert.equal(again.status, 304, known);
      assert.equal(again.body, '');
      assert.equal(again.headers.etag, etag);
    }
    assert.equal((await ask('?q=b', '"x"')).status, 200);
    assert.equal((await ask('?q=c', etag)).status, 200, 'another question');
    assert.equal((await ask('?q=b&all=1', etag)).status, 200);
    assert.equal((await ask('?q=b&offset=1', etag)).status, 200, 'another part');
    assert.match(first.headers['cache-control'], /private/);
    const others = await lab.page('bob', 'list-agents', {
      query: '?q=b', headers: { 'If-None-Match': etag },
    });
    assert.equal(others.status, 200, 'another asker');
  });

  for (const count of [1001, 15_000]) {
    test(`${count} Workers, page by page`, async () => {
      await lab.control('workers', { count: count - 4, prefix: 'mass' });
      await lab.forgetDirectory();
      await lab.control('requests', undefined, 'DELETE');
      const first = await lab.page('alice', 'list-agents');
      assert.ok(first.ms < ANSWER_MS, `${first.ms} ms`);
      const whole = await until('the whole directory', async () => {
        const answer = await lab.page('alice', 'list-agents', { query: '?all=1&limit=200' });
        return answer.status === 200 && answer.data.total === count - 1 && answer.data;
      }, 20_000);
      assert.equal(whole.agents.length, 200);
      const pages = (await lab.requests()).filter(({ path }) => path.endsWith('/Workers'));
      assert.ok(pages.every(({ query }) => new URLSearchParams(query).get('PageSize') === '1000'));
      assert.ok(pages.length >= Math.ceil(count / 1000));
      const last = await list(`?all=1&limit=200&offset=${count - 101}`);
      assert.deepEqual([last.agents.length, last.total], [100, count - 1]);
      const found = await list('?q=bob+baker');
      assert.ok(names(found).includes('Bob Baker'));
      // The least of some times: a refresh of the directory may come between.
      let least = Infinity;
      for (let time = 0; time < 3 && least >= SEARCHES_MS; time += 1) {
        const before = await worked('list-agents');
        await Promise.all(Array.from({ length: 20 / patience }, () => list('?q=ma')));
        least = Math.min(least, await worked('list-agents') - before);
      }
      assert.ok(least < SEARCHES_MS, `${least} ms`);
      await lab.control('workers', undefined, 'DELETE');
      await lab.forgetDirectory();
    });
  }

  test('one Worker alone in the world', async () => {
    await lab.forgetDirectory();
    const { agents, total } = await list('?q=carol', 'carol');
    assert.deepEqual([agents, total], [[], 0]);
  });

  test('a new agent can sign in and be called at once', async () => {
    await list();
    await lab.addWorkers([{ friendly_name: 'new', attributes: { contact_uri: 'client:new' } }]);
    const { taskSid } = (await new Agent(lab, 'alice').createTask(lab.workers.get('new').sid)).data;
    assert.match(taskSid, /^WT/);
    await new Agent(lab, 'alice').endCall(taskSid, 'cancel');
  });
});

// Loading libcurl takes a plain CGI program longer than all the rest of such an answer.
test('what the snapshot answers is answered without libcurl', async () => {
  await lab.forgetDirectory(); // an old one would be refreshed, with libcurl
  await list();
  const { stack } = lab;
  const request = new Wire({ token: await lab.token('alice') }).get('list-agents', 'q=bob');
  const { stdout, stderr } = await promisify(execFile)(join(stack.buildDir, 'cgi-bin/list-agents'),
    [], { env: { ...stack.sets[0].env, ...cgiVariables(request), LD_DEBUG: 'files' } });
  assert.match(stdout, /^Status: 200 [^]*Bob Baker/);
  assert.match(stderr, /libutf8proc/);
  assert.doesNotMatch(stderr, /libcurl/);
});

describe('while Twilio is down', () => {
  test('old answers are better than none, and say so', async () => {
    await lab.forgetDirectory();
    assert.equal((await list()).stale, false);
    await lab.fault({ action: 'status', status: 500, times: 10_000 });
    const stale = await until('stale', async () => {
      const answer = await list('?q=bob');
      assert.deepEqual(names(answer), ['Bob Baker']);
      return answer.stale;
    }, 20_000);
    assert.equal(stale, true);
  });

  test('without any snapshot there is an error, in time', async () => {
    for (const [fault, status] of [[{ action: 'status', status: 500 }, 502],
      [{ action: 'hang' }, 504], [{ action: 'rubbish' }, 502],
      [{ action: 'status', status: 429 }, 503]]) {
      await lab.fault({ ...fault, times: 10_000 });
      await lab.forgetDirectory();
      const answer = await lab.page('alice', 'list-agents');
      expectError(answer, status);
      assert.equal(answer.headers['retry-after'], status === 503 ? '2' : undefined);
      assert.ok(answer.ms < ANSWER_MS, `${answer.ms} ms`);
      await lab.clearFaults();
    }
    await until('a good answer', async () =>
      (await lab.page('alice', 'list-agents')).status === 200, 20_000);
  });
});

test('a next page on another host is not asked for', async () => {
  const asked = [];
  const server = createServer((request, response) => {
    asked.push(request.headers.authorization);
    response.end('{}');
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const elsewhere = `http://127.0.0.1:${server.address().port}/v1/Workers`;
  try {
    const body = { workers: [], meta: { next_page_url: elsewhere, key: 'workers' } };
    await lab.fault({ match: { path: '/Workers$' }, action: 'json', body, times: 10 });
    await lab.forgetDirectory();
    const answer = await lab.page('alice', 'list-agents');
    expectError(answer, 502);
    assert.deepEqual(asked, []);
  } finally {
    server.close();
    await lab.clearFaults();
  }
});
