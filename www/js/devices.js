// Which microphone, speaker and ring device the agent wants, which of them are there, and what
// happens when one goes or comes. A device is remembered by its id and its label: browsers change
// ids when site data is cleared, and a headset in another socket is the same headset.

export const USES = { microphone: 'audioinput', speaker: 'audiooutput', ring: 'audiooutput' };

/** The entry of `list` that `wanted` {id, label} means, or null; pure. */
export function findDevice(list, wanted) {
  if (!wanted) return null;
  return list.find(({ deviceId }) => deviceId === wanted.id)
    ?? list.find(({ label }) => label !== '' && label === wanted.label) ?? null;
}

/** Devices of one kind that can be chosen; "default" and the like are what not choosing means. */
export function choices(list, kind) {
  return list.filter((device) => device.kind === kind && device.deviceId !== ''
    && !['default', 'communications'].includes(device.deviceId));
}

/**
 * What sound goes through now: {id, label, chosen}; `id` is '' for whatever the system prefers.
 * Pure.
 */
export function effectiveDevice(list, kind, wanted) {
  const found = findDevice(choices(list, kind), wanted);
  if (found) return { id: found.deviceId, label: found.label, chosen: true };
  const system = list.find(({ deviceId, ...device }) => (
    device.kind === kind && deviceId === 'default'))
    ?? list.find((device) => device.kind === kind);
  const label = system?.label.replace(/^Default - /, '') ?? '';
  return { id: '', label, chosen: false, missing: !system };
}

/**
 * What a change of devices means for one use: null, or {lost, from, to}; `lost` when the device is
 * no longer there, and not just no longer preferred. Pure.
 */
export function deviceChange(before, after, kind, wanted) {
  const from = effectiveDevice(before, kind, wanted);
  const to = effectiveDevice(after, kind, wanted);
  if (from.id === to.id && from.label === to.label && from.missing === to.missing) return null;
  const lost = !after.some((device) => device.kind === kind && (from.id === ''
    ? device.label.endsWith(from.label) : device.deviceId === from.id));
  return { lost, from, to };
}

/** @param {(use: string, change: {lost, from, to}) => void} onChange */
export function createDevices(onChange, media = globalThis.navigator?.mediaDevices) {
  let store = null;
  let list = [];
  const wanted = (use) => store?.get(`device-${use}`) ?? null;

  async function refresh() {
    let found;
    try {
      found = await media.enumerateDevices();
    } catch {
      return;
    }
    const before = list; // as of now: somebody else may have looked meanwhile
    list = found.map(({ deviceId, kind, label }) => ({ deviceId, kind, label }));
    // Labels appear with the permission; that is no change of devices.
    if (!before.some(({ label }) => label)) return;
    for (const [use, kind] of Object.entries(USES)) {
      const change = deviceChange(before, list, kind, wanted(use));
      if (change) onChange(use, change);
    }
  }

  media?.addEventListener?.('devicechange', refresh);
  refresh();

  return {
    refresh,
    keepIn(kept) { store = kept; },
    choices: (use) => choices(list, USES[use]),
    current: (use) => effectiveDevice(list, USES[use], wanted(use)),
    choose(use, id) {
      const device = list.find(({ deviceId, kind }) => deviceId === id && kind === USES[use]);
      store?.set(`device-${use}`, device ? { id, label: device.label } : null);
    },
  };
}
