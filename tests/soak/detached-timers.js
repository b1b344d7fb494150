// For whoever runs Twilio's TaskRouter SDK in Node: its expiry timer and heartbeat outlive
// disconnect(), its requests' time-outs their answers, and a page waits long for a Task that was
// not offered. None of this may keep a process alive that has nothing else to do.

const LONG_MS = 5000;
for (const name of ['setTimeout', 'setInterval']) {
  const real = globalThis[name];
  globalThis[name] = (action, ms, ...rest) => {
    const timer = real(action, ms, ...rest);
    return ms >= LONG_MS ? timer.unref() : timer;
  };
}
