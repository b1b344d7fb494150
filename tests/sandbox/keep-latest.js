/**
 * Drops the oldest entries of a list that has outgrown `limit` by half, so that a stand-in that
 * runs for days needs no more memory than one that runs for an hour.
 */
export function keepLatest(list, limit) {
  if (list.length > limit * 1.5) list.splice(0, list.length - limit);
}
