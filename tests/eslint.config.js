// What `make lint` asks of our JavaScript: short and simple functions, and one hand. The rules of
// form are, but for the length of a line, those that it can mend itself:
//
//   tests/node_modules/.bin/eslint --config tests/eslint.config.js --fix tests tools www

import { builtinRules } from 'eslint/use-at-your-own-risk';
import stylistic from '@stylistic/eslint-plugin';
import globals from 'globals';

const isSuite = (node) =>
  node.parent?.type === 'CallExpression' && node.parent.callee.name === 'describe';

// The body of a suite is a list of tests, each of which is measured for itself.
const measured = builtinRules.get('max-lines-per-function');
const linesOfFunction = {
  meta: measured.meta,
  create: (context) => measured.create(Object.create(context, {
    report: { value: (found) => isSuite(found.node) || context.report(found) },
  })),
};

const SUBSTANCE = {
  'local/lines-of-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
  complexity: ['error', 10],
  eqeqeq: 'error',
  'no-undef': 'error',
  'no-unused-vars': ['error', { ignoreRestSiblings: true }],
  'no-var': 'error',
  'prefer-const': 'error',
};

const FORM = {
  'array-bracket-spacing': 'error',
  'arrow-parens': 'error',
  'arrow-spacing': 'error',
  'block-spacing': 'error',
  'brace-style': ['error', '1tbs', { allowSingleLine: true }],
  'comma-dangle': ['error', {
    arrays: 'only-multiline', objects: 'only-multiline',
    imports: 'only-multiline', exports: 'only-multiline', functions: 'never',
  }],
  'comma-spacing': 'error',
  'comma-style': 'error',
  'dot-location': ['error', 'property'],
  'eol-last': 'error',
  'function-call-spacing': 'error',
  indent: ['error', 2],
  'key-spacing': 'error',
  'keyword-spacing': 'error',
  'linebreak-style': 'error',
  'max-len': ['error', {
    code: 100, ignoreUrls: true, ignoreRegExpLiterals: true, ignoreTemplateLiterals: true,
  }],
  'no-extra-semi': 'error',
  'no-multi-spaces': 'error',
  'no-multiple-empty-lines': ['error', { max: 1, maxBOF: 0, maxEOF: 0 }],
  'no-tabs': 'error',
  'no-trailing-spaces': 'error',
  'no-whitespace-before-property': 'error',
  'object-curly-spacing': ['error', 'always'],
  'operator-linebreak': ['error', 'before', { overrides: { '=': 'after' } }],
  'padded-blocks': ['error', 'never'],
  'quote-props': ['error', 'as-needed'],
  quotes: ['error', 'single', { avoidEscape: true }],
  'rest-spread-spacing': 'error',
  semi: 'error',
  'semi-spacing': 'error',
  'space-before-blocks': 'error',
  'space-before-function-paren': ['error', {
    anonymous: 'always', asyncArrow: 'always', named: 'never',
  }],
  'space-in-parens': 'error',
  'space-infix-ops': 'error',
  'space-unary-ops': 'error',
  'spaced-comment': 'error',
  'switch-colon-spacing': 'error',
  'template-curly-spacing': 'error',
};

const form = Object.fromEntries(
  Object.entries(FORM).map(([name, setting]) => [`@stylistic/${name}`, setting]));

export default [
  {
    files: ['tests/**/*.{js,mjs}', 'tools/**/*.{js,mjs}', 'www/{js,flex}/**/*.js'],
    plugins: {
      '@stylistic': stylistic,
      local: { rules: { 'lines-of-function': linesOfFunction } },
    },
    languageOptions: { ecmaVersion: 2023, sourceType: 'module' },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: { ...SUBSTANCE, ...form },
  },
  {
    files: ['tests/**/*.{js,mjs}', 'tools/**/*.{js,mjs}'],
    languageOptions: { globals: globals.node },
  },
  { files: ['www/{js,flex}/**/*.js'], languageOptions: { globals: globals.browser } },
  // Flex runs it as a classic script.
  { files: ['www/flex/call-agent.js'], languageOptions: { sourceType: 'script' } },
  // Parts of these run in a page.
  {
    files: ['tests/{e2e,flex,page}/*.js', 'tests/sandbox/test/voice-*.js'],
    languageOptions: { globals: { ...globals.node, ...globals.browser } },
  },
];
