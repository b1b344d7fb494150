// Load by wrk, and how two programs compare under it.

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const script = join(dirname(fileURLToPath(import.meta.url)), 'load.lua');

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

// One second of load by default → {requests, seconds, rate, broken, refused}.
export async function load({ port, clients, requestFile, seconds = 1 }) {
  const { stdout } = await run('wrk', ['-t1', `-c${clients}`, `-d${seconds}s`, '-s', script,
    `http://127.0.0.1:${port}/`, '--', requestFile]);
  const result = JSON.parse(/^\{.*\}$/m.exec(stdout)[0]);
  return { ...result, rate: result.requests / result.seconds };
}

// What a process has used of a processor so far, in seconds.
function processorTime(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function measured(side, options) {
  const before = processorTime(side.pid);
  const result = await load({ ...options, requestFile: side.requestFile });
  if (result.broken || result.refused) {
    throw new Error(`${side.requestFile}: ${result.broken} broken, ${result.refused} refused`);
  }
  return { ...result, cpu: (processorTime(side.pid) - before) };
}

function summary(rounds) {
  const sum = (pick) => rounds.reduce((total, round) => total + pick(round), 0);
  return {
    rate: median(rounds.map((round) => round.rate)),
    cpuMicroseconds: sum((round) => round.cpu) / sum((round) => round.requests) * 1e6,
  };
}

// Alternating rounds of one and the other, so that what else the machine does meets both; the
// ratio is the median over the pairs. A side is {pid, requestFile}.
export async function compare(ours, reference, { port, clients, pairs }) {
  const rounds = { ours: [], reference: [] };
  for (let pair = 0; pair < pairs; pair++) {
    rounds.ours.push(await measured(ours, { port, clients }));
    rounds.reference.push(await measured(reference, { port, clients }));
  }
  const ratios = rounds.ours.map(({ rate }, pair) => rate / rounds.reference[pair].rate);
  return {
    ratio: median(ratios),
    lowest: Math.min(...ratios),
    highest: Math.max(...ratios),
    ours: summary(rounds.ours),
    reference: summary(rounds.reference),
  };
}
