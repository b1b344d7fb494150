// What the programs have written into the attributes of this agent's Task, as TaskRouter tells it:
// hints, of which a page shows some at once and asks the server about all.

const written = ({ claim, conference, connectedAt, outcome }) => (
  Boolean(claim || conference?.participants || connectedAt || outcome));

/**
 * Whether an update shows that TaskRouter pushes what the programs change. It may not do so, and
 * still push its own changes, which come with all attributes: then the leg has just been named.
 */
export function createPushProof() {
  const named = new Map(); // taskSid → the leg as it was told of last
  return (taskSid, attributes) => {
    const before = named.get(taskSid) ?? null;
    const now = attributes.worker_call_sid ?? null;
    named.set(taskSid, now);
    return before === now && written(attributes);
  };
}

/** The attributes as an event of call-state.js, for the agent with this role. */
export function toldBy({ outcome, connectedAt, hold, away }, role) {
  const other = role === 'caller' ? 'callee' : 'caller';
  return {
    outcome: outcome ?? null,
    connected: Boolean(connectedAt),
    hold: { me: hold?.[other] === true, other: hold?.[role] === true },
    away: Boolean(away?.caller || away?.callee),
  };
}
