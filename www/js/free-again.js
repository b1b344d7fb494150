// "Bob is free": told when somebody whom the agent waits for can be called, with a button for it.

import { byId, part, setText } from './dom.js';
import { isolate } from './isolated-name.js';
import { toldName } from './marked-name.js';
import { settle } from './press-guard.js';
import { t } from './strings.js';
import { isFree } from './wishes.js';

const wordsFor = (agent) => t('isFree', { name: isolate(toldName(agent)) });

/**
 * @param {object} wishes of wishes.js
 * @param {{chime: () => void, notify: (text: string) => void,
 *   ring: (agent: object) => void}} hands
 */
export function mountFreeAgain(wishes, { chime, notify, ring }) {
  const button = part('button', { id: 'freed', type: 'button', hidden: true });
  let free = null; // the agent of whom it tells
  byId('hint').append(button);
  button.addEventListener('click', () => ring(free));

  function show(agent) {
    if (free && agent && free.sid !== agent.sid) settle(button);
    free = agent;
    button.hidden = !agent;
    if (agent) setText(button, wordsFor(agent));
  }

  return {
    /** What the list says now. */
    seen(agents) {
      if (agents.some((agent) => agent.sid === free?.sid && !isFree(agent))) show(null);
      const [agent] = wishes.met(agents);
      if (!agent) return;
      show(agent);
      chime();
      notify(wordsFor(agent)); // the button's own text has lost what isolates the name
    },
    /** Whoever is in a call has better to do. */
    update(inCall) {
      if (inCall) show(null);
    },
    retell: () => show(free),
  };
}
