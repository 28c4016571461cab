import type { Change } from '../../vault/change.ts';
import type { ReadDb } from '../../vault/state-db.ts';
import { FORGET_VALUE } from '../../vault/vault.ts';
import { randomUuid } from '../random-text.ts';
import type { LeaseTurn, RequestTurn } from '../turn.ts';
import {
  rotationChanged,
  rotationCreated,
  rotationRegistered,
  rotationStarted,
  rotationsRemoved,
  rotationWanted,
} from './rotation-changes.ts';
import { nextDue, type RotationPolicy } from './rotation-policy.ts';
import { findRotationOf, type RotationRow, rotationSecretContext, selectRotations } from './rotation-rows.ts';

/** What an engine says of something that is to be rotated. */
export interface RotationTerms {
  /** The engine's own name for it; one rotation for each in a mount. */
  readonly subject: string;
  readonly kind: string;
  /** Where it is read, below the mount: whoever waits there for changes hears of a rotation. */
  readonly path: string;
  /** Plain JSON without secrets. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly policy: RotationPolicy;
}

type Planning = Pick<RequestTurn, 'db' | 'now' | 'mount' | 'random' | 'requestId'>;

/** The changes from which on something is rotated, or by which its terms change. What is due stays due unless the policy is another. */
export function registerRotation(
  turn: Planning,
  terms: RotationTerms,
): { readonly id: string; readonly changes: readonly Change[] } {
  const known = findRotationOf(turn.db, turn.mount.uuid, terms.subject);
  const { kind, path, policy } = terms;
  const data = { ...terms.data };
  if (!known) {
    const id = randomUuid(turn.random);
    const expiresAt = nextDue(policy, turn.now, turn.random);
    const { subject } = terms;
    const mount = turn.mount.uuid;
    return {
      id,
      changes: [rotationRegistered.make({ id, mount, subject, kind, path, data, policy, expiresAt })],
    };
  }
  const isSamePolicy = JSON.stringify(known.policy) === JSON.stringify(policy);
  const expiresAt = isSamePolicy
    ? known.dueAt
    : nextDue(policy, known.lastRotatedAt ?? turn.now, turn.random);
  const { id } = known;
  const changed = rotationChanged.make({ id, kind, path, data, policy, expiresAt });
  // A person was asked for something that is not wanted any more, and nobody else would go on.
  const isAskedAnew =
    known.state === 'asking' && (known.kind !== kind || JSON.stringify(known.data) !== JSON.stringify(data));
  return { id, changes: [changed, ...(isAskedAnew ? restartRotation(known, turn.requestId) : [])] };
}

/** The changes that begin a run anew, because what it was about is another thing now: nothing of it is finished any more. */
export function restartRotation(row: RotationRow, requestId: string): readonly Change[] {
  return [
    ...(row.secret === null ? [] : [{ type: FORGET_VALUE, data: { hash: row.secret } }]),
    rotationStarted.make({ id: row.id, run: row.run + 1, by: requestId }),
  ];
}

/** The changes that begin a run now, or as soon as the former value is retired. A run that is under way is as good. */
export function beginRotation(
  row: Pick<RotationRow, 'id' | 'run' | 'state'>,
  requestId: string,
): readonly Change[] {
  if (row.state === 'idle') return [rotationStarted.make({ id: row.id, run: row.run + 1, by: requestId })];
  return row.state === 'retiring' ? [rotationWanted.make({ id: row.id })] : [];
}

/** The changes that begin the first run of what is registered by `registerRotation` in the same turn. */
export function beginFirstRotation(id: string, requestId: string): readonly Change[] {
  return [rotationStarted.make({ id, run: 1, by: requestId })];
}

/** The changes by which a person's new value goes its way: from here on as any other. */
export function bringValue(
  turn: Pick<RequestTurn, 'sealValue' | 'requestId'>,
  row: RotationRow,
  value: Uint8Array,
): readonly Change[] {
  const begun = row.state === 'idle' ? beginRotation(row, turn.requestId) : [];
  const run = row.run + begun.length;
  const secret = turn.sealValue(value, rotationSecretContext({ ...row, run }));
  return [...begun, rotationCreated.make({ id: row.id, secret })];
}

/** The changes after which nothing is rotated any more; a new value that the target may have is forgotten. */
export function removeRotation(db: ReadDb, mount: string, subject: string): readonly Change[] {
  return removing(selectRotations(db, 'mount = ? AND subject = ?', mount, subject));
}

/** The same for everything in a mount. */
export function removeRotationsOf(db: ReadDb, mount: string): readonly Change[] {
  return removing(selectRotations(db, 'mount = ?', mount));
}

/** The new value of a run while the target has that and no other, and the vault has not finished; undefined: the current one is valid. */
export function revealTakenValue(
  turn: Pick<LeaseTurn, 'revealValue'>,
  row: RotationRow | undefined,
): Uint8Array | undefined {
  if (row?.state !== 'testing' || row.secret === null) return undefined;
  return turn.revealValue(row.secret, rotationSecretContext(row));
}

function removing(rows: readonly RotationRow[]): readonly Change[] {
  if (rows.length === 0) return [];
  return [
    rotationsRemoved.make({ ids: rows.map(({ id }) => id) }),
    ...rows.flatMap(({ secret }) =>
      secret === null ? [] : [{ type: FORGET_VALUE, data: { hash: secret } }],
    ),
  ];
}
