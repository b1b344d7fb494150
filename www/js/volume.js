// How loud the page rings and the colleague is, and with which tune: as it is kept, and as it is
// used. Pure.

/** The files of sounds/; the first is what nobody has chosen. */
export const RINGTONES = ['incoming', 'ring-bell', 'ring-deep', 'ring-drops', 'ring-pulse'];

// Percent. Nobody is to wonder at missed calls that were rung at nothing.
export const VOLUME = { min: 10, max: 100, step: 10 };

/** Percent, whatever is kept. */
export const percentOf = (kept) => (
  Number.isFinite(kept) ? Math.min(VOLUME.max, Math.max(VOLUME.min, kept)) : VOLUME.max);

export const shareOf = (kept) => percentOf(kept) / 100;

/** One of RINGTONES, whatever is kept. */
export const ringtoneOf = (kept) => (RINGTONES.includes(kept) ? kept : RINGTONES[0]);
