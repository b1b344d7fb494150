import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { start } from './stand-in.js';

let sandbox;
before(async () => {
  sandbox = await start();
});
after(() => sandbox.close());

const URL = 'https://calls.example.com/flex/a.js';
const ask = (method, path, form) => sandbox.rest(method, `/v1/PluginService/${path}`, form);
const plugin = (sid, phase = 3) => JSON.stringify({ plugin_version: sid, phase });

async function made(path, form) {
  const { status, body } = await ask('POST', path, form);
  assert.equal(status, 201, JSON.stringify(body));
  return body.sid;
}

test('what is released is what Flex loads, and the last release counts', async () => {
  assert.equal((await ask('GET', 'Releases/active')).status, 404);
  assert.equal((await ask('GET', 'Plugins/a')).status, 404);
  const a = await made('Plugins', { UniqueName: 'a' });
  const one = await made('Plugins/a/Versions', { Version: '1.0.0', PluginUrl: URL });
  const two = await made(`Plugins/${a}/Versions`, { Version: '2.0.0', PluginUrl: URL });
  for (const sid of [one, two]) {
    const configuration = await made('Configurations', { Name: 'x', Plugins: plugin(sid) });
    await made('Releases', { ConfigurationId: configuration });
    const { body: release } = await ask('GET', 'Releases/active');
    assert.equal(release.configuration_sid, configuration);
    const { body } = await ask('GET', `Configurations/${configuration}/Plugins`);
    assert.deepEqual(body.plugins.map((each) => [each.unique_name, each.plugin_version_sid]),
      [['a', sid]]);
  }
  const { body } = await ask('GET', 'Plugins/a/Versions');
  assert.deepEqual(body.plugin_versions.map(({ version }) => version), ['1.0.0', '2.0.0']);

  const refused = [['Plugins', {}], ['Plugins', { UniqueName: 'a' }],
    ['Plugins/a/Versions', { Version: '1.0.0', PluginUrl: URL }],
    ['Plugins/a/Versions', { Version: '3', PluginUrl: URL }],
    ['Plugins/a/Versions', { Version: '3.0.0' }],
    ['Plugins/a/Versions', { Version: '3.0.0', PluginUrl: 'a.js' }],
    ['Configurations', { Plugins: plugin(one) }],
    ['Configurations', { Name: 'x', Plugins: one }],
    ['Configurations', { Name: 'x', Plugins: plugin(a) }],
    ['Configurations', { Name: 'x', Plugins: plugin(one, 1) }],
    ['Configurations', [['Name', 'x'], ['Plugins', plugin(one)], ['Plugins', plugin(two)]]],
    ['Releases', {}], ['Releases', { ConfigurationId: a }]];
  for (const [path, form] of refused) {
    assert.equal((await ask('POST', path, form)).status, 400, path + JSON.stringify(form));
  }
});
