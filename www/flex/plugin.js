// The plugin in Flex: brings its parts together, and is the only one that knows them all.

import { createApi } from '../js/api.js';
import { createCallRequests } from '../js/call-requests.js';
import { createColleagues } from '../js/colleagues.js';
import { part, useIcons } from '../js/dom.js';
import { createKeptLeg } from '../js/kept-leg.js';
import { useDoNotDisturb } from '../js/presence.js';
import { createSession } from '../js/session.js';
import { openStore } from '../js/store.js';
import { createCalls } from './calls.js';
import { createHoldButton, mountCallStatus } from './canvas.js';
import { fetchByToken } from './door.js';
import { hook, ours } from './hooks.js';
import { mounted } from './mounted.js';
import { createScreen } from './screen.js';
import { mountSection } from './section.js';
import { learnWords } from './words.js';

/** A document can draw only icons of its own origin, so they become a part of it. */
async function bringLooks(home) {
  document.head.append(part('link', {
    rel: 'stylesheet', href: new URL('flex/call-agent.css', home).href,
  }));
  const answer = await fetch(new URL('icons.svg', home), { credentials: 'omit' });
  const drawn = new DOMParser().parseFromString(await answer.text(), 'image/svg+xml');
  for (const symbol of drawn.querySelectorAll('symbol')) symbol.id = `dialpad-${symbol.id}`;
  drawn.documentElement.setAttribute('hidden', '');
  document.body.append(document.importNode(drawn.documentElement, true));
  useIcons('#dialpad-');
}

function show(flex, React, { calls, find, colleagues }) {
  const add = (place, component, key, options) => place.Content.add(
    React.createElement(component, { key: `dialpad-${key}` }), options);
  add(flex.OutboundDialerPanel,
    mounted(React, (host) => mountSection(host, { find, colleagues, calls })), 'section');
  add(flex.CallCanvas, mounted(React, (host, props) => mountCallStatus(host, calls, props)),
    'status', { sortOrder: -1, ...ours });
  add(flex.CallCanvasActions, createHoldButton(React, flex.IconButton, calls), 'hold',
    { sortOrder: -1, ...ours });
}

/** Signs in by the token that Flex has, and again whenever Flex has a new one. */
function signIn(api, manager) {
  const session = createSession(api);
  let current = null;
  api.onTokenRefused(session.renew);
  session.follow({ onRenewed(renewed) { current = renewed; }, onLost() {} });
  session.renew().catch(() => {});
  manager.events.addListener('tokenUpdated', () => session.renew().catch(() => {}));
  return {
    first: session.first,
    get: async () => current ?? session.first,
    ringSeconds: () => current.ringSeconds,
  };
}

export async function start(flex, manager, { React, home }) {
  const tag = manager.localization?.localeTag;
  await Promise.all([
    learnWords([...(tag ? [tag] : []), ...navigator.languages]), bringLooks(home)]);
  const token = () => manager.store.getState().flex.session.ssoTokenPayload?.token;
  const api = createApi(new URL('cgi-bin/', home), fetchByToken(token));
  const session = signIn(api, manager);
  const store = openStore(manager.workerClient.sid);
  const colleagues = createColleagues();
  colleagues.belongTo(store);
  const calls = createCalls({
    api: createCallRequests(api, { flex: true }),
    session: session.get,
    ringSeconds: session.ringSeconds,
    client: manager.workerClient,
    leg: createKeptLeg(store, navigator.locks),
    screen: createScreen(flex, manager),
  });
  // Only those who can be called now.
  const find = async (q, { limit, offset = 0, signal }) => (
    (await api.ask('GET', 'list-agents', { query: { q, limit, offset }, signal })).answer);
  show(flex, React, { calls, find, colleagues });
  hook(flex, manager, calls);
  session.first.then(({ dndActivities = [] }) => {
    useDoNotDisturb(dndActivities);
    return calls.comeBack();
  }).catch(() => {});
}
