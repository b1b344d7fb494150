// What the page's modules say in these tests; in a browser language.js loads the words.

import { readFileSync } from 'node:fs';

import { speak } from '../../www/js/strings.js';

speak('en', JSON.parse(readFileSync(new URL('../../www/i18n/en.json', import.meta.url), 'utf8')));
