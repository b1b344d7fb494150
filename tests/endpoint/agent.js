// An agent without a browser: does to our programs and to TaskRouter what the page does, while a
// virtual softphone of the stand-in answers the calls.

import assert from 'node:assert/strict';

import { POLL_MS, until } from './lib.js';

// For so long a page insists on what Twilio doesn't show yet.
const PATIENCE_MS = 15_000;
// As session hands them out with the addresses.
const OVERRIDES = '#rc=4&rp=ct,rt,5xx&ct=2000&rt=5000';

export class Agent {
  constructor(lab, name) {
    this.lab = lab;
    this.name = name;
    this.passes = new Map(); // by Task
    this.heard = new Map(); // Task → when this page has heard of it
  }

  get worker() {
    return this.lab.workers.get(this.name);
  }

  get sid() {
    return this.worker.sid;
  }

  get contactUri() {
    return this.worker.attributes.contact_uri;
  }

  get identity() {
    return this.contactUri.slice('client:'.length);
  }

  phone(behaviour = 'answer', more = {}) {
    return this.lab.control('softphone', { identity: this.identity, behaviour, ...more });
  }

  noPhone() {
    return this.lab.control(`softphone?identity=${this.identity}`, undefined, 'DELETE');
  }

  ask(program, options) {
    return this.lab.page(this.name, program, options);
  }

  post(program, body) {
    return this.ask(program, { body });
  }

  /** As the page (call-requests.js): for how many milliseconds it has known of a Task. */
  since(taskSid) {
    const at = this.heard.get(taskSid);
    return { taskSid, ...(at ? { heard: String(Date.now() - at) } : {}) };
  }

  /** As the page (insist.js): what Twilio doesn't show yet is asked again. */
  async insist(request, again = [503]) {
    let answer;
    await until(`an answer for ${this.name}`, async () => {
      answer = await request();
      return !again.includes(answer.status);
    }, PATIENCE_MS, POLL_MS).catch(() => {}); // the last answer says why
    return answer;
  }

  /** About a Task that this page knows. */
  tell(program, taskSid, more = {}) {
    return this.insist(() => this.post(program, { ...this.since(taskSid), ...more }));
  }

  /** What `call-state` says, of one Task or of whatever is open. */
  async state(taskSid) {
    const query = () =>
      `?${new URLSearchParams({ legs: 1, ...(taskSid ? this.since(taskSid) : {}) })}`;
    // Also where a busy machine has kept Twilio from answering in time.
    const answer =
      await this.insist(() => this.ask('call-state', { query: query() }), [503, 504]);
    assert.equal(answer.status, 200, answer.body);
    this.keep(answer.data);
    return answer.data;
  }

  /** As the page: what admits this agent's leg is kept until it is needed. */
  keep({ taskSid, pass }) {
    if (taskSid && !this.heard.has(taskSid)) this.heard.set(taskSid, Date.now());
    if (pass) this.passes.set(taskSid, pass);
  }

  until(state, taskSid, ms) {
    return until(`${this.name} ${state}`, async () => {
      const now = await this.state(taskSid);
      return now.state === state && now;
    }, ms, POLL_MS);
  }

  async createTask(to, more = {}) {
    const answer = await this.post('create-task', { to, ...more });
    if (answer.status === 201) this.keep(answer.data);
    return answer;
  }

  /** Issues reservation.call for a Task of ours, as the page does. */
  async accept(taskSid, { from, url, pass = this.passes.get(taskSid), timeout = 15,
    legEnded = true, overrides = OVERRIDES }) {
    const reservation = await until(`${this.name}'s Reservation`, async () => {
      const { body } = await this.lab.rest(`Tasks/${taskSid}/Reservations`);
      return body.reservations?.find((one) => one.reservation_status === 'pending');
    });
    const base = this.lab.config.DIALPAD_PUBLIC_URL;
    const admitted = pass === undefined ? '' : `&pass=${pass}`;
    return this.lab.rest(`Tasks/${taskSid}/Reservations/${reservation.sid}`, {
      Instruction: 'call',
      CallFrom: from,
      CallUrl: `${base}/${url}${admitted}${overrides}`,
      CallAccept: 'true',
      CallTimeout: String(timeout),
      ...(legEnded ? {
        CallStatusCallbackUrl: `${base}/status-callback?taskSid=${taskSid}${admitted}${overrides}`,
      } : {}),
    });
  }

  /** Presses Call and lets the own softphone join; gives T1's SID. */
  async call(other, { note, ...options } = {}) {
    const created = await this.createTask(other.sid, { note });
    assert.equal(created.status, 201, created.body);
    const { taskSid } = created.data;
    await this.joinOwn(taskSid, options);
    return taskSid;
  }

  async joinOwn(taskSid, options = {}) {
    const accepted = await this.accept(taskSid, {
      from: this.contactUri, url: `caller-twiml?taskSid=${taskSid}`, ...options,
    });
    assert.equal(accepted.status, 200, JSON.stringify(accepted.body));
  }

  /** Waits until it rings here; gives K's SID. */
  async rings() {
    await until(`a Reservation of ${this.name}`, async () => {
      const { reservations } = await this.lab.state();
      return reservations.some(({ worker_sid: worker, reservation_status: status }) =>
        worker === this.sid && status === 'pending');
    });
    return (await this.until('ringing')).taskSid;
  }

  /** Presses Answer on the call that rings; gives K's SID. */
  async answer(options = {}) {
    const taskSid = await this.rings();
    // As TaskRouter tells a page.
    const { attributes: { from, conferenceSid } } = await this.lab.task(taskSid);
    const accepted = await this.accept(taskSid, {
      from, url: `callee-twiml?conferenceName=${conferenceSid}`, ...options,
    });
    assert.equal(accepted.status, 200, JSON.stringify(accepted.body));
    return taskSid;
  }

  endCall(taskSid, reason = 'hangup') {
    return this.tell('end-call', taskSid, { reason });
  }

  decline(taskSid, reply) {
    return this.tell('cleanup-rejected-task', taskSid, { reply });
  }

  hold(taskSid, hold) {
    return this.tell('hold-participant', taskSid, { hold });
  }

  hangUp() {
    return this.lab.control('softphone/hangup', { identity: this.identity });
  }

  /** What the page does with its wrapping Task. */
  async wrapUp(taskSid) {
    return this.lab.rest(`Tasks/${taskSid}`, { AssignmentStatus: 'completed', Reason: 'done' });
  }
}

/** Two agents with softphones. */
export async function pair(lab, callerName = 'alice', calleeName = 'bob') {
  const caller = new Agent(lab, callerName);
  const callee = new Agent(lab, calleeName);
  await Promise.all([caller.phone(), callee.phone()]);
  return { caller, callee };
}

/** A call up to where the callee's page rings → {caller, callee, t1, k}. */
export async function ring(lab, callerName, calleeName, options) {
  const agents = await pair(lab, callerName, calleeName);
  const t1 = await agents.caller.call(agents.callee, options);
  const k = await agents.callee.rings();
  return { ...agents, t1, k };
}

/** A call in which both are → {caller, callee, t1, k}. */
export async function connect(lab, callerName, calleeName, options) {
  const call = await ring(lab, callerName, calleeName, options);
  await call.callee.answer(options);
  await call.caller.until('connected', call.t1);
  return call;
}

/** Both Tasks are closed with this outcome, and both agents are told so. */
export async function expectEnded({ caller, callee, t1, k }, outcome) {
  for (const [agent, taskSid] of [[caller, t1], [callee, k]]) {
    if (!taskSid) continue;
    const { state, outcome: said } = await agent.until('ended', taskSid);
    assert.deepEqual({ agent: agent.name, state, said },
      { agent: agent.name, state: 'ended', said: outcome });
  }
}

/** The live Tasks that were made for the callee of this T1. */
export async function calleeTasks(lab, t1) {
  const { tasks } = await lab.state();
  return tasks.filter((task) => task.attributes.conferenceSid === t1);
}
