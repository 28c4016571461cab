import { z } from 'zod';
import { defineChange } from './change.ts';
import type { Vault } from './vault.ts';

/** What was left behind at the end of the last segment by a write that did not finish. */
export interface TornTail {
  readonly segment: number;
  readonly position: number;
  readonly bytes: number;
}

const count = z.number().int().nonnegative();

/** A torn tail was found and left behind. Changes nothing in the state. */
export const tailCut = defineChange<TornTail>(
  'vault/tail-cut@1',
  z.strictObject({ segment: count, position: count, bytes: count }),
  () => {},
);

/** Records the cut, so that nobody has to wonder later where those bytes went. */
export function recordTailCut(vault: Vault, torn: TornTail): Promise<void> {
  return vault.turn((turn) =>
    turn.record({
      actor: { kind: 'vault', id: '', name: 'vault' },
      operation: 'update',
      path: 'sys/ledger',
      outcome: 'ok',
      requestId: '',
      changes: [tailCut.make(torn)],
    }),
  );
}
