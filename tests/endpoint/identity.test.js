// Whose address is whose: from what an agent can't write, or from the administrator's file.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { Agent, pair } from './agent.js';
import { direct } from './direct.js';
import { Lab, expectError, routing, signToken, useLab } from './lib.js';
import { startStack } from '../stack/stack.js';

const lab = useLab();

const signInAs = (which, user) => direct(which.stack, 'session', {
  REQUEST_METHOD: 'POST', REQUEST_URI: '/cgi-bin/session', REMOTE_USER: user, AUTH_TYPE: 'Basic',
});

/** As an agent's browser can with its TaskRouter token. */
const setAddress = (which, agent, contactUri) => which.rest(`Workers/${agent.sid}`, {
  Attributes: JSON.stringify({ ...agent.worker.attributes, contact_uri: contactUri }),
});

const worker = (friendlyName, identity) => ({
  friendly_name: friendlyName, attributes: { contact_uri: `client:${identity}` },
});

async function identityOf(which, user) {
  const answer = await signInAs(which, user);
  assert.equal(answer.status, 200, answer.body);
  const { voice, worker: signed } = answer.json();
  assert.equal(signed.contactUri, `client:${voice.identity}`);
  return voice.identity;
}

describe('by the friendly name', () => {
  test('each of its spellings is its Worker\'s address', async () => {
    const rows = [['dora', 'dora'], ['e.f@example.com', 'e_2Ef_40example_2Ecom'],
      ['g_h', 'g_h'], ['i_j', 'i_5Fj'], ['k_l@m', 'k_5Fl_40m'], ['n_o@p', 'n_o_40p'],
      ['Zoë', 'Zo_C3_AB']];
    await lab.addWorkers(rows.map((row) => worker(...row)));
    await lab.forgetDirectory();
    for (const [name, identity] of rows) {
      assert.equal(await identityOf(lab, name), identity);
      const created = await new Agent(lab, 'alice').createTask(`client:${identity}`);
      assert.equal(created.status, 201, `${name}: ${created.body}`);
      await new Agent(lab, 'alice').endCall(created.data.taskSid, 'cancel');
    }
    await lab.control('workers', undefined, 'DELETE');
    await lab.forgetDirectory();
  });

  test("nobody signs in at another's address, or is called there", async () => {
    const [alice, bob, carol] = ['alice', 'bob', 'carol'].map((name) => new Agent(lab, name));
    await alice.phone();
    await setAddress(lab, carol, 'client:somebody');
    const refused = await signInAs(lab, 'carol');
    expectError(refused, 409, 'identity_mismatch');
    assert.match(refused.json().error.message, /client:somebody.*carol/);
    await lab.forgetDirectory();
    await alice.ask('list-agents');
    const { data: { workers } } = await lab.ask('health', { query: '?deep=1' });
    assert.equal(workers.of - workers.fit, 1, 'health counts whom it concerns');
    const called = await bob.createTask(carol.sid);
    expectError(called, 409, 'identity_mismatch');
    assert.match(called.json().error.message, /client:somebody.*carol/);

    // What it was tried for: a Voice token for Alice's calls.
    await setAddress(lab, carol, 'client:alice');
    expectError(await signInAs(lab, 'carol'), 409, 'identity_mismatch');
    assert.equal(await identityOf(lab, 'alice'), 'alice');
    await setAddress(lab, carol, 'client:carol');
    assert.equal(await identityOf(lab, 'carol'), 'carol');
  });

  test("who claims another's address is in the way of nobody but himself", async () => {
    const [alice, bob, carol] = ['alice', 'bob', 'carol'].map((name) => new Agent(lab, name));
    await setAddress(lab, carol, 'client:alice');
    await lab.forgetDirectory();
    assert.equal(await identityOf(lab, 'alice'), 'alice');
    const { data: { agents } } = await bob.ask('list-agents', { query: '?q=client:alice' });
    assert.deepEqual(agents.map(({ sid }) => sid), [alice.sid], 'a link to Alice leads to her');
    expectError(await bob.createTask(carol.sid), 409, 'identity_mismatch');
    // Who has signed in before goes on under the address that is hers.
    const token = lab.token('carol', { contactUri: 'client:carol' });
    const own = await carol.ask('create-task', { body: { to: bob.sid }, token });
    if (routing === 'filter') {
      expectError(own, 409, 'identity_mismatch');
    } else {
      assert.equal(own.status, 201, own.body);
      const { attributes } = await lab.task(own.data.taskSid);
      assert.equal(attributes.targetWorker, 'client:carol');
      await carol.endCall(own.data.taskSid, 'cancel');
    }
    const calls = [[bob, alice.sid], [bob, 'client:alice'], [alice, bob.sid]];
    for (const [caller, to] of calls) {
      const answer = await caller.createTask(to);
      if (routing === 'filter') {
        // The Workflow would ring both.
        expectError(answer, 409, 'ambiguous_agent');
        continue;
      }
      assert.equal(answer.status, 201, answer.body);
      await caller.endCall(answer.data.taskSid, 'cancel');
    }
    await setAddress(lab, carol, 'client:carol');
    await lab.forgetDirectory();
  });

  test('what Twilio does not allow is no address', async () => {
    await lab.addWorkers([worker('q@r.s', 'q@r.s'), worker('t', `t${'0'.repeat(121)}`),
      worker('u-v', 'u-v')]);
    await lab.forgetDirectory();
    for (const name of ['q@r.s', 't', 'u-v']) {
      expectError(await signInAs(lab, name), 409, 'unsupported_contact');
      expectError(await new Agent(lab, 'alice').createTask(lab.workers.get(name).sid), 409,
        'unsupported_contact');
      assert.match(lab.log('create-task'), new RegExp(
        `${lab.workers.get(name).sid} .*can't be called: .*client: and up to 121 letters`));
    }
    await lab.control('workers', undefined, 'DELETE');
    await lab.forgetDirectory();
  });

  test('two who may have one address have neither, whatever they have now', async () => {
    await lab.addWorkers([worker('x@y', 'x_40y'), worker('x_40y', 'x_5F40y')]);
    await lab.forgetDirectory();
    expectError(await signInAs(lab, 'x@y'), 409, 'ambiguous_agent');
    expectError(await new Agent(lab, 'alice').createTask('client:x_40y'), 409, 'ambiguous_agent');
    assert.match(lab.log('session'), /client:x_40y is open to WK/);
    await lab.control('workers', undefined, 'DELETE');
    await lab.forgetDirectory();
  });
});

describe('otherwise', () => {
  /** A stack with these settings; its Workers are the demo's. */
  async function withStack(extraConfig, check) {
    const stack = await startStack({ extraConfig });
    try {
      const other = new Lab(stack);
      await other.loadWorkers();
      await check(other);
    } finally {
      await stack.stop();
    }
  }

  test('contact_uri counts alone where the administrator says so, if it is one agent\'s', () =>
    withStack({ DIALPAD_IDENTITY: 'contact_uri' }, async (other) => {
      const carol = new Agent(other, 'carol');
      await setAddress(other, carol, 'client:somebody');
      assert.equal(await identityOf(other, 'carol'), 'somebody');
      await setAddress(other, carol, 'client:alice');
      await other.forgetDirectory();
      expectError(await signInAs(other, 'carol'), 409, 'ambiguous_agent');
      expectError(await signInAs(other, 'alice'), 409, 'ambiguous_agent');
    }));

  function usersFile() {
    const file = join(tmpdir(), `dialpad-users-${process.pid}`);
    writeFileSync(file, '# nobody yet\n', { mode: 0o640 });
    chmodSync(file, 0o640);
    return file;
  }

  test('a user is whom the file names, at the address that stands there', async () => {
    const file = usersFile();
    await withStack({ DIALPAD_USERS: file, DIALPAD_USER_ATTRIBUTE: 'email' }, async (other) => {
      const [alice, bob, carol] = ['alice', 'bob', 'carol'].map((name) => new Agent(other, name));
      writeFileSync(file, `al ${alice.sid} client:alice_one\nrobert ${bob.sid}\n`);
      await Promise.all(['session', 'create-task']
        .map((program) => other.stack.restartProgram(program)));
      // Carol claims a sign-in name that is Alice's: the file says whose it is.
      await other.rest(`Workers/${carol.sid}`, {
        Attributes: JSON.stringify({ ...carol.worker.attributes, email: 'al' }) });
      await other.forgetDirectory();
      assert.equal(await identityOf(other, 'al'), 'alice_one');
      assert.equal(await identityOf(other, 'robert'), 'bob');
      expectError(await signInAs(other, 'nobody'), 403, 'unknown_agent');
      // Two who have one name are told apart by nobody but the file.
      for (const agent of [alice, bob]) {
        await other.rest(`Workers/${agent.sid}`, {
          Attributes: JSON.stringify({ ...agent.worker.attributes, email: 'both@example.com' }) });
      }
      await other.forgetDirectory();
      expectError(await signInAs(other, 'both@example.com'), 409, 'ambiguous_user');
      for (const { sid } of [alice, bob]) assert.ok(other.log('session').includes(sid));
    });
  });

  test('by the Workflow\'s filter nobody is called whom it would not find', async () => {
    const file = usersFile();
    await withStack({ DIALPAD_USERS: file, DIALPAD_ROUTING: 'filter' }, async (other) => {
      const [alice, bob] = ['alice', 'bob'].map((name) => new Agent(other, name));
      writeFileSync(file, `alice ${alice.sid} client:alice_one\n`);
      await other.stack.restartProgram('create-task');
      await bob.phone();
      await alice.phone();
      const called = await bob.createTask(alice.sid);
      expectError(called, 409, 'identity_mismatch');
      assert.match(called.json().error.message, /"client:alice" .*"alice"/);
      await setAddress(other, alice, 'client:alice_one');
      await other.forgetDirectory();
      assert.equal((await bob.createTask(alice.sid)).status, 201);
    });
  });

  test('a file of users that can not be read stops the programs, and says where', () => {
    const file = join(tmpdir(), `dialpad-wrong-users-${process.pid}`);
    writeFileSync(file, 'alice WK1\n', { mode: 0o640 });
    chmodSync(file, 0o640);
    return withStackThatFails({ DIALPAD_USERS: file }, `${file}:1: after the user's name`);
  });

  async function withStackThatFails(extraConfig, text) {
    await assert.rejects(startStack({ extraConfig }), (error) => {
      assert.match(error.message, /503/);
      assert.ok(error.message.includes(text.split(': ')[1]), error.message);
      return true;
    });
  }
});

describe('keys', () => {
  test('a session and a call of before go on while the secret is changed', async () => {
    const [now, before] = ['n'.repeat(40), 'p'.repeat(40)];
    const stack = await startStack({
      extraConfig: { DIALPAD_SECRET: now, DIALPAD_SECRET_PREVIOUS: before },
    });
    try {
      const other = new Lab(stack);
      const keyOf = (secret) => createHmac('sha256', secret)
        .update(`dialpad session ${stack.secrets.workspaceSid}`).digest();
      other.sessionKey = keyOf(before); // which signs the agents' tokens here
      await other.loadWorkers();
      const { caller, callee } = await pair(other);
      const { data: { taskSid: t1, pass } } = await caller.createTask(callee.sid);

      // A call that began before: its statement is the former key's, and so is all that follows.
      const { body } = await other.rest(`Tasks/${t1}`);
      const [, payload] = JSON.parse(body.attributes).dialpad.split('.');
      const dialpad = signToken(keyOf(before), { alg: 'HS256', typ: 'dialpad-call+jwt' },
        JSON.parse(Buffer.from(payload, 'base64url')));
      await other.rewrite(t1, (attributes) => ({ ...attributes, dialpad }));
      caller.passes.set(t1, other.pass('caller', t1, caller.contactUri));
      await caller.joinOwn(t1);
      await callee.answer();
      await caller.until('connected', t1);
      const { conferences } = await other.state();
      assert.equal(conferences[0].friendlyName, other.room(t1));
      await caller.endCall(t1);

      // A new one is the new key's.
      other.sessionKey = keyOf(now);
      const [expires] = pass.split('.');
      assert.equal(pass,
        `${expires}.${other.mac('pass', 'caller', t1, caller.contactUri, expires)}`);
      assert.equal((await other.ask('health')).data.keys.length, 2);
    } finally {
      await stack.stop();
    }
  });
});
