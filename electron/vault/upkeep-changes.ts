import { z } from 'zod';
import { defineChange } from './change.ts';
import type { RecordDraft } from './vault.ts';

const count = z.number().int().nonnegative();

/** Values that were destroyed up to the record `through` are gone from the folder. */
export interface Compacted {
  readonly through: number;
  readonly segments: readonly number[];
  readonly dropped: number;
}

export const compacted = defineChange<Compacted>(
  'vault/compacted@1',
  z.strictObject({ through: count, segments: z.array(count), dropped: count }),
  (db, { through }) => db.run('DELETE FROM vault_lingering WHERE sequence <= ?', through),
);

/** The ledger begins behind this record from now on. Changes nothing in the state. */
export interface Trimmed {
  readonly sequence: number;
  /** Hex. */
  readonly hash: string;
}

export const trimmed = defineChange<Trimmed>(
  'vault/trimmed@1',
  z.strictObject({ sequence: count, hash: z.string().regex(/^[0-9a-f]{64}$/) }),
  () => {},
);

/** What the vault does by itself is recorded, too. */
export function upkeepRecord(
  operation: 'compact' | 'trim',
  change: RecordDraft['changes'][number],
): RecordDraft {
  return {
    actor: { kind: 'vault', id: '', name: 'vault' },
    operation,
    path: 'sys/ledger',
    outcome: 'ok',
    requestId: '',
    changes: [change],
  };
}
