// What is done about a call of ours in Flex: tables, without Flex.

import assert from 'node:assert/strict';
import test from 'node:test';

import {
  GOES_ON, INSTEAD, isOver, isToReturn, lastWords, refusedView, viewOf,
} from '../../www/flex/rules.js';
import './english.js';

const ANSWER = {
  taskSid: 'WT1', role: 'caller', state: 'connected', outcome: null, connectedAt: 'then',
  other: { sid: 'WK2', name: 'Bob Baker' }, hold: { me: false, other: false },
};
const viewFrom = (answer, elapsed = 5000) => (
  viewOf({ answer: { ...ANSWER, ...answer }, elapsed }, 100_000));
const said = (view) => lastWords(view)?.text.replace(/[\u2068\u2069]/g, '') ?? null;

test('what stands in for Flex\'s actions on a Task of ours', () => {
  const up = viewFrom({});
  const away = viewFrom({ state: 'reconnecting' });
  const ringing = viewFrom({ state: 'ringing', connectedAt: null });
  const end = (reason) => ({ type: 'end', reason });
  const rows = [
    ['AcceptTask', 'incoming', ringing, { type: 'answer' }],
    ['AcceptTask', 'outgoing', null, null],
    ['RejectTask', 'incoming', ringing, { type: 'decline' }],
    ['RejectTask', 'outgoing', ringing, end('cancel')],
    ['HangupCall', 'outgoing', ringing, end('cancel')],
    ['HangupCall', 'outgoing', null, end('cancel')],
    ['HangupCall', 'incoming', up, end('hangup')],
    ['WrapupTask', 'outgoing', away, end('hangup')],
    ['HoldCall', 'incoming', up, { type: 'hold', hold: true }],
    ['HoldParticipant', 'outgoing', up, { type: 'hold', hold: true }],
    ['UnholdCall', 'incoming', up, { type: 'hold', hold: false }],
    ['UnholdParticipant', 'outgoing', up, { type: 'hold', hold: false }],
  ];
  for (const [action, kind, view, step] of rows) {
    assert.deepEqual(INSTEAD[action]({ kind, view }), step, `${action} ${kind} ${view?.phase}`);
  }
  assert.deepEqual(Object.keys(INSTEAD).sort(), [...new Set(rows.map(([name]) => name))].sort());
  assert.deepEqual(GOES_ON, ['HangupCall']);
});

test('an answer of the server is seen as the page sees it', () => {
  const rows = [
    [{ state: 'calling', connectedAt: null }, 'calling'],
    [{ state: 'ringing', connectedAt: null }, 'calling'],
    [{ state: 'ringing', role: 'callee', connectedAt: null }, 'ringing'],
    [{}, 'connected'],
    [{ state: 'reconnecting' }, 'reconnecting'],
    [{ state: 'ended' }, 'ended'],
    [{ state: 'none', connectedAt: null }, 'ended'],
  ];
  for (const [answer, phase] of rows) {
    const view = viewFrom(answer);
    assert.equal(view.phase, phase);
    assert.equal(isOver({ ...ANSWER, ...answer }), phase === 'ended');
  }
  assert.deepEqual([viewFrom({}).connectedAt, viewFrom({}).duration], [95_000, null]);
  assert.equal(viewFrom({ state: 'ended' }).duration, 5000);
});

test('the caller is told why a call has come to nothing, and nobody else is told anything', () => {
  const over = (outcome, more) => viewFrom(
    { state: 'ended', outcome, connectedAt: null, ...more });
  const rows = [
    [over('declined'), 'Bob Baker declined', false],
    [over('declined', { reply: 'in5' }), 'Bob Baker declined · Bob Baker: In 5 minutes', false],
    [over('no-answer'), 'Bob Baker did not answer', false],
    [over('busy'), 'Bob Baker is busy', false],
    [over('failed'), 'Bob Baker could not be reached · The connection could not be made.', true],
    [over('hangup', { connectedAt: 'then' }), null],
    [over('cancel'), null],
    [over('declined', { role: 'callee' }), null],
    [refusedView({ name: 'Bob Baker' }, 'callee_offline'), 'Bob Baker is offline', true],
    [refusedView({ name: 'Bob Baker' }, 'already_in_call'),
      'The call was not placed · You’re on another call. End it first.', true],
  ];
  for (const [view, words, failed] of rows) {
    assert.equal(said(view), words);
    assert.equal(lastWords(view)?.failed, failed);
  }
});

test('a call that is up comes back to the tab that had it, and to no other', () => {
  const here = { hasLeg: false, wasHere: true, isHeld: false };
  const rows = [
    [{}, here, true],
    [{ state: 'reconnecting' }, here, true],
    [{ state: 'ringing', connectedAt: null }, here, false],
    [{ state: 'ended' }, here, false],
    [{}, { ...here, hasLeg: true }, false],
    [{}, { ...here, wasHere: false }, false],
    [{}, { ...here, isHeld: true }, false],
  ];
  for (const [answer, where, back] of rows) {
    assert.equal(isToReturn(viewFrom(answer), where), back);
  }
});
