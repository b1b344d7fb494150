// Every host that Twilio's two libraries can name, as they are shipped, against what the
// Content-Security-Policy of the web servers' examples lets a page ask.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import test from 'node:test';

const root = new URL('../../', import.meta.url);
const read = (path) => readFileSync(new URL(path, root), 'utf8');
const versionsIn = (path) => JSON.parse(read(path)).dependencies;
// The same version's source, which has the names of edges and regions.
const sdk = createRequire(import.meta.url).resolve('@twilio/voice-sdk');
const { Edge, Region } = createRequire(sdk)(sdk.replace(/twilio\.js$/, 'twilio/regions.js'));

const EXAMPLES = ['nginx.conf.example', 'deploy/apache.conf.example', 'deploy/htaccess.example'];
const BUNDLES = ['www/vendor/taskrouter.js', 'www/vendor/voice-sdk.js'];

// What the libraries ask; {} is filled in when they run.
const ASKED = [
  'https://event-bridge{}.twilio.com', 'wss://event-bridge{}.twilio.com',
  'https://{}/v4/{}', 'eventgw.twilio.com', 'eventgw.{}.twilio.com',
  'wss://{}/signal', 'voice-js.{}.twilio.com',
];
// What they only tell developers, and sounds in whose place the page has its own.
const TOLD = [
  'https://www.twilio.com', 'https://sdk.twilio.com', 'http://localhost', 'https://github.com',
  'https://bugzilla.mozilla.org', 'https://support.microsoft.com',
];

/** The beginnings of addresses, and the names of hosts of Twilio's, in a minified source. */
function namesIn(source) {
  const plain = source.replace(/\$\{[^{}]*\}|"\.concat\([\w$]+,"/g, '{}');
  const addresses = plain.match(/(?:https?|wss?):\/\/(?:\{\}\/[\w/{}]+|[\w.{}-]+)/g);
  const hosts = plain.match(/(?<![\w.{}/-])[\w.{}-]*\.twilio\.com/g) ?? [];
  return new Set([...addresses, ...hosts]);
}

function policyOf(example) {
  const [, text] = /Content-Security-Policy "([^"]*)"/.exec(read(example));
  return Object.fromEntries(text.split('; ').map((directive) => {
    const [name, ...sources] = directive.split(' ');
    return [name, sources];
  }));
}

/** Whether sources with a host, the only ones that speak of other servers, let it through. */
function allows(sources, address) {
  const { protocol, host } = new URL(address);
  return sources.some((source) => {
    const [, scheme, any, name] = /^(\w+:)\/\/(\*\.)?(.*)$/.exec(source) ?? [];
    return protocol === scheme && (any ? host.endsWith(`.${name}`) : host === name);
  });
}

test('the names are those of the version that is shipped', () => {
  assert.equal(versionsIn('tests/package.json')['@twilio/voice-sdk'],
    versionsIn('tools/vendor/package.json')['@twilio/voice-sdk']);
});

test('the libraries name the hosts that are known here, and no others', () => {
  const named = new Set(BUNDLES.flatMap((file) => [...namesIn(read(file))]));
  assert.deepEqual([...named].sort(), [...ASKED, ...TOLD].sort());
});

for (const example of EXAMPLES) {
  test(`${example} lets the page ask every host of Twilio's, and nobody else`, () => {
    const policy = policyOf(example);
    const edges = Object.values(Edge);
    const regions = Object.values(Region);
    assert.ok(edges.length > 10 && regions.length > 10);
    const addresses = [
      ...edges.map((edge) => `wss://voice-js.${edge}.twilio.com/signal`),
      ...['', ...regions.map((region) => `.${region}`)].flatMap((region) => [
        `https://event-bridge${region}.twilio.com/v1/wschannels`,
        `wss://event-bridge${region}.twilio.com/v1/wschannels`,
        `https://eventgw${region}.twilio.com/v4/EndpointMetrics`,
      ]),
    ];
    for (const address of addresses) assert.ok(allows(policy['connect-src'], address), address);
    for (const address of ['https://example.com', 'http://eventgw.twilio.com',
      'https://twilio.com.example', 'wss://nottwilio.com']) {
      assert.ok(!allows(policy['connect-src'], address), address);
    }
    for (const [directive, sources] of Object.entries(policy)) {
      if (directive === 'connect-src') continue;
      assert.ok(!sources.some((source) => source.includes('//')), `${directive} ${sources}`);
    }
  });
}
