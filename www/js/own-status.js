// The agent's own status: shows what TaskRouter says, and lets another one be picked.

import { kindOfActivity } from './presence.js';
import { t } from './strings.js';

/** What stands in for the status while nobody knows it. */
function waitingKey(problem) {
  if (!problem) return 'statusConnecting';
  return problem === 'sign_in' ? 'statusSignedOut' : 'statusNotConnected';
}

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

  /** The only option that stands there until TaskRouter has told which there are. */
  function setWaiting(key) {
    const [first] = select.options;
    if (!first.dataset.text || first.dataset.text === key) return;
    first.dataset.text = key;
    first.text = t(key);
  }

  return {
    /**
     * @param {object} now
     * @param {{sid, name, available}[]} now.activities
     * @param {?object} now.current one of them; null before TaskRouter has told
     * @param {boolean} now.up whether TaskRouter is there
     * @param {boolean} now.reachable whether calls can ring here
     * @param {?string} now.problem why there is no session, if there is none
     */
    update({ activities, current, up, reachable, problem }) {
      select.disabled = !up;
      if (!current) {
        setWaiting(waitingKey(problem));
        return;
      }
      const wanted = activities.map(option);
      if (wanted.some((element, i) => select.options[i] !== element)
        || wanted.length !== select.options.length) select.replaceChildren(...wanted);
      select.value = current.sid;
      root.dataset.kind = reachable ? kindOfActivity(current) : 'away';
    },
  };
}
