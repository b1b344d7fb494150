// The page inside another page, a CRM or a wiki, that may steer it. Loaded only there, and only if
// DIALPAD_EMBED_ORIGINS names somebody; the web server's frame-ancestors must name them too.
//
//   <iframe src="https://calls.example.com/dialpad/" allow="microphone; autoplay"></iframe>
//
// The page around sends, with postMessage(message, 'https://calls.example.com'):
//   {type: 'dialpad:call', to: 'WK…' or 'client:…'}  asks the agent whether to call
//   {type: 'dialpad:search', text: 'ana'}            types into the field
//   {type: 'dialpad:focus'}                          puts the focus there
// and is sent:
//   {type: 'dialpad:ready', version: 1}              once, when calls can be made
//   {type: 'dialpad:state', state, direction, name, outcome}
//     state: 'idle', 'calling', 'ringing', 'connected', 'reconnecting' or 'ended'
//     direction: 'out', 'in' or null; name: the colleague's, or null; outcome: once it has ended
//
// Only the direct parent is listened to, and only if its origin is in the list to the letter.
// Anything else gets no answer, not even a refusal.

import { addressIn } from './call-link.js';

const STATES = {
  preparing: 'calling', calling: 'calling', ringing: 'ringing', answering: 'ringing',
  connected: 'connected', reconnecting: 'reconnecting', rejoining: 'reconnecting',
  ended: 'ended', idle: 'idle',
};
const NO_CALL = { direction: null, name: null };
const TEXT_MAX = 200;
const READY = { type: 'dialpad:ready', version: 1 };

const REQUESTS = {
  'dialpad:focus': () => ({ type: 'focus' }),
  'dialpad:call'({ to }) {
    const address = typeof to === 'string' ? addressIn(to) : null;
    return address && { type: 'call', to: address };
  },
  'dialpad:search': ({ text }) => (
    typeof text === 'string' && text.length <= TEXT_MAX ? { type: 'search', text } : null),
};

/** What a message asks for, or null if it isn't for us; pure. */
export function requestIn({ origin, source, data }, parent, allowed) {
  if (source !== parent || !allowed.includes(origin)) return null;
  const type = data?.type;
  if (typeof type !== 'string' || !Object.hasOwn(REQUESTS, type)) return null;
  return REQUESTS[type](data);
}

/** What the page around is told about a call, or null while nothing of it has changed; pure. */
export function reportOf(state, last) {
  const now = STATES[state.phase] ?? last?.state ?? 'idle'; // `ending` is no news
  const call = now === 'idle' ? NO_CALL : {
    direction: state.role === 'caller' ? 'out' : 'in', name: state.other?.name ?? null,
  };
  const outcome = now === 'ended' ? state.outcome : null;
  const report = { type: 'dialpad:state', state: now, ...call, outcome };
  return JSON.stringify(report) === JSON.stringify(last) ? null : report;
}

function parentOrigin() {
  try {
    return location.ancestorOrigins?.[0] ?? new URL(document.referrer).origin;
  } catch {
    return null;
  }
}

/**
 * @param {string[]} allowed origins
 * @param {{call: (to: string) => void, search: (text: string) => void, focus: () => void}} on
 */
export function mountEmbedding(allowed, on) {
  let peer = allowed.includes(parentOrigin()) ? parentOrigin() : null;
  let last = null;
  let ready = false;
  const send = (message) => peer && window.parent.postMessage(message, peer);

  /** A page around that doesn't say who it is before it speaks has missed what was told. */
  function greet(origin) {
    if (peer === origin) return;
    peer = origin;
    if (ready) send(READY);
    if (last) send(last);
  }

  addEventListener('message', (event) => {
    const request = requestIn(event, window.parent, allowed);
    if (!request) return;
    greet(event.origin);
    if (request.type === 'call') on.call(request.to);
    if (request.type === 'search') on.search(request.text);
    if (request.type === 'focus') on.focus();
  });

  return {
    ready() {
      if (!ready) send(READY);
      ready = true;
    },
    update(state) {
      const report = reportOf(state, last);
      if (!report) return;
      last = report;
      send(report);
    },
  };
}
