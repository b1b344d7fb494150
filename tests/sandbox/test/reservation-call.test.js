// TaskRouter and Voice together: a Reservation's call, from the instruction to the Conference.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { completeConfig } from '../config.js';
import { voiceRoutes } from '../rest/voice.js';
import { startSandbox } from '../sandbox.js';
import { createVoice } from '../voice/voice.js';
import { Application, conferenceTwiml, delivered, until } from './voice-support.js';

let sandbox;
let application;

before(async () => {
  application = await Application.start({
    '/twiml': ({ query }) => conferenceTwiml(query.get('taskSid'), { beep: 'false',
      statusCallback: '/events', statusCallbackEvent: 'join leave end' }),
  });
  sandbox = await startSandbox(completeConfig(), { createVoice, voiceRoutes });
});

afterEach(async () => {
  await delivered(sandbox.world);
  await control('POST', 'reset');
});

after(async () => {
  application.close();
  await sandbox.close();
});

async function control(method, name, body) {
  const response = await fetch(`${sandbox.url}/sandbox/${name}`,
    { method, body: body && JSON.stringify(body) });
  return response.json();
}

async function rest(method, name, form) {
  const { accountSid, authToken, workspaceSid } = sandbox.world.config;
  const basic = Buffer.from(`${accountSid}:${authToken}`).toString('base64');
  const response = await fetch(`${sandbox.url}/v1/Workspaces/${workspaceSid}/${name}`,
    { method, headers: { Authorization: `Basic ${basic}` },
      body: form && new URLSearchParams(form) });
  return response.json();
}

async function callThroughReservation(behaviour, more) {
  await control('POST', 'softphone', { identity: 'alice', behaviour });
  const task = await rest('POST', 'Tasks', { TaskChannel: 'voice',
    WorkflowSid: sandbox.world.config.workflowSid,
    Attributes: JSON.stringify({ targetWorker: 'client:alice' }) });
  const { reservations } = await until(async () => {
    const page = await rest('GET', `Tasks/${task.sid}/Reservations`);
    return page.reservations.length === 1 && page;
  });
  await rest('POST', `Tasks/${task.sid}/Reservations/${reservations[0].sid}`, {
    Instruction: 'call', CallFrom: 'client:bob', CallAccept: 'true', CallTimeout: '1',
    CallUrl: `${application.url}/twiml?taskSid=${task.sid}`,
    CallStatusCallbackUrl: `${application.url}/ended?taskSid=${task.sid}`, ...more });
  return task.sid;
}

const stateOf = async (taskSid) => (await control('GET', 'state')).tasks
  .find(({ sid }) => sid === taskSid);

for (const preset of ['a', 'b']) {
  test(`the leg joins and the Task learns its CallSid: preset ${preset}`, async () => {
    await control('POST', 'switches', { preset });
    application.requests.length = 0;
    const taskSid = await callThroughReservation('answer');
    const join = await until(() => application.events()[0]);
    assert.equal(join.StatusCallbackEvent, 'participant-join');
    assert.equal(join.FriendlyName, taskSid);
    await until(async () => (await stateOf(taskSid)).attributes.worker_call_sid === join.CallSid);
    await until(async () => (await stateOf(taskSid)).assignment_status === 'assigned');
    await control('POST', 'softphone/hangup', { identity: 'alice' });
    const ended = await until(() => application.to('/ended')[0]);
    assert.equal(ended.method, sandbox.world.switches.legEndedMethod);
    assert.equal(ended.query.get('taskSid'), taskSid);
  });
}

for (const [toParameters, to] of [['stripped', 'client:alice'], ['kept', 'client:alice?a=1']]) {
  test(`parameters behind the address: ${toParameters}`, async () => {
    await control('POST', 'switches', { toParameters });
    application.requests.length = 0;
    await callThroughReservation('answer', { CallTo: 'client:alice?a=1' });
    await until(() => application.events()[0]);
    assert.equal(application.to('/twiml')[0].params.To, to);
  });
}

test('a leg that nobody answers ends as no-answer, and its end is reported', async () => {
  application.requests.length = 0;
  await callThroughReservation('ignore');
  const ended = await until(() => application.to('/ended')[0]);
  const status = ended.method === 'GET' ? ended.query.get('CallStatus') : ended.params.CallStatus;
  assert.equal(status, 'no-answer');
});
