import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import type { CorePorts } from '../core/ports.ts';
import type { VaultDoor } from './vault-door.ts';

/** The real vaults, as the assembly makes and opens them. */
export function vaultAssembly(_ports: CorePorts): VaultDoor {
  const missing = (): Promise<never> => Promise.reject(new KeywardenError('not-available'));
  return { create: missing, open: missing, verify: missing, problem: async () => null };
}
