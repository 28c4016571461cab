import { createPublicKey, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { looseBoolean, looseInteger } from '../../../shared/model/loose-field.ts';
import { looseText, maybe } from '../../core/fields.ts';
import type { Route } from '../../core/route.ts';
import { batched } from './batch.ts';
import { hmacOf, readHash } from './digest-routes.ts';
import { bytesField } from './fields.ts';
import { rawEd25519 } from './key-shape.ts';
import { canSign } from './key-types.ts';
import { readVersioned, refused, versionToMake } from './key-use.ts';
import { type SignatureTerms, signingKey, signWith, verifyWith } from './signatures.ts';

const beside = {
  input: maybe(bytesField),
  context: maybe(bytesField),
  /** What comes last in the path; else the body's, under either of its names. */
  urlalgorithm: maybe(looseText),
  hash_algorithm: maybe(looseText),
  algorithm: maybe(looseText),
  signature_algorithm: maybe(
    z.enum(['', 'pss', 'pkcs1v15'], { error: 'signature_algorithm must be pss or pkcs1v15' }),
  ),
  marshaling_algorithm: maybe(
    z.enum(['', 'asn1', 'jws'], { error: 'marshaling_algorithm must be asn1 or jws' }),
  ),
  prehashed: maybe(looseBoolean),
  /** Bytes; -1 and 0 are `hash` and `auto`, as in Go. */
  salt_length: maybe(z.union([z.enum(['auto', 'hash']), looseInteger.pipe(z.number().min(-1))])),
};
type Beside = z.output<z.ZodObject<typeof beside>>;

const sign = batched(
  { ...beside, key_version: maybe(looseInteger) },
  (use, item, turn) => {
    if (!canSign(use.key.type)) throw refused(`key type ${use.key.type} does not support signing`);
    if (item.input === undefined) throw refused('missing input');
    const version = versionToMake(use.key, item.key_version);
    const terms = termsOf(item);
    const signature = signWith(use, version, item.input, terms, turn.random);
    const publicKey = use.key.derived
      ? {
          public_key: rawEd25519(
            createPublicKey(signingKey(use, version, terms))
              .export({ format: 'pem', type: 'spki' })
              .toString(),
          ),
        }
      : {};
    const text = signature.toString(terms.marshaling === 'jws' ? 'base64url' : 'base64');
    return { signature: `vault:v${version}:${text}`, key_version: version, ...publicKey };
  },
  { unknownKey: 'signing key not found' },
);

const verify = batched(
  { ...beside, signature: maybe(looseText), hmac: maybe(looseText) },
  (use, item) => {
    if (item.input === undefined) throw refused('missing input');
    if (item.hmac) return { valid: verifyHmac(use, item.hmac, item.input, item) };
    if (!item.signature) throw refused("one of 'signature' or 'hmac' must be supplied");
    if (!canSign(use.key.type)) throw refused(`key type ${use.key.type} does not support verification`);
    const { version, body } = readVersioned(use.key, item.signature, 'signature');
    const terms = termsOf(item);
    const bytes = decode(body, terms.marshaling === 'jws' ? 'base64url' : 'base64', 'signature');
    return { valid: verifyWith(use, version, item.input, bytes, terms) };
  },
  { unknownKey: 'signature verification key not found' },
);

/** `sign/:name` and `verify/:name`, with a hash at the end of the path or not. */
export const signRoutes: readonly Route[] = [
  {
    pattern: 'sign/:name',
    help: 'Signs input (base64): hash_algorithm, signature_algorithm (pss or pkcs1v15, for RSA), marshaling_algorithm (asn1 or jws), prehashed.',
    operations: { update: sign },
  },
  {
    pattern: 'sign/:name/:urlalgorithm',
    help: 'The same with the hash named in the path.',
    operations: { update: sign },
  },
  {
    pattern: 'verify/:name',
    help: 'Whether a signature, or an hmac, is one of this key over the input.',
    operations: { update: verify },
  },
  {
    pattern: 'verify/:name/:urlalgorithm',
    help: 'The same with the hash named in the path.',
    operations: { update: verify },
  },
];

function termsOf(item: Beside): SignatureTerms {
  const name = item.urlalgorithm ?? (item.hash_algorithm || item.algorithm || 'sha2-256');
  // Clients name the type of the key there: an Ed25519 signature has no choice of hashes.
  const hash = name === 'none' || name === 'ed25519' ? undefined : readHash(name);
  const { salt_length: salt } = item;
  return {
    hash,
    padding: item.signature_algorithm || 'pss',
    marshaling: item.marshaling_algorithm || 'asn1',
    prehashed: item.prehashed ?? false,
    saltLength:
      salt === 'hash' || salt === -1
        ? hashLength(hash)
        : typeof salt === 'number' && salt > 0
          ? salt
          : undefined,
    context: item.context,
  };
}

function hashLength(hash = 'sha256'): number {
  return Number(/(\d{3})$/.exec(hash)?.[1] ?? 160) / 8;
}

function verifyHmac(use: Parameters<typeof hmacOf>[0], text: string, input: Buffer, item: Beside): boolean {
  const { version, body } = readVersioned(use.key, text, 'HMAC');
  const algorithm = readHash(item.urlalgorithm ?? (item.hash_algorithm || item.algorithm || undefined));
  const wanted = hmacOf(use, version, algorithm, input);
  const given = decode(body, 'base64', 'HMAC');
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/** One spelling alone: who remembers the signatures that were used must not be shown the same one in another. */
function decode(body: string, form: 'base64' | 'base64url', what: string): Buffer {
  const bytes = Buffer.from(body, form);
  if (bytes.toString(form) !== body) throw refused(`invalid base64 ${what} value`);
  return bytes;
}
