import { rename, writeFile } from 'node:fs/promises';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { runtimePaths } from '../../../shared/model/runtime-paths.ts';
import type { Surroundings } from '../surroundings.ts';
import { ensureRuntimeFolder } from './runtime-folder.ts';

/** Keeps the token of `kw login`. Written beside and renamed: nobody reads half a token, and it is never open to others. */
export async function keepToken(token: string, surroundings: Surroundings): Promise<void> {
  const { folder, tokenPath } = runtimePaths(surroundings);
  await ensureRuntimeFolder(folder, surroundings);
  try {
    await writeFile(`${tokenPath}.new`, `${token}\n`, { mode: 0o600 });
    await rename(`${tokenPath}.new`, tokenPath);
  } catch (cause) {
    throw new KeywardenError('not-available', `The token cannot be kept at ${tokenPath}.`, { cause });
  }
}
