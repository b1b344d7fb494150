// The version of Flex that is tried, as install-deps has brought it.

import { fileURLToPath } from 'node:url';

const folder = new URL('../node_modules/.flex-ui/', import.meta.url);

export const flexUi = fileURLToPath(new URL('flex.js', folder));
