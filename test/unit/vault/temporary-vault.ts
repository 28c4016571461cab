import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { KdfRules } from '../../../electron/crypto/passphrase-kdf.ts';
import type { StateSchema } from '../../../electron/vault/change.ts';
import { createVault } from '../../../electron/vault/create-vault.ts';
import { openVault } from '../../../electron/vault/open-vault.ts';
import type { VaultFiles, VaultPorts } from '../../../electron/vault/ports.ts';
import type { Vault } from '../../../electron/vault/vault.ts';
import { verifyLedger } from '../../../electron/vault/verify-ledger.ts';
import { sampleSchema } from './sample-schema.ts';

/** The seam for a quick key derivation: handed in, never read from the file. */
export const QUICK_KDF: KdfRules = {
  least: { memory: 64, passes: 1, lanes: 1 },
  most: { memory: 1_048_576, passes: 16, lanes: 4 },
  target: 0,
};

export const PASSPHRASE = Buffer.from('correct horse battery staple');

/** A vault in a folder of its own that goes when the test ends. */
export class TemporaryVault {
  readonly directory: string;
  readonly schema: StateSchema;
  now = 1_700_000_000_000;

  constructor(directory: string, schema: StateSchema) {
    this.directory = directory;
    this.schema = schema;
  }

  static async make(schema = sampleSchema): Promise<TemporaryVault> {
    const parent = await mkdtemp(join(tmpdir(), 'kw-vault-'));
    onTestFinished(() => rm(parent, { recursive: true, force: true }));
    const vault = new TemporaryVault(join(parent, 'vault'), schema);
    await createVault({ ...vault.options(), name: 'Test' });
    return vault;
  }

  options(files?: VaultFiles) {
    const ports: VaultPorts = {
      clock: { now: () => this.now },
      random: randomBytes,
      ...(files && { files }),
    };
    return { directory: this.directory, passphrase: PASSPHRASE, schema: this.schema, ports, kdf: QUICK_KDF };
  }

  /** Opens it; the test that forgets to close it still frees the folder. */
  async open(files?: VaultFiles): Promise<Vault> {
    const vault = await openVault(this.options(files));
    onTestFinished(() => vault.close());
    return vault;
  }

  verify() {
    return verifyLedger({ directory: this.directory, passphrase: PASSPHRASE, kdf: QUICK_KDF });
  }
}
