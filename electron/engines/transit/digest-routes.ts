import { z } from 'zod';
import { looseInteger } from '../../../shared/model/loose-field.ts';
import type { Decision } from '../../core/decision.ts';
import { looseText, maybe, withDefault } from '../../core/fields.ts';
import { handler, type Route } from '../../core/route.ts';
import { batched } from './batch.ts';
import { bytesField } from './fields.ts';
import { hashField } from './hash-names.ts';
import { hashOf, macOf } from './hashing.ts';
import { type KeyUse, refused, versionToMake } from './key-use.ts';

const MOST_RANDOM_BYTES = 128 * 1024;

const hmacFields = {
  input: maybe(bytesField),
  algorithm: maybe(looseText),
  urlalgorithm: maybe(hashField),
  key_version: maybe(looseInteger),
};
const outputFormat = maybe(
  z.enum(['hex', 'base64'], { error: 'unsupported encoding format; must be "hex" or "base64"' }),
);

const hash = handler({
  input: z.object({
    input: bytesField,
    algorithm: maybe(hashField),
    urlalgorithm: maybe(hashField),
    format: outputFormat,
  }),
  decide: (_turn, { input, algorithm, urlalgorithm, format }): Decision => {
    const sum = hashOf(urlalgorithm ?? algorithm ?? 'sha256', input).toString(format ?? 'hex');
    return { kind: 'reply', reply: { data: { sum }, mountType: 'transit' } };
  },
});

const random = handler({
  input: z.object({
    bytes: withDefault(looseInteger, 32),
    urlbytes: maybe(looseInteger),
    // There is one source here, and it is the platform's.
    source: maybe(looseText),
    format: outputFormat,
  }),
  decide: (turn, { bytes, urlbytes, format }): Decision => {
    const length = urlbytes ?? bytes;
    if (length < 1) throw refused('"bytes" cannot be less than 1');
    if (length > MOST_RANDOM_BYTES) throw refused(`"bytes" should be less than ${MOST_RANDOM_BYTES}`);
    const random_bytes = Buffer.from(turn.random(length)).toString(format ?? 'base64');
    return { kind: 'reply', reply: { data: { random_bytes }, mountType: 'transit' } };
  },
});

const hmac = batched(hmacFields, (use, item) => {
  if (item.input === undefined) throw refused('missing input for HMAC');
  const version = versionToMake(use.key, item.key_version);
  const code = hmacOf(use, version, item.urlalgorithm ?? readHash(item.algorithm), item.input);
  return { hmac: `vault:v${version}:${code.toString('base64')}` };
});

/** `hmac/:name`, `hash`, `random`, each with its last word in the path or not. */
export const digestRoutes: readonly Route[] = [
  { pattern: 'hmac/:name', help: 'The HMAC of input (base64) under a key.', operations: { update: hmac } },
  {
    pattern: 'hmac/:name/:urlalgorithm',
    help: 'The same with the hash named in the path.',
    operations: { update: hmac },
  },
  { pattern: 'hash', help: 'The hash of input (base64).', operations: { update: hash } },
  {
    pattern: 'hash/:urlalgorithm',
    help: 'The same with the hash named in the path.',
    operations: { update: hash },
  },
  { pattern: 'random', help: 'So many random bytes.', operations: { update: random } },
  {
    pattern: 'random/:urlbytes',
    help: 'The same with their number in the path.',
    operations: { update: random },
  },
  {
    pattern: 'random/platform',
    help: 'The same: the platform is the one source here.',
    operations: { update: random },
  },
  {
    pattern: 'random/platform/:urlbytes',
    help: 'The same with their number in the path.',
    operations: { update: random },
  },
  {
    pattern: 'random/all',
    help: 'The same: the platform is the one source here.',
    operations: { update: random },
  },
  {
    pattern: 'random/all/:urlbytes',
    help: 'The same with their number in the path.',
    operations: { update: random },
  },
];

/** The HMAC of some bytes: every type of key has a key for it. */
export function hmacOf({ key, reveal }: KeyUse, version: number, algorithm: string, input: Buffer): Buffer {
  const material = reveal(version);
  return macOf(algorithm, key.type === 'hmac' ? material.key : material.hmac, input);
}

/** A hash by Vault's name; SHA-256 unless told. */
export function readHash(name: string | undefined): string {
  const read = hashField.safeParse(name ?? 'sha2-256');
  if (!read.success) throw refused(read.error.issues[0]?.message ?? 'unsupported hash algorithm');
  return read.data;
}
