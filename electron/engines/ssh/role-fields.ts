import { z } from 'zod';
import { looseBoolean, looseTextList } from '../../../shared/model/loose-field.ts';
import { looseText, looseTextMap, maybe, ttlField } from '../../core/fields.ts';

/** The names of roles: one path segment. */
export const roleName = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[\w.-]+$/, 'a name may hold letters, digits, dots, dashes and underscores');

const texts = z.array(z.string());
const map = z.record(z.string(), z.string());
const seconds = z.number().int().min(0);

/** What a role allows, by Vault's own names. In the lists `*` stands for anything, and an empty one for nothing. */
export const sshRole = z.strictObject({
  default_user: z.string(),
  allowed_users: texts,
  allowed_domains: texts,
  allow_bare_domains: z.boolean(),
  allow_subdomains: z.boolean(),
  allow_user_certificates: z.boolean(),
  allow_host_certificates: z.boolean(),
  allow_user_key_ids: z.boolean(),
  allow_empty_principals: z.boolean(),
  allowed_critical_options: texts,
  allowed_extensions: texts,
  default_critical_options: map,
  default_extensions: map,
  /** Kinds of keys to their lengths; empty allows all that are long enough. */
  allowed_user_key_lengths: z.record(z.string(), z.array(z.number().int())),
  algorithm_signer: z.enum(['default', 'rsa-sha2-256', 'rsa-sha2-512']),
  key_id_format: z.string(),
  ttl: seconds,
  max_ttl: seconds,
  not_before_duration: seconds,
});
/** A role, as it stands in the state. */
export type SshRole = z.output<typeof sshRole>;

/** What Vault assumes where nothing is said. */
export const DEFAULT_ROLE: SshRole = {
  default_user: '',
  allowed_users: [],
  allowed_domains: [],
  allow_bare_domains: false,
  allow_subdomains: false,
  allow_user_certificates: false,
  allow_host_certificates: false,
  allow_user_key_ids: false,
  allow_empty_principals: false,
  allowed_critical_options: [],
  allowed_extensions: [],
  default_critical_options: {},
  default_extensions: {},
  allowed_user_key_lengths: {},
  algorithm_signer: 'default',
  key_id_format: '',
  ttl: 0,
  max_ttl: 0,
  not_before_duration: 30,
};

const list = maybe(looseTextList);
const flag = maybe(looseBoolean);
const lengths = z.record(
  z.string(),
  z.union([z.number().int(), z.array(z.number().int())]).transform((given) => [given].flat()),
);

/** A write of `roles/:name`. */
export const roleFields = z.object({
  name: roleName,
  key_type: looseText,
  default_user: maybe(looseText),
  allowed_users: list,
  allowed_domains: list,
  allow_bare_domains: flag,
  allow_subdomains: flag,
  allow_user_certificates: flag,
  allow_host_certificates: flag,
  allow_user_key_ids: flag,
  allow_empty_principals: flag,
  allowed_critical_options: list,
  allowed_extensions: list,
  default_critical_options: maybe(looseTextMap),
  default_extensions: maybe(looseTextMap),
  allowed_user_key_lengths: maybe(lengths),
  algorithm_signer: maybe(
    looseText
      .transform((name) => (name === '' ? 'default' : name))
      .pipe(
        z.enum(['default', 'rsa-sha2-256', 'rsa-sha2-512'], {
          error: 'algorithm_signer must be default, rsa-sha2-256 or rsa-sha2-512',
        }),
      ),
  ),
  key_id_format: maybe(looseText),
  ttl: maybe(ttlField),
  max_ttl: maybe(ttlField),
  not_before_duration: maybe(ttlField),
  // Refused in words rather than dropped: what they allow would not be what was meant.
  allowed_users_template: flag,
  allowed_domains_template: flag,
  default_user_template: flag,
  default_extensions_template: flag,
});
