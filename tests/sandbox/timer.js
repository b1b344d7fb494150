/** A timer that knows what is left of it, so that it can go on after a restart. */
export class Timer {
  constructor(ms, action) {
    this.due = performance.now() + ms;
    this.handle = setTimeout(action, ms);
  }

  stop() {
    clearTimeout(this.handle);
  }

  toJSON() {
    return Math.max(0, Math.round(this.due - performance.now()));
  }
}
