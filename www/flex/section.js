// The section "Call Agent" in Flex's dialpad: the page's combobox, and a button.

import { AgentPicker } from '../js/agent-picker.js';
import { icon, part } from '../js/dom.js';
import { t } from '../js/strings.js';

const REFRESHED_EVERY = 3000;

function createField() {
  const input = part('input', {
    id: 'dialpad-agent', type: 'text', role: 'combobox', autocomplete: 'off', spellcheck: false,
    placeholder: t('pickerPlaceholder'), ariaAutoComplete: 'list', ariaExpanded: 'false',
  });
  input.setAttribute('aria-controls', 'dialpad-agents');
  const clear = part('button', { type: 'button', className: 'clear', title: t('clear') });
  const list = part('ul', { id: 'dialpad-agents', role: 'listbox', ariaLabel: t('pickerLabel') });
  const note = part('p', { className: 'note' });
  const popup = part('div', { className: 'popup', hidden: true }, list, note);
  const live = part('p', { className: 'unseen', ariaLive: 'polite' });
  const label = part('label', { htmlFor: input.id, textContent: t('pickerLabel') });
  const field = part('div', { className: 'field' }, input, clear);
  return { input, clear, list, note, popup, live, nodes: [label, field, popup, live] };
}

/** Flex has shortcuts of its own, and takes digits for a number. */
function keepKeys(host) {
  const keep = (event) => { if (event.key !== 'Tab') event.stopPropagation(); };
  for (const type of ['keydown', 'keypress', 'keyup']) host.addEventListener(type, keep);
}

/** One press is one call. */
function callOnSubmit(form, button, picker, field, calls) {
  let isBusy = false;
  const update = () => { button.disabled = isBusy || !picker.picked(); };
  field.input.addEventListener('agent-pick', update);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    isBusy = true;
    update();
    const begun = await calls.call(picker.picked());
    isBusy = false;
    if (begun) field.input.dispatchEvent(new CustomEvent('combobox-clear'));
    update();
  });
}

/**
 * @param {HTMLElement} host
 * @param {(q: string, options: object) => Promise<object>} find list-agents
 * @param {object} colleagues of colleagues.js
 * @param {{call: (agent: object) => Promise<boolean>}} calls
 * @returns {() => void} takes it away
 */
export function mountSection(host, { find, colleagues, calls }) {
  const field = createField();
  const button = part('button', { type: 'submit', className: 'call', disabled: true },
    icon('phone'), t('call'));
  const heading = part('h3', { id: 'dialpad-heading', textContent: t('callAgent') });
  const form = part('form', { noValidate: true }, ...field.nodes, button);
  const section = part('section', {}, heading, form);
  section.setAttribute('aria-labelledby', heading.id);
  keepKeys(section);
  host.replaceChildren(section);
  const picker = new AgentPicker(field, find, colleagues);
  callOnSubmit(form, button, picker, field, calls);
  const timer = setInterval(() => picker.refresh(), REFRESHED_EVERY);
  return () => clearInterval(timer);
}
