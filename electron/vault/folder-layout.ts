import { join } from 'node:path';

/** Where things lie in a vault's folder. FORMAT.md section 1. */
export interface FolderLayout {
  readonly root: string;
  readonly header: string;
  /** The header of a vault that is being made, until it stands. */
  readonly unfinished: string;
  readonly lock: string;
  /** There where a restore put the vault, until a person confirms it. */
  readonly restored: string;
  /** Room for a full disk. */
  readonly reserve: string;
  readonly ledger: string;
  readonly snapshots: string;
}

/** The paths of the vault in `root`. */
export function folderLayout(root: string): FolderLayout {
  return {
    root,
    header: join(root, 'vault.kwh'),
    unfinished: join(root, 'unfinished.kwh'),
    lock: join(root, 'lock'),
    restored: join(root, 'restored'),
    reserve: join(root, 'reserve'),
    ledger: join(root, 'ledger'),
    snapshots: join(root, 'snapshots'),
  };
}

/** `00000001.kwl` */
export function segmentName(segment: number): string {
  return `${String(segment).padStart(8, '0')}.kwl`;
}

/** The number in a segment's name, or undefined where it is none. */
export function parseSegmentName(name: string): number | undefined {
  const digits = /^(\d{8})\.kwl$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** `00000001.kwx`: beside the segment of that number. */
export function indexName(segment: number): string {
  return `${String(segment).padStart(8, '0')}.kwx`;
}

/** `0000000000001234.kws` */
export function snapshotName(sequence: number): string {
  return `${String(sequence).padStart(16, '0')}.kws`;
}

/** The sequence in a snapshot's name, or undefined where it is none. */
export function parseSnapshotName(name: string): number | undefined {
  const digits = /^(\d{16})\.kws$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
