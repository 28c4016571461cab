import { basename } from 'node:path';
import { z } from 'zod';
import { jsonFileWriter, readJsonFile } from './json-file.ts';

const fileShape = z.object({
  vaults: z.array(z.object({ directory: z.string(), name: z.string() })).max(100),
});

/** A vault that was open on this machine once. */
export interface KnownVault {
  readonly directory: string;
  readonly name: string;
}

/** The vaults that the welcome screen offers, last used first. Names and folders only. */
export interface KnownVaults {
  list(): readonly KnownVault[];
  /**
   * Puts it first; without a name it keeps the one that it has, or gets its folder's. Never fails: a disk that is full
   * must not keep the vault itself shut.
   */
  remember(directory: string, name?: string): Promise<KnownVault>;
  forget(directory: string): Promise<void>;
}

/** Loads the list from its file. */
export async function openKnownVaults(file: string): Promise<KnownVaults> {
  let { vaults } = await readJsonFile(file, fileShape, { vaults: [] });
  const write = jsonFileWriter(file);
  return {
    list: () => vaults,
    async remember(directory, name) {
      const known = vaults.find((vault) => vault.directory === directory);
      const vault = { directory, name: name ?? known?.name ?? basename(directory) };
      vaults = [vault, ...vaults.filter((other) => other.directory !== directory)].slice(0, 100);
      await write({ vaults }).catch(() => undefined);
      return vault;
    },
    async forget(directory) {
      const left = vaults.filter((vault) => vault.directory !== directory);
      await write({ vaults: left });
      vaults = left;
    },
  };
}
