// Bundles Twilio's two browser SDKs, unchanged, into www/vendor/ as ES modules that load under
// the page's Content-Security-Policy, and puts every licence that applies beside them.
//
//   node build.mjs [output folder]

import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = path.dirname(fileURLToPath(import.meta.url));
const out = path.resolve(process.argv[2] ?? path.join(here, '../../www/vendor'));

const BUNDLES = [
  { file: 'taskrouter.js', source: "export { Worker } from 'twilio-taskrouter';" },
  { file: 'voice-sdk.js', source: "export { Call, Device } from '@twilio/voice-sdk';" },
];

// The TaskRouter SDK can also talk GraphQL, always to Twilio's own host. The page never asks for
// that transport, and it would double the size of the bundle.
const withoutGraphQL = {
  name: 'without-graphql',
  setup(builder) {
    builder.onResolve({ filter: /^graphql-ws$/ }, ({ path: name }) => (
      { path: name, namespace: 'without-graphql' }
    ));
    builder.onLoad({ filter: /.*/, namespace: 'without-graphql' }, () => ({
      contents: "export function createClient() { throw new Error('GraphQL is not bundled'); }",
    }));
  },
};

async function bundle({ file, source }) {
  const result = await build({
    absWorkingDir: here,
    stdin: { contents: source, resolveDir: here, sourcefile: file },
    outfile: path.join(out, file),
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2020',
    minify: true,
    charset: 'utf8',
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    plugins: [withoutGraphQL],
    banner: { js: '/* Licences: see THIRD-PARTY-NOTICES.txt beside this file. */' },
  });
  return Object.keys(result.metafile.inputs);
}

/** The folder of the installed package that a bundled file belongs to. */
function packageFolder(input) {
  const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path.resolve(here, input));
  return match?.[1];
}

/** What one package says about its licence: its name, its version and the texts it ships. */
async function licenceOf(folder) {
  const { name, version, license } = JSON.parse(
    await readFile(path.join(folder, 'package.json'), 'utf8')
  );
  const files = (await readdir(folder)).filter((entry) => /^(licen[cs]e|notice)/i.test(entry));
  if (files.length === 0) throw new Error(`${name} ${version} ships no licence text`);
  const texts = await Promise.all(
    files.sort().map((entry) => readFile(path.join(folder, entry), 'utf8'))
  );
  return { name, version, license, text: texts.map((text) => text.trim()).join('\n\n') };
}

async function writeLicences(folders) {
  const rule = `\n\n${'='.repeat(80)}\n\n`;
  const licences = await Promise.all([...folders].sort().map(licenceOf));
  await mkdir(path.join(out, 'licenses'));
  for (const { name, text } of licences) {
    const file = `${name.replace('@', '').replace('/', '-')}.txt`;
    await writeFile(path.join(out, 'licenses', file), `${text}\n`);
  }
  const head = `\
taskrouter.js and voice-sdk.js contain the following packages, bundled and minified but otherwise
unchanged; the GraphQL transport of twilio-taskrouter is left out. Each package is used under its
own licence, printed below.`;
  const parts = licences.map(({ name, version, license, text }) => (
    `${name} ${version} (${license})\n\n${text}`
  ));
  await writeFile(path.join(out, 'THIRD-PARTY-NOTICES.txt'), `${[head, ...parts].join(rule)}\n`);
}

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
const inputs = (await Promise.all(BUNDLES.map(bundle))).flat();
await writeLicences(new Set(inputs.map(packageFolder).filter(Boolean)));
