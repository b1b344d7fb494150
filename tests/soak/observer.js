// Looks at the stand-in for everybody, a few times a second, and knows what must not be.

import { setTimeout as delay } from 'node:timers/promises';

const LOOK_MS = 400;
const OPEN = new Set(['pending', 'reserved', 'assigned']);

/** Twilio may tell what a page has put behind the address. */
const addressOf = (to) => to.split('?')[0];

/** What is left of calls of these agents, in words; nothing if all is quiet. */
export function leftOf(state, agents) {
  const addresses = new Set(agents.map((agent) => agent.contactUri));
  const tasks = state.tasks.filter((task) => !task.deleted && OPEN.has(task.assignment_status)
    && addresses.has(task.attributes.targetWorker));
  const legs = state.live.filter(({ to }) => addresses.has(addressOf(to)));
  const inside = state.conferences.flatMap(({ friendlyName, participants }) =>
    participants.filter(({ to }) => addresses.has(addressOf(to))).map(({ to }) => `${to} in ${friendlyName}`));
  return [
    ...tasks.map((task) => `${task.attributes.internal ? 'K' : 'T1'} ${task.sid} is `
      + `${task.assignment_status}`),
    ...legs.map((call) => `leg ${call.sid} to ${call.to} is ${call.status}`),
    ...inside,
  ];
}

/** What is wrong for good, whatever happens next: a second K, a call to somebody else. */
export function wrongs(state) {
  const byTask = new Map(state.tasks.map((task) => [task.sid, task]));
  return [
    ...wrongKs(state, byTask), ...wrongOffers(state, byTask), ...wrongParticipants(state, byTask),
  ];
}

function wrongKs(state, byTask) {
  const made = new Map(); // T1 → its Ks
  const found = [];
  for (const { sid, attributes } of state.tasks) {
    if (!attributes.internal) continue;
    const t1 = attributes.conferenceSid;
    made.set(t1, [...(made.get(t1) ?? []), sid]);
    if (byTask.has(t1) && byTask.get(t1).attributes.to !== attributes.targetWorker) {
      found.push(`${sid} is for somebody else than ${t1}`);
    }
  }
  for (const [t1, all] of made) {
    if (all.length > 1) found.push(`${all.length} Ks for ${t1}: ${all.join(', ')}`);
  }
  return found;
}

function wrongOffers(state, byTask) {
  const uriOf = new Map(state.workers.map((worker) => [worker.sid, worker.attributes.contact_uri]));
  return state.reservations
    .filter(({ task_sid: sid, worker_sid: worker }) =>
      byTask.get(sid)?.attributes.targetWorker !== uriOf.get(worker))
    .map(({ task_sid: sid, worker_sid: worker }) => `${sid} was offered to ${uriOf.get(worker)}`);
}

function wrongParticipants(state, byTask) {
  return state.conferences.flatMap(({ friendlyName, participants }) => {
    const t1 = byTask.get(friendlyName.slice(0, 34))?.attributes;
    return participants.map(({ to }) => ({ to: addressOf(to) }))
      .filter(({ to }) => t1 && to !== t1.from && to !== t1.to)
      .map(({ to }) => `${to} is in ${friendlyName}`);
  });
}

export class Observer {
  constructor(lab) {
    this.lab = lab;
    this.watched = new Set(); // pages whose phones want to see
    this.wrongs = new Set();
    this.stopped = false;
  }

  start() {
    this.running = this.#look();
  }

  async stop() {
    this.stopped = true;
    await this.running;
  }

  /** A look that began after this was asked for. */
  async next() {
    const wanted = this.begun + 1;
    while (this.seen < wanted) await delay(50);
    return this.state;
  }

  begun = 0;

  seen = 0;

  async #look() {
    while (!this.stopped) {
      this.begun += 1;
      const state = await this.lab.state();
      state.live = state.calls.filter((call) => call.endTime === null);
      state.byCallSid = new Map(state.calls.map((call) => [call.sid, call]));
      this.state = state;
      this.seen = this.begun;
      for (const page of this.watched) {
        if (!page.closed) page.phone.look({ calls: state.byCallSid, live: state.live });
      }
      for (const wrong of wrongs(state)) this.wrongs.add(wrong);
      await delay(LOOK_MS);
    }
  }
}
