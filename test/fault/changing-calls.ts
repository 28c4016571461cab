import type { FaultyCall, FaultyFiles } from '../unit/vault/faulty-files.ts';

/** Everything that changes the disk. */
export const CHANGING: ReadonlySet<FaultyCall> = new Set<FaultyCall>([
  'write',
  'sync',
  'truncate',
  'open',
  'rename',
  'remove',
  'syncFolder',
]);

/** Fails the nth change to the disk, and as many after it as the plan says. Tells whether it came to that. */
export function failing(disk: FaultyFiles, n: number, many: number, code: string): () => boolean {
  let count = 0;
  disk.fault = (call) => {
    if (!CHANGING.has(call)) return undefined;
    count += 1;
    return count >= n && count < n + many ? code : undefined;
  };
  return () => count >= n;
}
