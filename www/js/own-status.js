// The agent's own status: shows what is true of it, which is what TaskRouter says only while calls
// can come, and lets another one be picked.

import { kindOfActivity } from './presence.js';
import { t } from './strings.js';

/** What stands in for the status while nobody knows it. Pure. */
export function waitingKey(problem) {
  if (!problem) return 'statusConnecting';
  return problem === 'sign_in' ? 'statusSignedOut' : 'statusNotConnected';
}

/**
 * What is true instead of the activity, as a key of the strings, or null; pure.
 * @param {object} now
 * @param {boolean} now.connected calls can ring here
 * @param {boolean} now.wasConnected they could, since the page was opened
 * @param {boolean} now.inCall in a call, or rung, or with a customer
 * @param {'granted' | 'prompt' | 'denied'} now.microphone
 * @param {?{available: boolean}} now.current the activity
 */
export function statusWord({ connected, wasConnected, inCall, microphone, current }) {
  if (!connected) return wasConnected ? 'statusNotConnected' : 'statusConnecting';
  if (inCall) return 'onACall';
  return current?.available && microphone !== 'granted' ? 'statusNotReady' : null;
}

const KINDS = {
  onACall: 'busy', statusNotReady: 'away', statusNotConnected: 'offline', statusConnecting: 'away',
};

/**
 * @param {HTMLElement} root with a select in it
 * @param {(sid: string) => void} onPick
 */
export function mountOwnStatus(root, onPick) {
  const select = root.querySelector('select');

  const instead = Object.assign(new Option('', ''), { hidden: true, disabled: true });

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
     * @param {?string} now.word what is true instead of it, as statusWord has it
     * @param {?string} now.problem why there is no session, if there is none
     */
    update({ activities, current, up, word, problem }) {
      select.disabled = !up;
      if (!current) {
        setWaiting(waitingKey(problem));
        return;
      }
      const wanted = [...(word ? [instead] : []), ...activities.map(option)];
      if (word && instead.text !== t(word)) instead.text = t(word);
      if (wanted.some((element, i) => select.options[i] !== element)
        || wanted.length !== select.options.length) select.replaceChildren(...wanted);
      select.value = word ? '' : current.sid;
      root.dataset.kind = KINDS[word] ?? kindOfActivity(current);
    },
  };
}
