// What a page makes of the attributes that TaskRouter pushes.

import assert from 'node:assert/strict';
import test from 'node:test';

import { createPushProof, toldBy } from '../../www/js/call-told.js';

test('who holds whom depends on who reads it', () => {
  const attributes = { connectedAt: '2031-05-01T10:00:00Z', hold: { caller: true } };
  assert.deepEqual(toldBy(attributes, 'caller').hold, { me: false, other: true });
  assert.deepEqual(toldBy(attributes, 'callee').hold, { me: true, other: false });
  assert.deepEqual(toldBy({ outcome: 'hangup', away: { callee: 5, caller: null } }, 'caller'),
    { outcome: 'hangup', connected: false, hold: { me: false, other: false }, away: true });
  assert.equal(toldBy({ away: { caller: null } }, 'callee').away, false);
});

test('a change of ours that comes with one of TaskRouter\'s proves nothing', () => {
  const isProof = createPushProof();
  const steps = [
    [{}, false],
    [{ claim: {} }, true],
    [{ claim: {}, worker_call_sid: 'CA1' }, false],
    [{ claim: {}, worker_call_sid: 'CA1', connectedAt: 'x' }, true],
  ];
  for (const [attributes, proof] of steps) assert.equal(isProof('WT1', attributes), proof);
  assert.equal(isProof('WT2', { connectedAt: 'x', worker_call_sid: 'CA1' }), false);
});
