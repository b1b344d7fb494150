// What two agents do with a call: every way in which one can go and end. Each plan is a few deeds,
// done when the pages are so far; whatever trouble there is, nobody waits for ever.

import { setTimeout as delay } from 'node:timers/promises';

// The longest time that an agent waits for something to happen before doing the next thing.
const PATIENCE_MS = 9000;

const talking = ({ phase }) => ['connected', 'reconnecting', 'rejoining'].includes(phase);
const over = ({ phase }) => phase === 'ended' || phase === 'idle';

/** Waits until this page's call is so far, is over, or the agent has waited long enough. */
async function until(page, condition, ms = PATIENCE_MS) {
  const deadline = Date.now() + ms;
  while (!condition(page.state) && Date.now() < deadline) {
    if (page.closed || (page.dialled && over(page.state))) return false;
    await delay(50);
  }
  return condition(page.state);
}

/** Does it ring here? Nobody waits for a call that the caller's page has given up. */
async function rings(page, caller) {
  const givenUp = () => caller.dialled && over(caller.state);
  return await until(page, ({ phase }) => phase === 'ringing' || givenUp()) && !givenUp();
}

function dial(page, other) {
  page.dialled = true;
  page.dispatch({ type: 'dial', agent: { sid: other.worker.sid, name: other.name } });
}

async function answer(page, caller) {
  if (!await rings(page, caller)) return;
  page.dispatch({ type: 'answer' });
}

/** The two get so far as to talk, with luck. */
async function connect({ caller, callee }) {
  dial(caller, callee);
  await answer(callee, caller);
  await until(caller, talking);
  await until(callee, talking, 3000);
}

async function talk({ random, caller, callee }) {
  await delay(200 + random.below(1500));
  if (random.chance(0.4)) {
    const holder = random.pick([caller, callee]);
    holder.dispatch({ type: 'toggle-hold' });
    await delay(300 + random.below(700));
    if (random.chance(0.7)) holder.dispatch({ type: 'toggle-hold' });
    await delay(random.below(500));
  }
}

/** Whoever is still in a call leaves it, as agents do in the end. */
function leave(...pages) {
  for (const page of pages) {
    if (page.state.phase === 'ringing') page.dispatch({ type: 'decline' });
    else page.dispatch({ type: page.state.phase === 'preparing' ? 'cancel' : 'hang-up' });
  }
}

async function hungUp(stage, page) {
  await connect(stage);
  await talk(stage);
  page.dispatch({ type: 'hang-up' });
}

/** The leg is lost, the page isn't: it fetches its agent back. */
async function dropped(stage, page) {
  await connect(stage);
  await page.hangUp();
  await delay(1000 + stage.random.below(3000));
  leave(stage.random.pick([stage.caller, stage.callee]));
}

/** The page is loaded anew: its leg is gone, and the new page comes back into the call. */
async function reloaded(stage, page) {
  await connect(stage);
  await stage.vanish(page);
  const back = await stage.reopen(page);
  await delay(1500 + stage.random.below(1500));
  leave(back);
}

async function refused(stage, page) {
  await page.setPhone(stage.random.pick(['reject', 'busy', 'ignore', null]));
  await connect(stage);
}

export const PLANS = {
  'hung up by the caller': (stage) => hungUp(stage, stage.caller),
  'hung up by the callee': (stage) => hungUp(stage, stage.callee),
  async declined({ caller, callee }) {
    dial(caller, callee);
    if (await rings(callee, caller)) callee.dispatch({ type: 'decline' });
  },
  async 'canceled at once'({ caller, callee, random }) {
    dial(caller, callee);
    await delay(random.below(600));
    caller.dispatch({ type: 'cancel' });
  },
  async 'canceled while it rings'({ caller, callee }) {
    dial(caller, callee);
    await rings(callee, caller);
    caller.dispatch({ type: 'cancel' });
  },
  async 'canceled as it is answered'({ caller, callee, random }) {
    dial(caller, callee);
    await answer(callee, caller);
    await delay(random.below(300));
    caller.dispatch({ type: 'hang-up' });
  },
  async 'not answered'({ caller, callee }) {
    dial(caller, callee);
    await until(caller, over);
  },
  "the caller's leg is refused": (stage) => refused(stage, stage.caller),
  "the callee's leg is refused": (stage) => refused(stage, stage.callee),
  "the caller's leg drops": (stage) => dropped(stage, stage.caller),
  "the callee's leg drops": (stage) => dropped(stage, stage.callee),
  'the caller reloads': (stage) => reloaded(stage, stage.caller),
  'the callee reloads': (stage) => reloaded(stage, stage.callee),
  async 'the caller vanishes'(stage) {
    const { caller, callee, random } = stage;
    dial(caller, callee);
    await delay(random.below(3000));
    await stage.vanish(caller);
  },
  async 'the callee vanishes'(stage) {
    const { caller, callee } = stage;
    dial(caller, callee);
    await answer(callee, caller);
    await stage.vanish(callee);
  },
  async 'both vanish'(stage) {
    await connect(stage);
    await Promise.all([stage.vanish(stage.caller), stage.vanish(stage.callee)]);
  },
  async 'nothing is reported'(stage) {
    const { caller, callee, random } = stage;
    dial(caller, callee);
    await until(caller, ({ taskSid }) => taskSid !== null, 3000);
    if (caller.state.taskSid) await stage.loseReports(caller.state.taskSid);
    if (random.chance(0.5)) {
      await answer(callee, caller);
      await until(caller, talking);
    }
    await Promise.all([stage.vanish(caller), stage.vanish(callee)]);
  },
  async 'both call each other'({ caller, callee, random }) {
    dial(caller, callee);
    await delay(random.below(200));
    dial(callee, caller);
    await Promise.race([answer(caller, callee), answer(callee, caller)]);
    await until(caller, talking, 3000);
    leave(caller, callee);
  },
};
