import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import { parseSegmentName } from './folder-layout.ts';
import type { Head } from './head.ts';
import type { LedgerBatch } from './ledger.ts';
import type { VaultFiles } from './ports.ts';
import { type LedgerFolder, walkLedger } from './read-ledger.ts';
import { listSegments } from './segment.ts';

/** How far a damaged ledger leads. */
export interface LastGoodState {
  readonly head: Head;
  /** The ledger without the segments that cannot be read. */
  readonly folder: LedgerFolder;
}

/** Whether something says that a file is damaged, and which. */
export function isDamage(error: unknown): error is KeywardenError {
  return error instanceof KeywardenError && error.code === 'vault-damaged';
}

/**
 * Reads a damaged ledger on from a record that is known, as far as every byte authenticates and every record is chained: to the
 * damage, and no further. Reads only.
 */
export async function readToDamage(
  folder: LedgerFolder,
  known: Head,
  each: (batch: LedgerBatch) => void,
): Promise<LastGoodState> {
  const found = (await folder.files.list(folder.folder)).map(parseSegmentName);
  const numbers = found.filter((number) => number !== undefined).sort((a, b) => a - b);
  let head = known;
  // Segments that do not fit together are left out from the end on, until the others do.
  for (const last of numbers.reverse()) {
    const view = upTo(folder, last);
    const segments = await orUndefined(listSegments(view.files, view.folder, view.keys, view.vaultId));
    if (!segments) continue;
    await orUndefined(
      walkLedger(view, head, (batch) => {
        each(batch);
        head = batch.after;
      }),
    );
    const ends = segments.findLast(({ header }) => header.firstSequence <= head.sequence + 1);
    return { head, folder: upTo(folder, ends?.header.segment ?? last) };
  }
  return { head, folder };
}

/** Undefined where it is damaged. */
async function orUndefined<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (!isDamage(error)) throw error;
    return undefined;
  }
}

/** The ledger as if nothing came behind that segment. */
function upTo(folder: LedgerFolder, last: number): LedgerFolder {
  return { ...folder, files: withoutSegmentsBehind(folder.files, last) };
}

function withoutSegmentsBehind(files: VaultFiles, last: number): VaultFiles {
  return {
    ...files,
    list: async (folder) =>
      (await files.list(folder)).filter((name) => (parseSegmentName(name) ?? 0) <= last),
  };
}
