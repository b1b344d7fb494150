// A call that was asked for from outside, by `?call=WK…` in the page's address or by the page
// around it. Nobody is called before the agent has said yes.

import { mayOpenDialog, openDialog } from './dialog.js';
import { part, setText } from './dom.js';
import { isolate } from './isolated-name.js';
import { toldName } from './marked-name.js';
import { presenceOf } from './presence.js';
import { t } from './strings.js';

const ADDRESS = /^(WK[0-9a-f]{32}|client:[^\s]{1,121})$/;

/** The Worker's SID or contact_uri, or null for anything else; pure. */
export const addressIn = (text) => (ADDRESS.test(text ?? '') ? text : null);

/** Takes the call out of the page's address, so that a reload asks nobody; or null. */
export function takeFromAddress(location = globalThis.location, history = globalThis.history) {
  const url = new URL(location.href);
  const asked = url.searchParams.get('call');
  if (asked === null) return null;
  url.searchParams.delete('call');
  history.replaceState(history.state, '', url);
  return asked;
}

async function ask(agent, { whyNot, call }) {
  const reason = part('p', { className: 'note' });
  reason.setAttribute('role', 'status');
  const yes = part('button', { type: 'button', className: 'main go', words: 'call' });
  const no = part('button', { type: 'button', words: 'cancel' });
  const heading = part('h2');
  setText(heading, t('askCall', { name: isolate(toldName(agent)) }));
  const dialog = await openDialog(heading,
    part('p', { className: 'presence-line', textContent: presenceOf(agent).text }),
    reason, part('p', { className: 'buttons' }, no, yes));

  function update() {
    const text = whyNot(agent) ?? '';
    yes.disabled = text !== '';
    setText(reason, text);
  }

  update();
  const timer = setInterval(update, 250);
  dialog.addEventListener('close', () => clearInterval(timer));
  no.addEventListener('click', () => dialog.close());
  yes.addEventListener('click', () => {
    dialog.close();
    call(agent);
  });
}

/**
 * @param {string} address as it was asked for; there may be no such agent
 * @param {object} page find(address) like list-agents; whyNot(agent): a sentence, or null if the
 *   agent can be called now; own: addresses of the asker, whom the list leaves out; call(agent)
 */
export async function askToCall(address, page) {
  const { agents } = addressIn(address) ? await page.find(address, { limit: 1 }) : { agents: [] };
  if (!mayOpenDialog()) return;
  if (agents[0]) {
    await ask(agents[0], page);
    return;
  }
  const close = part('button', { type: 'button', className: 'main', words: 'close' });
  const words = page.own.includes(address) ? 'call_yourself' : 'askUnknown';
  const dialog = await openDialog(part('h2', { words }),
    part('p', { className: 'buttons' }, close));
  close.addEventListener('click', () => dialog.close());
}
