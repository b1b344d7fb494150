// Whose page this is, in the header.

import { byId, part } from './dom.js';
import { initials, tintOf } from './initials.js';

/** @param {{sid: string, name: string, friendlyName: string}} worker */
export function introduce({ sid, name, friendlyName }) {
  const shown = name || friendlyName;
  const avatar = part('span', { className: 'avatar', ariaHidden: 'true' }, initials(shown));
  avatar.dataset.tint = tintOf(sid);
  byId('me').replaceChildren(avatar, part('p', { translate: false },
    part('bdi', { title: shown }, shown), part('bdi', { title: friendlyName }, friendlyName)));
}
