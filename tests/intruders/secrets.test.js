// Where secrets must not be: on command lines, in logs, in URLs, in answers, in core dumps, and in
// a configuration that others can read.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync, chownSync, copyFileSync, readFileSync, readdirSync, statSync, symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { connect, expectEnded } from '../endpoint/agent.js';
import { direct } from '../endpoint/direct.js';
import { PROGRAMS, isCgi, randomSid, useLab } from '../endpoint/lib.js';

const SECONDARY = 'fedcba98765432100123456789abcdef';
const FLEX = 'https://flex.twilio.com';
const lab = useLab({ extraConfig: {
  TWILIO_AUTH_TOKEN_SECONDARY: SECONDARY, DIALPAD_FLEX_ORIGINS: FLEX,
} });

/** A token of Flex, and each of its parts that no other token has. */
function flexParts(token) {
  const [, payload, signature] = token.split('.');
  return { 'a token of Flex': token, 'its payload': payload, 'its signature': signature,
    'its end': token.slice(-20), 'its middle': token.slice(200, 240) };
}

/** It is shown, also where it is no help, and Twilio's words about it quote it. */
async function showFlexToken(token) {
  const path = '/Tokens/validate';
  const quoted = { valid: false, code: 20101, message: `Invalid token ${token}`, token };
  const faults = [null, { action: 'json', status: 200, body: quoted },
    { action: 'json', status: 400, body: { ...quoted, valid: undefined } },
    { action: 'json', status: 500, body: quoted, times: 3 },
    { action: 'json', status: 500, body: { message: token }, times: 3 },
    { action: 'json', body: { valid: true, worker_sid: token, expiration: token } },
    { action: 'raw', body: `{"valid":true,"worker_sid":"${token}"` }, { action: 'rubbish' }];
  const answers = [];
  for (const fault of faults) {
    if (fault) await lab.fault({ match: { path }, ...fault });
    answers.push(await lab.flexSession({ token }));
    await lab.clearFaults();
  }
  assert.equal(answers[0].status, 200);
  for (const body of [`{"token":"${token}"`, { token: `${token} ` }, { token: [token] },
    { token, [token]: token }]) {
    answers.push(await lab.flexSession(body, { Origin: 'https://evil.example.com' }),
      await lab.flexSession(body));
  }
  answers.push(await lab.page('alice', 'call-state', { token }));
  // A session is theirs who asked for it.
  return answers.filter(({ status }) => status !== 200);
}

/** Everything that proves something to somebody, by what it is called here. */
async function secrets() {
  const { TWILIO_AUTH_TOKEN, TWILIO_API_SECRET } = lab.config;
  const { data } = await lab.session('alice');
  return {
    'the auth token': TWILIO_AUTH_TOKEN,
    'the second auth token': SECONDARY,
    'the API secret': TWILIO_API_SECRET,
    'the session key': lab.sessionKey.toString('hex'),
    'the session key in base64': lab.sessionKey.toString('base64url'),
    'a session': data.token,
    'a session\'s signature': data.token.split('.')[2],
    'a Voice token': data.voice.token.split('.')[2],
    'a TaskRouter token': data.taskrouter.token.split('.')[2],
    ...flexParts(lab.flexToken('alice')),
  };
}

function assertNone(found, text, where) {
  for (const [what, secret] of Object.entries(found)) {
    assert.ok(!text.includes(secret), `${what} is in ${where}`);
  }
}

/** A call, and one of every mistake that is answered. */
async function live(token) {
  const call = await connect(lab);
  await call.callee.endCall(call.k);
  await expectEnded(call, 'hangup');
  const answers = [];
  for (const [program, { method, kind }] of Object.entries(PROGRAMS)) {
    const variables = { REQUEST_METHOD: method, REQUEST_URI: `/cgi-bin/${program}?taskSid=x`,
      CONTENT_TYPE: kind === 'twilio' ? 'application/x-www-form-urlencoded' : 'application/json' };
    const bodies = ['', '{', `{"to":"${randomSid('WK')}"}`, `{"taskSid":"${randomSid('WT')}"}`];
    for (const body of bodies) {
      for (const credential of [{}, { HTTP_X_DIALPAD_TOKEN: token },
        { HTTP_X_DIALPAD_TOKEN: `${token}x` },
        { HTTP_X_TWILIO_SIGNATURE: 'RSOYDt4T1cUTdK1PDd93/VVr8B8=' }]) {
        answers.push(await direct(lab.stack, program,
          { ...variables, ...credential, CONTENT_LENGTH: String(body.length) }, body));
      }
    }
  }
  await lab.fault({ path: '/Tasks', action: 'status', status: 500, times: 3 });
  answers.push(
    await lab.page('alice', 'call-state', { token, query: `?taskSid=${randomSid('WT')}` }));
  return answers;
}

describe('secrets', () => {
  test('are in no log, no URL and no answer that isn\'t theirs', async () => {
    const found = await secrets();
    const answers = [...await showFlexToken(found['a token of Flex']),
      ...await live(found['a session'])];
    for (const { headers, body } of answers) {
      assertNone(found, JSON.stringify(headers) + body, `an answer: ${body}`);
      assert.doesNotMatch(body, /\/(tmp|home|usr|etc|work|var)\/|\.c:\d|0x[0-9a-f]{6}/, 'internals');
    }
    const folder = join(lab.stack.dir, 'logs');
    for (const file of readdirSync(folder)) {
      const text = readFileSync(join(folder, file), 'utf8');
      assertNone(found, text, file);
      assert.doesNotMatch(text, /eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}/, `a token in ${file}`);
      assert.doesNotMatch(text, /X-Twilio-Signature: \S/i, `a signature in ${file}`);
    }
    for (const { path, query } of await lab.requests()) assertNone(found, path + query, 'a URL');
  });

  test('are in no process\'s arguments, and the environment names a file only', async (context) => {
    const found = await secrets();
    const pids = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid));
    let ours = 0;
    for (const pid of pids) {
      for (const file of ['cmdline', 'environ']) {
        let text = '';
        try {
          text = readFileSync(`/proc/${pid}/${file}`, 'latin1');
        } catch {
          continue; // it has ended, or isn't ours to look at
        }
        assertNone(found, text, `/proc/${pid}/${file}`);
        if (text.includes(`DIALPAD_CONFIG=${lab.stack.dir}`)) ours += 1;
      }
    }
    if (lab.stack.mode.startedBy === 'apache') return context.skip('Apache hands it over itself');
    return assert.ok(ours > 0, 'no program of this stack was looked at');
  });

  test('leave no core dump', (context) => {
    if (isCgi || lab.stack.mode.startedBy !== 'us') return context.skip('no program stays');
    for (const [name, { pid }] of Object.entries(lab.stack.programs)) {
      const limits = readFileSync(`/proc/${pid}/limits`, 'utf8');
      assert.match(limits, /^Max core file size +[01] +[01] /m, name);
    }
    return undefined;
  });

  test('are in files of their owner\'s alone', () => {
    for (const set of lab.stack.sets) {
      for (const file of readdirSync(join(set.dir, 'state'))) {
        const { mode } = statSync(join(set.dir, 'state', file), { throwIfNoEntry: false }) ?? {};
        if (mode === undefined) continue; // a draft that has just become the file itself
        assert.equal((mode & 0o077).toString(8), '0', file);
        assertNone({ token: lab.config.TWILIO_AUTH_TOKEN, secret: lab.config.TWILIO_API_SECRET },
          readFileSync(join(set.dir, 'state', file), 'latin1'), file);
      }
    }
  });
});

describe('a configuration', () => {
  /** What a program says to one request with this configuration file. */
  function withConfig(file) {
    const { stdout, stderr } = spawnSync(join(lab.stack.buildDir, 'cgi-bin/health'), [], {
      env: { DIALPAD_CONFIG: file, REQUEST_METHOD: 'GET' }, encoding: 'utf8',
    });
    return { answer: stdout, log: stderr };
  }

  function expectRefused(file, reason) {
    const { answer, log } = withConfig(file);
    assert.match(answer, /^Status: 503 /, statSync(file).mode.toString(8));
    assert.match(log, reason);
    for (const value of Object.values(lab.config).map(String).filter((text) => text.length > 8)) {
      assert.ok(!log.includes(value), value);
    }
  }

  test('that others can read is refused, and what is in it isn\'t told', () => {
    const file = join(lab.stack.dir, 'copy.conf');
    copyFileSync(lab.stack.sets[0].configFile, file);
    for (const mode of [0o600, 0o640]) {
      chmodSync(file, mode);
      assert.match(withConfig(file).answer, /^Status: 200 /, mode.toString(8));
    }
    for (const mode of [0o604, 0o644, 0o602, 0o666]) {
      chmodSync(file, mode);
      expectRefused(file, /copy\.conf: the file holds secrets, and others may read or write it/);
    }
  });

  test('that its group can write, or that belongs to somebody else, is refused', (context) => {
    const file = join(lab.stack.dir, 'group.conf');
    copyFileSync(lab.stack.sets[0].configFile, file);
    for (const mode of [0o660, 0o620]) {
      chmodSync(file, mode);
      expectRefused(file, /group\.conf: the file holds secrets, and its group may write it/);
    }
    chmodSync(file, 0o640);
    if (process.getuid() !== 0) return context.skip('only root can give a file away');
    chownSync(file, 65534, 0);
    return expectRefused(file, /group\.conf: the file holds secrets, and belongs to user 65534/);
  });

  test('behind a link is refused', () => {
    const link = join(lab.stack.dir, 'link.conf');
    symlinkSync(lab.stack.sets[0].configFile, link);
    expectRefused(link, /link\.conf: the file is a link/);
  });
});
