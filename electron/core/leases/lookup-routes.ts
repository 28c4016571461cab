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
  {
    pattern: 'internal/leases',
    help: 'Tells of all leases at once, for the desktop.',
    sudo: true,
    operations: { read: keycards },
  },
];
