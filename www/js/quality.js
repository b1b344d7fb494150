// What the Voice SDK's warnings mean to somebody who is talking: pure.

const MEANINGS = [
  ['ice-connectivity-lost', 'lineLost'],
  ['low-bytes-sent', 'notHeard'],
  ['low-bytes-received', 'nothingHeard'],
  ['constant-audio-input-level', 'micSilent'],
  ['high-packet-loss', 'choppy'],
  ['high-packets-lost-fraction', 'choppy'],
  ['high-jitter', 'choppy'],
  ['low-mos', 'choppy'],
  ['high-rtt', 'delayed'],
];

/**
 * The worst of it, as a key of the strings; null while all is well.
 * @param {{lineLost: boolean, warnings: string[], muted: boolean, hold: object}} state of the call
 */
export function qualityKey({ lineLost, warnings, muted, hold }) {
  if (lineLost) return 'lineLost';
  const expected = muted ? ['constant-audio-input-level', 'low-bytes-sent'] : [];
  if (hold.me) expected.push('low-bytes-received');
  const [, key] = MEANINGS.find(([name]) => warnings.includes(name) && !expected.includes(name))
    ?? [];
  return key ?? null;
}
