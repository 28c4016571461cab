import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { ByteWriter } from './byte-writer.ts';
import { decodeCanonical, encodeCanonical } from './canonical-json.ts';
import { checkMagic, damaged } from './damaged.ts';
import type { EpochKeys } from './epoch-keys.ts';
import {
  HEADER_VERSION,
  type HeaderBody,
  parseHeaderBody,
  type SealedHeader,
  type SealedKeyholder,
  type Way,
} from './header-body.ts';
import { openHeaderNames, sealHeaderNames } from './header-names.ts';

const MAGIC = 'KWHEADER';
const NAME = 'vault.kwh';
const DIGEST_LENGTH = 32;

/** Someone to whom the vault key is sealed. */
export interface Keyholder extends SealedKeyholder {
  readonly name: string;
}

/** Who can open the vault. FORMAT.md section 8. */
export interface VaultHeader extends SealedHeader {
  readonly name?: string | undefined;
  readonly keyholders: Keyholder[];
}

/** A header as read, with what its MAC covers: not to be trusted before `openVaultHeader`. */
export interface ReadHeader extends HeaderBody {
  readonly covered: Uint8Array;
  readonly mac: Uint8Array;
}

/** The keys of the header's epoch that it is written and opened with. */
export type HeaderKeys = Pick<EpochKeys, 'header' | 'names'>;

/** Writes a header under the keys of its epoch. `nonce` is `NONCE_LENGTH` random bytes. */
export function encodeVaultHeader(
  keys: HeaderKeys,
  { name: vault, keyholders: named, ...header }: VaultHeader,
  nonce: Uint8Array,
): Uint8Array {
  const keyholders = named.map(({ name: _, ...keyholder }) => keyholder);
  const names = sealHeaderNames(keys, header, { vault, keyholders: named.map(({ name }) => name) }, nonce);
  const covered = new ByteWriter()
    .raw(Buffer.from(MAGIC, 'latin1'))
    .u8(HEADER_VERSION)
    .block(encodeCanonical(withText({ ...header, keyholders, names })))
    .finish();
  const withMac = Buffer.concat([covered, macOf(keys.header, covered)]);
  return new Uint8Array(Buffer.concat([withMac, checksum(withMac)]));
}

/** Reads a header without any key. Throws `vault-newer` or `vault-damaged`. */
export function decodeVaultHeader(bytes: Uint8Array): ReadHeader {
  checkMagic(bytes, MAGIC, HEADER_VERSION, NAME);
  const end = bytes.length - DIGEST_LENGTH;
  if (
    end < 13 + DIGEST_LENGTH ||
    Buffer.compare(checksum(bytes.subarray(0, end)), bytes.subarray(end)) !== 0
  ) {
    throw damaged(`the checksum of ${NAME} does not fit`);
  }
  const covered = bytes.subarray(0, end - DIGEST_LENGTH);
  const bodyLength = Buffer.from(covered).readUInt32BE(9);
  if (bodyLength !== covered.length - 13) throw damaged(`${NAME} has a wrong length`);
  try {
    const body = parseHeaderBody(bytes[8] ?? 0, decodeCanonical(covered.subarray(13)));
    return { ...body, covered, mac: bytes.subarray(covered.length, end) };
  } catch (error) {
    throw damaged(`${NAME} does not decode`, error);
  }
}

/** Proves a header and opens its names. Throws `vault-damaged` where someone without the vault key wrote it. */
export function openVaultHeader(keys: HeaderKeys, read: ReadHeader): VaultHeader {
  const { header, names: found, covered, mac } = read;
  if (!timingSafeEqual(macOf(keys.header, covered), mac)) {
    throw damaged(`${NAME} was changed by someone without the vault's key`);
  }
  const names = found instanceof Uint8Array ? openHeaderNames(keys, header, found) : found;
  if (names.keyholders.length !== header.keyholders.length) throw damaged(`${NAME} lacks a name`);
  const keyholders = header.keyholders.map((one, i) => ({ ...one, name: names.keyholders[i] ?? '' }));
  return { ...header, keyholders, ...(names.vault !== undefined && { name: names.vault }) };
}

/** The digest by which the ledger knows a slot: of its canonical JSON, as it stands in the header. */
export function digestOfSlot(slot: Way | Pick<Keyholder, 'publicKey' | 'vaultKey'>): string {
  return createHash('sha256')
    .update(encodeCanonical(withText(slot)))
    .digest('hex');
}

function macOf(headerKey: Uint8Array, covered: Uint8Array): Uint8Array {
  return createHmac('sha256', headerKey).update(covered).digest();
}

function checksum(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest();
}

/** Byte strings as base64url, everywhere. */
function withText(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64url');
  if (Array.isArray(value)) return value.map(withText);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withText(member)]));
}
