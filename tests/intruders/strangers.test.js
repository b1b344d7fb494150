// A third leg wants into a call: by every name and SID that an agent can find, by our own documents
// with somebody else's parameters, before, during and after. Nobody is overheard.

import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';

import { randomSid, until, useLab } from '../endpoint/lib.js';
import { Intruder, Victims, heardOf, listen, redirectTwiml, roomTwiml } from './intruder.js';

let carol;
// Before the lab looks whether everything is quiet.
afterEach(async () => {
  await carol?.stop();
  carol = null;
});
const lab = useLab();

const ENDING = { endConferenceOnExit: 'true' };

/** Alone in a room of her own, or nowhere. */
function expectAlone({ with: company, voices, reported = [] }, what) {
  assert.deepEqual({ company, voices: voices.filter((name) => name !== 'carol'), reported },
    { company: [], voices: [], reported: [] }, what);
}

describe('a document of the stranger\'s own', () => {
  test('with every SID in a readable Task: before, during and after the call', async () => {
    carol = await Intruder.start(lab);
    const victims = await new Victims(lab).make();

    const early = [];
    for (const name of await carol.findNames(victims.t1)) {
      early.push(await carol.dialWith(roomTwiml(name, ENDING)));
    }
    await victims.connect();
    for (const callSid of early) expectAlone(await carol.fateOf(callSid), 'who was there before');
    await carol.hangUpAll();
    await victims.stillTalk();

    const names = await carol.findNames(victims.t1, victims.k);
    assert.ok(names.length >= 8, names.join());
    for (const name of names) expectAlone(await carol.tries(roomTwiml(name, ENDING)), name);
    expectAlone(await carol.tries(roomTwiml(victims.t1, { endConferenceOnExit: 'false' })));
    await victims.stillTalk();

    await victims.end();
    for (const name of names.filter((one) => !one.startsWith('CA'))) {
      expectAlone(await carol.tries(roomTwiml(name, ENDING)), name);
    }
  });

  test('that waits under the name of a call to come holds nothing up', async () => {
    carol = await Intruder.start(lab);
    const victims = await new Victims(lab).make();
    // Her room reports to us, as ours would: Twilio signs that.
    const report = `${lab.config.DIALPAD_PUBLIC_URL}/status-callback`;
    await carol.dialWith(roomTwiml(victims.t1, {
      statusCallback: report, statusCallbackEvent: 'start end join leave',
      waitUrl: `${lab.config.DIALPAD_PUBLIC_URL}/ringback?taskSid=${victims.t1}`,
      endConferenceOnExit: 'true', participantLabel: `${victims.t1}.${'A'.repeat(22)}`,
    }));
    await lab.settled();
    await victims.connect();
    await carol.hangUpAll();
    await lab.settled();
    await victims.stillTalk();
    await victims.end();
  });
});

describe('our documents', () => {
  /** Ways in which her leg can ask for them: by POST, by GET, with Twilio's own words forged. */
  function* asks({ t1, caller, callee }) {
    const base = lab.config.DIALPAD_PUBLIC_URL;
    const forged = `&To=${encodeURIComponent('client:alice')}&From=client%3Aalice`
      + `&CallSid=${randomSid('CA')}`;
    const roles = [['caller-twiml', 'taskSid', caller.passes.get(t1)],
      ['callee-twiml', 'conferenceName', callee.lastPass]];
    for (const [program, key, stolen] of roles) {
      const plain = `${base}/${program}?${key}=${t1}`;
      yield [program, 'POST', plain];
      yield [program, 'POST', `${plain}&pass=${stolen}`];
      yield [program, 'POST', `${plain}&pass=${stolen}${forged}`];
      yield [program, 'GET', `${plain}&pass=${stolen}${forged}`];
      yield [program, 'GET', `${plain}&pass=${stolen}${forged.toLowerCase()}`];
    }
  }

  test('admit no other leg, with another\'s pass or none, by POST or by GET', async () => {
    carol = await Intruder.start(lab);
    const victims = await new Victims(lab).ring();
    victims.callee.lastPass = victims.callee.passes.get(victims.k);
    await victims.connect();
    for (const [program, method, url] of asks(victims)) {
      const said = listen(lab, program);
      expectAlone(await carol.tries(redirectTwiml(url, method)), `${method} ${url}`);
      assert.equal((await heardOf(said, / status=403 /)).length, 1, `${method} ${url}`);
    }
    await victims.stillTalk();
    await victims.end();
  });

  test('refuse a stolen pass in words that an administrator understands', async () => {
    carol = await Intruder.start(lab);
    const victims = await new Victims(lab).connect();
    const said = listen(lab, 'caller-twiml');
    await carol.tries(redirectTwiml(`${lab.config.DIALPAD_PUBLIC_URL}/caller-twiml?taskSid=${
      victims.t1}&pass=${victims.caller.passes.get(victims.t1)}`));
    const refused = await heardOf(said, / status=403 .*expected .*, Twilio says client:carol/);
    assert.equal(refused.length, 1);
    await victims.end();
  });

  test('a fragment within the query changes nothing that is signed', async () => {
    carol = await Intruder.start(lab);
    const victims = await new Victims(lab).connect();
    const own = randomSid('WT');
    const base = `${lab.config.DIALPAD_PUBLIC_URL}/caller-twiml?taskSid=${own}`;
    for (const hidden of [`%23&taskSid=${victims.t1}`, '%23', `;taskSid=${victims.t1}`,
      `&taskSid=${victims.t1}`, `&conferenceName=${victims.t1}`]) {
      expectAlone(await carol.tries(redirectTwiml(base + hidden, 'GET')), hidden);
    }
    await victims.stillTalk();
    await victims.end();
  });
});

describe('a leg that has found its way in all the same', () => {
  // Neither stands anywhere that she can read.
  const ways = {
    'by the name': ({ friendlyName }) => friendlyName,
    'by the SID': ({ sid }) => sid,
  };
  const tries = Object.entries(ways)
    .flatMap(([way, keyOf]) => ['true', 'false'].map((end) => [way, keyOf, end]));
  for (const [way, keyOf, end] of tries) {
    test(`${way}, is put out and ends nothing, endConferenceOnExit="${end}"`, async () => {
      carol = await Intruder.start(lab);
      const victims = await new Victims(lab).connect();
      const said = listen(lab, 'status-callback');
      const { conferences } = await lab.state();
      const room = keyOf(conferences.find(({ status }) => status !== 'completed'));
      const callSid = await carol.dialWith(roomTwiml(room, { endConferenceOnExit: end }));
      await until('her leg to be put out', async () =>
        (await lab.state()).calls.find(({ sid }) => sid === callSid).endTime);
      const lines = await heardOf(said, /stranger/);
      assert.equal(lines.length, 1);
      assert.match(lines[0], new RegExp(`${victims.t1}.*stranger ${callSid}`));
      await victims.stillTalk();
      await victims.end();
    });
  }
});
