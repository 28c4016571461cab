import { z } from 'zod';
import { decodeCanonical, encodeCanonical } from '../crypto/canonical-json.ts';
import type { LedgerRecord } from './vault.ts';

const count = z.number().int().nonnegative();

const ledgerRecord = z.strictObject({
  actor: z.strictObject({ kind: z.string(), id: z.string(), name: z.string() }),
  changes: z.array(z.strictObject({ type: z.string(), data: z.unknown() })),
  operation: z.string(),
  outcome: z.string(),
  path: z.string(),
  requestId: z.string(),
  sequence: count,
  time: count,
});

/** The canonical bytes of a record: what the chain hashes. */
export function encodeRecord(record: LedgerRecord): Uint8Array {
  const { actor, changes, operation, outcome, path, requestId, sequence, time } = record;
  return encodeCanonical({
    actor: { kind: actor.kind, id: actor.id, name: actor.name },
    changes: changes.map(({ type, data }) => ({ type, data })),
    operation,
    outcome,
    path,
    requestId,
    sequence,
    time,
  });
}

/** Parses the bytes of a record. Throws `SyntaxError` or `ZodError` where they are none. */
export function decodeRecord(bytes: Uint8Array): LedgerRecord {
  return ledgerRecord.parse(decodeCanonical(bytes));
}

/** Parses bytes that `encodeRecord` has just made: what a replay will read, without proving again that they are canonical. */
export function decodeOwnRecord(bytes: Uint8Array): LedgerRecord {
  return ledgerRecord.parse(JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString()));
}
