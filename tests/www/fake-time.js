// A clock and timers that a test moves by hand; Node.js 18 has none of its own for both.

export function fakeTime(t, start = 1e12) {
  let now = start;
  let timers = [];
  let last = 0;
  const add = (repeat) => (work, ms = 0, ...values) => {
    last += 1;
    const every = repeat ? ms : null;
    timers.push({ id: last, due: now + ms, every, work: () => work(...values) });
    return last;
  };
  const remove = (id) => { timers = timers.filter((timer) => timer.id !== id); };
  t.mock.method(Date, 'now', () => now);
  t.mock.method(globalThis, 'setTimeout', add(false));
  t.mock.method(globalThis, 'setInterval', add(true));
  t.mock.method(globalThis, 'clearTimeout', remove);
  t.mock.method(globalThis, 'clearInterval', remove);

  return {
    /** Time goes by, and nothing runs: the machine sleeps. */
    sleep(ms) { now += ms; },
    tick(ms) {
      const end = now + ms;
      for (;;) {
        const [next] = timers.filter(({ due }) => due <= end).sort((a, b) => a.due - b.due);
        if (!next) break;
        now = Math.max(now, next.due);
        if (next.every === null) remove(next.id);
        else next.due += next.every;
        next.work();
      }
      now = end;
    },
  };
}
