import { z } from 'zod';
import { looseBoolean, looseInteger, looseTextList } from '../../../shared/model/loose-field.ts';
import { looseText, maybe } from '../../core/fields.ts';
import { statementList } from './statement-list.ts';

/** The names of connections and roles: one path segment. */
export const nameField = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[\w.-]+$/, 'a name may hold letters, digits, dots, dashes and underscores');

/** A write of `config/:name`. What is absent stays as it was. */
export const configFields = z.object({
  name: nameField,
  plugin_name: maybe(looseText),
  connection_url: maybe(looseText),
  username: maybe(looseText),
  password: maybe(looseText),
  allowed_roles: maybe(looseTextList),
  verify_connection: maybe(looseBoolean),
  password_authentication: maybe(
    z.enum(['scram-sha-256', 'password'], {
      error: 'password_authentication must be scram-sha-256 or password',
    }),
  ),
  max_open_connections: maybe(looseInteger.pipe(z.number())),
  root_rotation_statements: maybe(statementList),
  tls_ca: maybe(looseText),
  tls_certificate: maybe(looseText),
  private_key: maybe(looseText),
  username_template: maybe(looseText),
  password_policy: maybe(looseText),
  // Without a meaning here: sockets live for as long as they are of use, and nothing is put into a URL unescaped.
  max_idle_connections: maybe(looseInteger.pipe(z.number())),
  max_connection_lifetime: maybe(looseText),
  disable_escaping: maybe(looseBoolean),
  // What Vault's plugins without a connection_url take.
  host: maybe(looseText),
  port: maybe(looseInteger.pipe(z.number().min(1).max(65_535))),
  tls: maybe(looseBoolean),
  insecure_tls: maybe(looseBoolean),
  ca_cert: maybe(looseText),
  persistence_mode: maybe(looseText),
  /** Vault's MySQL plugins: certificate and key in one PEM. */
  tls_certificate_key: maybe(looseText),
});
export type ConfigFields = z.output<typeof configFields>;
