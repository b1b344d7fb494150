// The addresses of our programs that Twilio asks about an agent's leg. Pure.

/** `base` with one more parameter; the fragment, which Twilio reads, stays last. */
export function withParameter(base, name, value) {
  const url = new URL(base);
  url.searchParams.set(name, value);
  return url.href;
}

function twimlUrl(session, role, taskSid, attributes) {
  return role === 'caller' ? withParameter(session.callerTwimlUrl, 'taskSid', taskSid)
    : withParameter(session.calleeTwimlUrl, 'conferenceName', attributes.conferenceSid);
}

/** The addresses that Twilio asks about this leg, each with the pass. */
export function urlsOf(session, pass, role, taskSid, attributes) {
  const ended = withParameter(session.legEndedUrl, 'taskSid', taskSid);
  return {
    twimlUrl: withParameter(twimlUrl(session, role, taskSid, attributes), 'pass', pass),
    statusCallbackUrl: withParameter(ended, 'pass', pass),
  };
}
