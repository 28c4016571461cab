import { ZodError } from 'zod';
import { damaged } from '../crypto/damaged.ts';
import type { LedgerBatch } from './ledger.ts';
import { decodeRecord } from './record-codec.ts';
import type { State } from './state.ts';

/** Applies what the ledger holds, as it was applied when it was recorded. Throws `vault-newer` or `vault-damaged`. */
export function replayBatch(state: State, { before, records, decoded, attachments }: LedgerBatch): void {
  state.begin('batch');
  for (const sealed of attachments) state.keepValue(sealed, before.sequence + 1);
  records.forEach((bytes, i) => {
    try {
      state.apply(decoded?.[i] ?? decodeRecord(bytes));
    } catch (error) {
      state.undo('batch');
      if (!(error instanceof ZodError)) throw error;
      throw damaged(`record ${before.sequence + 1 + i} says what its type does not allow`, error);
    }
  });
  state.keep('batch');
}
