// Shape and text of an agent's presence: pure.

import { t } from './strings.js';

/** The shape; the text stands beside it. */
export function kindOfActivity({ available, name }) {
  if (available) return 'available';
  return /offline/i.test(name) ? 'offline' : 'away';
}

/** Of a colleague. */
export function presenceOf({ available, busy, activity }) {
  if (busy) return { kind: 'busy', text: t('onACall') };
  if (!activity) return { kind: 'unknown', text: t('statusUnknown') };
  return { kind: kindOfActivity({ available, name: activity }), text: activity };
}
