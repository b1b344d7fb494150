// A program that is killed between two of its requests to Twilio.

import { direct } from './direct.js';
import { isCgi, until } from './lib.js';

/**
 * Asks the first set's program past the web server, and kills it when Twilio has carried out
 * request number `n`.
 * @returns {Promise<boolean>} false: it asked Twilio less often, and has answered
 */
export async function killAt(lab, program, n, { variables, body }) {
  const { id } = await lab.fault({ skip: n, action: 'hang', apply: 'after' });
  let child;
  let answer;
  const asked = direct(lab.stack, program, variables, body, (process) => { child = process; })
    .then((given) => { answer = given; }, () => { answer = {}; });
  await until('the request', async () => {
    const { faults } = await lab.control('faults');
    return answer || faults.find((fault) => fault.id === id).remaining === 0;
  });
  const reached = !answer;
  if (isCgi) child.kill('SIGKILL');
  else await lab.stack.restartProgram(program, 'SIGKILL');
  await asked;
  await lab.clearFaults();
  return reached;
}
