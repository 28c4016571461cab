import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { ReadTurn } from '../../core/turn.ts';
import type { Change } from '../../vault/change.ts';
import { FORGET_VALUE, type ValueHash } from '../../vault/vault.ts';
import type { KeyType } from './key-types.ts';
import { TRANSIT_KEY_REMOVED } from './transit-changes.ts';

/** A key without its secrets. Versions count from 1. */
export interface TransitKey {
  readonly id: string;
  readonly mount: string;
  readonly name: string;
  readonly type: KeyType;
  readonly derived: boolean;
  readonly convergent: boolean;
  readonly exportable: boolean;
  readonly plaintextBackup: boolean;
  readonly deletionAllowed: boolean;
  readonly latest: number;
  readonly minDecryption: number;
  /** 0: the latest, whichever that is. */
  readonly minEncryption: number;
  /** 0: nothing was ever trimmed. */
  readonly minAvailable: number;
  /** Seconds; 0: never by itself. */
  readonly autoRotatePeriod: number;
}

/** One version; `public` is PEM, or empty. */
export interface KeyVersion {
  readonly version: number;
  readonly createdAt: number;
  readonly value: ValueHash;
  readonly public: string;
}

interface StoredKey {
  readonly id: string;
  readonly mount: string;
  readonly name: string;
  readonly type: KeyType;
  readonly derived: number;
  readonly convergent: number;
  readonly exportable: number;
  readonly plaintext_backup: number;
  readonly deletion_allowed: number;
  readonly latest: number;
  readonly min_decryption: number;
  readonly min_encryption: number;
  readonly min_available: number;
  readonly auto_rotate_period: number;
}

type Reading = Pick<ReadTurn, 'db' | 'mount'>;

/** The key of that name. */
export function findKey({ db, mount }: Reading, name: string): TransitKey | undefined {
  const row = db.get<StoredKey>('SELECT * FROM transit_key WHERE mount = ? AND name = ?', mount.uuid, name);
  return row && fromStored(row);
}

/** The key of that name. Throws `invalid-request` as Vault does where there is none. */
export function requireKey(turn: Reading, name: string, words = 'encryption key not found'): TransitKey {
  const key = findKey(turn, name);
  if (!key) throw new KeywardenError('invalid-request', words);
  return key;
}

/** The names of a mount's keys, sorted. */
export function keyNames({ db, mount }: Reading): readonly string[] {
  return db
    .all<{ name: string }>('SELECT name FROM transit_key WHERE mount = ? ORDER BY name', mount.uuid)
    .map(({ name }) => name);
}

/** A key's versions that were not trimmed, oldest first. */
export function versionsOf({ db }: Pick<ReadTurn, 'db'>, key: TransitKey): readonly KeyVersion[] {
  return db.all<{ version: number; createdAt: number; value: ValueHash; public: string }>(
    'SELECT version, created_at AS createdAt, value, public FROM transit_version WHERE key = ? ORDER BY version',
    key.id,
  );
}

/** The changes that remove a key for good. */
export function removingKey(turn: Pick<ReadTurn, 'db'>, key: TransitKey): readonly Change[] {
  return [
    TRANSIT_KEY_REMOVED.make({ id: key.id }),
    ...versionsOf(turn, key).map(({ value }) => ({ type: FORGET_VALUE, data: { hash: value } })),
  ];
}

function fromStored(row: StoredKey): TransitKey {
  return {
    id: row.id,
    mount: row.mount,
    name: row.name,
    type: row.type,
    derived: row.derived === 1,
    convergent: row.convergent === 1,
    exportable: row.exportable === 1,
    plaintextBackup: row.plaintext_backup === 1,
    deletionAllowed: row.deletion_allowed === 1,
    latest: row.latest,
    minDecryption: row.min_decryption,
    minEncryption: row.min_encryption,
    minAvailable: row.min_available,
    autoRotatePeriod: row.auto_rotate_period,
  };
}
