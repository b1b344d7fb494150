// The page as it is first seen: its words, who the agent is, and the colleagues. All else belongs
// to calls, and comes later.

import { AgentPicker } from './agent-picker.js';
import { createApi } from './api.js';
import { createColleagues } from './colleagues.js';
import { byId, setText } from './dom.js';
import { createPreferences } from './preferences.js';
import { createSession } from './session.js';
import { t } from './strings.js';

export const api = createApi(new URL('cgi-bin/', document.baseURI));

export const session = createSession(api);
api.onTokenRefused(session.renew);
session.renew().catch(() => {}); // whoever follows the session is told

export const preferences = await createPreferences();

if (preferences.get('leg')) showReturning();

/** This browser was in a call a moment ago. What has become of it, calls.js will say. */
function showReturning() {
  byId('call-status').dataset.text = 'returning';
  setText(byId('call-status'), t('returning'));
}

export const colleagues = createColleagues();

export const picker = new AgentPicker({
  input: byId('agent'),
  list: byId('agents'),
  popup: byId('agents-popup'),
  note: byId('agents-note'),
  live: byId('agents-live'),
  clear: byId('clear'),
}, api.listAgents, colleagues);

preferences.onChange(() => picker.retell());
session.first.then(({ worker }) => colleagues.belongTo(preferences.belongTo(worker)));
