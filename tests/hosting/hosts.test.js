// Two web hosts behind one nginx. One of them dies in the middle of a call; the call goes on.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Agent, expectEnded } from '../endpoint/agent.js';
import { useLab } from '../endpoint/lib.js';

const lab = useLab({ mode: 'fastcgi', sets: 2 });

async function holds(agent, taskSid, hold) {
  const answer = await agent.hold(taskSid, hold);
  assert.equal(answer.status, 200, answer.body);
}

// What happens in a call, one thing after the other.
const STEPS = {
  'the caller presses Call': async (call) => {
    const created = await call.caller.createTask(call.callee.sid);
    assert.equal(created.status, 201, created.body);
    call.t1 = created.data.taskSid;
  },
  'the caller joins': (call) => call.caller.joinOwn(call.t1),
  'it rings': async (call) => { call.k = await call.callee.rings(); },
  'the callee answers': (call) => call.callee.answer(),
  'both are connected': (call) => call.caller.until('connected', call.t1),
  'the callee is held': (call) => holds(call.caller, call.t1, true),
  'the callee is resumed': (call) => holds(call.caller, call.t1, false),
  'the callee hangs up': async (call) => {
    const answer = await call.callee.endCall(call.k);
    assert.equal(answer.status, 200, answer.body);
  },
  'both are told': (call) => expectEnded(call, 'hangup'),
};

async function kill(set) {
  const { stack } = lab;
  await Promise.all(stack.names.map((name) => stack.stopProgram(name, 'SIGKILL', set)));
}

async function revive(set) {
  const { stack } = lab;
  await Promise.all(stack.names.map((name) => stack.startProgram(name, set)));
}

Object.keys(STEPS).forEach((fatal, index) => {
  test(`one host is killed before ${fatal}`, async () => {
    const call = { caller: new Agent(lab, 'alice'), callee: new Agent(lab, 'bob') };
    await Promise.all([call.caller.phone(), call.callee.phone()]);
    const victim = lab.stack.sets[index % 2];
    for (const [step, run] of Object.entries(STEPS)) {
      if (step === fatal) await kill(victim);
      await run(call);
    }
    await revive(victim);
  });
});
