// The microphone, opened before anything is sent to anybody and handed over to the Voice SDK when
// the leg is there: the browser asks once, and nobody waits for it a second time.

const CODES = {
  NotAllowedError: 'mic_blocked', SecurityError: 'mic_blocked', NotFoundError: 'mic_missing',
};
// What a browser says of a device that has gone or is in use.
const GONE = ['OverconstrainedError', 'NotFoundError', 'NotReadableError'];

/** Why a microphone doesn't open, as a key of the strings. */
export const codeOf = ({ name }) => CODES[name] ?? 'mic_failed';

/** @param {() => string} chosenId the device that the agent wants and that is there, or '' */
export function createMicrophone(
  chosenId = () => '', devices = globalThis.navigator.mediaDevices
) {
  let stream = null;
  let asked = 0; // whoever waits for an older stream than this no longer wants it

  const stop = (unwanted) => unwanted?.getTracks().forEach((track) => track.stop());

  function release() {
    asked += 1;
    stop(stream);
    stream = null;
  }

  /** A chosen device that doesn't open is no reason not to talk. */
  async function get() {
    const id = chosenId();
    if (id) {
      try {
        return await devices.getUserMedia({ audio: { deviceId: { exact: id } } });
      } catch (error) {
        if (!GONE.includes(error.name)) throw error;
      }
    }
    return devices.getUserMedia({ audio: true });
  }

  return {
    /** Rejects with {code}, a key of the strings. */
    async open() {
      release();
      const mine = asked;
      try {
        const opened = await get();
        if (mine === asked) stream = opened;
        else stop(opened);
      } catch (error) {
        throw Object.assign(new Error(error.message), { code: codeOf(error) });
      }
    },
    release,
    /** A stream of its own, for a test; whoever asked stops it. */
    borrow: get,
    /**
     * For the SDK, which from then on stops it by itself. Whichever device the SDK asks for when
     * devices change, it gets the one that the agent wants.
     */
    async take() {
      const taken = stream ?? await get();
      stream = null;
      return taken;
    },
  };
}

/** 'granted', 'prompt' or 'denied', and what changes it; 'prompt' where a browser doesn't tell. */
export async function microphonePermission(onChange) {
  try {
    const permission = await navigator.permissions.query({ name: 'microphone' });
    permission.addEventListener('change', () => onChange(permission.state));
    return permission.state;
  } catch {
    return 'prompt';
  }
}
