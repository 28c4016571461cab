import { KeywardenError } from '../shared/errors/keywarden-error.ts';
import { initialise } from './core/initialise.ts';
import { encodeRecoveryKit, parseRecoveryKit } from './crypto/recovery-kit.ts';
import type { KeyTerms, MadeKeys } from './crypto/unseal-key.ts';
import type { VaultOptions } from './keywarden.ts';
import { ENGINES, SCHEMA } from './keywarden-engines.ts';
import { createVault } from './vault/create-vault.ts';
import type { WayIn } from './vault/way-in.ts';
import type { WaysIn } from './vault/ways-in.ts';

/** What is told of a new vault once. */
export interface MadeVault {
  readonly vaultId: string;
  readonly rootToken: string;
  readonly recoveryKit: string;
}

/** How a vault is made. */
export interface NewVaultOptions extends VaultOptions {
  readonly passphrase: Uint8Array;
  readonly name?: string;
  /** Other ways into the vault than passphrase and kit: part of making it. */
  readonly arrange?: (ways: WaysIn, byKit: WayIn) => Promise<void>;
  /**
   * Hears what is told once, just before the vault stands: what was told of a vault that does not stand after all can be told
   * again, but a vault of which nobody heard would be lost.
   */
  readonly tell?: (made: MadeVault) => Promise<void>;
}

/**
 * Makes a vault with `secret/`, `database/` and `auth/approle/` mounted, whole or not at all. Its root token and its recovery
 * kit are told this once. Throws `vault-exists`.
 */
export async function createKeywardenVault(options: NewVaultOptions): Promise<MadeVault> {
  const { passphrase, ports } = options;
  const secret = ports.random(32);
  let made: MadeVault | undefined;
  try {
    await createVault({
      ...options,
      recoveryKit: secret,
      schema: SCHEMA,
      async begin(open) {
        const vault = await open({ passphrase });
        try {
          const { rootToken } = await initialise({ vault, ports, engines: ENGINES });
          made = { vaultId: vault.id, rootToken, recoveryKit: encodeRecoveryKit(secret) };
          await options.arrange?.(vault.ways, { secret: { kind: 'recovery-kit', bytes: secret } });
        } finally {
          await vault.close();
        }
        await options.tell?.(made);
      },
    });
    if (!made) throw new KeywardenError('internal');
    return made;
  } finally {
    secret.fill(0);
  }
}

/** Makes a vault whose only way in is its keys: the passphrase that it is made with is nobody's. */
export async function createVaultOfKeys(
  options: VaultOptions,
  terms: KeyTerms,
): Promise<{ readonly rootToken: string; readonly keys: MadeKeys }> {
  const passphrase = Buffer.from(Buffer.from(options.ports.random(32)).toString('base64url'));
  let shares: readonly string[] = [];
  const { rootToken, recoveryKit } = await createKeywardenVault({
    ...options,
    passphrase,
    async arrange(ways, byKit) {
      if (terms.total > 1) shares = await ways.addShares(byKit, terms);
      const listed = await ways.list();
      // The one that proves us goes last.
      for (const kind of ['passphrase', ...(terms.total > 1 ? ['recovery-kit'] : [])]) {
        for (const way of listed) if (way.kind === kind) await ways.remove(byKit, way.id, 'not-needed');
      }
    },
  });
  passphrase.fill(0);
  if (terms.total === 1) return { rootToken, keys: { secret: parseRecoveryKit(recoveryKit) } };
  return { rootToken, keys: { shares } };
}
