// How the call sounded, asked for some seconds after its end. Twilio keeps what is answered.

import { byId, icon, part } from './dom.js';
import { number, t } from './strings.js';

const ASKED_FOR = 10_000; // milliseconds
const STARS = [1, 2, 3, 4, 5];

/**
 * @param {HTMLElement} bar the buttons' of the call, which is empty then: nothing moves for them
 * @param {(score: number) => void} onRate
 */
export function mountStars(bar, onRate) {
  const label = part('p', { id: 'stars-label', words: 'howWasSound' });
  const buttons = STARS.map((score) => {
    const button = part('button', { type: 'button', className: 'star' }, icon('star'));
    button.addEventListener('click', () => rate(score));
    button.addEventListener('pointerenter', () => light(score));
    button.addEventListener('focus', () => light(score));
    return button;
  });
  const root = part('div', { id: 'stars', className: 'stars', role: 'group', hidden: true },
    label, ...buttons);
  root.setAttribute('aria-labelledby', label.id);
  root.addEventListener('pointerleave', () => light(0));
  bar.append(root);
  let asked = 0; // numbers the calls
  let timer = null;

  function light(score) {
    buttons.forEach((button, i) => button.classList.toggle('lit', i < score));
  }

  function leave() {
    const hadFocus = root.contains(document.activeElement);
    clearTimeout(timer);
    root.hidden = true;
    if (hadFocus) byId('stage').focus({ preventScroll: true });
  }

  function wait() {
    clearTimeout(timer);
    timer = setTimeout(expire, ASKED_FOR);
  }

  /** Not from under a pointer, and not with the focus. */
  function expire() {
    if (root.matches(':hover, :focus-within')) wait();
    else leave();
  }

  function rate(score) {
    onRate(score);
    leave();
  }

  function ask() {
    light(0);
    buttons.forEach((button, i) => {
      button.ariaLabel = t('starsOf', { stars: number(STARS[i]), all: number(STARS.length) });
    });
    root.hidden = false;
    wait();
  }

  return {
    update({ phase, mine, duration, attempt }) {
      if (phase !== 'ended') {
        if (!root.hidden) leave();
      } else if (mine && duration !== null && attempt !== asked) {
        asked = attempt;
        ask();
      }
    },
  };
}
