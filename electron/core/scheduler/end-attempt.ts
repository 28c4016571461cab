import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Change } from '../../vault/change.ts';
import { type Actor, FORGET_VALUE, type Turn } from '../../vault/vault.ts';
import type { CoreServices } from '../core-services.ts';
import { leaseEndFailed, leaseProvenDead } from '../leases/lease-changes.ts';
import type { EndingLease, Proof } from '../leases/lease-lifecycle.ts';
import { findLease, type LeaseRow } from '../leases/lease-rows.ts';
import { leaseSecretContext, leaseView } from '../leases/lease-view.ts';
import type { Mount } from '../mounts/mount.ts';
import { randomUuid } from '../random-text.ts';
import type { LeaseTurn } from '../turn.ts';

export const SCHEDULER: Actor = { kind: 'scheduler', id: '', name: '' };

type Needs = Pick<CoreServices, 'cache' | 'registry' | 'ports' | 'turn' | 'signing' | 'trustedNow'>;
type Work = (signal: AbortSignal) => Promise<Proof>;
type GroupWork = (signal: AbortSignal) => Promise<readonly Proven[]>;

/** A lease and how its death was shown. */
export interface Proven {
  readonly id: string;
  readonly proof: Proof;
}

/**
 * Reads in a turn what ending the lease takes. `undefined` when there is nothing to end any more.
 * A lease that nothing serves stays as it is, with that as its reason: it is never taken for dead.
 */
export function readEndWork(needs: Needs, turn: Turn, id: string): Work | undefined {
  const row = findLease(turn.db, id);
  if (row?.state !== 'ending') return undefined;
  const served = servedBy(needs, turn, row);
  if (!served) {
    return async () => {
      throw new KeywardenError('target-unavailable', 'nothing serves the mount that issued it');
    };
  }
  const { mount, lifecycle } = served;
  const { lease, secret } = endingLease(needs, turn, row, mount);
  return lifecycle.end(leaseTurn(needs, turn, mount), lease, secret);
}

/**
 * Reads in a turn what ending leases of one target together takes; the work resolves with those that it has proven dead.
 * `undefined` when they cannot end together after all.
 */
export function readGroupWork(needs: Needs, turn: Turn, ids: readonly string[]): GroupWork | undefined {
  const rows = ids.flatMap((id) => findLease(turn.db, id) ?? []).filter(({ state }) => state === 'ending');
  const [first] = rows;
  const served = first && servedBy(needs, turn, first);
  if (!served?.lifecycle.endMany) return undefined;
  const { mount, lifecycle } = served;
  const leases = rows.map((row) => endingLease(needs, turn, row, mount));
  const work = lifecycle.endMany?.(leaseTurn(needs, turn, mount), leases);
  return async (signal) => {
    const proofs = (await work?.(signal)) ?? [];
    return rows.flatMap(({ id }, at) => {
      const proof = proofs[at];
      return proof ? [{ id, proof }] : [];
    });
  };
}

function servedBy({ cache, registry }: Needs, turn: Turn, row: LeaseRow) {
  const mount = cache.mounts(turn.db).byUuid(row.mount);
  const lifecycle = mount && registry.find(mount)?.engine.leases;
  return mount && lifecycle ? { mount, lifecycle } : undefined;
}

function leaseTurn({ signing }: Needs, turn: Turn, mount: Mount): LeaseTurn {
  return {
    db: turn.db,
    now: turn.now,
    mount,
    revealValue: (hash, context) => turn.revealValue(hash, context),
    signer: () => signing.signer(turn),
  };
}

function endingLease({ trustedNow }: Needs, turn: Turn, row: LeaseRow, mount: Mount): EndingLease {
  return {
    lease: {
      ...leaseView(row, mount),
      ending: { isExpiry: row.endedWhy === 'expired', isInDoubt: trustedNow() < row.expiresAt },
    },
    secret: row.secret === null ? undefined : turn.revealValue(row.secret, leaseSecretContext(row)),
  };
}

/** Names the lease's target, so that targets do not wait for one another, and tells whether its leases may end together. */
export function targetOf(needs: Needs, turn: Turn, row: LeaseRow) {
  const served = servedBy(needs, turn, row);
  if (!served) return { target: `${row.mount}/nobody`, alone: true };
  const { mount, lifecycle } = served;
  return {
    target: `${mount.uuid}/${lifecycle.target(leaseView(row, mount))}`,
    alone: lifecycle.endMany === undefined,
  };
}

/** Records the proofs, all in one turn, and erases the credentials. */
export async function recordProofs(needs: Needs, proven: readonly Proven[]): Promise<void> {
  if (proven.length === 0) return;
  await needs.turn((turn) => {
    for (const { id, proof } of proven) {
      const row = findLease(turn.db, id);
      if (row?.state !== 'ending') continue;
      const changes: Change[] = [leaseProvenDead.make({ id, checks: [...proof.checks] })];
      changes.push(...(proof.changes ?? []));
      if (row.secret !== null) changes.push({ type: FORGET_VALUE, data: { hash: row.secret } });
      record(needs, turn, row, 'ok', changes);
    }
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
