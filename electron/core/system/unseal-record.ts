import { z } from 'zod';
import { defineChange } from '../../vault/change.ts';
import type { RecordDraft } from '../../vault/vault.ts';
import { STRANGER } from '../pipeline/authenticate.ts';

/** What came to `sys/unseal` while the vault was sealed: nothing can be recorded then. */
export interface UnsealTries {
  /** Keys that were given, right ones and wrong ones. */
  readonly keys: number;
  /** How often a key, or enough of them together, were refused. */
  readonly refused: number;
}

/** Changes nothing: it is only for whoever reads the records. */
export const unsealed = defineChange(
  'core/unsealed@1',
  z.strictObject({ keys: z.number().int(), refused: z.number().int() }),
  () => {},
);

/** The record of an opening by `sys/unseal`, with what was tried before. */
export function unsealRecord({ keys, refused }: UnsealTries, requestId: string): RecordDraft {
  return {
    actor: STRANGER,
    operation: 'unseal',
    path: 'sys/unseal',
    outcome: 'ok',
    requestId,
    changes: [unsealed.make({ keys, refused })],
  };
}
