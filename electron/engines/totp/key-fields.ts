import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { durationField } from '../../../shared/model/duration.ts';
import { looseBoolean, looseInteger } from '../../../shared/model/loose-field.ts';
import { looseText, withDefault } from '../../core/fields.ts';
import type { RandomBytes } from '../../vault/ports.ts';
import { decodeBase32 } from './base32.ts';
import type { TotpKey } from './key-rows.ts';
import { parseKeyUrl } from './key-url.ts';

/** RFC 4226, section 4, asks for 128 bits; ones that others have made may have less. */
const SHORTEST_OWN_KEY = 16;
const LONGEST_KEY = 128;

/** The name of a key: one path segment. */
export const keyName = z
  .string()
  .min(1)
  .max(256)
  .regex(/^\w(?:[\w.@-]*\w)?$/, 'a name may hold letters, digits, dots, dashes, underscores and @');

/** A write of `keys/:name`. */
export const keyFields = z.object({
  name: keyName,
  generate: withDefault(looseBoolean, false),
  exported: withDefault(looseBoolean, true),
  key_size: withDefault(looseInteger, 20),
  url: withDefault(looseText, ''),
  key: withDefault(looseText, ''),
  issuer: withDefault(looseText, ''),
  account_name: withDefault(looseText, ''),
  algorithm: withDefault(looseText, 'SHA1'),
  digits: withDefault(looseInteger, 6),
  period: withDefault(durationField, 30),
  skew: withDefault(looseInteger, 1),
  qr_size: withDefault(looseInteger.pipe(z.number().min(0).max(2000)), 200),
});
export type KeyFields = z.output<typeof keyFields>;

/** What a key is to be, with its secret. */
export type NewKey = Pick<TotpKey, 'issuer' | 'accountName' | 'algorithm' | 'digits' | 'period' | 'skew'> & {
  readonly secret: Uint8Array;
};

/** Reads what was asked for, or makes it. Throws `invalid-request` in Vault's words. */
export function readNewKey(input: KeyFields, random: RandomBytes): NewKey {
  const given = input.generate ? generated(input, random) : imported(input);
  const { digits, period, skew } = given;
  const algorithm = (['SHA1', 'SHA256', 'SHA512'] as const).find((name) => name === given.algorithm);
  if (algorithm === undefined) throw refused('the algorithm value is not valid');
  if (digits !== 6 && digits !== 8) throw refused('the digits value can only be 6 or 8');
  if (!Number.isInteger(period) || period <= 0) throw refused('the period value must be greater than zero');
  if (skew !== 0 && skew !== 1) throw refused('the skew value must be 0 or 1');
  return { ...given, algorithm, digits, period, skew };
}

function generated(input: KeyFields, random: RandomBytes) {
  if (input.url !== '') throw refused('a url cannot be given where a key is generated');
  if (input.key !== '') throw refused('a key should not be passed if generate is true');
  if (input.issuer === '') throw refused('the issuer value is required');
  if (input.account_name === '') throw refused('the account_name value is required');
  if (input.key_size < SHORTEST_OWN_KEY || input.key_size > LONGEST_KEY) {
    throw refused(`the key_size value must be from ${SHORTEST_OWN_KEY} to ${LONGEST_KEY}`);
  }
  return { ...plain(input), secret: random(input.key_size) };
}

function imported(input: KeyFields) {
  const url = input.url === '' ? undefined : parseKeyUrl(input.url);
  const text = url?.secret ?? input.key;
  if (text === '') throw refused('the key value is required');
  const secret = decodeBase32(text);
  if (secret === undefined || secret.length > LONGEST_KEY) throw refused('invalid key value: not base32');
  const { algorithm, digits, period, issuer, accountName, skew } = plain(input);
  return {
    secret,
    skew,
    issuer: url?.issuer || issuer,
    accountName: url?.accountName || accountName,
    algorithm: url?.algorithm ?? algorithm,
    digits: url?.digits === undefined ? digits : Number(url.digits),
    period: url?.period === undefined ? period : Number(url.period),
  };
}

function plain({ issuer, account_name: accountName, algorithm, digits, period, skew }: KeyFields) {
  return { issuer, accountName, algorithm, digits, period, skew };
}

function refused(words: string): KeywardenError {
  return new KeywardenError('invalid-request', words);
}
