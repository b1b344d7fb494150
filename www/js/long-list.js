// A list of thousands: only the rows in sight, and some around them, are in the document; empty
// space stands for the others. Rows are as high as they are: those that have been seen are
// remembered, the others taken to be as most of them. What is in the list is read on as its end
// comes near.

const ALL = 100; // a list of so many rows is there as a whole
const AROUND = 12; // rows that are ready on either side of those in sight
const STEP = 8; // rows by which what is ready moves
const ROW = 66; // pixels of a row that nobody has seen yet
const PAGE = 200; // as many as list-agents answers at once

/** Puts the rows into the list without touching one that stays: it may have the focus. */
export function place(list, rows) {
  const wanted = new Set(rows);
  for (const row of [...list.children]) if (!wanted.has(row)) row.remove();
  rows.forEach((row, i) => {
    if (list.children[i] !== row) list.insertBefore(row, list.children[i] ?? null);
  });
}

/** Those of a further page who aren't known yet, below those who are. Pure. */
export function readOn({ agents, reach }, page) {
  const sids = new Set(agents.map(({ sid }) => sid));
  return {
    agents: [...agents, ...page.agents.filter(({ sid }) => !sids.has(sid))],
    reach: reach + PAGE,
  };
}

/** Asks for the next page, one at a time; an answer to what isn't asked any more is dropped. */
function createReader(find, { known, learn }) {
  let asking = false;
  return async () => {
    const { q, total, reach } = known();
    if (asking || q === null || reach >= total) return;
    asking = true;
    try {
      const page = await find(q, { limit: PAGE, offset: reach });
      if (known().q === q && known().reach === reach) learn(readOn(known(), page));
    } catch {
      // Whoever scrolls on asks again.
    } finally {
      asking = false;
    }
  };
}

const indexOf = (row) => Number(row.ariaPosInSet) - 1;
const isKept = (row) => row.ariaSelected === 'true' || row.contains(document.activeElement);

/** How high the rows are, and what lies between them. */
function createHeights() {
  const known = [];
  const height = (i) => known[i] ?? ROW;
  return {
    /** From one row to before another, without those. */
    sum(from, to, without = []) {
      let sum = 0;
      for (let i = from; i < to; i += 1) if (!without.includes(i)) sum += height(i);
      return sum;
    },
    /** The row that is so many pixels below the first one's top. */
    at(y, count) {
      let i = 0;
      for (let below = height(0); below <= y && i < count - 1; below += height(i)) i += 1;
      return i;
    },
    learn(row) {
      if (row.offsetHeight > 0) known[indexOf(row)] = row.offsetHeight;
    },
  };
}

function firstSeen(list, scroller) {
  const { top } = scroller.getBoundingClientRect();
  const row = [...list.children].find((one) => one.getBoundingClientRect().bottom > top);
  return row && { row, at: row.getBoundingClientRect().top };
}

/**
 * @param {HTMLElement} list its rows say by aria-posinset which they are
 * @param {HTMLElement} scroller the list, or what scrolls it
 * @param {(q: string, options: object) => Promise<object>} find list-agents
 * @param {object} of
 * @param {() => {q: ?string, agents: object[], total: number, reach: number}} of.known what was
 *   asked and answered; `reach`: how far the server's own list has been read
 * @param {(more: {agents: object[], reach: number}) => void} of.learn
 * @param {() => object[]} of.rows those of the agents who stand in the list
 * @param {(indexes: number[]) => void} of.draw puts these rows into it
 */
export function createLongList(list, scroller, find, { known, learn, rows, draw }) {
  const heights = createHeights();
  const readMore = createReader(find, { known, learn });
  const count = () => rows().length;
  let ready = [0, 0];

  /** How far the list's top is above what is seen of it. */
  const above = () => (list === scroller ? scroller.scrollTop
    : scroller.getBoundingClientRect().top - list.getBoundingClientRect().top);

  function wanted() {
    const all = count();
    if (all <= ALL) return [0, all];
    const y = Math.max(0, above());
    const first = heights.at(y, all);
    const last = heights.at(y + scroller.clientHeight, all);
    return [Math.max(0, Math.floor((first - AROUND) / STEP) * STEP),
      Math.min(all, Math.ceil((last + 1 + AROUND) / STEP) * STEP)];
  }

  /** Shows everything anew; what is seen stays where it is. */
  function render() {
    const isLong = count() > ALL;
    const seen = isLong ? firstSeen(list, scroller) : null;
    ready = wanted();
    const [from, to] = ready;
    const kept = [...list.children].filter(isKept).map(indexOf);
    const before = kept.filter((i) => i < from);
    const behind = kept.filter((i) => i >= to && i < count());
    draw([...before, ...Array.from({ length: to - from }, (_, i) => from + i), ...behind]);
    list.style.setProperty('--above', `${heights.sum(0, from, before)}px`);
    list.style.setProperty('--below', `${heights.sum(to, count(), behind)}px`);
    scroller.style.overflowAnchor = isLong ? 'none' : '';
    if (!isLong) return;
    for (const row of list.children) heights.learn(row);
    if (!seen?.row.isConnected) return;
    const moved = seen.row.getBoundingClientRect().top - seen.at;
    if (moved !== 0) scroller.scrollTop += moved;
  }

  function scrolled() {
    const [from, to] = wanted();
    if (from !== ready[0] || to !== ready[1]) render();
    const left = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
    if (left < AROUND * ROW) readMore();
  }

  scroller.addEventListener('scroll', scrolled, { passive: true });
  new ResizeObserver(() => { if (count() > ALL) render(); }).observe(scroller);

  return {
    render,
    /** Has this row in the document, wherever the list has been scrolled to. */
    reveal(index) {
      if (index < ready[0] || index >= ready[1]) {
        scroller.scrollTop += heights.sum(0, index) - above() - scroller.clientHeight / 2;
        render();
      }
      if (index >= count() - AROUND) readMore();
    },
    /** The first of about fifty rows, those in sight among them. */
    first() {
      if (count() <= ALL) return 0;
      return Math.max(0, heights.at(Math.max(0, above()), count()) - AROUND);
    },
  };
}
