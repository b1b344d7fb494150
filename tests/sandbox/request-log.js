// Enough for the longest test; a soak run must not grow without end.
const KEPT = 20_000;

/** The REST requests that were received, in order, for tests to look at. */
export class RequestLog {
  constructor() {
    this.total = 0;
    this.entries = [];
  }

  /** The entry is listed at once with status null; the caller sets it with the answer. */
  add(request) {
    const entry = { n: ++this.total, time: new Date().toISOString(), ...request, status: null };
    this.entries.push(entry);
    if (this.entries.length > KEPT * 2) this.entries = this.entries.slice(-KEPT);
    return entry;
  }

  since(n = 0) {
    return this.entries.filter((entry) => entry.n > n);
  }

  clear() {
    this.entries = [];
  }
}
