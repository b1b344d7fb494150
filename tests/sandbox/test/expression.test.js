import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compile, evaluate } from '../taskrouter/expression.js';

const scope = {
  name: 'Ann', level: 5, active: true, nothing: null,
  languages: ['en', 'fr'], routing: { skills: ['sales'], levels: { sales: 3 } },
  task: { targetWorker: 'client:ann', vip: false },
  worker: { contact_uri: 'client:ann', skills: ['sales', 'support'] },
};

const TABLE = [
  ['1==1', true],
  ['1=1', true],
  ['1 == 2', false],
  ["name == 'Ann'", true],
  ['name == "Ann"', true],
  ["name = 'ann'", false],
  ["name != 'Bob'", true],
  ["name <> 'Ann'", false],
  ['level > 4', true],
  ['level >= 5 AND level <= 5', true],
  ['level < 5', false],
  ["level > '4'", false],
  ['active', true],
  ['active == true', true],
  ['task.vip', false],
  ['NOT active', false],
  ['NOT (level == 5)', false],
  ['level == 1 OR level == 5', true],
  ['level == 5 OR level == 6 AND level == 7', true],
  ['(level == 5 OR level == 6) AND level == 7', false],
  ['level == 1 or name == "Ann" and active', true],
  ["languages HAS 'fr'", true],
  ["languages HAS 'de'", false],
  ["routing.skills HAS 'sales'", true],
  ['routing.levels.sales >= 3', true],
  ["name CONTAINS 'nn'", true],
  ["languages CONTAINS 'en'", true],
  ["name IN ['Bob', 'Ann']", true],
  ["name NOT IN ['Bob', 'Ann']", false],
  ["'support' IN worker.skills", true],
  ["'support' NOT IN worker.skills", false],
  ['name IN []', false],
  ['missing == null', true],
  ['missing != null', false],
  ['nothing == null', true],
  ['name != null', true],
  ["missing == 'x'", false],
  ["missing != 'x'", true],
  ['missing == alsomissing', false],
  ['missing > 1', false],
  ['task.targetWorker==worker.contact_uri', true],
  ['task.targetWorker == worker.nobody', false],
  ['task.nobody == worker.nobody', false],
  ["name == 'A\\'nn'", false],
  ['level == -5', false],
  ['toString == null', true],
];

for (const [expression, expected] of TABLE) {
  test(`${expression} is ${expected}`, () => assert.equal(evaluate(expression, scope), expected));
}

const MALFORMED = ['', '==', '1==', 'name ==', '(1==1', '1==1)', "name == 'Ann", 'a b', 'a IN [1,',
  'a && b', '1==1 AND', 'NOT', 'a == ;'];

for (const expression of MALFORMED) {
  test(`"${expression}" is refused`, () =>
    assert.throws(() => compile(expression), { name: 'TwilioError', status: 400, code: 20001 }));
}
