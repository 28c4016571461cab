import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { base64urlSalt } from './base64url-field.ts';
import { ByteWriter } from './byte-writer.ts';
import { decodeCanonical, encodeCanonical } from './canonical-json.ts';
import { damaged } from './damaged.ts';
import { deriveSubkey } from './epoch-keys.ts';

/** What opens a backup. FORMAT.md section 12. */
export const BACKUP_MAGIC = 'KWBACKUP';
export const BACKUP_VERSION = 1;
export const BACKUP_START: Uint8Array = new ByteWriter()
  .raw(Buffer.from(BACKUP_MAGIC, 'latin1'))
  .u8(BACKUP_VERSION)
  .finish();

/** Names of the first two entries. */
export const HEADER_ENTRY = 'vault.kwh';
export const DESCRIPTION_ENTRY = 'description';

const integer = z.number().int().nonnegative();
const description = z.strictObject({
  createdAt: integer,
  epoch: integer.min(1),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  id: z.string().regex(/^[0-9a-f]{32}$/),
  salt: base64urlSalt,
  sequence: integer,
  term: integer.min(1),
  time: integer,
});

/** What a backup holds. */
export type BackupDescription = z.infer<typeof description>;

export function encodeDescription(described: BackupDescription): Uint8Array {
  return encodeCanonical(described);
}

/** Throws `vault-damaged`. */
export function decodeDescription(bytes: Uint8Array): BackupDescription {
  try {
    return description.parse(decodeCanonical(bytes));
  } catch (error) {
    throw damaged('the description of the backup does not decode', error);
  }
}

/** Whether an entry may be called so: what becomes a path must not lead anywhere else. */
export function isEntryName(name: string): boolean {
  return /^(?:ledger|snapshots)\/[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(name);
}

/** What stands ahead of an entry's bytes, or of the end's chain value where the name is empty. */
export function encodeEntryFront(name: string, length: number): Uint8Array {
  return new ByteWriter().text(name).u64(length).finish();
}

/** The chain of HMACs over a backup's entries, in their order. */
export class BackupChain {
  readonly #key: Uint8Array;
  #value: Uint8Array;

  /** `backupKey` is that of the epoch that the description names. */
  constructor(backupKey: Uint8Array, salt: string) {
    this.#key = deriveSubkey(backupKey, Buffer.from(salt, 'base64url'), 'keywarden/1/backup-file');
    this.#value = this.#mac(BACKUP_START);
  }

  /** Goes on by one entry, whose content has this SHA-256, and gives the chain value behind it. */
  entry(name: string, length: number, contentHash: Uint8Array): Uint8Array {
    this.#value = this.#mac(this.#value, encodeEntryFront(name, length), contentHash);
    return this.#value;
  }

  /** The chain value behind the end. */
  end(count: number): Uint8Array {
    this.#value = this.#mac(this.#value, encodeEntryFront('', count));
    return this.#value;
  }

  wipe(): void {
    this.#key.fill(0);
  }

  #mac(...parts: readonly Uint8Array[]): Uint8Array {
    const mac = createHmac('sha256', this.#key);
    for (const part of parts) mac.update(part);
    return mac.digest();
  }
}

/** Throws `vault-damaged` where a chain value is not the one that was written. */
export function checkChain(expected: Uint8Array, found: Uint8Array, what: string): void {
  if (found.length !== expected.length || !timingSafeEqual(expected, found)) {
    throw damaged(`${what} in the backup does not authenticate`);
  }
}
