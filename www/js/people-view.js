// Where the window has no room for both, it shows the people or the call: a call that begins comes
// to the front, and the line above it leads back to the people.

import { byId, icon, part } from './dom.js';

const RESTING = 'idle';

/** @returns {{update: (state: object) => void}} */
export function mountPeopleView() {
  const { body } = document;
  let phase = RESTING;
  const show = (view) => { body.dataset.view = view; };

  const find = part('button', { type: 'button', className: 'find' },
    icon('search'), part('span', { words: 'pickerLabel' }));
  const back = part('button', { type: 'button', className: 'find back', hidden: true },
    icon('phone'), part('span', { words: 'backToCall' }));
  byId('hint').after(part('nav', { className: 'fold', id: 'fold' }, find, back));

  find.addEventListener('click', () => {
    show('people');
    byId('agent').focus();
  });
  back.addEventListener('click', () => {
    show('call');
    byId('stage').focus();
  });

  return {
    update(state) {
      const begins = phase === RESTING || phase === 'ended' || state.phase === 'ringing';
      if (state.phase !== phase && begins) show('call');
      if (state.phase === RESTING) show(state.returning ? 'call' : 'people');
      phase = state.phase;
      body.dataset.call = phase;
      back.hidden = phase === RESTING;
    },
  };
}
