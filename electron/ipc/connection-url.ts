import { KeywardenError } from '../../shared/errors/keywarden-error.ts';

/** How the desktop asks for TLS, and what PostgreSQL's clients call it. */
const SSL_MODES = { off: 'disable', require: 'require', verify: 'verify-full' } as const;

/** Where a PostgreSQL is, without who logs in. */
export interface DatabaseAddress {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly tls: keyof typeof SSL_MODES;
}

/** Writes a connection URL whose user and password stay placeholders, as the database engine keeps it. */
export function connectionUrl({ host, port, database, tls }: DatabaseAddress): string {
  // What could end the host and begin something else would make another address than the one that was read.
  if (!/^[A-Za-z0-9._:[\]-]+$/.test(host)) {
    throw new KeywardenError('invalid-request', 'host: use a name or an address');
  }
  const name = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return `postgresql://{{username}}:{{password}}@${name}:${port}/${encodeURIComponent(database)}?sslmode=${SSL_MODES[tls]}`;
}

/** Fills the placeholders in, for a person who wants one line to paste. */
export function revealConnectionUrl(template: string, username: string, password: string): string {
  return template
    .replace('{{username}}', encodeURIComponent(username))
    .replace('{{password}}', encodeURIComponent(password));
}
