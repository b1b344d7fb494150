// What the programs say of a configuration that is wrong, what health finds, and the web server's
// own limit on how often an agent may ask.

import assert from 'node:assert/strict';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { direct } from './direct.js';
import {
  Lab, PROGRAMS, expectError, expectPlainError, isCgi, randomSid, until, useLab,
} from './lib.js';
import { startStack } from '../stack/stack.js';
import { repo } from '../groups.js';

const lab = useLab();

const VERSION = /^VERSION = (\S+)$/m.exec(readFileSync(join(repo, 'Makefile'), 'utf8'))[1];

/** What is wrong, and the word that the log and `health` must name. */
const MISTAKES = {
  'a key is missing': [(text) => text.replace(/^TWILIO_API_SECRET=.*\n/m, ''), /TWILIO_API_SECRET/],
  'a SID is malformed': [(text) => text.replace(/^(TWILIO_ACCOUNT_SID=AC).*/m, '$1x'),
    /TWILIO_ACCOUNT_SID/],
  'a key is unknown': [(text) => `${text}DIALPAD_COLOUR=red\n`, /DIALPAD_COLOUR|unknown/],
  'a key is repeated': [(text) => `${text}DIALPAD_RING_SECONDS=30\n`, /DIALPAD_RING_SECONDS/],
  'the ring time is out of range': [(text) => text.replace(/^DIALPAD_RING_SECONDS=.*/m,
    'DIALPAD_RING_SECONDS=4'), /DIALPAD_RING_SECONDS/],
  'the public URL is not https': [(text) => text.replace(/^DIALPAD_PUBLIC_URL=.*/m,
    'DIALPAD_PUBLIC_URL=http://calls.example.com/cgi-bin'), /DIALPAD_PUBLIC_URL/],
  'the public URL holds a password': [(text) => text.replace(/^DIALPAD_PUBLIC_URL=.*/m,
    'DIALPAD_PUBLIC_URL=https://u:p@calls.example.com/cgi-bin'), /DIALPAD_PUBLIC_URL/],
};

async function withConfiguration(text, mode, programs, check) {
  const { stack } = lab;
  const [set] = stack.sets;
  const file = join(stack.dir, 'broken.conf');
  writeFileSync(file, text);
  chmodSync(file, mode);
  const restart = async () => {
    if (!isCgi) for (const program of programs) await stack.restartProgram(program);
  };
  const { env } = set;
  set.env = { ...env, DIALPAD_CONFIG: file };
  try {
    await restart();
    await check();
  } finally {
    set.env = env;
    await restart();
  }
}

function ask(program) {
  const { method } = PROGRAMS[program];
  return direct(lab.stack, program, {
    REQUEST_METHOD: method, REQUEST_URI: `/cgi-bin/${program}`, REMOTE_ADDR: '127.0.0.1',
  });
}

describe('a wrong configuration', () => {
  const good = () => readFileSync(lab.stack.sets[0].configFile, 'utf8');

  test('stops every program, in its own words', async () => {
    const programs = Object.keys(PROGRAMS);
    const text = MISTAKES['a key is missing'][0](good());
    await withConfiguration(text, 0o600, programs, async () => {
      for (const program of programs) {
        const answer = await ask(program);
        const { kind } = PROGRAMS[program];
        if (kind === 'twilio') expectPlainError(answer, 503);
        else if (kind !== 'open') expectError(answer, 503, 'misconfigured');
      }
    });
  });

  for (const [what, [change, word]] of Object.entries(MISTAKES)) {
    test(`health names it: ${what}`, async () => {
      await withConfiguration(change(good()), 0o600, ['health'], async () => {
        const answer = await ask('health');
        assert.equal(answer.status, 503);
        const { status, wrong } = answer.json();
        assert.equal(status, 'unavailable');
        assert.match(wrong.join(' '), word);
        assert.match(wrong[0], /^configuration: /);
        for (const secret of [lab.config.TWILIO_AUTH_TOKEN, lab.config.TWILIO_API_SECRET]) {
          assert.ok(!answer.body.includes(secret));
        }
      });
    });
  }

  test('health names it: a file that others can read', async () => {
    await withConfiguration(good(), 0o644, ['health'], async () => {
      const answer = await ask('health');
      assert.equal(answer.status, 503);
      assert.match(answer.json().wrong.join(' '), /read/);
    });
  });

  test('a key of the environment wins', async () => {
    const [set] = lab.stack.sets;
    const { env } = set;
    set.env = { ...env, DIALPAD_RING_SECONDS: '1000' };
    try {
      if (!isCgi) await lab.stack.restartProgram('health');
      const answer = await ask('health');
      assert.equal(answer.status, 503);
      assert.match(answer.json().wrong.join(' '), /DIALPAD_RING_SECONDS/);
    } finally {
      set.env = env;
      if (!isCgi) await lab.stack.restartProgram('health');
    }
  });
});

/** What it says when nothing is wrong; a host with another secret says another fingerprint. */
function expectHealthy(answer) {
  const { status, version, keys, workers, ...rest } = answer.data;
  assert.deepEqual([answer.status, status, version, rest], [200, 'ok', VERSION, {}], answer.body);
  for (const key of keys) assert.match(key, /^[0-9a-f]{8}$/);
  return keys;
}

describe('health', () => {
  test('answers anybody who asks whether this host serves', async () => {
    const answer = await lab.ask('health');
    assert.equal(expectHealthy(answer).length, 1);
    assert.deepEqual(await lab.requests(), []);
  });

  test('answers a HEAD as a GET, without the words', async () => {
    const head = await lab.stack.fetch('/cgi-bin/health', { method: 'HEAD' });
    const get = await lab.ask('health');
    assert.deepEqual([head.status, head.body], [200, '']);
    for (const name of ['content-type', 'content-length']) {
      assert.equal(head.headers[name], get.headers[name], name);
    }
    assert.equal((await lab.ask('health', { method: 'PUT', body: '' })).headers.allow, 'GET, HEAD');
  });

  test('asks Twilio only for those who are here, and not each time', async () => {
    const far = await direct(lab.stack, 'health', {
      REQUEST_METHOD: 'GET', REQUEST_URI: '/cgi-bin/health?deep=1', REMOTE_ADDR: '192.0.2.1',
    });
    expectError(far, 403, 'not_from_here');
    assert.deepEqual(await lab.requests(), []);
    for (let time = 0; time < 3; time++) {
      const answer = await lab.ask('health', { query: '?deep=1' });
      expectHealthy(answer);
    }
    const asked = await lab.requests();
    assert.ok(asked.every(({ method }) => method === 'GET'), 'it changes nothing');
    if (!isCgi) assert.equal(asked.length, 1);
  });

  test('says that the configuration has changed, and what to do', async () => {
    const [set] = lab.stack.sets;
    const text = readFileSync(set.configFile);
    writeFileSync(set.configFile, `${text}\n# edited\n`);
    try {
      const answer = await lab.ask('health');
      if (isCgi) {
        assert.equal(answer.data.warnings, undefined, 'each process reads it anew');
        return;
      }
      assert.deepEqual([answer.status, answer.data.status], [200, 'ok'], answer.body);
      assert.match(answer.data.warnings[0], /^configuration: .*restart to use it/);
      await until('a line in the log', async () => {
        await lab.ask('health');
        return /warn .*dialpad\.conf has changed .*restart to use it/.test(lab.log('health'));
      }, 15_000, 500);
      await lab.stack.restartProgram('health');
      expectHealthy(await lab.ask('health'));
    } finally {
      writeFileSync(set.configFile, text);
      if (!isCgi) await lab.stack.restartProgram('health');
    }
  });

  test('names a state folder that can not be used', async () => {
    const stack = await startStack({ programs: ['health'],
      extraConfig: { DIALPAD_STATE_DIR: '/nonexistent/cache' } });
    try {
      const answer = await new Lab(stack).ask('health');
      assert.deepEqual([answer.status, answer.data.status], [200, 'ok'], answer.body);
      assert.match(answer.data.warnings[0], /^state: .*No such file/);
    } finally {
      await stack.stop();
    }
  });

  test('keeps nobody waiting while Twilio does', async (context) => {
    if (isCgi) return context.skip('each request is a process of its own');
    const stack = await startStack({ programs: ['health'] });
    try {
      const own = new Lab(stack);
      await own.fault({ match: { path: '/Workflows/' }, action: 'delay', ms: 2500 });
      const deep = Array.from({ length: 24 }, () => own.ask('health', { query: '?deep=1' }));
      await until('the one request', async () => (await own.requests()).length > 0);
      const first = await Promise.race([own.ask('health'), Promise.all(deep)]);
      assert.equal(first.status, 200, 'nobody waits for it');
      const answers = await Promise.all(deep);
      const refused = answers.filter((answer) => answer.status !== 200);
      assert.ok(refused.length > 0 && refused.length < answers.length);
      for (const answer of refused) expectError(answer, 503, 'being_checked');
      assert.equal((await own.requests()).length, 1);
      const later = await own.ask('health', { query: '?deep=1' });
      return assert.equal(later.status, 200, later.body);
    } finally {
      await stack.stop();
    }
  });

  test('says since when signatures are refused', async () => {
    const refuse = () => lab.webhook('ringback', { signature: 'bm9ib2R5', query: '?x=1' });
    assert.equal((await refuse()).status, 403);
    assert.equal((await refuse()).status, 403);
    const { status, data } = await lab.ask('health');
    assert.deepEqual([status, data.status], [200, 'ok'], 'any stranger can bring this about');
    assert.match(data.warnings[0],
      /^signatures: 2 were refused since \d{4}-.* UTC.*TWILIO_AUTH_TOKEN or DIALPAD_PUBLIC_URL/);
    await lab.webhook('ringback', { signature: null });
    assert.equal((await lab.webhook('ringback', { query: '?x=1' })).status, 200);
    expectHealthy(await lab.ask('health'));
  });

  test('compares the clock with Twilio\'s', async () => {
    await lab.clock(300);
    // What it has found is kept for ten seconds.
    const wrong = await until('a finding', async () =>
      (await lab.ask('health', { query: '?deep=1' })).data.wrong, 15_000, 500);
    assert.match(wrong[0], /^clock: .*\b(29\d|30\d) s behind Twilio's/);
  });

  test('finds a Workflow that does not fit, or none', async () => {
    for (const [options, word] of [
      [{ sandboxConfig: { taskReservationTimeout: 45 } }, /workflow_reservation_timeout/],
      [{ extraConfig: { TWILIO_FLEX_INTERNAL_CALL_WORKFLOW_SID: randomSid('WW') } }, /workflow/],
      [{ extraConfig: { TWILIO_API_SECRET: 'wrong' } }, /twilio/],
    ]) {
      const stack = await startStack({ programs: ['health'], ...options });
      try {
        const answer = await new Lab(stack).ask('health', { query: '?deep=1' });
        assert.equal(answer.status, 503);
        assert.match(answer.data.wrong.join(' '), word);
      } finally {
        await stack.stop();
      }
    }
  });
});

test('an agent who asks too often is told so by the web server, in our words', async () => {
  // A lower limit than the example's twenty a second, which a slow machine would take long to
  // exceed.
  const stack = await startStack({ programs: ['list-agents'], requestsPerSecond: 1 });
  try {
    const own = new Lab(stack);
    await own.loadWorkers();
    const token = own.token('alice');
    const answers = await Promise.all(Array.from({ length: 70 }, () =>
      own.page('alice', 'list-agents', { token, query: '?limit=0' })));
    const refused = answers.filter(({ status }) => status === 429);
    assert.ok(refused.length > 0, 'forty at once are allowed');
    for (const { data, headers } of refused) {
      assert.deepEqual(Object.keys(data.error), ['code', 'message', 'requestId']);
      assert.equal(data.error.code, 'too_many_requests');
      assert.equal(headers['retry-after'], '1');
    }
    assert.equal((await own.page('bob', 'list-agents', { query: '?limit=0' })).status, 400);
  } finally {
    await stack.stop();
  }
});
