import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { ReplyDecision } from '../decision.ts';
import { looseText, maybe, withDefault } from '../fields.ts';
import { handler, type Route } from '../route.ts';
import { findLease, leasesBelow, selectLeases } from './lease-rows.ts';
import { describeKeycard, describeLease } from './lease-shape.ts';

const lookup = handler({
  input: z.object({ lease_id: looseText }),
  decide(turn, input): ReplyDecision {
    const row = findLease(turn.db, input.lease_id);
    if (!row || row.state === 'dead') throw new KeywardenError('invalid-request', 'invalid lease');
    return { kind: 'reply', reply: { data: describeLease(row, turn.now) } };
  },
});

const listBelow = handler({
  input: z.object({ prefix: withDefault(looseText, '') }),
  decide(turn, { prefix }): ReplyDecision {
    const start = prefix === '' ? 0 : prefix.length + 1;
    const keys = new Set<string>();
    for (const { id } of leasesBelow(turn.db, prefix)) {
      const rest = id.slice(start);
      const slash = rest.indexOf('/');
      keys.add(slash < 0 ? rest : rest.slice(0, slash + 1));
    }
    if (keys.size === 0) throw new KeywardenError('not-found');
    return { kind: 'reply', reply: { data: { keys: [...keys].sort() } } };
  },
});

/**
 * Vault's counts, for whoever watches them. Nothing is irrevocable here: that word asks for what was given up by a person, or
 * has been tried in vain.
 */
const count = handler({
  input: z.object({ type: withDefault(z.enum(['', 'irrevocable']), '') }),
  decide(turn, { type }): ReplyDecision {
    const where =
      type === '' ? "state <> 'dead'" : "state = 'abandoned' OR (state = 'ending' AND attempts > 0)";
    const rows = turn.db.all<{ path: string; leases: number }>(
      `SELECT mounts.path AS path, count(*) AS leases FROM leases JOIN mounts ON mounts.uuid = leases.mount
       WHERE ${where} GROUP BY mounts.path`,
    );
    const counts = Object.fromEntries(rows.map(({ path, leases }) => [path, leases]));
    const total = rows.reduce((sum, { leases }) => sum + leases, 0);
    return { kind: 'reply', reply: { data: { counts, lease_count: total } } };
  },
});

/** Vault's way to mend leases that its tables have lost; here there is nothing to mend, and the answer is the same. */
const tidy = handler({
  input: z.object({}),
  decide: (): ReplyDecision => ({ kind: 'reply', reply: { status: 202 } }),
});

/** All keycards at once, for the desktop: one turn instead of one for each. Those proven dead stay for a day. */
const keycards = handler({
  input: z.object({ state: maybe(looseText), lease_id: maybe(looseText) }),
  decide(turn, { state, lease_id: id }): ReplyDecision {
    const rows =
      id !== undefined
        ? selectLeases(turn.db, 'id = ?', id)
        : state === undefined
          ? selectLeases(turn.db, '1 ORDER BY issued_at DESC')
          : selectLeases(turn.db, 'state = ? ORDER BY issued_at DESC', state);
    const leases = rows.map((row) => describeKeycard(row, turn.now));
    return { kind: 'reply', reply: { data: { leases } } };
  },
});

/** Looking at leases. A proven dead one is no lease any more; a dead one without proof still shows. */
export const lookupLeaseRoutes: readonly Route[] = [
  {
    pattern: 'leases/lookup',
    help: 'Tells how a lease stands, or lists the paths that have leases.',
    operations: { update: lookup },
  },
  {
    pattern: 'leases/lookup',
    help: 'Tells how a lease stands, or lists the paths that have leases.',
    sudo: true,
    operations: { list: listBelow },
  },
  {
    pattern: 'leases/lookup/:prefix*',
    help: 'Lists the leases below a path.',
    sudo: true,
    operations: { list: listBelow },
  },
  { pattern: 'leases/count', help: 'Counts leases by mount.', sudo: true, operations: { read: count } },
  {
    pattern: 'leases/tidy',
    help: 'Does nothing: no lease is ever lost.',
    sudo: true,
    operations: { update: tidy },
  },
  {
    pattern: 'internal/leases',
    help: 'Tells of all leases at once, for the desktop.',
    sudo: true,
    operations: { read: keycards },
  },
];
