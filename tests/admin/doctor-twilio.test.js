// dialpad-admin doctor about what is at Twilio: each way in which account, Workflow and Workers can
// be wrong is named, with its repair.

import assert from 'node:assert/strict';
import net from 'node:net';
import { after, afterEach, before, test } from 'node:test';

import { Host, PUBLIC_URL, doctor, expectAmong } from './lib.js';

let host;

before(async () => {
  host = await Host.begin();
  assert.equal((await host.setup()).status, 0);
});
after(() => host.end());
afterEach(async () => {
  await host.sandbox.control('POST', 'alerts', { alerts: [] });
  await host.sandbox.control('POST', 'reset', {});
});

const examine = (env = {}) => doctor({ ...host.env, ...env });
const expectFound = async (wanted, env) => expectAmong(await examine(env), wanted);

test('what setup has made is right', async () => {
  const { checks } = await examine(byFilter);
  const wrong = Object.keys(checks)
    .filter((id) => /^(?:twilio|workflow|workers)/.test(id) && checks[id].result !== 'ok');
  assert.deepEqual(wrong, [], JSON.stringify(checks, null, 1));
  assert.ok('workflow.queue' in checks && 'twilio.alerts' in checks);
});

/** With another Workflow configuration (or whatever the change is of), and then as before. */
async function withWorkflow(change, body) {
  const path = `Workflows/${host.recorded().workflow.sid}`;
  const { body: old } = await host.sandbox.rest('GET', path);
  const configuration = JSON.parse(old.configuration);
  const form = change(configuration.task_routing) ?? {};
  const answer = await host.sandbox.rest('POST', path, {
    Configuration: JSON.stringify(configuration), ...form });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  try {
    await body();
  } finally {
    await host.sandbox.rest('POST', path, { Configuration: old.configuration,
      TaskReservationTimeout: old.task_reservation_timeout });
  }
}

const byFilter = { DIALPAD_ROUTING: 'filter' };

// ---- facts that a configuration can have wrong: [name, environment, what is found]

const other = (prefix) => `${prefix}${'f'.repeat(32)}`;
const WRONG_FACTS = [
  ['another account', { TWILIO_ACCOUNT_SID: other('AC') },
    ['twilio.token', 'FAIL', /doesn't take this auth token/, /console\.twilio\.com/]],
  ['a wrong auth token', { TWILIO_AUTH_TOKEN: 'wrong' },
    ['twilio.token', 'FAIL', /auth token/, /TWILIO_AUTH_TOKEN/]],
  ['a wrong API key', { TWILIO_API_KEY: other('SK') },
    ['twilio.key', 'FAIL', /aren't taken/, /dialpad-admin setup/]],
  ['a wrong API secret', { TWILIO_API_SECRET: 'wrong' },
    ['twilio.key', 'FAIL', /aren't taken/, /dialpad-admin setup/]],
  ['another workspace', { TWILIO_FLEX_WORKSPACE_SID: other('WS') },
    ['twilio.workspace', 'FAIL', /no such workspace/, /TWILIO_FLEX_WORKSPACE_SID/]],
  ['another Workflow', { TWILIO_FLEX_INTERNAL_CALL_WORKFLOW_SID: other('WW') },
    ['workflow', 'FAIL', /no such Workflow/, /dialpad-admin setup/]],
  ['an attribute that nobody has', { DIALPAD_USER_ATTRIBUTE: 'e-mail' },
    ['workers.user_attribute', 'FAIL', /e-mail: nobody can sign in/, /DIALPAD_USER_ATTRIBUTE/]],
  ['a field of the list that nobody has', { DIALPAD_LIST_FIELDS: 'contact_uri, skils' },
    ['workers.list_fields', 'WARN', /attribute skils/, /DIALPAD_LIST_FIELDS/]],
  ['a region without TaskRouter', { TWILIO_REGION: 'au1' },
    ['twilio.region', 'FAIL', /au1/, /TWILIO_REGION/]],
  ['a proxy that leads nowhere', { DIALPAD_PROXY: 'http://127.0.0.1:1' },
    ['twilio.reach', 'FAIL', /connect/i, /DIALPAD_PROXY/]],
];

for (const [name, env, found] of WRONG_FACTS) {
  test(`${name} is named`, () => expectFound(found, env));
}

test('Twilio\'s silence is named', async () => {
  const silent = net.createServer(() => {});
  await new Promise((done) => { silent.listen(0, '127.0.0.1', done); });
  try {
    await expectFound(['twilio.reach', 'FAIL', /tim|callback/i, /firewall/],
      { DIALPAD_API_BASE_URL: `http://127.0.0.1:${silent.address().port}` });
  } finally {
    silent.close();
  }
});

// ---- the Workflow, in each of the ways that were tried

const FILTERS = [
  ['no filter of ours', (routing) => { routing.filters = []; },
    ['workflow.filter', 'FAIL', /no filter has/, /setup --into/]],
  ['a misspelled target expression', (routing) => {
    routing.filters[0].targets[0].expression = 'task.targetWorker==worker.contact_url';
  }, ['workflow.filter', 'FAIL', /no filter has/, /setup --into/]],
  ['another filter above ours', (routing) => {
    const [ours] = routing.filters;
    routing.filters.unshift({ ...ours, targets: [{ queue: ours.targets[0].queue }] });
  }, ['workflow.filter', 'FAIL', /filter 1 takes our Tasks before filter 2/, /setup --into/]],
  ['a task expression that our Tasks don\'t meet', (routing) => {
    routing.filters[0].expression = 'type == "internal"';
  }, ['workflow.filter', 'FAIL', /doesn't hold for our Tasks/, /setup --into/]],
  ['a target that gives up while it rings', (routing) => {
    routing.filters[0].targets[0].timeout = 10;
  }, ['workflow.target', 'FAIL', /gives up after 10 s/, /setup --into/]],
  ['a Reservation that times out while it rings', () => ({ TaskReservationTimeout: '45' }),
    ['workflow.timeout', 'FAIL', /after 45 s, which must be more than 45 s/, /Reservation Timeout/]],
];

for (const [name, change, found] of FILTERS) {
  test(`a Workflow with ${name} is named`, () =>
    withWorkflow(change, () => expectFound(found, byFilter)));
}

test('a filter above ours that leaves our Tasks alone is none of our business', () =>
  withWorkflow((routing) => {
    const [{ targets: [{ queue }] }] = routing.filters;
    routing.filters.unshift({ expression: 'type == "customer"', targets: [{ queue }] });
  }, async () => {
    const { checks } = await examine(byFilter);
    assert.equal(checks['workflow.filter'].result, 'ok', checks['workflow.filter'].text);
  }));

test('with direct routing a wrong filter is a warning', () =>
  withWorkflow((routing) => { routing.filters = []; }, async () => {
    const { checks } = await examine();
    assert.equal(checks['workflow.filter'].result, 'WARN');
  }));

test('a queue that not everybody is in is named', async () => {
  const queue = host.recorded().queue;
  await host.sandbox.rest('POST', `TaskQueues/${queue.sid}`, { TargetWorkers: 'skill == "sales"' });
  try {
    await expectFound(['workflow.queue', 'FAIL', /not everybody is in WQ/, /1==1/], byFilter);
  } finally {
    await host.sandbox.rest('POST', `TaskQueues/${queue.sid}`, { TargetWorkers: '1==1' });
  }
});

// ---- Workers

const WORKERS = [
  ['two of one address', ['workers.doubled', 'FAIL', /2 share.*alice/, /of its own/],
    { friendly_name: 'alice2', attributes: { contact_uri: 'client:alice' } }],
  ['one without an address', ['workers.missing', 'WARN', /1 have no contact_uri: erin/,
    /contact_uri/], { friendly_name: 'erin', attributes: {} }],
  ['too long an address', ['workers.long', 'WARN', /more than 121.*erin/, /121/],
    { friendly_name: 'erin', attributes: { contact_uri: `client:${'e'.repeat(122)}` } }],
  ['an address that Twilio refuses', ['workers.characters', 'WARN', /erin/, /_40/],
    { friendly_name: 'erin', attributes: { contact_uri: 'client:er-in' } }],
  ['a telephone for an address', ['workers.foreign', 'WARN', /erin/, /client:NAME/],
    { friendly_name: 'erin', attributes: { contact_uri: '+15005550006' } }],
  ['another\'s address', ['workers.not_theirs', 'WARN', /isn't made of.*erin/, /--identity/],
    { friendly_name: 'erin', attributes: { contact_uri: 'client:frank' } }],
];

for (const [name, found, worker] of WORKERS) {
  test(`Workers: ${name} is named`, async () => {
    await host.sandbox.control('POST', 'workers', { workers: [worker] });
    await expectFound(found);
  });
}

test('an account that is suspended or a trial is named', async () => {
  const wanted = [['suspended', 'Full', ['twilio.token', 'FAIL', /is suspended/, /console/]],
    ['active', 'Trial', ['twilio.token', 'WARN', /trial.* only five legs/, /profile approved/]]];
  for (const [status, type, found] of wanted) {
    await host.sandbox.control('POST', 'faults', { match: { path: '/Accounts/AC\\w+\\.json$' },
      action: 'json', body: { status, type }, times: 2 });
    await expectFound(found);
  }
});

test('a limit that others have nearly used up is named', async () => {
  const pace = (requestsPerSecond) =>
    host.sandbox.control('POST', 'switches', { requestsPerSecond });
  await pace(100);
  const { checks } = await examine();
  assert.match(checks['twilio.limits'].text, /^99 of 100 requests/);
  await pace(1);
  try {
    await expectFound(['twilio.limits', 'WARN', /^0 of 1 requests are left/, /subaccount/]);
  } finally {
    await pace(0);
  }
});

test('limits that can\'t be read are said', async () => {
  for (const status of [401, 503]) {
    await host.sandbox.control('POST', 'faults', { match: { method: 'GET', path: '/Tasks$' },
      action: 'status', status });
    await expectFound(['twilio.limits', 'WARN', new RegExp(`can't be read.*${status}`), /status/]);
  }
});

test('alerts of Twilio about us are named, others\' aren\'t', async () => {
  const alert = (url, code) => ({ error_code: code, log_level: 'error', request_url: url });
  await host.sandbox.control('POST', 'alerts', { alerts: [alert('https://crm.example.com/hook', '11750'),
    alert(`${PUBLIC_URL}/status-callback`, '11200')] });
  await expectFound(['twilio.alerts', 'WARN', /^1 in the last day.*11200$/, /docs\/api\/errors/]);
});

// ---- last, because Twilio's clock never goes back

test('a clock that is wrong is named', async () => {
  await host.sandbox.control('POST', 'clock', { forwardSeconds: 300 });
  await expectFound(['twilio.clock', 'FAIL', /30\d s behind/, /timedatectl/]);
});
