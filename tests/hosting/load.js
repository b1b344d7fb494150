// Asks every program again and again, several requests at a time over connections that are kept,
// and counts what fails: no answer, or one that says that the server couldn't. Some of the requests
// are slow, because Twilio takes its time: a program that ends has them in hand.

import https from 'node:https';

import { Lab, PROGRAMS, randomSid } from '../endpoint/lib.js';

const TASK = randomSid('WT');
// Whatever is asked about this Task, Twilio is slow to answer; and so it is about this agent.
const SLOW_TASK = randomSid('WT');
const SLOW_AGENT = 'bob';
const SLOW_MS = 100;
// Those who ask Twilio nothing, or nothing that a Task or an agent could be told by.
const NEVER_SLOW = new Set(
  ['list-agents', 'create-task', 'health', 'caller-twiml', 'callee-twiml']
);

const BODIES = {
  'create-task': () => ({ to: randomSid('WK') }),
  'hold-participant': (taskSid) => ({ taskSid, hold: true }),
};
const LEG = { CallSid: randomSid('CA'), From: 'client:alice', To: 'client:alice' };
const QUERIES = {
  'call-state': (taskSid) => `?taskSid=${taskSid}`,
  'caller-twiml': (taskSid, lab) =>
    `?taskSid=${taskSid}&pass=${lab.pass('caller', taskSid, LEG.To)}&${new URLSearchParams(LEG)}`,
  'callee-twiml': (taskSid, lab) =>
    `?conferenceName=${taskSid}&pass=${lab.pass('callee', taskSid, LEG.To)}`
      + `&${new URLSearchParams(LEG)}`,
  ringback: (taskSid, lab) => lab.waiting(taskSid, '&round=1'),
  // Of a Conference, because the Task of a leg that has ended would be looked for until time is up.
  'status-callback': (taskSid, lab) => `?${new URLSearchParams({
    StatusCallbackEvent: 'conference-end', FriendlyName: lab.room(taskSid),
    ConferenceSid: randomSid('CF'), AccountSid: lab.config.TWILIO_ACCOUNT_SID,
  })}`,
};

const agentOf = (taskSid) => (taskSid === SLOW_TASK ? SLOW_AGENT : 'alice');

// One request of each program, whatever its answer is, as options of https.request.
function requestOf(lab, program, taskSid) {
  const { kind, method } = PROGRAMS[program] ?? { kind: 'page', method: 'POST' };
  const query = QUERIES[program]?.(taskSid, lab) ?? '';
  const path = `/cgi-bin/${program}${query}`;
  if (kind === 'session') return { method, path: `/${agentOf(taskSid)}${path}` };
  if (kind === 'twilio') {
    const url = `${lab.config.DIALPAD_PUBLIC_URL}/${program}${query}`;
    return { method: 'GET', path, headers: { 'X-Twilio-Signature': lab.sign(url) } };
  }
  if (kind === 'open') return { method, path };
  const headers = { 'X-Dialpad-Token': lab.token('alice') };
  if (method !== 'POST') return { method, path, headers };
  const body = JSON.stringify(BODIES[program]?.(taskSid) ?? { taskSid, reason: 'hangup' });
  return {
    method, path, body,
    headers: { ...headers, 'Content-Type': 'application/json', 'Content-Length': body.length },
  };
}

function ask(agent, stack, { body, ...options }) {
  return new Promise((done) => {
    const request = https.request({
      host: '127.0.0.1', servername: 'localhost', port: stack.port, ca: stack.ca, agent, ...options,
    }, (response) => {
      let text = '';
      response.on('data', (part) => { text += part; });
      response.once('end', () => done({ status: response.statusCode, text }));
      response.once('error', (error) => done({ text: error.message }));
    });
    request.once('error', (error) => done({ text: error.message }));
    request.end(body || undefined);
  });
}

export class Load {
  // So many requests each program has in hand, and so many slow ones more, if it can have them.
  constructor(stack, { atOnce, slow = 0 }) {
    Object.assign(this, { stack, atOnce, slow });
    this.lab = new Lab(stack);
    this.agent = new https.Agent({ keepAlive: true });
    this.answers = 0;
    this.inHand = new Map(); // program → its slow requests that wait for an answer
    this.failures = [];
    this.stopped = false;
  }

  async start(programs) {
    const { lab } = this;
    await lab.loadWorkers();
    await lab.fault({ match: { path: `${SLOW_TASK}|${lab.workers.get(SLOW_AGENT).sid}` },
      action: 'delay', ms: SLOW_MS, times: 1e9 });
    const times = (count, begin) => Array.from({ length: count }, begin);
    this.workers = programs.flatMap((program) => [
      ...times(this.atOnce, () => this.askAgainAndAgain(program, TASK)),
      ...times(NEVER_SLOW.has(program) ? 0 : this.slow,
        () => this.askAgainAndAgain(program, SLOW_TASK)),
    ]);
  }

  async askAgainAndAgain(program, taskSid) {
    const count = (change) => taskSid === SLOW_TASK
      && this.inHand.set(program, (this.inHand.get(program) ?? 0) + change);
    while (!this.stopped) {
      count(1);
      const started = Date.now();
      const { status, text } = await ask(this.agent, this.stack,
        requestOf(this.lab, program, taskSid));
      count(-1);
      this.answers += 1;
      if (status === undefined || status >= 500) {
        const ms = Date.now() - started;
        this.failures.push(`${program}: ${status ?? 'no answer'} after ${ms} ms: ${text}`);
      }
    }
  }

  // How many slow requests are in this program's hands, or on their way.
  slowOnes(program) {
    return this.inHand.get(program) ?? 0;
  }

  async stop() {
    this.stopped = true;
    await Promise.all(this.workers);
    this.agent.destroy();
  }
}
