// Reads a TwiML document as strictly as Twilio does, and refuses what the stand-in can't execute:
// a verb or attribute that would silently be ignored here could be wrong there.

import { XMLParser, XMLValidator } from 'fast-xml-parser';

const CONFERENCE_EVENTS = ['start', 'end', 'join', 'leave', 'mute', 'hold', 'modify', 'speaker',
  'announcement'];
const MAX_NAME = 128;

export class TwimlError extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

const text = () => true;
const flag = (value) => value === 'true' || value === 'false';
const count = (value) => /^\d{1,5}$/.test(value);
const oneOf = (...values) => (value) => values.includes(value);
const method = oneOf('GET', 'POST');
const eventList = (value) => value.split(/\s+/)
  .every((event) => event === '' || CONFERENCE_EVENTS.includes(event));
const label = (value) => value.length <= MAX_NAME && !value.includes('/')
  && !/^CA[0-9a-f]{32}$/i.test(value);

// Per verb: the attributes, each with the test that its value must pass, and the allowed nouns.
const VERBS = {
  Say: { attributes: { voice: text, language: text, loop: count } },
  Play: { attributes: { loop: count, digits: (value) => /^[0-9*#wW]+$/.test(value) } },
  Pause: { attributes: { length: count } },
  Redirect: { attributes: { method } },
  Hangup: { attributes: {} },
  Reject: { attributes: { reason: oneOf('rejected', 'busy') } },
  Dial: {
    attributes: { action: text, method, timeout: count, callerId: text },
    nouns: ['Conference', 'Client', 'Number', 'Sip', 'Queue'],
  },
};

const CONFERENCE = {
  muted: flag,
  beep: oneOf('true', 'false', 'onEnter', 'onExit'),
  startConferenceOnEnter: flag,
  endConferenceOnExit: flag,
  participantLabel: label,
  jitterBufferSize: oneOf('small', 'medium', 'large', 'off'),
  waitUrl: text,
  waitMethod: method,
  maxParticipants: (value) => count(value) && Number(value) >= 1 && Number(value) <= 250,
  statusCallback: text,
  statusCallbackEvent: eventList,
  statusCallbackMethod: method,
};

const WAIT_VERBS = ['Say', 'Play', 'Pause', 'Redirect'];

// Gives the document's verbs: [{name, attributes, text, nouns: [{name, attributes, text}]}].
// `waiting` says that the document entertains a waiting or held participant.
export function parseTwiml(document, { waiting = false } = {}) {
  const response = parseXml(document);
  return response.children.map((element) => readVerb(element, waiting));
}

export function checkContentType(value) {
  const type = (value ?? '').split(';')[0].trim().toLowerCase();
  if (!['text/xml', 'application/xml', 'text/html'].includes(type)) {
    throw new TwimlError(12300, `Invalid Content-Type: ${value ?? 'none'}`);
  }
}

function parseXml(document) {
  const validity = XMLValidator.validate(document);
  if (validity !== true) {
    throw new TwimlError(12100, `Document parse failure: ${validity.err.msg}`);
  }
  if (!document.startsWith('<')) {
    throw new TwimlError(12100, 'Document parse failure: text before the first element');
  }
  // The validator lets a bare ampersand pass, which is what an unescaped URL comes down to.
  if (/&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9a-f]+);)/i.test(document)) {
    throw new TwimlError(12100, 'Document parse failure: & that is no entity');
  }
  const parser = new XMLParser({ preserveOrder: true, ignoreAttributes: false,
    attributeNamePrefix: '', parseTagValue: false, trimValues: false });
  const roots = parser.parse(document).map(toElement)
    .filter((node) => node.name !== '?xml' && node.name !== '#text');
  if (roots.length !== 1 || roots[0].name !== 'Response') {
    throw new TwimlError(12100, 'Document parse failure: the root element must be <Response>');
  }
  return roots[0];
}

// fast-xml-parser's ordered form, [{Tag: [children], ':@': attributes}], as plain elements.
function toElement(node) {
  const name = Object.keys(node).find((key) => key !== ':@');
  if (name === '#text') return { name, text: String(node[name]), children: [], attributes: {} };
  const inner = node[name].map(toElement);
  return {
    name,
    attributes: node[':@'] ?? {},
    children: inner.filter((child) => child.name !== '#text'),
    text: inner.filter((child) => child.name === '#text').map((child) => child.text).join(''),
  };
}

function readVerb(element, waiting) {
  const schema = VERBS[element.name];
  if (!schema) throw new TwimlError(12200, `Unknown or unsupported verb <${element.name}>`);
  if (waiting && !WAIT_VERBS.includes(element.name)) {
    throw new TwimlError(13238, `<${element.name}> isn't allowed in a wait or hold document`);
  }
  checkAttributes(element, schema.attributes);
  const nouns = element.children.map((child) => {
    if (!schema.nouns?.includes(child.name)) {
      throw new TwimlError(12200, `<${child.name}> isn't allowed in <${element.name}>`);
    }
    if (child.name === 'Conference') readConference(child);
    return { name: child.name, attributes: child.attributes, text: child.text.trim() };
  });
  return { name: element.name, attributes: element.attributes, text: element.text.trim(), nouns };
}

function readConference(element) {
  checkAttributes(element, CONFERENCE);
  const name = element.text.trim();
  if (name.length < 1 || name.length > MAX_NAME) {
    throw new TwimlError(13237, `A Conference's name has 1 to ${MAX_NAME} characters`);
  }
}

function checkAttributes(element, allowed) {
  for (const [name, value] of Object.entries(element.attributes)) {
    if (!allowed[name]) {
      throw new TwimlError(12200, `<${element.name}> has no attribute ${name}`);
    }
    if (!allowed[name](value)) {
      throw new TwimlError(12200, `<${element.name} ${name}> can't be ${JSON.stringify(value)}`);
    }
  }
}
