import { createHash } from 'node:crypto';
import { z } from 'zod';
import { base64urlBytes, base64urlKey } from './base64url-field.ts';
import { NONCE_LENGTH, TAG_LENGTH } from './secret-box.ts';

const integer = z.number().int().nonnegative();
/** As wide as the associated data that it is bound into. */
const epoch = z.number().int().min(1).max(0xffff_ffff);
const bytes = (length: number) => base64urlBytes.refine((found) => found.length === length);
/** What a key of 32 bytes is in a box. */
const boxedKey = bytes(NONCE_LENGTH + 32 + TAG_LENGTH);
const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`));

const passphraseBox = {
  kind: z.literal('passphrase'),
  memory: integer,
  passes: integer,
  lanes: integer,
  salt: bytes(16),
  box: boxedKey,
};
const everyWay = { id: hex(8), addedAt: integer };
const sealedToWay = { publicKey: base64urlKey, ephemeral: base64urlKey, box: boxedKey };

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
const way = z.discriminatedUnion('kind', [passphraseWay, recoveryKitWay, keychainWay, sharesWay]);

const slot = {
  id: hex(8),
  publicKey: base64urlKey,
  vaultKey: z.strictObject({ ephemeral: base64urlKey, box: boxedKey }),
};
const bodyOf = <T extends z.ZodType>(keyholder: T) => ({
  id: hex(16),
  createdAt: integer,
  epoch,
  former: z.array(z.strictObject({ epoch, box: boxedKey })),
  keyholders: z.array(keyholder).min(1),
});
const sealedKeyholder = z.strictObject({ ...slot, ways: z.array(way).min(1) });
const body3 = z.strictObject({ ...bodyOf(sealedKeyholder), names: base64urlBytes, revision: integer });

// What versions 1 and 2 said in plain.
const name = { name: z.string() };
const namedKeyholder = <T extends z.ZodType>(ways: T) =>
  z.strictObject({ ...slot, ...name, ways: z.array(ways).min(1) });
const named = { name: z.string().optional() };
const body2 = z.strictObject({ ...bodyOf(namedKeyholder(way)), ...named, revision: integer });
const body1 = z.strictObject({ ...bodyOf(namedKeyholder(z.strictObject(passphraseBox))), ...named });

/** A way to a keyholder's private key. */
export type Way = z.infer<typeof way>;
export type PassphraseWay = z.infer<typeof passphraseWay>;
/** A way behind which lies a secret of 32 random bytes. */
export type SecretWay = Exclude<Way, PassphraseWay>;
export type SecretWayKind = SecretWay['kind'];
/** Someone to whom the vault key is sealed, as everybody can see who has the header. */
export type SealedKeyholder = z.infer<typeof sealedKeyholder>;
/** What everybody can see who has the header. Byte strings are parsed already. FORMAT.md section 8. */
export type SealedHeader = Omit<z.infer<typeof body3>, 'names'>;

/** The names in a header: for people, and for them alone who can open it. */
export interface HeaderNames {
  readonly vault?: string | undefined;
  /** Of each keyholder, in the header's order. */
  readonly keyholders: readonly string[];
}

/** A header's body. Versions 1 and 2 had the names in plain; since then they lie in a box. */
export interface HeaderBody {
  readonly header: SealedHeader;
  readonly names: Uint8Array | HeaderNames;
}

/** The newest version of the header, which is the one that is written. */
export const HEADER_VERSION = 3;

/** Reads the body of a header of one of the versions up to `HEADER_VERSION`. Throws where it is none. */
export function parseHeaderBody(version: number, body: unknown): HeaderBody {
  if (version === 1) return withoutNames(upgrade(body1.parse(body)));
  if (version === 2) return withoutNames(body2.parse(body));
  const { names, ...header } = body3.parse(body);
  return { header, names };
}

/** What version 1 did not say yet. */
function upgrade(old: z.infer<typeof body1>): z.infer<typeof body2> {
  const keyholders = old.keyholders.map((holder) => ({
    ...holder,
    ways: holder.ways.map((passphrase) => ({
      ...passphrase,
      id: createHash('sha256').update(passphrase.box).digest('hex').slice(0, 16),
      addedAt: old.createdAt,
    })),
  }));
  return { ...old, keyholders, revision: 0 };
}

function withoutNames({ name: vault, keyholders: named, ...header }: z.infer<typeof body2>): HeaderBody {
  const keyholders = named.map(({ name: _, ...keyholder }) => keyholder);
  return { header: { ...header, keyholders }, names: { vault, keyholders: named.map((one) => one.name) } };
}
