// The star that makes a favourite of a colleague: beside the name that is picked, and in each row.

import { byId, icon } from './dom.js';
import { toldName } from './marked-name.js';
import { t } from './strings.js';

/** @param {object} colleagues of colleagues.js @param {AgentPicker} picker */
export function mountFavouriteStar(colleagues, picker) {
  const star = byId('favourite');

  function render() {
    const picked = picker.picked();
    star.hidden = !picked;
    if (!picked) return;
    star.ariaLabel = t('favouriteNamed', { name: toldName(picked) });
    star.ariaPressed = String(colleagues.isFavourite(picked.sid));
  }

  star.append(icon('star'));
  star.addEventListener('click', () => colleagues.toggleFavourite(picker.picked().sid));
  byId('agent').addEventListener('agent-pick', render);
  colleagues.onChange(render);
  // Before the combobox: the star of a row picks nobody.
  byId('lists').addEventListener('click', (event) => {
    const row = event.target.closest('.star') && event.target.closest('.person');
    if (!row) return;
    event.stopPropagation();
    colleagues.toggleFavourite(row.dataset.sid);
  }, true);
  render();
  return { render };
}
