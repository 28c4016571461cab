import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { ByteWriter } from './byte-writer.ts';
import { decodeCanonical, encodeCanonical } from './canonical-json.ts';
import { checkMagic, damaged } from './damaged.ts';

const MAGIC = 'KWHEADER';
const VERSION = 2;
const NAME = 'vault.kwh';
const DIGEST_LENGTH = 32;

const integer = z.number().int().nonnegative();
const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`));
const base64url = z
  .string()
  .regex(/^[\w-]+$/)
  .transform((text): Uint8Array => new Uint8Array(Buffer.from(text, 'base64url')));

const key = base64url.refine((bytes) => bytes.length === 32);

const passphraseBox = {
  kind: z.literal('passphrase'),
  memory: integer,
  passes: integer,
  lanes: integer,
  salt: base64url,
  box: base64url,
};
const everyWay = { id: hex(8), addedAt: integer };
const sealedToWay = { publicKey: key, ephemeral: key, box: base64url };

const passphraseWay = z.strictObject({ ...everyWay, ...passphraseBox });
const recoveryKitWay = z.strictObject({ ...everyWay, ...sealedToWay, kind: z.literal('recovery-kit') });
const keychainWay = z.strictObject({ ...everyWay, ...sealedToWay, kind: z.literal('keychain') });
const sharesWay = z.strictObject({
  ...everyWay,
  ...sealedToWay,
  kind: z.literal('shares'),
  set: hex(4),
  threshold: integer,
  total: integer,
});

const keyholderOf = <T extends z.ZodType>(way: T) =>
  z.strictObject({
    id: hex(8),
    name: z.string(),
    publicKey: key,
    vaultKey: z.strictObject({ ephemeral: key, box: base64url }),
    ways: z.array(way).min(1),
  });

const bodyOf = <T extends z.ZodType>(keyholder: T) => ({
  id: hex(16),
  name: z.string().optional(),
  createdAt: integer,
  epoch: integer.min(1),
  former: z.array(z.strictObject({ epoch: integer.min(1), box: base64url })),
  keyholders: z.array(keyholder).min(1),
});

const way = z.discriminatedUnion('kind', [passphraseWay, recoveryKitWay, keychainWay, sharesWay]);
const keyholder = keyholderOf(way);
const headerBody = z.strictObject({ ...bodyOf(keyholder), revision: integer });
const headerBodyOfVersion1 = z.strictObject(bodyOf(keyholderOf(z.strictObject(passphraseBox))));

/** A way to a keyholder's private key. */
export type Way = z.infer<typeof way>;
export type PassphraseWay = z.infer<typeof passphraseWay>;
/** A way behind which lies a secret of 32 random bytes. */
export type SecretWay = Exclude<Way, PassphraseWay>;
export type SecretWayKind = SecretWay['kind'];
/** Someone to whom the vault key is sealed. */
export type Keyholder = z.infer<typeof keyholder>;
/** Who can open the vault. Byte strings are parsed already. FORMAT.md section 8. */
export type VaultHeader = z.infer<typeof headerBody>;

/** A header as read, with what its MAC covers: not to be trusted for writing before `checkHeaderMac`. */
export interface ReadHeader {
  readonly header: VaultHeader;
  readonly covered: Uint8Array;
  readonly mac: Uint8Array;
}

/** Writes a header under the header key of its epoch. */
export function encodeVaultHeader(headerKey: Uint8Array, header: VaultHeader): Uint8Array {
  const covered = new ByteWriter()
    .raw(Buffer.from(MAGIC, 'latin1'))
    .u8(VERSION)
    .block(encodeCanonical(withText(header)))
    .finish();
  const withMac = Buffer.concat([covered, macOf(headerKey, covered)]);
  return new Uint8Array(Buffer.concat([withMac, checksum(withMac)]));
}

/** Reads a header without any key. Throws `vault-newer` or `vault-damaged`. */
export function decodeVaultHeader(bytes: Uint8Array): ReadHeader {
  checkMagic(bytes, MAGIC, VERSION, NAME);
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
    const body = decodeCanonical(covered.subarray(13));
    const header = bytes[8] === 1 ? upgrade(headerBodyOfVersion1.parse(body)) : headerBody.parse(body);
    return { header, covered, mac: bytes.subarray(covered.length, end) };
  } catch (error) {
    throw damaged(`${NAME} does not decode`, error);
  }
}

/** Throws `vault-damaged` where the header was not written by someone who knew the vault key. */
export function checkHeaderMac(headerKey: Uint8Array, read: ReadHeader): void {
  if (!timingSafeEqual(macOf(headerKey, read.covered), read.mac)) {
    throw damaged(`${NAME} was changed by someone without the vault's key`);
  }
}

/** The digest by which the ledger knows a slot: of its canonical JSON, as it stands in the header. */
export function digestOfSlot(slot: Way | Pick<Keyholder, 'publicKey' | 'vaultKey'>): string {
  return createHash('sha256')
    .update(encodeCanonical(withText(slot)))
    .digest('hex');
}

/** What version 1 did not say yet. */
function upgrade(old: z.infer<typeof headerBodyOfVersion1>): VaultHeader {
  const keyholders = old.keyholders.map((holder) => ({
    ...holder,
    ways: holder.ways.map((passphrase) => ({
      ...passphrase,
      id: Buffer.from(checksum(passphrase.box).subarray(0, 8)).toString('hex'),
      addedAt: old.createdAt,
    })),
  }));
  return { ...old, keyholders, revision: 0 };
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
