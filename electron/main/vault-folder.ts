import { access } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { KeywardenError } from '../../shared/errors/keywarden-error.ts';

/**
 * The folder that a person means, always written in the same way. Throws `invalid-request` for a path that depends on
 * where the app was started: the next start would look elsewhere.
 */
export function wholeFolder(typed: string): string {
  if (isAbsolute(typed) && !typed.includes('\0')) return resolve(typed);
  throw new KeywardenError('invalid-request', 'Give the whole path of the folder, from its root on.');
}

/** A folder of that name that is not there yet. */
export async function freeFolder(parent: string, name: string): Promise<string> {
  const slug = Array.from(
    name
      .normalize('NFKD')
      .replace(/\p{M}+/gu, '')
      .replace(/[^\p{L}\p{N}]+/gu, '-'),
  )
    .slice(0, 60)
    .join('')
    .replace(/^-+|-+$/g, '')
    .toLowerCase();
  for (let number = 1; ; number++) {
    const directory = join(parent, `${slug === '' ? 'vault' : slug}${number === 1 ? '' : `-${number}`}`);
    try {
      await access(directory);
    } catch {
      return directory;
    }
  }
}
