import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { z } from 'zod';

/** Reads a small JSON file of ours; anything missing or unreadable counts as `fallback`, because it holds comfort only. */
export async function readJsonFile<T>(file: string, schema: z.ZodType<T>, fallback: T): Promise<T> {
  try {
    return schema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return fallback;
  }
}

/** Writes one file, one value after the other. */
export function jsonFileWriter(file: string): (value: unknown) => Promise<void> {
  let last: Promise<unknown> = Promise.resolve();
  return (value) => {
    const written = last.then(() => writeJsonFile(file, value));
    last = written.catch(() => undefined);
    return written;
  };
}

/** Writes beside and renames into place, so that a crash leaves the old file or the new one. Holds no secrets. */
async function writeJsonFile(file: string, value: unknown): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const beside = `${file}.new`;
  const handle = await open(beside, 'w', 0o600);
  try {
    await handle.writeFile(`${JSON.stringify(value, null, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(beside, file);
}
