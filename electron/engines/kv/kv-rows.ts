import type { ReadDb } from '../../vault/state-db.ts';
import type { ValueHash } from '../../vault/vault.ts';

/** One mount's settings; what was never configured is all zero. */
export interface KvConfig {
  readonly max_versions: number;
  readonly cas_required: number;
  /** Seconds; 0 is never, below 0 switches it off for every secret of the mount. */
  readonly delete_version_after: number;
}

/** One secret: its metadata, without any value. */
export interface SecretRow extends KvConfig {
  readonly id: string;
  readonly folder: string;
  readonly name: string;
  readonly current_version: number;
  readonly oldest_version: number;
  readonly custom_metadata: string | null;
  readonly created_at: number;
  readonly updated_at: number;
}

/** One version; `value` is null once it is destroyed. */
export interface VersionRow {
  readonly version: number;
  readonly created_at: number;
  /** May lie in the future: then it is still readable. */
  readonly deletion_at: number | null;
  readonly destroyed: number;
  readonly value: ValueHash | null;
}

/** Splits a secret's path into the folder with its slash, and the name. */
export function splitPath(path: string): { folder: string; name: string } {
  const cut = path.lastIndexOf('/') + 1;
  return { folder: path.slice(0, cut), name: path.slice(cut) };
}

/** The mount's settings. */
export function readConfig(db: ReadDb, mount: string): KvConfig {
  const row = db.lookUp<KvConfig>(
    'SELECT max_versions, cas_required, delete_version_after FROM kv_config WHERE mount = ?',
    mount,
  );
  return row ?? { max_versions: 0, cas_required: 0, delete_version_after: 0 };
}

/** The secret at a path, if there is one. */
export function findSecret(db: ReadDb, mount: string, path: string): SecretRow | undefined {
  const { folder, name } = splitPath(path);
  return db.lookUp<SecretRow>(
    'SELECT * FROM kv_secret WHERE mount = ? AND folder = ? AND name = ?',
    mount,
    folder,
    name,
  );
}

/** One version of a secret, if it was ever written and is not pruned. */
export function findVersion(db: ReadDb, secret: string, version: number): VersionRow | undefined {
  return db.lookUp<VersionRow>('SELECT * FROM kv_version WHERE secret = ? AND version = ?', secret, version);
}

/** All versions of a secret, oldest first. */
export function allVersions(db: ReadDb, secret: string): VersionRow[] {
  return db.all<VersionRow>('SELECT * FROM kv_version WHERE secret = ? ORDER BY version', secret);
}

/** The versions of a secret that are older than that one, oldest first. */
export function versionsBelow(db: ReadDb, secret: string, version: number): VersionRow[] {
  return db.all<VersionRow>(
    'SELECT * FROM kv_version WHERE secret = ? AND version < ? ORDER BY version',
    secret,
    version,
  );
}

/** Whether a version can be read at this instant. */
export function isReadable(version: VersionRow, now: number): boolean {
  return version.destroyed === 0 && (version.deletion_at === null || version.deletion_at > now);
}
