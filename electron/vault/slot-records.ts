import { z } from 'zod';
import { digestOfSlot, type VaultHeader } from '../crypto/vault-header.ts';
import { defineChange, type Migration } from './change.ts';
import type { ReadDb } from './state-db.ts';
import type { RecordDraft } from './vault.ts';

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.number().int().nonnegative();
const slots = z.strictObject({
  revision: count.min(1),
  epoch: count.min(1),
  keyholders: z.array(
    z.strictObject({
      id: z.string(),
      name: z.string(),
      digest,
      ways: z.array(z.strictObject({ id: z.string(), kind: z.string(), digest })),
    }),
  ),
});

/** Who can open the vault and how, as the ledger knows it: the header is a cache of this. FORMAT.md section 8. */
export type Slots = z.infer<typeof slots>;

/** The member list and the slots' digests after a change of the header. */
export const slotsChanged = defineChange<Slots>('vault/slots-changed@1', slots, (db, data) =>
  db.run('INSERT OR REPLACE INTO vault_slots (only_one, slots) VALUES (1, ?)', JSON.stringify(data)),
);

export const slotMigration: Migration = {
  id: 'vault/002-slots',
  sql: 'CREATE TABLE vault_slots (only_one INTEGER NOT NULL PRIMARY KEY CHECK (only_one = 1), slots TEXT NOT NULL) STRICT;',
};

/** What the ledger knows; undefined for a vault whose header has not changed since it was made. */
export function knownSlots(db: ReadDb): Slots | undefined {
  const row = db.get<{ slots: string }>('SELECT slots FROM vault_slots');
  return row && slots.parse(JSON.parse(row.slots));
}

/** What the ledger is to know of a header. */
export function slotsOf({ revision, epoch, keyholders }: VaultHeader): Slots {
  return {
    revision,
    epoch,
    keyholders: keyholders.map(({ id, name, publicKey, vaultKey, ways }) => ({
      id,
      name,
      digest: digestOfSlot({ publicKey, vaultKey }),
      ways: ways.map((way) => ({ id: way.id, kind: way.kind, digest: digestOfSlot(way) })),
    })),
  };
}

/** The record of a change of the header. */
export function slotRecord(header: VaultHeader, operation: string, path = 'sys/ways'): RecordDraft {
  return {
    actor: { kind: 'vault', id: '', name: 'vault' },
    operation,
    path,
    outcome: 'ok',
    requestId: '',
    changes: [slotsChanged.make(slotsOf(header))],
  };
}
