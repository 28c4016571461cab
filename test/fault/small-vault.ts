import { cp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createVault } from '../../electron/vault/create-vault.ts';
import { nodeFiles } from '../../electron/vault/node-files.ts';
import { openVault } from '../../electron/vault/open-vault.ts';
import type { VaultFile, VaultFiles } from '../../electron/vault/ports.ts';
import { valueForgotten } from '../../electron/vault/value-changes.ts';
import type { Vault } from '../../electron/vault/vault.ts';
import { sampleSchema, writeNote } from '../unit/vault/sample-schema.ts';
import { TemporaryVault } from '../unit/vault/temporary-vault.ts';

const DAY = 86_400_000;

/** The notes that are in it; those of the first days have left the audit. */
export const NAMES: readonly string[] = ['a', 'b', 'c', 'd', 'e', 'f'];

/** One file of a vault. */
export interface FoundFile {
  /** Within the vault's folder. */
  readonly path: string;
  readonly bytes: Buffer;
}

/** A small vault that has one of everything. */
export interface SmallVault {
  /** As a killed process leaves it. */
  readonly folder: TemporaryVault;
  readonly files: readonly FoundFile[];
  readonly backup: Buffer;
}

/**
 * Makes a vault with a checkpoint, closed segments and an index beside each, two snapshots, and a tail that no snapshot covers;
 * and a backup of it.
 */
export async function makeSmallVault(parent: string): Promise<SmallVault> {
  const source = new TemporaryVault(join(parent, 'pristine'), sampleSchema);
  const killed = new TemporaryVault(join(parent, 'killed'), sampleSchema);
  await createVault(source.options());
  source.limits = { recordAge: DAY, reserve: 4_096 };
  const write = (vault: Vault, name: string) => vault.turn((turn) => turn.record(writeNote(name)));
  const closeSegment = async (vault: Vault) => {
    const hash = await vault.turn((turn) => {
      const sealed = turn.sealValue(Buffer.from('gone'), { mount: 'mount', owner: 'gone', version: 1 });
      turn.record(writeNote('gone', sealed));
      return sealed;
    });
    await vault.turn((turn) =>
      turn.record({ ...writeNote('gone'), changes: [valueForgotten.make({ hash })] }),
    );
    await vault.compact();
  };
  for (const name of ['a', 'b']) {
    const vault = await openVault(source.options());
    await write(vault, name);
    await closeSegment(vault);
    await vault.close();
    source.now += 2 * DAY;
  }
  const vault = await openVault(source.options());
  for (const name of ['c', 'd']) await write(vault, name);
  await closeSegment(vault);
  await write(vault, 'e');
  await vault.snapshot();
  source.now += 3_600_000;
  // What the vault does by itself has come to its end: the first segments are gone, the closed one has its index.
  await vault.compact();
  await vault.compact();
  await write(vault, 'f');
  await vault.compact();
  const to = join(parent, 'backup.kwb');
  await vault.backUp(to);
  await cp(source.directory, killed.directory, {
    recursive: true,
    filter: (path) => !path.endsWith('.new'),
  });
  await vault.close();
  await rm(join(killed.directory, 'lock'));
  killed.now = source.now + 60_000;
  killed.limits = { reserve: 4_096 };
  const names = await readdir(killed.directory, { recursive: true });
  const files = await Promise.all(
    names
      .filter((name) => /\.kw[hlscx]$/.test(name))
      .map(async (path) => ({ path, bytes: await readFile(join(killed.directory, path)) })),
  );
  return { folder: killed, files, backup: await readFile(to) };
}

/** The real disk, but for one file, whose bytes are these. */
export function withBytes(path: string, bytes: Uint8Array): VaultFiles {
  const file: VaultFile = {
    read: async (position, length) => bytes.slice(position, position + length),
    size: async () => bytes.length,
    write: () => Promise.reject(new Error('it is only read')),
    sync: async () => {},
    truncate: async () => {},
    close: async () => {},
  };
  return {
    ...nodeFiles,
    open: (asked, how) => (asked === path ? Promise.resolve(file) : nodeFiles.open(asked, how)),
    read: (asked) => (asked === path ? Promise.resolve(bytes) : nodeFiles.read(asked)),
  };
}
