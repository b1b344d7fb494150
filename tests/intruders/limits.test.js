// Too much of everything: calls, requests, bytes, parameters, and time.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync, cpSync, mkdirSync, readdirSync, rmSync, writeFileSync,
} from 'node:fs';
import https from 'node:https';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import tls from 'node:tls';

import { Agent } from '../endpoint/agent.js';
import { direct, endless } from '../endpoint/direct.js';
import {
  PROGRAMS, expectError, expectHeaders, patience, randomSid, until, useLab,
} from '../endpoint/lib.js';

const CALLS = 20;
const FLEX = 'https://flex.twilio.com';
const lab = useLab({ extraConfig: { DIALPAD_FLEX_ORIGINS: FLEX } });
const isNginx = () => lab.stack.mode.server === 'nginx';

/** Begins a call that can't be; it counts all the same. */
const tryCall = (agent) => agent.createTask(randomSid('WK'));

async function useUp(agent) {
  for (let n = 0; n < CALLS; n++) expectError(await tryCall(agent), 422, 'unknown_agent');
}

describe('create-task', () => {
  test(`more than ${CALLS} in a minute are refused before Twilio is asked`, async () => {
    const [alice, bob] = ['alice', 'bob'].map((name) => new Agent(lab, name));
    await useUp(alice);
    await lab.control('requests', undefined, 'DELETE');
    for (let n = 0; n < 3; n++) {
      const refused = await tryCall(alice);
      expectError(refused, 429, 'too_many_calls');
      const wait = Number(refused.headers['retry-after']);
      assert.ok(wait >= 1 && wait <= 60, `Retry-After: ${wait}`);
    }
    assert.deepEqual(await lab.requests(), []);
    // With another token, from another session, it is the same agent.
    expectError(await tryCall(alice), 429, 'too_many_calls');
    assert.equal((await alice.ask('call-state')).status, 200);
    expectError(await tryCall(bob), 422, 'unknown_agent');
  });

  test('a program that was started anew remembers', async (context) => {
    if (lab.stack.mode.startedBy !== 'us') return context.skip('each request is a new program');
    const alice = new Agent(lab, 'alice');
    await useUp(alice);
    await lab.stack.restartProgram('create-task');
    return expectError(await tryCall(alice), 429, 'too_many_calls');
  });

  test('at the same moment as one after the other', async () => {
    const alice = new Agent(lab, 'alice');
    const answers = await Promise.all(Array.from({ length: CALLS + 10 }, () => tryCall(alice)));
    const counted = (status) => answers.filter((answer) => answer.status === status).length;
    assert.deepEqual([counted(422), counted(429)], [CALLS, 10]);
  });

  test('a table that can\'t be written costs the limit, not the call', async () => {
    const alice = new Agent(lab, 'alice');
    await useUp(alice);
    const state = join(lab.stack.sets[0].dir, 'state');
    const [table] = readdirSync(state).filter((file) => file.startsWith('calls-'));
    rmSync(join(state, table));
    mkdirSync(join(state, table));
    for (let n = 0; n < CALLS + 2; n++) expectError(await tryCall(alice), 422, 'unknown_agent');
    assert.match(lab.log('create-task'), /calls not counted: forbidden/);
    rmSync(join(state, table), { recursive: true });
  });
});

describe('the web server', () => {
  test('lets one agent ask so often, and the others as before', async (context) => {
    if (!isNginx()) return context.skip('nginx.conf.example');
    const token = lab.token('alice');
    const ask = () => lab.page('alice', 'call-state', { token });
    // Forty at once and twenty a second: as many as it takes to be quicker.
    const answers = [];
    const isRefused = ({ status }) => status === 429;
    await until('a refusal', async () => {
      answers.push(...await Promise.all(Array.from({ length: 120 }, ask)));
      return answers.some(isRefused);
    }, 60_000);
    const refused = answers.filter(isRefused);
    assert.ok(answers.length - refused.length >= 40, `${refused.length} refused`);
    for (const answer of refused) {
      const { headers, data } = answer;
      expectHeaders(lab, 'a refusal', answer);
      assert.match(headers['content-type'], /^application\/json/);
      assert.equal(data.error.code, 'too_many_requests');
      assert.equal(headers['retry-after'], '1');
    }
    assert.ok(answers.every(({ status }) => [200, 429].includes(status)));
    assert.equal((await lab.page('bob', 'call-state')).status, 200);
    return until('the limit to be over', async () => (await ask()).status === 200);
  });

  /**
   * So many requests from one address of this machine, sixteen at a time → their statuses, and how
   * many nginx lets through in that time at the most: a busy machine may ask no more than that.
   */
  async function flood(from, count, request, { burst, rate }) {
    const began = Date.now();
    const agent = new https.Agent({ keepAlive: true, maxSockets: 16 });
    const one = (n) => new Promise((done, failed) => {
      const { path, method = 'GET', headers = {} } = request(n);
      const asked = https.request({
        host: '127.0.0.1', servername: 'localhost', port: lab.stack.port, ca: lab.stack.ca,
        localAddress: from, agent, path, method, headers: { Host: 'localhost', ...headers },
      }, (answer) => answer.resume().once('end', () => done(answer.statusCode)));
      asked.once('error', failed);
      asked.end();
    });
    const statuses = await Promise.all(Array.from({ length: count }, (_, n) => one(n)));
    agent.destroy();
    const most = burst + 1 + Math.ceil((rate * (Date.now() - began)) / 1000);
    return { statuses, most };
  }
  const times = (statuses, status) => statuses.filter((each) => each === status).length;

  test('keeps room for the agents, whatever is invented', async (context) => {
    if (!isNginx()) return context.skip('nginx.conf.example');
    // Twice as many bytes as the zone has.
    const long = await flood('127.0.0.2', 3000, (n) => ({ path: '/cgi-bin/call-state',
      headers: { 'X-Dialpad-Token': `${n}`.padEnd(7000, 'x') } }), { burst: 40, rate: 20 });
    assert.ok(times(long.statuses, 401) <= long.most, 'what is no token counts for its address');
    const forged = await flood('127.0.0.2', 1200, (n) => ({ path: '/cgi-bin/call-state',
      headers: { 'X-Dialpad-Token': `e30.e30.${`${n}`.padEnd(43, '-')}` } }),
    { burst: 600, rate: 300 });
    assert.ok(times(forged.statuses, 401) <= forged.most, 'so many tokens from one address');
    assert.equal((await lab.page('alice', 'call-state')).status, 200);
    return assert.equal((await lab.session('alice')).status, 200);
  });

  test('lets nobody try names without end', async (context) => {
    if (!isNginx()) return context.skip('nginx.conf.example');
    const { statuses, most } = await flood('127.0.0.3', 500, (n) => ({ path: '/cgi-bin/session',
      method: 'POST', headers: { Authorization: `Basic ${btoa(`name${n}:secret`)}` } }),
    { burst: 100, rate: 5 });
    assert.ok(times(statuses, 401) <= most, `of ${most}: ${statuses.join(' ')}`);
    assert.equal(times(statuses, 401) + times(statuses, 429), 500);
    const { status } = await lab.ask('session', { method: 'POST',
      headers: { Authorization: `Basic ${btoa('alice:alice')}` } });
    return assert.equal(status, 200);
  });

  test('has Twilio asked about so many tokens of Flex, and no more', async (context) => {
    if (!isNginx()) return context.skip('nginx.conf.example');
    const headers = { Origin: FLEX };
    const { statuses, most } = await flood('127.0.0.4', 300, () => (
      { path: '/cgi-bin/flex-session', method: 'POST', headers }), { burst: 100, rate: 5 });
    assert.ok(statuses.length - times(statuses, 429) <= most, `of ${most}: ${statuses.join(' ')}`);
    const answer = await lab.ask('flex-session', { method: 'POST', headers,
      body: { token: lab.flexToken('alice') } });
    return assert.equal(answer.status, 200, answer.body);
  });

  test('never limits Twilio, genuine or not', async () => {
    for (const program of ['caller-twiml', 'status-callback']) {
      const leg = { CallSid: randomSid('CA'), From: 'client:alice', To: 'client:alice' };
      const t1 = randomSid('WT');
      const query = program === 'caller-twiml'
        ? `?taskSid=${t1}&pass=${lab.pass('caller', t1, leg.To)}` : '';
      const answers = await Promise.all(Array.from({ length: 150 }, (_, n) =>
        lab.webhook(program,
          { query, params: { ...leg, n }, ...(n % 3 ? {} : { signature: 'x' }) })));
      for (const [n, { status }] of answers.entries()) {
        assert.ok(n % 3 ? [200, 204].includes(status) : status === 403, `${program}: ${status}`);
      }
    }
  });

  test('lets nobody send a header or an address without end', async () => {
    const padding = (bytes) => 'x'.repeat(bytes);
    for (const bytes of [20_000, 60_000]) {
      const headers = { 'X-Padding': padding(bytes) };
      const header = await lab.page('alice', 'call-state', { headers });
      assert.ok([200, 400, 414, 431, 494].includes(header.status), `${header.status}`);
      const address = await lab.page('alice', 'call-state', { query: `?q=${padding(bytes)}` });
      assert.ok([200, 400, 414].includes(address.status), `${address.status}`);
    }
    assert.equal((await lab.ask('health')).status, 200);
  });
});

describe('the programs', () => {
  const post = (program, type, body, more = {}) => direct(lab.stack, program, {
    REQUEST_METHOD: 'POST', REQUEST_URI: `/cgi-bin/${program}`, CONTENT_TYPE: type,
    CONTENT_LENGTH: String(Buffer.byteLength(body)), HTTP_X_DIALPAD_TOKEN: lab.token('alice'),
    HTTP_X_TWILIO_SIGNATURE: 'x', ...more,
  }, body);

  test('read so many parameters and bytes and no more', async () => {
    const form = 'application/x-www-form-urlencoded';
    const many = (n) => Array.from({ length: n }, (_, i) => `p${i}=v`).join('&');
    assert.equal((await post('status-callback', form, many(257))).status, 413);
    assert.equal((await post('status-callback', form, many(256))).status, 403);
    assert.equal((await post('status-callback', form, `a=${'x'.repeat(65_000)}`)).status, 403);
    assert.equal((await post('status-callback', form, `a=${'x'.repeat(66_000)}`)).status, 413);
    assert.equal((await post('status-callback', form, '&'.repeat(65_000))).status, 403);
    for (const body of [`{"a":"${'x'.repeat(65_000)}"}`, `{"a":[${'0,'.repeat(30_000)}0]}`,
      `{${Array.from({ length: 5000 }, (_, i) => `"${i}":0`).join()}}`]) {
      assert.ok([400, 413].includes((await post('end-call', 'application/json', body)).status));
    }
  });

  test('say when they could start fewer threads than they were told to', async (context) => {
    if (patience > 1) return context.skip('a sanitizer needs more addresses than there are');
    const [set] = lab.stack.sets;
    const child = spawn('prlimit', ['--as=250000000', 'spawn-fcgi', '-n',
      '-s', join(set.dir, 'few.sock'), '--', join(lab.stack.buildDir, 'cgi-bin/caller-twiml')],
    {
      env: { ...process.env, ...set.env, DIALPAD_THREADS: '64' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const ended = once(child, 'close');
    let said = '';
    child.stderr.on('data', (text) => {
      said += text;
    });
    const line = /warn program=caller-twiml msg="only \d+ of 64 threads could be started/;
    await until('the line', () => line.test(said)).finally(() => child.kill());
    return assert.equal((await ended)[0], 0);
  });

  test('take variables of any size', async () => {
    const long = 'x'.repeat(100_000);
    for (const [program, { method }] of Object.entries(PROGRAMS)) {
      for (const variable of ['HTTP_X_DIALPAD_TOKEN', 'HTTP_X_TWILIO_SIGNATURE', 'REQUEST_URI',
        'CONTENT_TYPE', 'REMOTE_USER', 'HTTP_IF_NONE_MATCH', 'REQUEST_METHOD']) {
        const { status } = await direct(lab.stack, program, {
          REQUEST_METHOD: method, CONTENT_LENGTH: '0', AUTH_TYPE: 'Basic', [variable]: long,
        });
        assert.ok(status >= 200 && status < 500, `${program} ${variable}: ${status}`);
      }
    }
  });
});

test('an address that is too long is told so', async () => {
  const query = `?taskSid=${'x'.repeat(100_000)}`;
  for (const [program, { method }] of Object.entries(PROGRAMS)) {
    const { status } = await direct(lab.stack, program, {
      REQUEST_METHOD: method, REQUEST_URI: `/cgi-bin/${program}${query}`, CONTENT_LENGTH: '0',
      CONTENT_TYPE: 'application/json', AUTH_TYPE: 'Basic', REMOTE_USER: 'alice',
      HTTP_X_DIALPAD_TOKEN: lab.token('alice'), HTTP_X_TWILIO_SIGNATURE: 'x',
    });
    assert.equal(status, 414, program);
  }
});

describe('fail2ban', () => {
  const shipped = (name) => join(lab.stack.repo, 'deploy/fail2ban', name);

  // What the package brings along; what this machine has beside it is its own.
  const PACKAGED = ['fail2ban.conf', 'jail.conf', 'paths-common.conf', 'paths-debian.conf',
    'filter.d', 'action.d'];

  /** One of fail2ban's own programs → what it says. */
  function run(program, ...args) {
    const { error, status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
    assert.ifError(error);
    assert.equal(status, 0, stdout + stderr);
    return stdout;
  }

  /** The addresses that it finds with our filter in these lines, each as often as it is found. */
  function found(text, ...options) {
    const file = join(lab.stack.dir, 'fail2ban.log');
    writeFileSync(file, text);
    const said = run('fail2ban-regex', '--out', 'ip', ...options, file,
      shipped('dialpad.filter.conf'));
    return said.split('\n').filter(Boolean).sort();
  }

  /** What a program logs of one request from this address, with DIALPAD_LOG=json or text. */
  function logged(form, program, address, { body = '', ...more }) {
    return spawnSync(join(lab.stack.buildDir, 'cgi-bin', program), [], {
      input: body,
      env: { ...lab.stack.sets[0].env, DIALPAD_LOG: form, REQUEST_METHOD: PROGRAMS[program].method,
        REQUEST_URI: `/cgi-bin/${program}`, REMOTE_ADDR: address, AUTH_TYPE: 'Basic', ...more },
      encoding: 'utf8',
    }).stderr;
  }

  const POST = { CONTENT_LENGTH: '0', CONTENT_TYPE: 'application/json' };
  const body = JSON.stringify({ token: 'x'.repeat(100) });
  const FLEX_POST = { ...POST, CONTENT_LENGTH: `${body.length}`, body };
  // Who asks for what, and whether that is a reason.
  const REQUESTS = [
    ['call-state', '192.0.2.1', {}, true],
    ['call-state', '192.0.2.2', { HTTP_X_DIALPAD_TOKEN: 'x' }, true],
    ['call-state', '2001:db8::3', { HTTP_X_DIALPAD_TOKEN: 'x.y.z' }, true],
    ['session', '192.0.2.4', { ...POST, REMOTE_USER: 'nobody' }, true],
    ['session', '192.0.2.5', { ...POST, REMOTE_USER: 'x reason=bad_token from=192.0.2.99' }, true],
    ['session', '192.0.2.6', { ...POST, REMOTE_USER: 'x" from=192.0.2.99\n' }, true],
    ['session', '192.0.2.7', { ...POST, REMOTE_USER: 'alice', HTTP_SEC_FETCH_SITE: 'cross-site',
      HTTP_ORIGIN: 'https://192.0.2.99' }, true],
    ['flex-session', '192.0.2.13', { ...FLEX_POST, HTTP_ORIGIN: FLEX }, true],
    ['flex-session', '192.0.2.14', FLEX_POST, false], // an origin that the admin has forgotten
    ['ringback', '192.0.2.8', { HTTP_X_TWILIO_SIGNATURE: 'x' }, false], // may be Twilio's own
    ['caller-twiml', '192.0.2.9', {}, false],
    ['session', '192.0.2.10', { ...POST, REMOTE_USER: 'alice' }, false],
    ['health', '192.0.2.11', {}, false],
    ['list-agents', '192.0.2.12', { REQUEST_METHOD: 'PUT' }, false],
  ];

  for (const form of ['text', 'json']) {
    test(`finds who was refused, and nobody else, in our log as ${form}`, () => {
      const lines = REQUESTS.map(([program, address, more]) =>
        logged(form, program, address, more)).join('');
      assert.ok(lines.split('\n').length > REQUESTS.length, lines);
      const refused = REQUESTS.filter(([, , , is]) => is).map(([, address]) => address).sort();
      assert.deepEqual(found(lines), refused, lines);
      // As the journal hands them over: behind the host's name and the program's.
      const journal = lines.replaceAll(/^(?=.)/gm, '2026-11-29T02:00:00 host dialpad[1]: ');
      assert.deepEqual(found(journal, '--datepattern', '^%Y-%m-%dT%H:%M:%S '), refused);
    });
  }

  test('accepts the filter and the jail', () => {
    const folder = join(lab.stack.dir, 'fail2ban');
    const log = join(lab.stack.dir, 'apache-error.log');
    mkdirSync(join(folder, 'jail.d'), { recursive: true });
    for (const name of PACKAGED) {
      cpSync(join('/etc/fail2ban', name), join(folder, name), { recursive: true });
    }
    // Where Debian's Apache writes not everybody may look.
    writeFileSync(log, '');
    writeFileSync(join(folder, 'jail.local'), `[apache-auth]\nlogpath = ${log}\n`);
    copyFileSync(shipped('dialpad.filter.conf'), join(folder, 'filter.d/dialpad.conf'));
    copyFileSync(shipped('dialpad.jail.conf'), join(folder, 'jail.d/dialpad.conf'));
    assert.match(run('fail2ban-client', '-c', folder, '-t'), /OK/);
    const jails = run('fail2ban-client', '-c', folder, '-d');
    for (const jail of ['dialpad', 'apache-auth']) assert.match(jails, new RegExp(`'${jail}'`));
  });
});

describe('bodies that never end', () => {
  const SENDERS = 40; // five for each thread
  const post = { REQUEST_METHOD: 'POST', REQUEST_URI: '/cgi-bin/end-call',
    CONTENT_TYPE: 'application/json' };
  const form = { ...post, REQUEST_URI: '/cgi-bin/status-callback',
    CONTENT_TYPE: 'application/x-www-form-urlencoded' };

  async function occupy(program, variables, everyMs) {
    const senders = Array.from({ length: SENDERS }, () =>
      endless(lab.stack, program, variables, everyMs));
    return Promise.all(senders.map(({ ended }) => ended));
  }

  test('occupy nobody without a session or a signature', async () => {
    for (const [program, variables, status] of [
      ['end-call', post, 401], ['end-call', { ...post, HTTP_X_DIALPAD_TOKEN: 'x' }, 401],
      ['status-callback', form, 403]]) {
      // Else it would be 400 for a body that never came.
      for (const { text } of await occupy(program, variables, 0)) {
        assert.match(text, new RegExp(`^Status: ${status} `));
      }
    }
  });

  test('are given up, also those that drip', async () => {
    const session = { ...post, HTTP_X_DIALPAD_TOKEN: lab.token('alice') };
    for (const everyMs of [0, 100]) {
      const [first] = await Promise.all(Array.from({ length: 8 }, () =>
        endless(lab.stack, 'end-call', session, everyMs).ended));
      assert.match(first.text, /^Status: 400 /);
      assert.match(first.text, /"bad_length"/);
    }
  });
});

describe('slow senders', () => {
  const CONNECTIONS = 60; // more than a program has threads

  test('wait for themselves alone, and not for ever', async () => {
    const token = lab.token('carol');
    const beginnings = ['POST /cgi-bin/create-task HTTP/1.1\r\nHost: localhost\r\n',
      'POST /cgi-bin/create-task HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n'
        + `X-Dialpad-Token: ${token}\r\nContent-Length: 1000\r\n\r\n{`];
    let given = 0; // how many have been given up
    const senders = Array.from({ length: CONNECTIONS }, (_, n) => new Promise((done) => {
      const socket = tls.connect({ host: '127.0.0.1', port: lab.stack.port, ca: lab.stack.ca,
        servername: 'localhost' });
      // The header of half of them never ends, and the body of the others: not a byte more comes.
      socket.once('secureConnect', () => socket.write(beginnings[n % 2]));
      socket.once('error', done);
      socket.once('close', done);
      socket.resume();
    }).then(() => { given += 1; }));
    const bob = new Agent(lab, 'bob');
    assert.equal((await bob.ask('call-state')).status, 200);
    assert.equal(given, 0, 'he has waited for the others');
    for (let n = 0; n < 9; n++) assert.equal((await bob.ask('call-state')).status, 200);
    expectError(await tryCall(bob), 422, 'unknown_agent');
    await Promise.all(senders);
    assert.equal((await bob.ask('call-state')).status, 200);
  });
});
