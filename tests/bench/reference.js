// The reference's own steps, one after another as its plugin and its Functions take them, against
// the same stand-in: what a call costs that is set up without looking at anything twice.
//
// Its plugin creates the Task and issues reservation.call, the Function that is told of the join
// reads the Call and the Task and creates the colleague's. Functions are taken to be as far from
// Twilio as our programs are, warm, and without any time of their own. What TaskRouter and Voice
// push costs nothing: it is read from the stand-in, which no latency holds back.

import http from 'node:http';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

import { rest, sandbox } from '../e2e/lib.js';

const LOOK_MS = 3;
const PATIENCE_MS = 15_000;

const conferenceFor = (task, callback) => `<?xml version="1.0" encoding="UTF-8"?>
<Response><Dial><Conference endConferenceOnExit="true" beep="false"${callback
  ? ` statusCallback="${callback}" statusCallbackEvent="join"` : ''}>${task}</Conference></Dial></Response>`;

export class Reference {
  /** Two names of agents that have no page open. */
  constructor(stack, caller, callee) {
    Object.assign(this, { stack, caller, callee });
    this.errors = [];
  }

  async open() {
    const { workers } = await sandbox(this.stack, 'state');
    this.workerOf = new Map(workers.map((worker) => [worker.name, worker]));
    for (const name of [this.caller, this.callee]) await this.#phone(name);
    this.server = http.createServer((request, response) => {
      this.#function(request, response).catch((error) => {
        this.errors.push(error);
        response.writeHead(500).end();
      });
    });
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    this.functions = `http://127.0.0.1:${this.server.address().port}`;
    const { TWILIO_FLEX_WORKSPACE_SID: workspace } = this.stack.config;
    this.tasks = `/v1/Workspaces/${workspace}/Tasks`;
  }

  #phone(identity) {
    return sandbox(this.stack, 'softphone', { method: 'POST', body: { identity } });
  }

  async #function(request, response) {
    const { pathname, searchParams } = new URL(request.url, this.functions);
    const form = new URLSearchParams(Buffer.concat(await request.toArray()).toString());
    const task = searchParams.get('task');
    if (pathname === '/joined') {
      response.writeHead(200).end();
      // The first one to join is the caller.
      if (!this.colleague) await this.#inviteColleague(task, form.get('CallSid'));
      return;
    }
    const callback = pathname === '/outbound-join' && `${this.functions}/joined?task=${task}`;
    response.writeHead(200, { 'Content-Type': 'text/xml' }).end(conferenceFor(task, callback));
  }

  async #inviteColleague(taskSid, callSid) {
    const { TWILIO_ACCOUNT_SID: account } = this.stack.config;
    this.colleague = 'invited';
    await rest(this.stack, `/2010-04-01/Accounts/${account}/Calls/${callSid}.json`);
    const { attributes } = await rest(this.stack, `${this.tasks}/${taskSid}`);
    const { to } = JSON.parse(attributes);
    this.colleague = (await this.#createTask(this.callee, { targetWorker: to })).sid;
  }

  #createTask(worker, attributes) {
    return rest(this.stack, this.tasks, {
      WorkflowSid: this.stack.config.TWILIO_FLEX_INTERNAL_CALL_WORKFLOW_SID,
      TaskChannel: 'voice',
      Attributes: JSON.stringify(attributes),
      RoutingTarget: this.workerOf.get(worker).sid,
      IgnoreCapacity: 'true',
    });
  }

  async #sees(what) {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const found = what(await sandbox(this.stack, 'state'));
      if (found) return found;
      if (this.errors.length > 0) throw this.errors[0];
      if (Date.now() > deadline) throw new Error(`the reference waits in vain: ${what}`);
      await delay(LOOK_MS);
    }
  }

  #reservation(of) {
    return this.#sees(({ reservations }) => reservations.find((one) =>
      one.task_sid === of() && one.reservation_status === 'pending'));
  }

  async #accept({ task_sid: task, sid }, path, conference) {
    await rest(this.stack, `${this.tasks}/${task}/Reservations/${sid}`, {
      Instruction: 'call',
      CallFrom: `client:${this.caller}`,
      CallUrl: `${this.functions}/${path}?task=${conference}`,
      CallAccept: 'true',
    });
  }

  #conference({ conferences }, task) {
    return conferences.find(({ friendlyName }) => friendlyName === task);
  }

  /** One call → {ring, answer, end} in milliseconds. */
  async call() {
    this.colleague = null;
    const address = (name) => `client:${name}`;
    let began = performance.now();
    const { sid } = await this.#createTask(this.caller,
      { targetWorker: address(this.caller), to: address(this.callee) });
    await this.#accept(await this.#reservation(() => sid), 'outbound-join', sid);
    const rung = await this.#reservation(() => this.colleague);
    const ring = performance.now() - began;

    began = performance.now();
    await this.#accept(rung, 'join', sid);
    await this.#sees((state) => this.#conference(state, sid)?.participants.length === 2);
    const answer = performance.now() - began;

    began = performance.now();
    await sandbox(this.stack, 'softphone/hangup',
      { method: 'POST', body: { identity: this.callee } });
    await this.#sees((state) => this.#conference(state, sid).status === 'completed');
    const end = performance.now() - began;
    for (const task of [sid, rung.task_sid]) {
      await rest(this.stack, `${this.tasks}/${task}`,
        { AssignmentStatus: 'completed', Reason: 'done' });
    }
    return { ring, answer, end };
  }

  close() {
    this.server?.close();
  }
}
