// `make bench`: what the programs cost, beside what was wanted. A benchmark, not a test: its exit
// status says nothing about the figures. Rates depend on the machine and on what else it does, so
// they are compared within one run, round by round; memory and times are as they come.

import { execFile } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

import { until } from '../stack/system.js';
import { compare, load } from './load.js';
import { AGENTS, Place } from './place.js';
import { Report } from './report.js';
import { cgiVariables, send, writeForWrk } from './wire.js';

const run = promisify(execFile);

const CLIENTS = [8, 50, 200];
const PAIRS = 9;
const CGI_RUNS = 200;
const CALLS = 7;
const CGI_CALLS = 3;
// As they grow while an agent types, and one that nobody has.
const TEXTS = ['a', 'an', 'mar', 'garcia', 'lukasz kow', 'zzzz'];
const TASK = `WT${'7'.repeat(32)}`;

// Programs that never speak to Twilio never load libcurl and stay small. Neither does one that is
// plain CGI and answers from the directory's snapshot.
const SNAPSHOT_TIMES = 1.5; // as long as caller-twiml, at most
const SMALL = { programs: ['caller-twiml', 'callee-twiml'], megabytes: 6, milliseconds: 3 };
const REST = { megabytes: 14, milliseconds: 6 };

const callerTwiml = (wire) =>
  wire.fromTwilio('caller-twiml', `taskSid=${TASK}&pass=${wire.pass('caller', TASK)}`);
const listAgents = (wire, texts) =>
  texts.map((text) => wire.get('list-agents', `q=${encodeURIComponent(text)}`));

// About a Task that isn't there, which each program asks Twilio for before it says so.
const restRequests = (wire) => ({
  session: wire.post('session', {}),
  'create-task': wire.post('create-task', { to: `WK${'7'.repeat(32)}` }),
  'call-state': wire.get('call-state', `taskSid=${TASK}`),
  'hold-participant': wire.post('hold-participant', { taskSid: TASK, hold: true }),
  'cleanup-rejected-task': wire.post('cleanup-rejected-task', { taskSid: TASK }),
  'end-call': wire.post('end-call', { taskSid: TASK, reason: 'hangup' }),
  ringback: wire.fromTwilio('ringback', `taskSid=${TASK}&round=1`),
  'status-callback': wire.fromTwilio('status-callback', `taskSid=${TASK}`,
    { CallStatus: 'completed' }),
});

function fileFor(place, name, requests) {
  const file = place.file(`${name}.lua`);
  writeForWrk(file, requests);
  return file;
}

// The same requests to a program and to the responder that ignores them, or that answers each with
// as many bytes.
async function compareWithEmpty(place, program, requests,
  { clientCounts = CLIENTS, asLong = false } = {}) {
  const references = [];
  for (const request of requests) {
    const { status, body } = await send(place.port, request);
    if (status !== 200) throw new Error(`${program}: ${status} ${body}`);
    references.push({ ...request, path: asLong
      ? `/cgi-bin/empty?bytes=${Buffer.byteLength(body)}`
      : request.path.replace(`/cgi-bin/${program}`, '/cgi-bin/empty') });
  }
  const ours = { pid: place.pid(program), requestFile: fileFor(place, program, requests) };
  const reference = {
    pid: place.empty.pid,
    requestFile: fileFor(place, `${program}-empty`, references),
  };
  const results = [];
  for (const clients of clientCounts) {
    const { port } = place;
    results.push({ clients, ...await compare(ours, reference, { port, clients, pairs: PAIRS }) });
    place.clearLog(program);
  }
  return results;
}

function reportRatios(report, results, wanted, note = '') {
  for (const { clients, ratio, lowest, highest, ours, reference } of results) {
    report.line(`${clients} clients`, ratio.toFixed(2), `>= ${wanted}${note}`, ratio >= wanted,
      `${Math.round(ours.rate)} of ${Math.round(reference.rate)}/s, pairs `
      + `${lowest.toFixed(2)} to ${highest.toFixed(2)}, processor time `
      + `${ours.cpuMicroseconds.toFixed(1)} and ${reference.cpuMicroseconds.toFixed(1)} us`);
  }
}

async function benchSigned(place, report) {
  report.heading('Requests/s of a signed POST to caller-twiml, of an empty responder\'s');
  const results = await compareWithEmpty(place, 'caller-twiml', [callerTwiml(place.wire)]);
  reportRatios(report, results, 0.95, ', hoped 1.05');
}

async function benchListAgents(place, report) {
  report.heading(`Requests/s of list-agents?q= among ${AGENTS} agents, of those of a stock `
    + 'responder that sends as many bytes');
  const { wire } = place;
  const typed = await compareWithEmpty(place, 'list-agents', listAgents(wire, TEXTS),
    { asLong: true });
  reportRatios(report, typed, 0.8);
  const untyped = await compareWithEmpty(place, 'list-agents', listAgents(wire, ['']),
    { clientCounts: [8], asLong: true });
  reportRatios(report, untyped, 0.8, ', nothing typed');
  const { stdout } = await run(join(place.stack.buildDir, 'bench/bench_directory'));
  const times = [...stdout.matchAll(/for "(.*)": .* ([\d.]+) us$/gm)]
    .map(([, text, us]) => ({ text, ms: Number(us) / 1000 }));
  const slowest = times.reduce((worst, time) => (time.ms > worst.ms ? time : worst));
  report.below('the search itself', slowest.ms, 0.1, 'ms',
    `for "${slowest.text}", the slowest of ${times.length} texts`);
}

// Each program that speaks REST gets a second of requests that make it ask Twilio.
async function benchRest(place, report) {
  report.heading('TLS handshakes with Twilio, certificates verified');
  const { requests, tlsHandshakes } = await place.control('GET', 'stats');
  const programs = Object.entries(restRequests(place.wire));
  for (const [program, request] of programs) {
    await load({ port: place.port, clients: 8, requestFile: fileFor(place, program, [request]) });
  }
  const after = await place.control('GET', 'stats');
  const asked = after.requests - requests;
  const handshakes = after.tlsHandshakes - tlsHandshakes;
  // Every thread that serves, and the one that refreshes the agent directory in the background.
  const threads = programs.length * Number(place.stack.config.DIALPAD_THREADS) + 1;
  report.line('handshakes per 1,000 requests', (handshakes / asked * 1000).toFixed(1),
    'one per thread and host', handshakes <= threads,
    `${handshakes} for ${asked} requests by ${threads} threads in ${programs.length} programs`);
}

function memoryOf(pid) {
  const megabytes = (file, name) => {
    try {
      const found = new RegExp(`^${name}:\\s*(\\d+) kB`, 'm').exec(readFileSync(file, 'utf8'));
      return Number(found[1]) / 1024;
    } catch {
      return NaN;
    }
  };
  return {
    resident: megabytes(`/proc/${pid}/status`, 'VmRSS'),
    proportional: megabytes(`/proc/${pid}/smaps_rollup`, 'Pss'),
  };
}

// A refresh of the agent directory needs megabytes for a second and gives them back.
async function settledMemory(pid) {
  let before = memoryOf(pid);
  for (let tries = 0; tries < 20; tries++) {
    await delay(100);
    const now = memoryOf(pid);
    if (now.resident === before.resident) return now;
    before = now;
  }
  return before;
}

async function benchMemory(place, report) {
  report.heading('Resident memory after load');
  const { wire, port } = place;
  const others = {
    'callee-twiml': wire.fromTwilio('callee-twiml',
      `conferenceName=${TASK}&pass=${wire.pass('callee', TASK)}`),
    health: wire.get('health', 'deep=1'),
  };
  for (const [program, request] of Object.entries(others)) {
    await load({ port, clients: 8, requestFile: fileFor(place, program, [request]) });
  }
  for (const program of place.stack.names) {
    const { resident, proportional } = await settledMemory(place.pid(program));
    const limit = SMALL.programs.includes(program) ? SMALL.megabytes : REST.megabytes;
    report.below(program, resident, limit, 'MB', 'its share of shared pages counted: '
      + `${proportional.toFixed(1)} MB`);
  }
}

// Asks until the program has made a new snapshot, so that none is made while others are timed.
async function refreshDirectory(place) {
  const snapshot = () => {
    const file = join(place.stack.config.DIALPAD_STATE_DIR,
      `directory-${place.stack.secrets.workspaceSid}.snapshot`);
    return existsSync(file) ? statSync(file).mtimeMs : 0;
  };
  const before = snapshot();
  await until('a new snapshot', async () => {
    await send(place.port, place.wire.get('list-agents', 'q=a'));
    return snapshot() > before;
  });
}

async function spawnTime(place, input, program, env) {
  const { buildDir, dir } = place.stack;
  const { stdout } = await run(join(buildDir, 'bench/spawn-time'),
    [String(CGI_RUNS), input, program], { env, cwd: dir });
  const [took, processor] = stdout.split(' ').map(Number);
  return { took, processor };
}

async function timeCgi(place, request) {
  const { buildDir, dir, sets } = place.stack;
  const program = join(buildDir, 'cgi-bin', request.program);
  const input = place.file('input');
  writeFileSync(input, request.body);
  const env = { ...sets[0].env, ...cgiVariables(request) };
  const once = await run('sh', ['-c', '"$0" <"$1"', program, input], { env, cwd: dir });
  if (!once.stdout.startsWith('Status: 200 ')) throw new Error(`${program}: ${once.stdout}`);
  return spawnTime(place, input, program, env);
}

async function benchCgi(place, report) {
  report.heading(`A plain CGI answer, from the start of its process to the end (of ${CGI_RUNS})`);
  const time = async (request, limit, note = '') => {
    const { took, processor } = await timeCgi(place, request);
    report.below(request.program, took, limit, 'ms',
      `processor time ${processor.toFixed(2)} ms${note}`);
    return took;
  };
  const { wire } = place;
  const twiml = await time(callerTwiml(wire), SMALL.milliseconds);
  await time(wire.get('health', ''), REST.milliseconds);
  await refreshDirectory(place);
  const list = await time(listAgents(wire, ['an'])[0], REST.milliseconds, ', from the snapshot');
  report.line('list-agents / caller-twiml', (list / twiml).toFixed(2), `<= ${SNAPSHOT_TIMES}`,
    list / twiml <= SNAPSHOT_TIMES);
  const nothing = await spawnTime(place, '/dev/null', '/bin/true', {});
  report.line('true(1), to compare', `${nothing.took.toFixed(2)} ms`, '', null,
    `processor time ${nothing.processor.toFixed(2)} ms: as busy is this machine`);
}

// What was wanted at 200 ms a request, warm, and what each phase may take besides its requests.
const WANTED_MS = { ring: 1350, answer: 1000, end: 900 };
const FAR_MS = 200;
const PHASES = {
  ring: 'Call pressed, the other rings',
  answer: 'answered, both are in',
  end: 'hung up, the other page knows',
};

function reportCalls(report, { latency, ...kinds }) {
  report.heading(`Milliseconds of a call, Twilio ${latency} ms away`);
  for (const [kind, times] of Object.entries(kinds)) {
    for (const [phase, what] of Object.entries(PHASES)) {
      const wanted = kind === 'warm' && latency === FAR_MS ? WANTED_MS[phase] : null;
      report.line(`${kind}: ${what}`, times[phase].toFixed(0), wanted ? `<= ${wanted}` : '',
        wanted && times[phase] <= wanted);
    }
  }
}

// The only figures that need browsers, which not every machine has.
async function benchCalls(_place, report) {
  const { timeCalls } = await import('./call-time.js');
  await timeCalls('fastcgi', CALLS, (times) => reportCalls(report, times));
  await timeCalls('cgi', CGI_CALLS, (times) => reportCalls(report, times));
}

const report = new Report();
const place = new Place();

// What can't be measured keeps nothing else from being measured.
async function step(measure) {
  try {
    await measure(place, report);
  } catch (error) {
    report.line('not measured', '-', '', false, error.message);
  }
}

async function fullDirectory() {
  await place.fillDirectory();
  await refreshDirectory(place);
}

// `make bench BENCH='agents cgi'` measures only these.
const IN_PLACE = {
  signed: benchSigned,
  agents: benchListAgents,
  rest: benchRest,
  memory: benchMemory,
  cgi: benchCgi,
};
const named = process.argv.slice(2);
const isWanted = (name) => named.length === 0 || named.includes(name);

try {
  if (Object.keys(IN_PLACE).some(isWanted)) await place.open();
  let full = false;
  for (const [name, measure] of Object.entries(IN_PLACE).filter(([each]) => isWanted(each))) {
    if (name !== 'signed' && !full) await fullDirectory();
    full = full || name !== 'signed';
    await step(measure);
  }
} finally {
  await place.close();
}
if (isWanted('calls')) await step(benchCalls);
report.end();
