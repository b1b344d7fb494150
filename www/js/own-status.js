// The agent's own status: shows what TaskRouter says, and lets another one be picked.

import { kindOfActivity } from './presence.js';

/**
 * @param {HTMLElement} root with a select in it
 * @param {(sid: string) => void} onPick
 */
export function mountOwnStatus(root, onPick) {
  const select = root.querySelector('select');

  select.addEventListener('change', () => onPick(select.value));

  function option({ sid, name }) {
    const element = [...select.options].find(({ value }) => value === sid) ?? new Option('', sid);
    if (element.text !== name) element.text = name;
    return element;
  }

  return {
    /** @param {{activities: {sid, name, available}[], current: ?object, up: boolean}} now */
    update({ activities, current, up }) {
      select.disabled = !up;
      if (!current) return;
      const wanted = activities.map(option);
      if (wanted.some((element, i) => select.options[i] !== element)
        || wanted.length !== select.options.length) select.replaceChildren(...wanted);
      select.value = current.sid;
      root.dataset.kind = up ? kindOfActivity(current) : 'away';
    },
  };
}
