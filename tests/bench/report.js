// The table that a benchmark prints: what, how much, how much was wanted, and whether it is.

export class Report {
  constructor() {
    this.missed = 0;
  }

  heading(text) {
    console.log(`\n${text}`);
  }

  // `good` null: a figure that nothing was wished of.
  line(what, figure, wanted = '', good = null, detail = '') {
    const verdict = good === null ? '' : good ? 'ok' : 'MISSED';
    if (good === false) this.missed += 1;
    console.log(`  ${what.padEnd(38)} ${figure.padStart(10)}  ${wanted.padEnd(24)} `
      + `${verdict.padEnd(7)} ${detail}`.trimEnd());
  }

  below(what, value, limit, unit, detail) {
    const text = `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ${unit}`;
    this.line(what, text, `< ${limit} ${unit}`, value < limit, detail);
  }

  end() {
    console.log(this.missed ? `\n${this.missed} missed` : '\nAll as wanted.');
  }
}
