// Random numbers from a seed, so that what failed once can be repeated.

/** The seed of this run: DIALPAD_SEED, or another one each time. */
export const seed = Number(process.env.DIALPAD_SEED ?? Math.floor(Math.random() * 2 ** 32));

/** mulberry32: good enough to be surprising. */
export class Random {
  constructor(start = seed) {
    this.state = start >>> 0;
  }

  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  below(n) {
    return Math.floor(this.next() * n);
  }

  chance(share) {
    return this.next() < share;
  }

  pick(list) {
    return list[this.below(list.length)];
  }

  text(alphabet, max) {
    return Array.from({ length: this.below(max + 1) }, () => this.pick(alphabet)).join('');
  }
}
