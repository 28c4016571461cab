import { join } from 'node:path';
import { ByteReader } from '../crypto/byte-reader.ts';
import { damaged } from '../crypto/damaged.ts';
import { parseSegmentName } from './folder-layout.ts';
import type { UnlockedFolder } from './open-unlocked-vault.ts';
import { isMissing } from './write-durably.ts';

const EPOCH_OFFSET = 26;

/**
 * Throws `vault-damaged` where the last segment names an epoch of which the header knows nothing. It would not open anyway:
 * this says which of the two is the older one. What it reads is not authenticated yet, and decides nothing else.
 */
export async function refuseOlderHeader({ files, layout, keys }: UnlockedFolder): Promise<void> {
  let names: readonly string[];
  try {
    names = await files.list(layout.ledger);
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  const last = [...names].sort().findLast((name) => parseSegmentName(name) !== undefined);
  if (last === undefined) return;
  const file = await files.open(join(layout.ledger, last), 'reading');
  try {
    const bytes = await file.read(EPOCH_OFFSET, 4);
    if (bytes.length === 4 && new ByteReader(bytes).u32() > keys.current.epoch) {
      throw damaged('vault.kwh is older than the ledger; put the newest one back, or restore a backup');
    }
  } finally {
    await file.close();
  }
}
