// Keys are changed while people talk, on two hosts, one after the other: the call goes on, can be
// held and ended, and the next one can be made, whichever host is asked.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';

import { until, useLab } from '../endpoint/lib.js';
import { Victims, listen, voicesIn } from './intruder.js';

const newSecret = () => randomBytes(24).toString('hex');

const lab = useLab({ sets: 2, requestsPerSecond: 1000 });

/** As pages do: a session is kept for as long as it's good, and each call begins with a new one. */
async function signIn(...names) {
  const tokens = new Map();
  for (const name of names) {
    const { status, body, data } = await lab.session(name);
    assert.equal(status, 200, body);
    tokens.set(name, data.token);
  }
  lab.token = (name) => tokens.get(name);
}

/** Another configuration for one host; null takes a key out. */
async function configure(set, changes) {
  const { stack } = lab;
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) delete set.config[key];
    else set.config[key] = value;
  }
  writeFileSync(set.configFile,
    Object.entries(set.config).map(([key, value]) => `${key}=${value}\n`).join(''));
  await Promise.all(stack.names.map((name) => stack.restartProgram(name, 'SIGTERM', set)));
}

/** Twilio's music, where somebody is held. */
async function hearsNobody(callSid) {
  return until('silence', async () => (await voicesIn(lab, callSid)).length === 0);
}

/** The call can be used as before, with two requests, so that each host has its turn. */
async function isUsable(call) {
  const [, ofBob] = await call.legs();
  for (const hold of [true, false]) {
    const answer = await call.caller.hold(call.t1, hold);
    assert.deepEqual([answer.status, answer.data], [200, { hold }], answer.body);
    if (hold) await hearsNobody(ofBob);
  }
  await call.stillTalk();
}

async function begin() {
  lab.forgetCalls();
  await signIn('alice', 'bob');
  return new Victims(lab).connect();
}

async function end(call) {
  await call.end();
  await lab.settled();
  for (const [agent, sid] of [[call.caller, call.t1], [call.callee, call.k]]) {
    await agent.wrapUp(sid);
  }
}

/**
 * `steps` of {hosts: what is changed on each host, twilio(): what is done there before}. Each call
 * lives through one step and is ended after it.
 */
async function rotate(steps) {
  const refused = ['status-callback', 'ringback', 'caller-twiml', 'callee-twiml'].flatMap((name) =>
    lab.stack.sets.map((set) => listen(lab, set.logName(name))));
  let call = await begin();
  for (const { hosts = {}, twilio } of steps) {
    await twilio?.();
    for (const set of lab.stack.sets) {
      await configure(set, hosts);
      await isUsable(call);
    }
    await end(call);
    call = await begin();
  }
  await end(call);
  assert.deepEqual(refused.flatMap((said) => said(/ status=(403|503) /)), []);
}

const current = () => lab.stack.sets[0].config;

/** Twilio's console, which asks for the account's own password. */
async function console(method, path, form) {
  const { TWILIO_ACCOUNT_SID: account, TWILIO_AUTH_TOKEN: token } = current();
  const basic = Buffer.from(`${account}:${token}`).toString('base64');
  const answer = await lab.rest(`/2010-04-01/Accounts/${account}/${path}`, form,
    { authorization: `Basic ${basic}` }, method);
  assert.ok(answer.status < 300, JSON.stringify(answer.body));
  return answer.body;
}

/** Makes another API key → {sid, secret}. */
const newKey = () => console('POST', 'Keys.json', { FriendlyName: 'next' });
const deleteKey = (sid) => () => console('DELETE', `Keys/${sid}.json`);

test('the API key, whose secret is also the source of the session key', async () => {
  const { TWILIO_API_KEY: oldSid, TWILIO_API_SECRET: old } = current();
  const { sid, secret: fresh } = await newKey();
  await rotate([
    { hosts: { DIALPAD_SECRET_PREVIOUS: fresh } },
    { hosts: { TWILIO_API_KEY: sid, TWILIO_API_SECRET: fresh, DIALPAD_SECRET_PREVIOUS: old } },
    { hosts: { DIALPAD_SECRET_PREVIOUS: null }, twilio: deleteKey(oldSid) },
  ]);
});

test('from the API secret to a secret of its own', async () => {
  const { TWILIO_API_KEY: oldSid, TWILIO_API_SECRET: api } = current();
  const own = newSecret();
  await rotate([
    { hosts: { DIALPAD_SECRET_PREVIOUS: own } },
    { hosts: { DIALPAD_SECRET: own, DIALPAD_SECRET_PREVIOUS: api } },
    { hosts: { DIALPAD_SECRET_PREVIOUS: null } },
  ]);
  // With the secret elsewhere, the API key is Twilio's business alone.
  const { sid, secret: fresh } = await newKey();
  await rotate([
    { hosts: { TWILIO_API_KEY: sid, TWILIO_API_SECRET: fresh } }, { twilio: deleteKey(oldSid) },
  ]);
});

test('the auth token', async () => {
  const authToken = newSecret().slice(0, 32);
  await rotate([
    { hosts: { TWILIO_AUTH_TOKEN_SECONDARY: authToken } },
    { twilio: () => lab.control('auth-token', { authToken }) },
    { hosts: { TWILIO_AUTH_TOKEN: authToken, TWILIO_AUTH_TOKEN_SECONDARY: null } },
  ]);
});
