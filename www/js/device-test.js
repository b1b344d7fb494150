// Trying devices: what the microphone hears is recorded and played back, a sound goes through a
// speaker. A signal calls it off at once: a call may be coming in.

const RECORD_FOR = 3000;
const SILENCE = 0.01; // of full scale

/** The loudest that a stream gets while `work` lasts, 0 to 1. */
async function loudest(stream, work) {
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 2048 });
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  let peak = 0;
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
  }, 40);
  await work;
  clearInterval(timer);
  await context.close();
  return peak;
}

/**
 * Records for some seconds, and stops the stream.
 * @returns {Promise<{sound: Blob, isSilent: boolean}>}
 */
export async function record(stream, signal) {
  const recorder = new MediaRecorder(stream);
  const pieces = [];
  recorder.ondataavailable = ({ data }) => pieces.push(data);
  const stopped = new Promise((resolve) => { recorder.onstop = resolve; });
  const stop = () => recorder.state === 'recording' && recorder.stop();
  recorder.start();
  setTimeout(stop, RECORD_FOR);
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  const peak = await loudest(stream, stopped);
  stream.getTracks().forEach((track) => track.stop());
  return { sound: new Blob(pieces, { type: recorder.mimeType }), isSilent: peak < SILENCE };
}

/** Plays it to its end through the device that colleagues are heard through. */
export async function playThrough(id, address, signal) {
  const player = new Audio(address);
  if (id) await player.setSinkId?.(id).catch(() => {});
  if (signal.aborted) return;
  await player.play();
  await new Promise((resolve) => {
    player.onended = resolve;
    player.onerror = resolve;
    player.onpause = resolve;
    signal.addEventListener('abort', () => player.pause());
  });
}
