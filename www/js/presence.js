// Shape and text of an agent's presence: pure, but for what means "do not disturb".

import { t } from './strings.js';

let undisturbed = [];

/** @param {string[]} names of activities */
export const useDoNotDisturb = (names) => { undisturbed = names; };

/** The shape; the text stands beside it. */
export function kindOfActivity({ available, name }) {
  if (undisturbed.includes(name)) return 'dnd';
  if (available) return 'available';
  return /offline/i.test(name) ? 'offline' : 'away';
}

/** Of a colleague. */
export function presenceOf({ available, busy, activity }) {
  if (busy) return { kind: 'busy', text: t('onACall') };
  if (!activity) return { kind: 'unknown', text: t('statusUnknown') };
  return { kind: kindOfActivity({ available, name: activity }), text: activity };
}
