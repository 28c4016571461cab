import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { CoreServices } from '../core-services.ts';
import type { EffectDecision, ReplyDecision } from '../decision.ts';
import { looseText, ttlField, withDefault } from '../fields.ts';
import { secondsUntil } from '../limits.ts';
import { handler, type Route } from '../route.ts';
import type { RequestTurn } from '../turn.ts';
import { leaseRenewalIntended, leaseRenewed } from './lease-changes.ts';
import { findLease, type LeaseRow } from './lease-rows.ts';
import { leaseView } from './lease-view.ts';

const renewal = z.object({
  lease_id: withDefault(looseText, ''),
  url_lease_id: withDefault(looseText, ''),
  increment: withDefault(ttlField, 0),
});

/** Renewing: from now, within the lease's maximum; the target is told before we promise anything. */
export function renewLeaseRoutes(needs: Pick<CoreServices, 'cache' | 'registry'>): readonly Route[] {
  const renew = handler({
    input: renewal,
    decide(turn, input): ReplyDecision | EffectDecision {
      const row = renewable(turn, input.url_lease_id || input.lease_id);
      const wanted = input.increment || row.ttl;
      const ttl = Math.min(wanted, secondsUntil(row.maxExpiresAt, turn.now));
      const expiresAt = Math.min(turn.now + ttl * 1000, row.maxExpiresAt);
      const warnings =
        ttl < wanted
          ? [`TTL of "${wanted}s" exceeded the effective max_ttl; TTL value is capped to "${ttl}s"`]
          : [];
      const renewed = (settling: RequestTurn): ReplyDecision => {
        renewable(settling, row.id);
        return {
          kind: 'reply',
          changes: [leaseRenewed.make({ id: row.id, at: settling.now, expiresAt })],
          reply: { warnings, lease: { id: row.id, renewable: true, duration: ttl } },
        };
      };
      const work = tellTarget(needs, turn, row, ttl);
      if (!work) return renewed(turn);
      return {
        kind: 'effect',
        changes: [leaseRenewalIntended.make({ id: row.id, until: expiresAt })],
        run: work,
        settle: renewed,
      };
    },
  });
  return [
    {
      pattern: 'leases/renew',
      help: 'Moves the end of a lease, counted from now.',
      operations: { update: renew },
    },
    {
      pattern: 'leases/renew/:url_lease_id*',
      help: 'Moves the end of a lease, counted from now.',
      operations: { update: renew },
    },
    {
      pattern: 'renew',
      help: 'Renews a lease, at the address of old clients.',
      operations: { update: renew },
    },
    {
      pattern: 'renew/:url_lease_id*',
      help: 'Renews a lease, at the address of old clients.',
      operations: { update: renew },
    },
  ];
}

function renewable(turn: RequestTurn, id: string): LeaseRow {
  const row = findLease(turn.db, id);
  if (row?.state !== 'active' || row.expiresAt <= turn.now) {
    throw new KeywardenError('invalid-request', 'lease not found');
  }
  if (!row.renewable) throw new KeywardenError('invalid-request', 'lease is not renewable');
  return row;
}

function tellTarget(
  { cache, registry }: Pick<CoreServices, 'cache' | 'registry'>,
  turn: RequestTurn,
  row: LeaseRow,
  ttl: number,
) {
  const mount = cache.mounts(turn.db).byUuid(row.mount);
  const lifecycle = mount && registry.find(mount)?.engine.leases;
  if (!mount || !lifecycle) {
    throw new KeywardenError('target-unavailable', 'nothing serves the mount that issued it');
  }
  return lifecycle.renew?.(
    {
      db: turn.db,
      now: turn.now,
      mount,
      revealValue: (hash, context) => turn.revealValue(hash, context),
      signer: () => turn.signer(),
    },
    leaseView(row, mount),
    ttl,
  );
}
