// Tells when the machine has slept, when the network goes and when it is back. A laptop that is
// closed stops all timers, so a tick that comes much too late is how a page learns of it.

const TICK = 5000;
const LATE_IF_SEEN = 15000;
const LATE_IF_HIDDEN = 150000; // browsers let a hidden page's timers run once a minute

/** As far as the browser knows; it is surer of being cut off than of being connected. */
export const isOnline = () => globalThis.navigator?.onLine !== false;

/** @returns {(now: number, hidden: boolean) => boolean} whether it has slept since last time */
export function createSleepMeter(start) {
  let last = start;
  let wasHidden = false;
  return (now, hidden) => {
    const late = now - last > (hidden || wasHidden ? LATE_IF_HIDDEN : LATE_IF_SEEN);
    last = now;
    wasHidden = hidden;
    return late;
  };
}

/**
 * @param {{tick: () => void, back: () => void, network: (up: boolean) => void}} on `back`: the page
 *   has slept or was cut off; whatever it knows may be old and whatever it holds may be dead
 */
export function stayAwake(on, { clock = Date.now, page = document, target = globalThis } = {}) {
  const slept = createSleepMeter(clock());

  function look() {
    if (slept(clock(), page.hidden)) on.back();
    on.tick();
  }

  setInterval(look, TICK);
  page.addEventListener('visibilitychange', look);
  target.addEventListener('offline', () => on.network(false));
  target.addEventListener('online', () => {
    on.network(true);
    on.back();
  });
}
