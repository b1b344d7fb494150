// dialpad-admin flex against the stand-in's Plugins API: what it makes, that nobody else's plugin
// is lost by it, and that it may be run again.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { after, afterEach, before, beforeEach, test } from 'node:test';

import { Host } from './lib.js';

const OURS = 'dialpad-call-agent';
const SCRIPT = "alert('Hello, world.');";
const INTEGRITY = 'sha384-H8BRh8j48O9oYatfu5AZzq6A9RINhZO5H16dQZngK7T62em8MUt1FLm52t+eX6xO';
let site;
let url;
let host;

before(async () => {
  const answers = { '/script.js': SCRIPT, '/other.js': SCRIPT, '/page.js': '<html></html>' };
  site = http.createServer(({ url: path }, answer) => {
    answer.writeHead(path in answers ? 200 : 404).end(answers[path]);
  });
  await once(site.listen(0, '127.0.0.1'), 'listening');
  url = `http://127.0.0.1:${site.address().port}/script.js`;
});
after(() => site.close());
beforeEach(async () => {
  host = await Host.begin();
});
afterEach(() => host.end());

const plugins = () => host.sandbox.world.plugins;
const changes = () => host.sandbox.world.requests.since(0)
  .filter(({ method }) => method === 'POST');
const released = () => plugins().active().map((one) => `${one.unique_name} ${one.version}`);

/** dialpad-admin flex …, on a host with a whole configuration; its status is `wanted`. */
async function flex(wanted, ...words) {
  const { config } = host.sandbox.world;
  const done = await host.run(['flex', ...words], {
    TWILIO_API_KEY: config.apiKey, TWILIO_API_SECRET: config.apiSecret,
    TWILIO_FLEX_WORKSPACE_SID: config.workspaceSid,
    TWILIO_FLEX_INTERNAL_CALL_WORKFLOW_SID: config.workflowSid,
    DIALPAD_PUBLIC_URL: 'https://calls.example.com/cgi-bin', DIALPAD_STATE_DIR: host.dir,
  });
  assert.equal(done.status, wanted, done.out + done.err);
  return done;
}

const install = (wanted, number = '1.0.0', more = []) =>
  flex(wanted, 'install', '--url', url, '--number', number, ...more);

/** So many plugins of somebody else's, released. */
function othersRelease(count) {
  const added = Array.from({ length: count }, (_, n) => {
    const plugin = plugins().add('plugins', 'FP', { unique_name: `other-${n}`, archived: false });
    const { sid } = plugins().add('versions', 'FV', { plugin_sid: plugin.sid, version: `0.0.${n}`,
      plugin_url: 'https://other.example/', archived: false });
    return { plugin_version: sid, phase: 3 };
  });
  const { sid } = plugins().add('configurations', 'FJ', { plugins: added });
  plugins().add('releases', 'FK', { configuration_sid: sid });
  return added.map((_, n) => `other-${n} 0.0.${n}`);
}

test('the first plugin of an account is installed, and not twice', async () => {
  await flex(3, 'status');
  const { out } = await install(0);
  assert.ok(out.includes(INTEGRITY), out);
  assert.deepEqual(released(), [`${OURS} 1.0.0`]);
  assert.equal(plugins().active()[0].plugin_url, url);
  host.sandbox.world.requests.clear();
  await install(0);
  const { out: status } = await flex(0, 'status');
  assert.match(status, new RegExp(`plugin +${OURS} 1\\.0\\.0 ${url}$`, 'm'));
  assert.deepEqual(changes(), []);
});

test('all others stay, over all pages, when ours comes, changes and goes', async () => {
  const others = othersRelease(120);
  await install(0);
  assert.deepEqual(released(), [...others, `${OURS} 1.0.0`]);
  await install(0, '1.0.1');
  assert.deepEqual(released(), [...others, `${OURS} 1.0.1`]);
  await flex(0, 'remove');
  assert.deepEqual(released(), others);
  host.sandbox.world.requests.clear();
  await flex(0, 'remove');
  assert.deepEqual(changes(), []);
  // An earlier version is still registered.
  await install(0);
  assert.deepEqual(released(), [...others, `${OURS} 1.0.0`]);
});

test('a dry run makes nothing, and its answer is 3', async () => {
  const { out } = await install(3, '1.0.0', ['--dry-run']);
  for (const what of ['plugin', 'version', 'release']) {
    assert.match(out, new RegExp(`^made +${what} .*\\(would be\\)$`, 'm'));
  }
  assert.deepEqual(changes(), []);
  await install(0);
  await install(0, '1.0.0', ['--dry-run']);
  host.sandbox.world.requests.clear();
  await flex(3, 'remove', '--dry-run');
  assert.deepEqual(changes(), []);
  assert.deepEqual(released(), [`${OURS} 1.0.0`]);
});

test('whichever change got no answer, the next run ends it, and makes nothing twice', async () => {
  const paths = ['/Plugins$', '/Versions$', '/Configurations$', '/Releases$'];
  for (const [n, path] of paths.entries()) {
    host.sandbox.world.faults.add({ match: { method: 'POST', path }, action: 'drop',
      apply: 'after' });
    const { out } = await install(1, `1.0.${n}`);
    assert.match(out, /^found +script/m);
    await install(0, `1.0.${n}`);
    assert.deepEqual(released(), [`${OURS} 1.0.${n}`]);
    assert.deepEqual([plugins().plugins.length, plugins().versions.length], [1, n + 1]);
  }
});

test('what somebody else releases meanwhile is not taken back', async () => {
  await install(0);
  await flex(0, 'remove');
  // The next thing that is made is our Configuration; before our release comes another one.
  const add = plugins().add.bind(plugins());
  let others;
  plugins().add = (...words) => {
    plugins().add = add;
    const ours = add(...words);
    others = othersRelease(2);
    return ours;
  };
  const { err } = await install(1);
  assert.match(err, /somebody else has released/);
  assert.deepEqual(released(), others);
  await install(0);
  assert.deepEqual(released(), [...others, `${OURS} 1.0.0`]);
});

test('what is no script, and a number that has another address, are refused', async () => {
  for (const path of ['/page.js', '/nothing.js']) {
    await flex(1, 'install', '--url', new URL(path, url).href, '--number', '1.0.0');
  }
  assert.deepEqual(changes(), []);
  await install(0);
  const { err } = await flex(1, 'install', '--url', new URL('/other.js', url).href,
    '--number', '1.0.0');
  assert.match(err, /another address/);
  assert.deepEqual(released(), [`${OURS} 1.0.0`]);
});

test('what is no command is none', async () => {
  for (const words of [[], ['instal'], ['install'], ['install', '--url', url],
    ['install', '--number', '1.0.0'], ['status', '--dry-run'], ['remove', '--url', url],
    ...['1', '1.0', '1.0.0.0', '01.0.0', 'v1.0.0', '1.0.x', '1..0', '']
      .map((number) => ['install', '--url', url, '--number', number]),
    ['install', '--url', 'http://calls.example.com/x.js', '--number', '1.0.0']]) {
    await flex(2, ...words);
  }
});
