// The long run tries everything, `make test` the least that would still catch the fault.

export const isLong = process.env.DIALPAD_TEST_LONG === '1';

/** How often something is tried that is another one each time. */
export const times = (few, many) => (isLong ? many : few);

/** All of the list; in the short run so `few` of it, spread evenly from its first to its last. */
export function some(few, list) {
  if (isLong || list.length <= few) return list;
  return Array.from({ length: few },
    (_, i) => list[Math.round((i * (list.length - 1)) / Math.max(few - 1, 1))]);
}
