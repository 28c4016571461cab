import { z } from 'zod';
import { canonicalText, decodeCanonical } from '../crypto/canonical-json.ts';
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

/** A record that is being written: its canonical bytes, which the chain hashes, and what a replay will read from them. */
export interface WrittenRecord {
  readonly bytes: Uint8Array;
  readonly record: LedgerRecord;
}

const NOTHING: LedgerRecord['changes'] = [];

/**
 * Encodes a record. Changes come back as parsed from their own text: what is applied is what a replay will read, and
 * nothing else. The other fields are texts and numbers, which are the same when they are read again.
 * Throws `TypeError` on anything that JSON cannot say.
 */
export function writeRecord(given: LedgerRecord): WrittenRecord {
  const { actor, operation, outcome, path, requestId, sequence, time } = given;
  const { id, kind, name } = actor;
  const changes = given.changes.length === 0 ? '[]' : changesText(given.changes);
  // The members in the order of canonical JSON.
  const text =
    `{"actor":{"id":${quote(id)},"kind":${quote(kind)},"name":${quote(name)}},"changes":${changes},` +
    `"operation":${quote(operation)},"outcome":${quote(outcome)},"path":${quote(path)},` +
    `"requestId":${quote(requestId)},"sequence":${whole(sequence)},"time":${whole(time)}}`;
  return {
    bytes: Buffer.from(text),
    record: {
      actor: { kind, id, name },
      changes: changes === '[]' ? NOTHING : (JSON.parse(changes) as LedgerRecord['changes']),
      operation,
      outcome,
      path,
      requestId,
      sequence,
      time,
    },
  };
}

/** Parses the bytes of a record. Throws `SyntaxError` or `ZodError` where they are none. */
export function decodeRecord(bytes: Uint8Array): LedgerRecord {
  return ledgerRecord.parse(decodeCanonical(bytes));
}

function changesText(changes: LedgerRecord['changes']): string {
  const texts = changes.map(({ type, data }) => {
    const said = data === undefined ? '' : `"data":${canonicalText(data)},`;
    return `{${said}"type":${quote(type)}}`;
  });
  return `[${texts.join(',')}]`;
}

function quote(text: string): string {
  if (typeof text !== 'string') throw new TypeError('not a text');
  return JSON.stringify(text);
}

function whole(number: number): string {
  if (!Number.isSafeInteger(number) || number < 0) throw new TypeError('not a whole number');
  return String(number);
}
