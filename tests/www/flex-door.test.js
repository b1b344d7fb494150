// A Flex whose token is refused: whom it still asks, and when it comes back.

import assert from 'node:assert/strict';
import test from 'node:test';

import { fetchByToken } from '../../www/flex/door.js';
import { createWatch } from '../../www/flex/watch.js';
import { createApi } from '../../www/js/api.js';
import { createCallRequests } from '../../www/js/call-requests.js';
import { createSession } from '../../www/js/session.js';
import { fakeTime } from './fake-time.js';

const RINGS = { taskSid: 'WT1', role: 'callee', state: 'ringing', outcome: null, other: null,
  hold: { me: false, other: false }, connectedAt: null };

async function settled() {
  for (let turns = 0; turns < 10; turns += 1) {
    await new Promise((resolve) => { setImmediate(resolve); });
  }
}

/** The programs: they know one token of Flex, and say `refusal` of any other. */
function play(refusal) {
  const asked = [];
  const flex = { token: 'old', known: 'old' };
  let issued = 0;
  const json = (status, body) => new Response(JSON.stringify(body), { status });

  async function programs(url, { headers, body }) {
    const program = url.pathname.split('/').pop();
    asked.push(program);
    if (program === 'flex-session') {
      if (JSON.parse(body).token !== flex.known) return json(refusal, {});
      issued += 1;
      return json(200, { token: `${flex.known}-${issued}`, expiresIn: 3600 });
    }
    const isKnown = headers['X-Dialpad-Token'] === `${flex.known}-${issued}`;
    return isKnown ? json(200, RINGS) : json(401, {});
  }

  const api = createApi('https://h/cgi-bin/', fetchByToken(() => flex.token, programs));
  const session = createSession(api);
  api.onTokenRefused(session.renew);
  const heard = [];
  const watch = createWatch(createCallRequests(api).callState, (view) => heard.push(view.phase));
  return { asked, flex, session, watch, heard };
}

for (const refusal of [401, 403]) {
  test(`after a ${refusal} nobody is asked until Flex has a new token`, async (t) => {
    const time = fakeTime(t);
    const { asked, flex, session, watch, heard } = play(refusal);
    const pass = async () => {
      time.tick(15_000);
      await settled();
    };
    watch.soon('WT1');
    await settled();
    assert.deepEqual([asked.splice(0), heard.splice(0)],
      [['flex-session', 'call-state'], ['ringing']]);

    flex.known = 'new';
    for (let polls = 0; polls < 4; polls += 1) await pass();
    await assert.rejects(session.renew(), { status: 401, code: 'sign_in' });
    assert.deepEqual([asked.splice(0), heard], [['call-state', 'flex-session'], []]);

    flex.token = undefined; // its user has signed out
    await pass();
    assert.deepEqual(asked, []);

    flex.token = 'new';
    await pass();
    assert.deepEqual([asked, heard],
      [['call-state', 'flex-session', 'call-state'], ['ringing']]);
  });
}
