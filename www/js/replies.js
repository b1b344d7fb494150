// One press declines with a line: to who rings, it is worth more than silence.

import { REPLIES } from './call-text.js';
import { part } from './dom.js';

/**
 * @param {HTMLElement} place what they stand in, last
 * @param {(event: {type: 'decline', reply: string}) => void} onPress
 */
export function mountReplies(place, onPress) {
  const buttons = Object.entries(REPLIES).map(([reply, words]) => {
    const button = part('button', { id: `reply-${reply}`, type: 'button', words });
    button.addEventListener('click', () => onPress({ type: 'decline', reply }));
    return button;
  });
  const root = part('div', { id: 'replies', className: 'replies', role: 'group', hidden: true },
    part('p', { id: 'replies-label', words: 'declineWith' }), ...buttons);
  root.setAttribute('aria-labelledby', 'replies-label');
  place.append(root);
  return {
    update({ phase }) { root.hidden = phase !== 'ringing'; },
  };
}
