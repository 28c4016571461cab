import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Change } from '../../vault/change.ts';
import { type Actor, FORGET_VALUE, type Turn } from '../../vault/vault.ts';
import type { CoreServices } from '../core-services.ts';
import type { Proof } from '../engine.ts';
import { leaseEndFailed, leaseProvenDead } from '../leases/lease-changes.ts';
import { findLease, type LeaseRow } from '../leases/lease-rows.ts';
import { leaseSecretContext, leaseView } from '../leases/lease-view.ts';
import { randomUuid } from '../random-text.ts';

export const SCHEDULER: Actor = { kind: 'scheduler', id: '', name: '' };

type Needs = Pick<CoreServices, 'cache' | 'registry' | 'ports' | 'turn' | 'signing' | 'trustedNow'>;
type Work = (signal: AbortSignal) => Promise<Proof>;

/**
 * Reads in a turn what ending the lease takes. `undefined` when there is nothing to end any more.
 * A lease that nothing serves stays as it is, with that as its reason: it is never taken for dead.
 */
export function readEndWork(
  { cache, registry, signing, trustedNow }: Needs,
  turn: Turn,
  id: string,
): Work | undefined {
  const row = findLease(turn.db, id);
  if (row?.state !== 'ending') return undefined;
  const mount = cache.mounts(turn.db).byUuid(row.mount);
  const lifecycle = mount && registry.find(mount)?.engine.leases;
  if (!mount || !lifecycle) {
    return async () => {
      throw new KeywardenError('target-unavailable', 'nothing serves the mount that issued it');
    };
  }
  const secret = row.secret === null ? undefined : turn.revealValue(row.secret, leaseSecretContext(row));
  return lifecycle.end(
    {
      db: turn.db,
      now: turn.now,
      mount,
      revealValue: (hash, context) => turn.revealValue(hash, context),
      signer: () => signing.signer(turn),
    },
    {
      ...leaseView(row, mount),
      ending: { isExpiry: row.endedWhy === 'expired', isInDoubt: trustedNow() < row.expiresAt },
    },
    secret,
  );
}

/** Names the lease's target, so that targets do not wait for one another. */
export function targetOf({ cache, registry }: Needs, turn: Turn, row: LeaseRow): string {
  const mount = cache.mounts(turn.db).byUuid(row.mount);
  const lifecycle = mount && registry.find(mount)?.engine.leases;
  return mount && lifecycle
    ? `${mount.uuid}/${lifecycle.target(leaseView(row, mount))}`
    : `${row.mount}/nobody`;
}

/** Records the proof and erases the credential. */
export async function recordProof(needs: Needs, id: string, proof: Proof): Promise<void> {
  await needs.turn((turn) => {
    const row = findLease(turn.db, id);
    if (row?.state !== 'ending') return;
    const changes: Change[] = [leaseProvenDead.make({ id, checks: [...proof.checks] })];
    changes.push(...(proof.changes ?? []));
    if (row.secret !== null) changes.push({ type: FORGET_VALUE, data: { hash: row.secret } });
    record(needs, turn, row, 'ok', changes);
  });
}

/** Keeps in the state that an attempt failed, why, and when the next one comes. */
export async function recordFailure(
  needs: Needs,
  id: string,
  failure: { readonly attempts: number; readonly reason: string; readonly nextTryAt: number },
): Promise<void> {
  await needs.turn((turn) => {
    const row = findLease(turn.db, id);
    if (row?.state !== 'ending') return;
    record(needs, turn, row, 'target-unavailable', [leaseEndFailed.make({ id, ...failure })]);
  });
}

function record(
  { ports }: Needs,
  turn: Turn,
  row: LeaseRow,
  outcome: string,
  changes: readonly Change[],
): void {
  turn.record({
    actor: SCHEDULER,
    operation: 'end',
    path: row.path,
    outcome,
    requestId: row.endedBy ?? randomUuid(ports.random),
    changes,
    urgent: true,
  });
}
