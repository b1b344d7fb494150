// Says in one line why this machine can't boot a second system; nothing if it can.

import { whyNotBoot } from './debian.js';

const whyNot = whyNotBoot();
if (whyNot) console.log(whyNot);
