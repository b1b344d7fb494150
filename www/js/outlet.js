// Where the sounds of the page itself come out. Chromium lets an AudioContext choose its device;
// in Firefox only an element can, which then plays what the context makes.

/** @param {AudioContext} context */
export function createOutlet(context) {
  const byContext = 'setSinkId' in context;
  const node = new GainNode(context);
  let wanted = '';
  let player = null;
  node.connect(context.destination);

  function createPlayer() {
    const source = context.createMediaStreamDestination();
    return { source, element: Object.assign(new Audio(), { srcObject: source.stream }) };
  }

  // The context's own device is left only for an element that really plays: silence is no ring.
  async function useElement() {
    if (wanted !== '') {
      player ??= createPlayer();
      await player.element.setSinkId(wanted);
      await player.element.play();
    }
    node.disconnect();
    node.connect(wanted === '' ? context.destination : player.source);
  }

  return {
    /** What sounds are to be connected to. */
    node,
    canChooseDevice: byContext || 'setSinkId' in HTMLMediaElement.prototype,
    /** @param {string} id of a device; '' is the system's */
    async useDevice(id) {
      if (byContext && context.sinkId !== id) await context.setSinkId(id);
      if (byContext || wanted === id) return;
      wanted = id;
      await useElement();
    },
    /** Needs a gesture of the agent's where the sound is blocked. */
    wake: () => Promise.allSettled([context.resume(), byContext || useElement()]),
  };
}
