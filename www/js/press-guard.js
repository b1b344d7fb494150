// Keeps presses from what they weren't meant for. Whatever comes to stand where something else
// could be pressed a moment ago is not pressed within a double-click's time: the second click of
// two, or one on its way to what was there, does nothing. It stays in the order of focus meanwhile
// (aria-disabled). Who says what is meant doesn't wait: by a shortcut, or by going there with Tab.

const SETTLES = 700; // milliseconds; the longest double-click that systems allow by default is 500
const MOVED = 4; // pixels that nobody notices
// A list and a dialog are one place each: a press in them may close them.
const PLACES = 'button:not(.lists button), .popup, .list, dialog';

const settling = new Map(); // element → timer
const waiting = new Set(); // elements that wait for an answer
let reached = null; // the element that the reader went to with Tab, as it is now

const show = (element) => {
  const dead = settling.has(element) || waiting.has(element);
  if (element.matches('button')) element.ariaDisabled = dead ? 'true' : null;
  else element.classList.toggle('settling', dead);
};

const isDead = (button) => button?.ariaDisabled === 'true' || button?.closest('.settling');

/** A button that waits for an answer can't be pressed, and keeps the focus. */
export function setWaiting(button, waits) {
  if (waits === waiting.has(button)) return;
  if (waits) waiting.add(button);
  else waiting.delete(button);
  show(button);
}

/** It has just come, or does something else from now on. */
export function settle(element) {
  if (element === reached) reached = null;
  clearTimeout(settling.get(element));
  settling.set(element, setTimeout(() => {
    settling.delete(element);
    show(element);
  }, SETTLES));
  show(element);
}

const holds = (box, x, y) => x >= box.left && x < box.right && y >= box.top && y < box.bottom;

const overlap = (a, b) => a.left < b.right && b.left < a.right
  && a.top < b.bottom && b.top < a.bottom;

const isApart = (a, b) => Math.abs(a.left - b.left) > MOVED || Math.abs(a.top - b.top) > MOVED;

/** A list that gives way at its end has rows there no more; a button that grows is where it was. */
const isElsewhere = (element, a, b) => isApart(a, b) || (!element.matches('button')
  && (Math.abs(a.right - b.right) > MOVED || Math.abs(a.bottom - b.bottom) > MOVED));

/** A modal dialog takes presses everywhere. */
const boxOf = (element) => (element.matches(':modal')
  ? new DOMRect(0, 0, innerWidth, innerHeight) : element.getBoundingClientRect());

/** Whether a press on it isn't a press on something above it. */
function isOnTop(element, { left, top, width, height }) {
  if (width === 0) return false;
  const hit = document.elementFromPoint(left + width / 2, top + height / 2);
  return hit !== null && (element.contains(hit) || hit.contains(element));
}

/** What stands where now: element → {box, live}. */
function look() {
  const found = new Map();
  for (const element of document.querySelectorAll(PLACES)) {
    const box = boxOf(element);
    if (isOnTop(element, box)) found.set(element, { box, live: !element.disabled });
  }
  return found;
}

/** What of `before` can't be pressed any more where it stood. */
function leftOf(before, after, at) {
  return [...before]
    .map(([element, { box, live }]) => ({ element, box, live, at, now: after.get(element) }))
    .filter(({ element, box, live, now }) => !now || isElsewhere(element, now.box, box)
      || (live && !now.live));
}

/** What can be pressed that couldn't before, or stood elsewhere. */
function comeIn(before, after) {
  return [...after].filter(([element, { box, live }]) => {
    const then = before.get(element);
    return element.matches('button, .list') && live
      && (!then?.live || isElsewhere(element, then.box, box));
  });
}

/** What can be pressed and what could be, as the document changes. */
function createWatch() {
  let standing = look();
  let left = [];
  let last = { element: null, at: 0 }; // what was pressed last

  /** A button whose press failed at once has come to stand in its own place. */
  const isPressedAgain = (element, now) => last.element === element && now - last.at < SETTLES;

  function tookPlaceOf(one, element, box) {
    if (one.element !== element) return overlap(one.box, box);
    // With a list its rows have moved.
    return element.matches('.list') ? isApart(one.box, box)
      : one.live && isPressedAgain(element, Date.now());
  }

  return {
    pressed(element) {
      last = { element, at: Date.now() };
    },
    changed() {
      const now = Date.now();
      const found = look();
      left = [...left.filter(({ at }) => now - at < SETTLES), ...leftOf(standing, found, now)];
      for (const [element, { box }] of comeIn(standing, found)) {
        if (left.some((one) => tookPlaceOf(one, element, box))) settle(element);
      }
      standing = found;
    },
    /** The reader has moved it all. */
    moved() {
      standing = look();
    },
    /** Whether something stands here, or stood here a moment ago, that can't be pressed. */
    isDeadPlace(x, y) {
      const gone = left.some(({ box, at }) => Date.now() - at < SETTLES && holds(box, x, y));
      return gone || [...standing.values()].some(({ box, live }) => !live && holds(box, x, y));
    },
  };
}

function refuse(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

const pressedOf = ({ target }) => target.closest?.('button');

/** A click without a count of clicks comes from the keyboard. */
const isMeant = (event, button) => event.detail === 0 && button === reached && !waiting.has(button);

/** A key that is held down is one press. */
const isRepeated = (event) => event.repeat && (
  event.key === 'Enter' ? event.target.closest('button, input')
    : event.key === ' ' && pressedOf(event));

export function mountPressGuard() {
  const watch = createWatch();
  const options = { capture: true };
  new MutationObserver(watch.changed).observe(document.documentElement, {
    subtree: true, childList: true, attributes: true,
    attributeFilter: ['hidden', 'disabled', 'open', 'data-phase', 'data-view'],
  });
  addEventListener('resize', watch.moved);
  addEventListener('scroll', watch.moved, { ...options, passive: true });
  document.addEventListener('click', (event) => {
    const button = pressedOf(event);
    if (event.isTrusted && isDead(button) && !isMeant(event, button)) refuse(event);
    else watch.pressed(button);
    reached = null;
  }, options);
  let lastKey = '';
  document.addEventListener('keydown', (event) => {
    lastKey = event.key;
    if (isRepeated(event)) refuse(event);
  }, options);
  document.addEventListener('focusin', ({ target }) => {
    reached = lastKey === 'Tab' ? target : null;
    lastKey = '';
  }, options);
  // Else the focus would go to nothing, with what the agent had been doing.
  document.addEventListener('mousedown', (event) => {
    const button = pressedOf(event);
    const dead = button ? button.disabled || isDead(button)
      : !event.target.closest('input, select') && watch.isDeadPlace(event.clientX, event.clientY);
    if (dead) event.preventDefault();
  }, options);
}
