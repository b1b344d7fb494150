// TwiML: what is refused, and what a leg does with what is accepted.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { parseTwiml } from '../voice/twiml.js';
import { Application, hears, startWorld, until, wav } from './voice-support.js';

const xml = (body) => `<?xml version="1.0" encoding="UTF-8"?>\n<Response>${body}</Response>`;

let world;
let application;
let document;

before(async () => {
  application = await Application.start({
    '/twiml': () => document,
    '/next': () => xml('<Hangup/>'),
    '/tone.wav': () => ({ type: 'audio/wav', body: wav(700, 0.5) }),
    '/text.wav': () => ({ type: 'text/plain', body: 'no sound' }),
  });
  world = startWorld();
});

afterEach(() => {
  world.voice.reset();
  application.requests.length = 0;
});

after(() => {
  world.voice.close();
  application.close();
});

function call(answer, options = {}) {
  document = answer;
  world.softphones.register({ identity: 'alice' });
  return world.voice.placeCall({ from: 'client:bob', to: 'client:alice',
    url: `${application.url}/twiml?taskSid=WT1`, ...options });
}

const hasEnded = (placed) => until(() => placed.ended, 'the call ends');

test('the request for TwiML says who calls whom', async () => {
  const placed = call(xml(''));
  await hasEnded(placed);
  const [{ method, target, params }] = application.requests;
  assert.deepEqual([method, target], ['POST', '/twiml?taskSid=WT1']);
  assert.deepEqual(params, { CallSid: placed.sid, AccountSid: world.config.accountSid,
    ApiVersion: '2010-04-01', From: 'client:bob', Caller: 'client:bob', To: 'client:alice',
    Called: 'client:alice', Direction: 'outbound-api', CallStatus: 'in-progress' });
  assert.equal(placed.status, 'completed');
  assert.deepEqual(world.errors, []);
});

for (const [what, code, answer] of [
  ['a wrong Content-Type', 12300, { type: 'application/json', body: xml('') }],
  ['white space before the declaration', 12100, ` ${xml('')}`],
  ['what is not XML', 12100, 'hello'],
  ['an unclosed element', 12100, '<Response><Dial>'],
  ['a bare ampersand', 12100, xml('<Redirect>/a?b=1&c=2</Redirect>')],
  ['another root', 12100, '<Reply/>'],
  ['an unknown verb', 12200, xml('<Sing/>')],
  ['an unknown attribute', 12200, xml('<Dial><Conference colour="red">x</Conference></Dial>')],
  ['a wrong value', 12200, xml('<Dial><Conference beep="yes">x</Conference></Dial>')],
  ['a Conference without a name', 13237, xml('<Dial><Conference> </Conference></Dial>')],
  ['a Conference SID that isn\'t live', 13236,
    xml(`<Dial><Conference>CF${'0'.repeat(32)}</Conference></Dial>`)],
  ['<Dial><Client>', 13200, xml('<Dial><Client>bob</Client></Dial>')],
  ['an error status', 11200, { status: 403, body: 'forbidden' }],
  ['a document over 64 kB', 11750, xml(`<Say>${'a'.repeat(65 * 1024)}</Say>`)],
]) {
  test(`${what} is an error ${code} and ends the call`, async () => {
    const placed = call(answer);
    await hasEnded(placed);
    assert.equal(world.errors.at(-1).code, code);
    assert.equal(world.errors.at(-1).callSid, placed.sid);
  });
}

test('Play, Pause and a relative Redirect, in their order', async () => {
  const placed = call(xml('<Play loop="2">tone.wav</Play><Pause length="1"/>'
    + '<Redirect method="GET">/next</Redirect><Say>never said</Say>'));
  await until(() => hears(world, placed.sid, 700));
  await until(() => world.voice.hears(placed.sid).rms === 0);
  await hasEnded(placed);
  assert.equal(application.to('/next')[0].method, 'GET');
  assert.ok(placed.endTime - placed.startTime >= 1900);
});

test('a sound that can\'t be played is reported, and the next verb runs', async () => {
  await hasEnded(call(xml('<Play>/text.wav</Play><Redirect>/next</Redirect>')));
  assert.equal(world.errors[0].code, 12300);
  assert.equal(application.to('/next').length, 1);
});

test('what a wait document may not hold', () => {
  assert.throws(() => parseTwiml(xml('<Dial/>'), { waiting: true }), { code: 13238 });
  assert.equal(parseTwiml(xml('<Say>x</Say><Pause/>'), { waiting: true }).length, 2);
});

for (const [behaviour, status] of [['busy', 'busy'], ['reject', 'busy'], ['ignore', 'no-answer']]) {
  test(`a softphone set to ${behaviour} makes the call ${status}`, async () => {
    world.softphones.register({ identity: 'carol', behaviour });
    const placed = world.voice.placeCall({ from: 'client:bob', to: 'client:carol', timeout: 1,
      twiml: xml(''), statusCallback: `${application.url}/ended?a=1`,
      statusCallbackMethod: 'GET' });
    await hasEnded(placed);
    assert.equal(placed.status, status);
    const request = await until(() => application.to('/ended')[0]);
    assert.equal(request.method, 'GET');
    assert.equal(request.query.get('CallStatus'), status);
    assert.equal(request.query.get('CallSid'), placed.sid);
  });
}

test('an address where nobody is registered is not answered at once', async () => {
  const placed = world.voice.placeCall({ from: 'client:bob', to: 'client:nobody', twiml: xml('') });
  await hasEnded(placed);
  assert.equal(placed.status, 'no-answer');
});
