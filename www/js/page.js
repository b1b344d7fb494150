// The page as it is first seen: its words, who the agent is, and the colleagues. All else belongs
// to calls, and comes later.

import { mountAgentPicker } from './agent-picker.js';
import { createApi } from './api.js';
import { byId } from './dom.js';
import { createPreferences } from './preferences.js';
import { createSession } from './session.js';

export const api = createApi(new URL('cgi-bin/', document.baseURI));

export const session = createSession(api);
api.onTokenRefused(session.renew);
session.renew().catch(() => {}); // whoever follows the session is told

export const preferences = await createPreferences();

export const picker = mountAgentPicker({
  input: byId('agent'),
  list: byId('agents'),
  popup: byId('agents-popup'),
  note: byId('agents-note'),
  live: byId('agents-live'),
  star: byId('favourite'),
}, api.listAgents);

preferences.onChange(picker.retell);
session.first.then(({ worker }) => picker.keepIn(preferences.belongTo(worker)));

setInterval(() => {
  if (!document.hidden) picker.refresh();
}, 5000);
