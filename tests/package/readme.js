// What the README tells a person to type, and a terminal to type it into.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { repo } from '../groups.js';

function sectionOf(heading) {
  const text = readFileSync(join(repo, 'README.md'), 'utf8');
  const start = text.search(new RegExp(`^#+ ${heading}$`, 'm'));
  if (start < 0) throw new Error(`the README has no heading ${heading}`);
  return text.slice(text.indexOf('\n', start) + 1).split(/^#/m)[0];
}

/** The commands below a heading of the README, in order; what goes on in a next line is one. */
export function commandsOf(heading) {
  return [...sectionOf(heading).matchAll(/^ {4}(\S(?:.*\\\n)*.*)$/gm)]
    .map(([, command]) => command.replace(/\\\n\s*/g, ''));
}

/** How often the reader turns to something new: one for each "**1.**". */
export const stepsOf = (heading) => sectionOf(heading).match(/^\*\*\d\.\*\*/gm).length;

/**
 * Runs commands one after the other in one shell at a terminal, and types an answer whenever one is
 * asked for; the first that fails is the last. `terminal` is a process that is a terminal.
 * → what stood on the screen, and how long each command took: [{command, seconds}].
 */
export function typeInto(terminal, commands, answers) {
  let screen = '';
  let seen = 0;
  const times = [];
  const mark = (text) => {
    for (const [, index] of text.matchAll(/@@(\d+)@@/g)) {
      times.push({ command: commands[index], began: Date.now() });
    }
  };
  terminal.stdout.on('data', (chunk) => {
    screen += chunk;
    mark(String(chunk));
    for (const [question, answer] of answers) {
      const at = screen.slice(seen).search(question);
      if (at < 0) continue;
      seen = screen.length;
      terminal.stdin.write(`${answer}\n`);
    }
  });
  return new Promise((done, failed) => {
    terminal.once('error', failed);
    terminal.once('close', (status) => {
      const ends = [...times.slice(1).map(({ began }) => began), Date.now()];
      done({ status, screen, times: times.map(({ command, began }, i) =>
        ({ command, seconds: (ends[i] - began) / 1000 })) });
    });
  });
}

/** A script of the commands that says before each which it is. */
export const scriptOf = (commands) =>
  commands.map((command, index) => `echo "@@${index}@@"\n${command}\n`).join('');
