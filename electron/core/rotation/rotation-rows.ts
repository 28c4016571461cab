import type { Migration } from '../../vault/change.ts';
import type { ReadDb, SqlValue } from '../../vault/state-db.ts';
import type { ValueHash } from '../../vault/vault.ts';
import type { RotationPolicy } from './rotation-policy.ts';

export const rotationMigration: Migration = {
  id: 'rotations/001-rotations',
  sql: `
    CREATE TABLE rotations (
      id TEXT NOT NULL PRIMARY KEY,
      mount TEXT NOT NULL,
      subject TEXT NOT NULL,
      kind TEXT NOT NULL,
      path TEXT NOT NULL,
      data TEXT NOT NULL,
      policy TEXT NOT NULL,
      state TEXT NOT NULL DEFAULT 'idle',
      run INTEGER NOT NULL DEFAULT 0,
      secret TEXT,
      due_at INTEGER,
      wanted INTEGER NOT NULL DEFAULT 0,
      paused INTEGER NOT NULL DEFAULT 0,
      started_at INTEGER,
      started_by TEXT,
      attempts INTEGER NOT NULL DEFAULT 0,
      refusals INTEGER NOT NULL DEFAULT 0,
      reason TEXT,
      next_try_at INTEGER,
      last_rotated_at INTEGER,
      last_result TEXT,
      last_reason TEXT,
      last_at INTEGER,
      proof TEXT,
      retire_by INTEGER,
      quiet_for INTEGER,
      quiet_since INTEGER,
      UNIQUE (mount, subject)
    ) STRICT;
    CREATE INDEX rotations_by_due ON rotations (due_at) WHERE state = 'idle';`,
};

/**
 * Where a rotation stands. `creating`: the new value is being made; `asking`: by a person; `setting`: it is sealed, the target
 * may or may not have it; `testing`: the target has taken it; `reverting`: it was refused, the old one goes back;
 * `retiring`: it is current, the former one still opens the door.
 */
export type RotationState = 'idle' | 'creating' | 'asking' | 'setting' | 'testing' | 'reverting' | 'retiring';

/** A rotation as the state keeps it. Instants in milliseconds. */
export interface RotationRow {
  readonly id: string;
  readonly mount: string;
  readonly subject: string;
  readonly kind: string;
  /** Below the mount: where the thing is read. */
  readonly path: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly policy: RotationPolicy;
  readonly state: RotationState;
  /** Counts the runs. */
  readonly run: number;
  /** The new value, sealed, from `setting` until the end of the run. */
  readonly secret: ValueHash | null;
  readonly dueAt: number | null;
  /** Somebody has asked for a run that has not begun. */
  readonly wanted: boolean;
  readonly paused: boolean;
  readonly startedAt: number | null;
  /** The request that began the run. */
  readonly startedBy: string | null;
  readonly attempts: number;
  /** How often this run's value was refused at the test. */
  readonly refusals: number;
  readonly reason: string | null;
  readonly nextTryAt: number | null;
  readonly lastRotatedAt: number | null;
  readonly lastResult: 'rotated' | 'reverted' | null;
  readonly lastReason: string | null;
  readonly lastAt: number | null;
  readonly proof: readonly string[] | null;
  readonly retireBy: number | null;
  readonly quietFor: number | null;
  readonly quietSince: number | null;
}

type Stored = Readonly<Record<string, SqlValue>>;

/** The rotation of that id. */
export function findRotation(db: ReadDb, id: string): RotationRow | undefined {
  return selectRotations(db, 'id = ?', id)[0];
}

/** The rotation of one thing of a mount, by the engine's own name for it. */
export function findRotationOf(db: ReadDb, mount: string, subject: string): RotationRow | undefined {
  return selectRotations(db, 'mount = ? AND subject = ?', mount, subject)[0];
}

/** Rotations by a condition on the stored columns. */
export function selectRotations(db: ReadDb, where: string, ...params: SqlValue[]): readonly RotationRow[] {
  return db.all<Stored>(`SELECT * FROM rotations WHERE ${where}`, ...params).map((stored) => {
    const text = (column: string) => stored[column] as string;
    const maybeText = (column: string) => stored[column] as string | null;
    const instant = (column: string) => stored[column] as number | null;
    return {
      id: text('id'),
      mount: text('mount'),
      subject: text('subject'),
      kind: text('kind'),
      path: text('path'),
      data: JSON.parse(text('data')) as Record<string, unknown>,
      policy: JSON.parse(text('policy')) as RotationPolicy,
      state: text('state') as RotationState,
      run: stored['run'] as number,
      secret: maybeText('secret') as ValueHash | null,
      dueAt: instant('due_at'),
      wanted: stored['wanted'] === 1,
      paused: stored['paused'] === 1,
      startedAt: instant('started_at'),
      startedBy: maybeText('started_by'),
      attempts: stored['attempts'] as number,
      refusals: stored['refusals'] as number,
      reason: maybeText('reason'),
      nextTryAt: instant('next_try_at'),
      lastRotatedAt: instant('last_rotated_at'),
      lastResult: maybeText('last_result') as RotationRow['lastResult'],
      lastReason: maybeText('last_reason'),
      lastAt: instant('last_at'),
      proof: stored['proof'] === null ? null : (JSON.parse(text('proof')) as string[]),
      retireBy: instant('retire_by'),
      quietFor: instant('quiet_for'),
      quietSince: instant('quiet_since'),
    };
  });
}

/** What a run's new value is bound to. */
export function rotationSecretContext({ mount, id, run }: Pick<RotationRow, 'mount' | 'id' | 'run'>) {
  return { mount, owner: `rotation:${id}`, version: run };
}
