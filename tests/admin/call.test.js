// dialpad-admin call beside a whole product: calls that the stand-in has really made, one for each
// way in which they end, are explained afterwards: with the log, and from Twilio alone.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';

import { connect, expectEnded, pair, ring } from '../endpoint/agent.js';
import { Lab } from '../endpoint/lib.js';
import { startStack } from '../stack/stack.js';
import { until } from '../stack/system.js';
import { run } from './lib.js';

let lab;
let log;

before(async () => {
  lab = new Lab(await startStack({ mode: 'fastcgi', ringSeconds: 5, graceSeconds: 2 }));
  log = join(lab.stack.dir, 'all.log');
  await lab.loadWorkers();
});
after(() => lab.stack.stop());
afterEach(async () => {
  await lab.clearFaults();
  await lab.reset();
});

const command = (...args) => run(['call', ...args], lab.stack.sets[0].env).ended;

/** What is said of it with the log of all programs, once nothing more is on its way. */
async function explain(...args) {
  await lab.written();
  writeFileSync(log, lab.stack.names.map((name) => lab.log(name)).join(''));
  return said(await command(...args, '--log', log));
}

/** The same without any log: what Twilio has kept. */
const explainWithoutLog = async (sid) => said(await command(sid, '--log', '/dev/null'));

function said({ status, out, err }) {
  assert.deepEqual([status, err], [0, ''], err);
  return { out, verdict: /^verdict: (.*)$/m.exec(out)[1] };
}

async function expectVerdicts(sid, verdict, withoutLog = verdict) {
  const { out, verdict: whole } = await explain(sid);
  assert.match(whole, verdict, out);
  const without = await explainWithoutLog(sid);
  assert.match(without.verdict, withoutLog, without.out);
  return out;
}

test('hung up: who, after how long; found by any SID, or by an agent and a time', async () => {
  const call = await connect(lab);
  const [{ sid: conference, participants }] = (await lab.state()).conferences;
  await call.caller.hold(call.t1, true);
  await call.caller.hold(call.t1, false);
  await call.callee.endCall(call.k);
  await expectEnded(call, 'hangup');
  const out = await expectVerdicts(call.t1, /^Bob Baker hung up, after \d+ s of talk\.$/,
    /^completed: one of the two hung up .* of talk\.$/);
  for (const line of [/TaskRouter +Alice Archer calls Bob Baker: T1 is created/,
    /TaskRouter +it rings at Bob Baker's page/, /Calls +the leg of Bob Baker begins, to client:bob/,
    /TaskRouter +Alice Archer puts the other on hold/, /log +hold-participant of Alice Archer: 200/,
    /log +outcome hangup, by end-call from the page of Bob Baker/,
    /Conference +the Conference has ended: conference-ended-via-api/,
    /log +Twilio reports participant-leave of (Alice|Bob)/]) {
    assert.match(out, line);
  }
  assert.doesNotMatch(out, /call-state|ringback/, 'what only asks is no news');
  const head = (text) => text.split('\n')[0];
  for (const sid of [call.k, conference, ...participants.map(({ callSid }) => callSid)])
    assert.equal(head((await explain(sid)).out), head(out), sid);
  const at = new Date().toISOString();
  for (const agent of ['bob', call.caller.sid])
    assert.equal(head((await explain('--agent', agent, '--at', at)).out), head(out), agent);
});

test('dropped: whose softphone, when, and that it did not come back', async () => {
  const call = await connect(lab);
  await call.callee.hangUp();
  await until('a departure', async () => (await call.caller.state(call.t1)).state !== 'connected');
  await until('the end', async () => {
    await lab.webhook('ringback', { query: lab.waiting(call.t1, '&why=reconnect&round=1') });
    return (await call.caller.state(call.t1)).state === 'ended';
  });
  const out = await expectVerdicts(call.t1, new RegExp("^dropped: Bob Baker's softphone was gone "
    + "without a hang-up, \\d+ s into the talk, and didn't come back within \\d+ s\\."));
  assert.match(out, /Twilio reports participant-leave of Bob Baker: participant_hung_up/);
});

test('declined, not answered, canceled, busy', async () => {
  const ends = [
    [(call) => call.callee.decline(call.k), /^declined: Bob Baker declined after \d+ s/],
    [(call) => call.caller.endCall(call.t1, 'no-answer'),
      /^not answered: Bob Baker did not answer within \d+ s\.$/],
    [(call) => call.caller.endCall(call.t1, 'cancel'),
      /^canceled: Alice Archer gave up before Bob Baker answered, after \d+ s of ringing\.$/],
    [(call) => call.caller.hangUp(), /^canceled: Alice Archer's softphone was gone before Bob/,
      /^canceled: Alice Archer gave up before/],
  ];
  for (const [end, ...verdicts] of ends) {
    const call = await ring(lab);
    await end(call);
    await call.caller.until('ended', call.t1);
    await expectVerdicts(call.t1, ...verdicts);
    await lab.reset();
  }
  const { caller, callee } = await pair(lab, 'alice', 'carol');
  const { data: { taskSid: t1 } } = await caller.createTask(callee.sid);
  await lab.control('customer-task', { worker: 'carol' });
  await caller.joinOwn(t1);
  await caller.until('ended', t1);
  await expectVerdicts(t1, /^busy: Carol [A-Z]\w+ was on another call when it would have rung\.$/);
});

test('crossed: two called each other at once', async () => {
  const { caller: alice, callee: bob } = await pair(lab);
  // Each finds the other free, because no Task is made before both have looked.
  const match = { method: 'POST', path: '/Tasks$' };
  await lab.fault({ match, action: 'meet', times: 2 });
  const made = await Promise.all([[alice, bob], [bob, alice]].map(async ([who, other]) => {
    const { status, data, body } = await who.createTask(other.sid);
    assert.equal(status, 201, body);
    return { who, other, t1: data.taskSid };
  }));
  // The one with the smaller SID lives.
  const [lives, dies] = made.sort((a, b) => (a.t1 < b.t1 ? -1 : 1));
  await dies.who.joinOwn(dies.t1);
  await dies.who.until('ended', dies.t1);
  const name = ({ worker }) => worker.attributes.full_name;
  await expectVerdicts(dies.t1, new RegExp(`^crossed: ${name(dies.who)} and ${name(dies.other)} `
    + 'called each other at once; the other call lives\\.$'));
  assert.equal((await lives.who.state(lives.t1)).state, 'calling');
  await lives.who.endCall(lives.t1, 'cancel');
});

test('failed: whose softphone, and how', async () => {
  const ways = [['busy', 'refused the call'], ['none', 'did not answer']];
  for (const [behaviour, how] of ways) {
    for (const side of ['caller', 'callee']) {
      const agents = await pair(lab);
      await (behaviour === 'none' ? agents[side].noPhone() : agents[side].phone(behaviour));
      const t1 = await agents.caller.call(agents.callee);
      if (side === 'callee') await agents.callee.answer();
      await agents.caller.until('ended', t1);
      const name = side === 'caller' ? 'Alice Archer' : 'Bob Baker';
      await expectVerdicts(t1, new RegExp(`^failed: ${name}'s softphone ${how}`));
      await lab.reset();
    }
  }
});

test('still going on; and what nobody knows any more is said', async () => {
  const call = await connect(lab);
  assert.match((await explain(call.t1)).verdict, /^still going on: both are in the call/);
  await call.caller.endCall(call.t1);
  await expectEnded(call, 'hangup');
  const now = await explain(call.t1);
  await lab.control('reset', {}); // as if 30 days had passed: the log alone is left
  const later = await explain(call.k);
  assert.match(later.verdict, /^the caller hung up, after \d+ s of talk\.$/);
  assert.match(later.out, /^TaskRouter +gone: no Events/m);
  assert.equal(later.out.split('\n')[0], now.out.split('\n')[0]);
  const nothing = await command(call.t1, '--log', '/dev/null');
  assert.equal(nothing.status, 1);
  assert.match(nothing.err, /no call of ours is known there/);
});

test('arguments that say nothing are a usage error; a log that is not there is named', async () => {
  for (const args of [[], ['WT1'], ['--agent', 'bob'], ['--at', '10:03'],
    ['--agent', 'bob', '--at', '25:00'], [`WT${'0'.repeat(32)}`, '--log']]) {
    assert.equal((await command(...args)).status, 2, args.join(' '));
  }
  const { status, err } = await command(`WT${'0'.repeat(32)}`, '--log', '/nowhere/at/all');
  assert.equal(status, 1);
  assert.match(err, /\/nowhere\/at\/all can't be read: No such file/);
});
