import { badParameter } from '../twilio-error.js';

const MAX_CHARACTERS = 4096;

/** Checks Attributes as Twilio does; gives {text, object}. */
export function parseAttributes(text) {
  if ([...text].length > MAX_CHARACTERS) {
    throw badParameter(`Attributes exceed the maximum of ${MAX_CHARACTERS} characters`);
  }
  let object;
  try {
    object = JSON.parse(text);
  } catch {
    object = null;
  }
  if (object === null || typeof object !== 'object' || Array.isArray(object)) {
    throw badParameter('Attributes are not a valid JSON object');
  }
  return { text, object };
}
