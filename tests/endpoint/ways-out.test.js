// What is believed of Twilio without proof: where it is otherwise there is a way out, by itself or
// by a setting, and calls are made all the same.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { Agent, connect, expectEnded } from './agent.js';
import { until, useLab } from './lib.js';

/** A call with a pause in it, at whose end both agents are told the same. */
async function wholeCall(lab, options) {
  const call = await connect(lab, 'alice', 'bob', options);
  for (const hold of [true, false]) {
    assert.equal((await call.callee.hold(call.k, hold)).status, 200);
    const { hold: told } = await call.caller.state(call.t1);
    assert.deepEqual(told, { me: hold, other: false });
  }
  await call.caller.endCall(call.t1);
  await expectEnded(call, 'hangup');
  return call;
}

const turned = (lab, switches) => async (action) => {
  await lab.control('switches', switches);
  try {
    await action();
  } finally {
    await lab.control('switches', { preset: 'a' });
  }
};

describe('found out by itself', () => {
  const lab = useLab({ graceSeconds: 0 });

  test('labels do not come back: the Calls tell whose legs they are', () => (
    turned(lab, { participantLabel: 'absent' })(() => wholeCall(lab))));

  for (const statusWithAttributes of ['status-alone', 'refused']) {
    test(`a Task's status and Attributes in one request: ${statusWithAttributes}`, () => (
      turned(lab, { statusWithAttributes })(async () => {
        await wholeCall(lab);
        if (statusWithAttributes !== 'refused') return;
        assert.match(await lab.log('end-call'), /no status together with Attributes/);
        const { k } = await wholeCall(lab);
        assert.equal((await lab.task(k)).attributes.outcome, 'hangup');
      })));
  }

  test('a Conference does not start: the log says so, and what to do', () => (
    turned(lab, { conferenceStart: 'by-starter' })(async () => {
      const call = await connect(lab);
      await lab.clock(5);
      await lab.webhook('ringback', { query: lab.waiting(call.t1, '&round=1') });
      await until('the line', async () => lab.log('ringback').split('\n').some((line) =>
        line.includes(call.t1) && line.includes('set DIALPAD_CALLEE_STARTS=1')));
      await call.caller.endCall(call.t1);
      await expectEnded(call, 'hangup');
    })));

  test('an API key may not read the account', () => (
    turned(lab, { keyReadsAccount: 'no' })(async () => {
      const { status, body } = await lab.ask('health', { query: '?deep=1' });
      assert.equal(status, 200, body);
    })));

  test('TaskRouter takes no parameters in CallTo: the page says so, and the log', async () => {
    const alice = new Agent(lab, 'alice');
    await alice.ask('call-state', { query: '?callto=plain' });
    await until('the line', async () => /callto_plain/.test(await lab.log('call-state')));
  });
});

describe('turned by a setting', () => {
  const lab = useLab({ graceSeconds: 0,
    extraConfig: { DIALPAD_OVERRIDES: 'off', DIALPAD_CALLEE_STARTS: '1' } });

  test('TaskRouter takes no fragment in its addresses', async () => {
    const { callerTwimlUrl, calleeTwimlUrl, legEndedUrl } = (await lab.session('alice')).data;
    for (const url of [callerTwimlUrl, calleeTwimlUrl, legEndedUrl]) {
      assert.equal(new URL(url).hash, '');
    }
    await turned(lab, { urlFragment: 'refused' })(() => wholeCall(lab, { overrides: '' }));
  });

  test('a Conference begins only if the one who comes starts it', () => (
    turned(lab, { conferenceStart: 'by-starter' })(async () => {
      const call = await connect(lab);
      const { conferences } = await lab.state();
      assert.equal(conferences.find(({ status }) => status !== 'completed').started, true);
      await call.caller.endCall(call.t1);
      await expectEnded(call, 'hangup');
    })));
});
