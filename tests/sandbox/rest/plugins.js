// Flex's Plugins API: which scripts the pages of Flex load. A Configuration is a list that can't be
// changed any more, and the last one that was released is what Flex goes by.
// https://www.twilio.com/docs/flex/developer/plugins/api

import { badParameter, notFound } from '../twilio-error.js';

const BASE = '/v1/PluginService';
const VERSION = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?$/;
const MAX_NAME = 100;
// The only one that there is: while Flex starts.
const PHASE = 3;

export class Plugins {
  constructor(world) {
    Object.assign(this, { world, plugins: [], versions: [], configurations: [], releases: [] });
  }

  /** Adds a resource of one kind, with what all of them have. */
  add(kind, prefix, fields) {
    const now = new Date(this.world.now()).toISOString();
    const one = { sid: this.world.sid(prefix), account_sid: this.world.config.accountSid,
      date_created: now, ...fields };
    this[kind].push(one);
    return one;
  }

  plugin(id) {
    return this.plugins.find((one) => [one.sid, one.unique_name].includes(id));
  }

  /** What pages of Flex load now, in the form of a list of configured plugins. */
  active() {
    const release = this.releases.at(-1);
    return release ? this.configured(release.configuration_sid) : [];
  }

  configured(configurationSid) {
    const { plugins } = this.configurations.find(({ sid }) => sid === configurationSid);
    return plugins.map(({ plugin_version: versionSid, phase }) => {
      const version = this.versions.find(({ sid }) => sid === versionSid);
      const plugin = this.plugin(version.plugin_sid);
      return {
        sid: versionSid, configuration_sid: configurationSid, plugin_sid: plugin.sid,
        plugin_version_sid: versionSid, phase, plugin_url: version.plugin_url,
        unique_name: plugin.unique_name, friendly_name: plugin.friendly_name,
        description: plugin.description, plugin_archived: plugin.archived,
        version: version.version, plugin_version_archived: version.archived,
        private: version.private,
      };
    });
  }

  toJSON() {
    const { plugins, versions, configurations, releases } = this;
    return { plugins, versions, configurations, releases };
  }

  restore(kept) {
    Object.assign(this, kept);
  }
}

function found(one, ctx) {
  if (!one) throw notFound(ctx.request.path);
  return one;
}

const pluginOf = (ctx) => found(ctx.world.plugins.plugin(ctx.path.plugin), ctx);

function createPlugin(ctx) {
  const { plugins } = ctx.world;
  const name = ctx.required('UniqueName');
  if (name.length > MAX_NAME) throw badParameter(`UniqueName is over ${MAX_NAME} characters`);
  if (plugins.plugin(name)) throw badParameter(`There is a plugin ${name} already`);
  ctx.reply(201, plugins.add('plugins', 'FP', {
    unique_name: name, friendly_name: ctx.text('FriendlyName') ?? name,
    description: ctx.text('Description') ?? '', archived: false,
  }));
}

function createVersion(ctx) {
  const { plugins } = ctx.world;
  const plugin = pluginOf(ctx);
  const version = ctx.required('Version');
  if (!VERSION.test(version)) throw badParameter(`${version} is no semantic version`);
  const url = ctx.required('PluginUrl');
  if (!/^https?:\/\/\S+$/.test(url)) throw badParameter('PluginUrl is no address');
  if (plugins.versions.some((one) => one.plugin_sid === plugin.sid && one.version === version)) {
    throw badParameter(`There is a version ${version} already`);
  }
  ctx.reply(201, plugins.add('versions', 'FV', {
    plugin_sid: plugin.sid, version, plugin_url: url, changelog: ctx.text('Changelog') ?? '',
    private: ctx.flag('Private') ?? false, archived: false,
  }));
}

function configuredPlugin(ctx, text) {
  let given;
  try {
    given = JSON.parse(text);
  } catch {
    throw badParameter('Plugins is no JSON');
  }
  const { plugin_version: sid, phase } = given ?? {};
  const version = ctx.world.plugins.versions.find((one) => one.sid === sid);
  if (!version || version.archived) throw badParameter(`There is no plugin version ${sid}`);
  if (ctx.world.plugins.plugin(version.plugin_sid).archived) {
    throw badParameter(`The plugin of ${sid} is archived`);
  }
  if (phase !== PHASE) throw badParameter(`The phase must be ${PHASE}`);
  return { plugin_version: sid, phase, plugin_sid: version.plugin_sid };
}

function createConfiguration(ctx) {
  const name = ctx.required('Name');
  const plugins = ctx.params.getAll('Plugins').map((text) => configuredPlugin(ctx, text));
  if (new Set(plugins.map((one) => one.plugin_sid)).size < plugins.length) {
    throw badParameter('Two versions of one plugin');
  }
  const made = ctx.world.plugins.add('configurations', 'FJ', {
    name, description: ctx.text('Description') ?? '', archived: false, plugins,
  });
  ctx.reply(201, { ...made, plugins: undefined });
}

function createRelease(ctx) {
  const { plugins } = ctx.world;
  const sid = ctx.required('ConfigurationId');
  if (!plugins.configurations.some((one) => one.sid === sid)) {
    throw badParameter(`There is no configuration ${sid}`);
  }
  ctx.reply(201, plugins.add('releases', 'FK', { configuration_sid: sid }));
}

function listConfigured(ctx) {
  const { plugins } = ctx.world;
  found(plugins.configurations.find(({ sid }) => sid === ctx.path.configuration), ctx);
  ctx.pageMeta('plugins', plugins.configured(ctx.path.configuration));
}

export function pluginRoutes() {
  const route = (method, path, handler, more = {}) => ({
    method, path: `${BASE}/${path}`, handler, ...more,
  });
  return [
    route('GET', 'Plugins/:plugin', (ctx) => ctx.reply(200, pluginOf(ctx))),
    route('POST', 'Plugins', createPlugin,
      { params: ['UniqueName', 'FriendlyName', 'Description'] }),
    route('GET', 'Plugins/:plugin/Versions', (ctx) => ctx.pageMeta('plugin_versions',
      ctx.world.plugins.versions.filter((one) => one.plugin_sid === pluginOf(ctx).sid)),
    { list: true }),
    route('POST', 'Plugins/:plugin/Versions', createVersion,
      { params: ['Version', 'PluginUrl', 'Changelog', 'Private'] }),
    route('GET', 'Configurations/:configuration/Plugins', listConfigured, { list: true }),
    route('POST', 'Configurations', createConfiguration,
      { params: ['Name', 'Plugins[]', 'Description'] }),
    route('GET', 'Releases/active', (ctx) =>
      ctx.reply(200, found(ctx.world.plugins.releases.at(-1), ctx))),
    route('POST', 'Releases', createRelease, { params: ['ConfigurationId'] }),
  ];
}
