import { keepLatest } from '../keep-latest.js';

// More than the longest test looks back.
const KEPT = 5000;

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
    keepLatest(this.entries, KEPT);
    return entry;
  }

  since(n = 0) {
    return this.entries.filter((entry) => entry.n > n);
  }

  clear() {
    this.entries = [];
  }

  /** Only the count survives a restart: whoever asks for what came since then goes on counting. */
  toJSON() {
    return { total: this.total };
  }

  restore({ total }) {
    this.total = total;
  }
}
