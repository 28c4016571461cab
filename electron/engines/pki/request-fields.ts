import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { looseBoolean, looseInteger, looseTextList } from '../../../shared/model/loose-field.ts';
import { looseText, maybe, ttlField, withDefault } from '../../core/fields.ts';
import type { Subject } from './x509/distinguished-name.ts';
import type { AltNames } from './x509/extensions.ts';

const text = withDefault(looseText, '');
const texts = withDefault(looseTextList, [] as string[]);

/** In which form certificates go out. */
export const formatField = withDefault(
  z.enum(['pem', 'der', 'pem_bundle'], {
    error: 'the "format" parameter must be "pem", "der", or "pem_bundle"',
  }),
  'pem',
);
export type Format = z.output<typeof formatField>;

/** In which form a new private key goes out: Vault's `der` means "as the certificate". */
export const keyFormatField = withDefault(
  z.enum(['', 'pem', 'der', 'pkcs8'], { error: 'private_key_format must be "der", "pem" or "pkcs8"' }),
  'der',
);

/** The names and the rest that every request for a certificate may name. */
export const nameFields = {
  common_name: text,
  alt_names: texts,
  ip_sans: texts,
  uri_sans: texts,
  other_sans: texts,
  exclude_cn_from_sans: withDefault(looseBoolean, false),
  serial_number: text,
  ttl: maybe(ttlField),
  not_after: text,
  format: formatField,
} as const;

/** What an authority may be called, and how its key is made. */
export const authorityFields = {
  ...nameFields,
  ou: texts,
  organization: texts,
  country: texts,
  locality: texts,
  province: texts,
  street_address: texts,
  postal_code: texts,
  permitted_dns_domains: texts,
  max_path_length: withDefault(looseInteger, -1),
} as const;

/** How a new key is made and shown. */
export const keyFields = {
  key_type: withDefault(z.enum(['rsa', 'ec', 'ed25519']), 'rsa'),
  key_bits: withDefault(looseInteger.pipe(z.number().min(0)), 0),
  private_key_format: keyFormatField,
} as const;

/** The alternative names of a request's own fields. */
export interface GivenNames {
  readonly alt_names: readonly string[];
  readonly ip_sans: readonly string[];
  readonly uri_sans: readonly string[];
  readonly other_sans: readonly string[];
}

/** The alternative names of a request's own fields: those with an `@` are email addresses. Throws `invalid-request`. */
export function givenNames(input: GivenNames): AltNames {
  if (input.other_sans.length > 0) throw new KeywardenError('invalid-request', 'other_sans is not supported');
  return {
    dns: input.alt_names.filter((name) => !name.includes('@')),
    email: input.alt_names.filter((name) => name.includes('@')),
    ip: input.ip_sans,
    uri: input.uri_sans,
  };
}

/** Whom a certificate is for, in Vault's words. */
export interface GivenSubject {
  readonly ou: readonly string[];
  readonly organization: readonly string[];
  readonly country: readonly string[];
  readonly locality: readonly string[];
  readonly province: readonly string[];
  readonly street_address: readonly string[];
  readonly postal_code: readonly string[];
}

/** The parts of a subject that stand in a role or in a request for an authority. */
export function subjectOf(
  names: { readonly commonName: string; readonly serialNumber: string },
  rest: GivenSubject,
): Subject {
  return {
    ...names,
    ou: rest.ou,
    organization: rest.organization,
    country: rest.country,
    locality: rest.locality,
    province: rest.province,
    streetAddress: rest.street_address,
    postalCode: rest.postal_code,
  };
}
