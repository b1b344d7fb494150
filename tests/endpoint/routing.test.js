// How the Tasks of a call reach their agents: straight, by RoutingTarget; by the Workflow's filter
// where Twilio ignores that; and who is left when one agent calls several times at once.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { Agent, calleeTasks, connect, expectEnded, ring } from './agent.js';
import { expectError, until, useLab } from './lib.js';

const lab = useLab({ extraConfig: { DIALPAD_ROUTING: 'direct' } });
const agent = (name) => new Agent(lab, name);

/** What the programs have asked TaskRouter to create. */
async function created() {
  const requests = await lab.requests();
  return requests.filter(({ method, path }) => method === 'POST' && path.endsWith('/Tasks'))
    .map(({ params: { RoutingTarget, IgnoreCapacity } }) => [RoutingTarget, IgnoreCapacity]);
}

async function finish(call) {
  assert.equal((await call.caller.endCall(call.t1)).status, 200);
  await call.caller.until('ended', call.t1);
}

/** The Workflow, which routes in another way while `action` runs. */
async function withWorkflow(routing, action) {
  const path = `Workflows/${lab.config.TWILIO_FLEX_INTERNAL_CALL_WORKFLOW_SID}`;
  const { body: { configuration } } = await lab.rest(path);
  const configure = async (text) => {
    assert.equal((await lab.rest(path, { Configuration: text })).status, 200);
  };
  await configure(JSON.stringify({ task_routing: routing }));
  try {
    await action();
  } finally {
    await configure(configuration);
  }
}

/** With Twilio as `routingTarget` says; afterwards no process remembers it. */
async function withTwilio(routingTarget, action) {
  await lab.control('switches', { routingTarget });
  try {
    await action();
  } finally {
    await lab.control('switches', { routingTarget: 'taken' });
    if (!lab.stack.mode.cgi) {
      for (const program of ['create-task', 'status-callback', 'ringback']) {
        await lab.stack.restartProgram(program);
      }
    }
  }
}

describe('straight to the Worker', () => {
  test('the caller in any activity, the colleague only with room', async () => {
    const call = await ring(lab);
    assert.deepEqual(await created(), [
      [call.caller.sid, 'true'], [call.callee.sid, 'false'],
    ]);
    await finish(call);
  });

  test('a caller on break, without a filter in the Workflow', async () => {
    await withWorkflow({ filters: [] }, async () => {
      await lab.control('worker', { worker: 'alice', activity: 'Break' });
      const call = await connect(lab);
      await finish(call);
    });
  });

  test('a caller whose customer waits', async () => {
    const { taskSid } = await lab.control('customer-task', { worker: 'alice' });
    const call = await ring(lab);
    expectError(await call.caller.createTask(agent('carol').sid), 409, 'already_in_call');
    await finish(call);
    await lab.control(`customer-task?taskSid=${taskSid}`, undefined, 'DELETE');
  });

  test('nobody with a customer is rung', async () => {
    const { taskSid } = await lab.control('customer-task', { worker: 'bob' });
    expectError(await agent('alice').createTask(agent('bob').sid), 409, 'callee_busy');
    await lab.control(`customer-task?taskSid=${taskSid}`, undefined, 'DELETE');
  });
});

describe('by the filter, where Twilio ignores RoutingTarget', () => {
  test('the call is made all the same, and the log says it once', async () => {
    await withTwilio('ignored', async () => {
      const call = await ring(lab);
      const { tasks } = await lab.state();
      assert.equal(tasks[0].assignment_status, 'canceled', 'the one that went astray');
      const t1 = await lab.task(call.t1);
      assert.equal(t1.attributes.direction, 'outbound');
      await finish(call);
      const said = [...lab.log('create-task').matchAll(/DIALPAD_ROUTING=filter/g)];
      if (!lab.stack.mode.cgi) assert.equal(said.length, 1);
    });
  });

  test('a caller on break is told so', async () => {
    await withTwilio('ignored', async () => {
      await lab.control('worker', { worker: 'alice', activity: 'Break' });
      expectError(await agent('alice').createTask(agent('bob').sid), 409, 'caller_unavailable');
    });
  });

  test('the colleague, where IgnoreCapacity alone is ignored', async () => {
    await withTwilio('capacity-ignored', async () => {
      const call = await connect(lab);
      const [live, astray] = (await lab.state()).tasks.filter(({ attributes }) =>
        attributes.conferenceSid === call.t1)
        .sort((a) => (a.sid === call.k ? -1 : 1));
      assert.deepEqual([live.sid, astray.assignment_status], [call.k, 'canceled']);
      await finish(call);
    });
  });

  test('and 502 where the Workflow has none', async () => {
    await withTwilio('ignored', () => withWorkflow({ filters: [] }, async () => {
      expectError(await agent('alice').createTask(agent('bob').sid), 502, 'routing_unsupported');
      const { tasks } = await lab.state();
      assert.deepEqual(tasks.map((task) => task.assignment_status), ['canceled']);
    }));
  });
});

test('of several calls that one agent begins at once, the oldest rings', async () => {
  const [alice, bob] = ['alice', 'bob'].map(agent);
  await Promise.all([alice.phone(), bob.phone()]);
  const answers = await Promise.all(Array.from({ length: 5 }, () => alice.createTask(bob.sid)));
  const made = answers.filter(({ status }) => status === 201).map(({ data }) => data.taskSid);
  await Promise.all(made.map((taskSid) => alice.joinOwn(taskSid).catch(() => {})));
  const live = await until('one call', async () => {
    const states = await Promise.all(made.map((taskSid) => alice.state(taskSid)));
    const open = states.filter(({ state }) => state !== 'ended');
    return open.length === 1 && open[0].state === 'ringing' && open[0].taskSid;
  });
  const tasks = await Promise.all(made.map((taskSid) => lab.task(taskSid)));
  const seconds = (task) => task.date_created.slice(0, 19);
  const [oldest] = tasks.sort((a, b) => seconds(a).localeCompare(seconds(b))
    || a.sid.localeCompare(b.sid));
  assert.equal(live, oldest.sid);
  // The others are told that they are over before all of theirs is closed.
  await until('one K that rings', async () => {
    const counts = await Promise.all(made.map((t1) => calleeTasks(lab, t1)));
    return counts.flat().filter((task) => task.assignment_status === 'reserved').length === 1;
  });
  await expectNobodyAfter({ caller: alice, callee: bob, t1: live });
});

async function expectNobodyAfter(call) {
  await call.caller.endCall(call.t1, 'cancel');
  await expectEnded(call, 'cancel');
}

describe('a Task of which call-state says that it is no call of this agent\'s', () => {
  /** Attributes in a Task that any agent's browser could create. */
  const junk = async (attributes, worker) => (await lab.rest('Tasks', {
    Attributes: JSON.stringify(attributes), RoutingTarget: worker.sid, TaskChannel: 'voice',
    WorkflowSid: lab.config.TWILIO_FLEX_INTERNAL_CALL_WORKFLOW_SID,
  })).body.sid;

  async function isRefused(who, taskSid) {
    expectError(await who.ask('call-state', { query: `?taskSid=${taskSid}` }), 403,
      'not_your_call');
    await lab.rest(`Tasks/${taskSid}`, { AssignmentStatus: 'canceled', Reason: 'junk' });
  }

  test('one without a statement', async () => {
    const bob = agent('bob');
    await isRefused(bob, await junk({ internal: 'true', from: 'client:alice' }, bob));
  });

  test('a copy of a live K', async () => {
    const call = await ring(lab);
    const copy = await junk((await lab.task(call.k)).attributes, call.callee);
    await isRefused(call.callee, copy);
    assert.equal((await call.callee.state(call.k)).state, 'ringing');
    await finish(call);
  });
});

describe('rejoin-call', () => {
  test('rings one leg at a time', async () => {
    const call = await connect(lab);
    await call.callee.phone('ignore');
    const rejoin = () => call.callee.post('rejoin-call', { taskSid: call.k });
    const answers = await Promise.all(Array.from({ length: 4 }, rejoin));
    const taken = answers.filter(({ status }) => status === 200);
    assert.equal(taken.length, 1, answers.map(({ body }) => body).join());
    for (const answer of answers) {
      if (answer.status !== 200) expectError(answer, 409, 'leg_still_ringing');
    }
    expectError(await rejoin(), 409, 'leg_still_ringing');
    await until('one leg that rings', async () => {
      const { calls } = await lab.state();
      return calls.filter(({ endTime, startTime }) => !endTime && !startTime).length === 1;
    });
    await finish(call);
  });

  test('counts as a call', async () => {
    const call = await connect(lab);
    await call.callee.phone('ignore');
    let answer;
    for (let time = 0; time < 21; time += 1) {
      answer = await call.callee.post('rejoin-call', { taskSid: call.k });
    }
    expectError(answer, 429, 'too_many_calls');
    assert.ok(Number(answer.headers['retry-after']) > 0);
    await finish(call);
  });
});
