import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { StateSchema } from '../../../electron/vault/change.ts';
import { createVault } from '../../../electron/vault/create-vault.ts';
import { folderLayout, segmentName } from '../../../electron/vault/folder-layout.ts';
import { readHeaderFile } from '../../../electron/vault/header-file.ts';
import { readLedgerStart } from '../../../electron/vault/ledger-start.ts';
import { nodeFiles } from '../../../electron/vault/node-files.ts';
import { type OpenedVault, openVault } from '../../../electron/vault/open-vault.ts';
import type { VaultFiles, VaultPorts } from '../../../electron/vault/ports.ts';
import { type LedgerFolder, walkLedger } from '../../../electron/vault/read-ledger.ts';
import { decodeRecord } from '../../../electron/vault/record-codec.ts';
import { unlockHeader, vaultIdOf } from '../../../electron/vault/unlock-header.ts';
import type { LedgerRecord } from '../../../electron/vault/vault.ts';
import type { VaultLimits } from '../../../electron/vault/vault-limits.ts';
import { verifyLedger } from '../../../electron/vault/verify-ledger.ts';
import { PASSPHRASE, QUICK_KDF } from './quick-kdf.ts';
import { sampleSchema } from './sample-schema.ts';

/** A vault in a folder of its own that goes when the test ends. */
export class TemporaryVault {
  readonly directory: string;
  readonly schema: StateSchema;
  now = 1_700_000_000_000;
  limits: Partial<VaultLimits> = {};

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
      limits: { reserve: 65_536, ...this.limits },
    };
    return { directory: this.directory, passphrase: PASSPHRASE, schema: this.schema, ports, kdf: QUICK_KDF };
  }

  /** Opens it; the test that forgets to close it still frees the folder. */
  async open(files?: VaultFiles): Promise<OpenedVault> {
    const vault = await openVault(this.options(files));
    onTestFinished(() => vault.close());
    return vault;
  }

  /** The same vault, copied as it lies on the disk. */
  async copy(): Promise<TemporaryVault> {
    const parent = await mkdtemp(join(tmpdir(), 'kw-copy-'));
    onTestFinished(() => rm(parent, { recursive: true, force: true }));
    // What the vault is writing beside comes and goes.
    const filter = (source: string) => !source.endsWith('.new');
    await cp(this.directory, join(parent, 'vault'), { recursive: true, filter });
    return new TemporaryVault(join(parent, 'vault'), this.schema);
  }

  segment(number: number): string {
    return join(this.directory, 'ledger', segmentName(number));
  }

  /** The ledger's folder with its keys, past the passphrase. */
  async unlock(): Promise<LedgerFolder> {
    const layout = folderLayout(this.directory);
    const read = await readHeaderFile(nodeFiles, layout);
    const keys = await unlockHeader(read, { passphrase: PASSPHRASE }, QUICK_KDF);
    return { files: nodeFiles, keys, folder: layout.ledger, vaultId: vaultIdOf(read) };
  }

  /** What the ledger holds, read from the disk; attachments stand with the first record of their batch. */
  async records(): Promise<{ readonly record: LedgerRecord; readonly attachments: readonly Uint8Array[] }[]> {
    const found: { record: LedgerRecord; attachments: readonly Uint8Array[] }[] = [];
    const unlocked = await this.unlock();
    const { files, folder, keys, vaultId } = unlocked;
    const start = await readLedgerStart(files, folder, keys, vaultId);
    await walkLedger(unlocked, start, ({ records, attachments }) => {
      records.forEach((bytes, i) => {
        found.push({ record: decodeRecord(bytes), attachments: i === 0 ? attachments : [] });
      });
    });
    return found;
  }

  verify() {
    return verifyLedger({ directory: this.directory, passphrase: PASSPHRASE, kdf: QUICK_KDF });
  }
}
