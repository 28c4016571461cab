import type { Turn } from '../../vault/vault.ts';
import { type VaultSigner, vaultSigner } from './vault-signer.ts';

/** The vault's own signing key, derived once for as long as the vault is open. */
export interface Signing {
  signer(turn: Pick<Turn, 'signingSeed'>): VaultSigner;
}

/** Signing in the name of one open vault. */
export function createSigning(vaultId: string): Signing {
  let opened: VaultSigner | undefined;
  return {
    signer(turn) {
      if (opened) return opened;
      const seed = turn.signingSeed();
      opened = vaultSigner(vaultId, seed);
      seed.fill(0);
      return opened;
    },
  };
}
