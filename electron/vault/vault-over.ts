import type { CommitLoop } from './commit-loop.ts';
import type { Vault } from './vault.ts';
import { formatVaultId } from './vault-id.ts';

/** The open vault in front of a commit loop. `finish` runs once, when the last turn is answered. */
export function vaultOver(id: Uint8Array, loop: CommitLoop, finish: () => Promise<void>): Vault {
  let closing: Promise<void> | undefined;
  return {
    id: formatVaultId(id),
    turn: (decide) => loop.turn(decide),
    watch: (listener) => loop.watch(listener),
    head: () => ({ sequence: loop.head.sequence, hash: Buffer.from(loop.head.hash).toString('hex') }),
    close: () => {
      closing ??= loop.close().then(finish);
      return closing;
    },
  };
}
