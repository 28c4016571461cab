import { z } from 'zod';
import { looseBoolean, looseTextList } from '../../../shared/model/loose-field.ts';
import { looseCount, looseText, maybe, ttlField } from '../../core/fields.ts';

/** The names of roles: one path segment. */
export const roleName = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[\w.-]+$/, 'a name may hold letters, digits, dots, dashes and underscores');

const texts = z.array(z.string());
const seconds = z.number().int().min(0);

/** What a role allows. The names are Vault's own, so that what is read back is what was written. */
export const pkiRole = z.strictObject({
  // Roles of the time when a mount had one issuer name none.
  issuer_ref: z.string().default('default'),
  allowed_domains: texts,
  allow_bare_domains: z.boolean(),
  allow_subdomains: z.boolean(),
  allow_glob_domains: z.boolean(),
  allow_wildcard_certificates: z.boolean(),
  allow_any_name: z.boolean(),
  allow_localhost: z.boolean(),
  allow_ip_sans: z.boolean(),
  allowed_uri_sans: texts,
  allowed_serial_numbers: texts,
  enforce_hostnames: z.boolean(),
  require_cn: z.boolean(),
  cn_validations: texts,
  use_csr_common_name: z.boolean(),
  use_csr_sans: z.boolean(),
  server_flag: z.boolean(),
  client_flag: z.boolean(),
  code_signing_flag: z.boolean(),
  email_protection_flag: z.boolean(),
  key_usage: texts,
  ext_key_usage: texts,
  ext_key_usage_oids: texts,
  policy_identifiers: texts,
  key_type: z.enum(['rsa', 'ec', 'ed25519', 'any']),
  key_bits: seconds,
  ttl: seconds,
  max_ttl: seconds,
  not_before_duration: seconds,
  generate_lease: z.boolean(),
  no_store: z.boolean(),
  ou: texts,
  organization: texts,
  country: texts,
  locality: texts,
  province: texts,
  street_address: texts,
  postal_code: texts,
});
/** A role, as it stands in the state. */
export type PkiRole = z.output<typeof pkiRole>;

/** What Vault assumes where nothing is said. */
export const DEFAULT_ROLE: PkiRole = {
  issuer_ref: 'default',
  allowed_domains: [],
  allow_bare_domains: false,
  allow_subdomains: false,
  allow_glob_domains: false,
  allow_wildcard_certificates: true,
  allow_any_name: false,
  allow_localhost: true,
  allow_ip_sans: true,
  allowed_uri_sans: [],
  allowed_serial_numbers: [],
  enforce_hostnames: true,
  require_cn: true,
  cn_validations: ['email', 'hostname'],
  use_csr_common_name: true,
  use_csr_sans: true,
  server_flag: true,
  client_flag: true,
  code_signing_flag: false,
  email_protection_flag: false,
  key_usage: ['DigitalSignature', 'KeyAgreement', 'KeyEncipherment'],
  ext_key_usage: [],
  ext_key_usage_oids: [],
  policy_identifiers: [],
  key_type: 'rsa',
  key_bits: 0,
  ttl: 0,
  max_ttl: 0,
  not_before_duration: 30,
  generate_lease: false,
  no_store: false,
  ou: [],
  organization: [],
  country: [],
  locality: [],
  province: [],
  street_address: [],
  postal_code: [],
};

const list = maybe(looseTextList);
const flag = maybe(looseBoolean);

/** A write of `roles/:name`. */
export const roleFields = z.object({
  name: roleName,
  issuer_ref: maybe(looseText),
  allowed_domains: list,
  allow_bare_domains: flag,
  allow_subdomains: flag,
  allow_glob_domains: flag,
  allow_wildcard_certificates: flag,
  allow_any_name: flag,
  allow_localhost: flag,
  allow_ip_sans: flag,
  allowed_uri_sans: list,
  allowed_serial_numbers: list,
  enforce_hostnames: flag,
  require_cn: flag,
  cn_validations: list,
  use_csr_common_name: flag,
  use_csr_sans: flag,
  server_flag: flag,
  client_flag: flag,
  code_signing_flag: flag,
  email_protection_flag: flag,
  key_usage: list,
  ext_key_usage: list,
  ext_key_usage_oids: list,
  policy_identifiers: list,
  key_type: maybe(looseText.pipe(pkiRole.shape.key_type)),
  key_bits: maybe(looseCount),
  ttl: maybe(ttlField),
  max_ttl: maybe(ttlField),
  not_before_duration: maybe(ttlField),
  generate_lease: flag,
  no_store: flag,
  ou: list,
  organization: list,
  country: list,
  locality: list,
  province: list,
  street_address: list,
  postal_code: list,
  // Refused in words rather than dropped: what they allow would not be what was meant.
  allowed_domains_template: flag,
  allowed_uri_sans_template: flag,
  allowed_other_sans: list,
});
