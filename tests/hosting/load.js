// Asks every program again and again, several requests at a time over connections that are kept,
// and counts what fails: no answer, or one that says that the server couldn't.

import https from 'node:https';

import { Lab, PROGRAMS, randomSid } from '../endpoint/lib.js';

// So many requests a program has in hand at most.
export const AT_ONCE = 2;

const task = randomSid('WT');
const BODIES = {
  'create-task': { to: randomSid('WK') },
  'hold-participant': { taskSid: task, hold: true },
};
const QUERIES = {
  'caller-twiml': `?taskSid=${task}`,
  'callee-twiml': `?conferenceName=${task}`,
  ringback: `?taskSid=${task}`,
  'status-callback': `?taskSid=${task}`,
};

// One request of each program, whatever its answer is, as options of https.request.
function requestOf(lab, program) {
  const { kind, method } = PROGRAMS[program] ?? { kind: 'page', method: 'POST' };
  const path = `/cgi-bin/${program}${QUERIES[program] ?? ''}`;
  if (kind === 'session') return { method, path: `/alice${path}` };
  if (kind === 'twilio') {
    const url = `${lab.config.DIALPAD_PUBLIC_URL}/${program}${QUERIES[program]}`;
    return { method: 'GET', path, headers: { 'X-Twilio-Signature': lab.sign(url) } };
  }
  if (kind === 'open') return { method, path };
  const body = method === 'POST'
    && JSON.stringify(BODIES[program] ?? { taskSid: task, reason: 'hangup' });
  return {
    method, path, body,
    headers: {
      'X-Dialpad-Token': lab.token('alice'),
      ...(body ? { 'Content-Type': 'application/json', 'Content-Length': body.length } : {}),
    },
  };
}

function ask(agent, stack, { body, ...options }) {
  return new Promise((done) => {
    const request = https.request({
      host: '127.0.0.1', servername: 'localhost', port: stack.port, ca: stack.ca, agent, ...options,
    }, (response) => {
      response.resume();
      response.once('end', () => done(response.statusCode));
      response.once('error', (error) => done(error.message));
    });
    request.once('error', (error) => done(error.message));
    request.end(body || undefined);
  });
}

export class Load {
  constructor(stack) {
    this.stack = stack;
    this.lab = new Lab(stack);
    this.agent = new https.Agent({ keepAlive: true });
    this.answers = 0;
    this.failures = [];
    this.stopped = false;
  }

  async start(programs) {
    await this.lab.loadWorkers();
    this.workers = Array.from({ length: AT_ONCE }, () => programs).flat()
      .map((program) => this.askAgainAndAgain(program));
  }

  async askAgainAndAgain(program) {
    while (!this.stopped) {
      const status = await ask(this.agent, this.stack, requestOf(this.lab, program));
      this.answers += 1;
      if (typeof status !== 'number' || status >= 500) this.failures.push(`${program}: ${status}`);
    }
  }

  async stop() {
    this.stopped = true;
    await Promise.all(this.workers);
    this.agent.destroy();
  }
}
