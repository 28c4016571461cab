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
  const name = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return `postgresql://{{username}}:{{password}}@${name}:${port}/${encodeURIComponent(database)}?sslmode=${SSL_MODES[tls]}`;
}

/** Fills the placeholders in, for a person who wants one line to paste. */
export function revealConnectionUrl(template: string, username: string, password: string): string {
  return template
    .replace('{{username}}', encodeURIComponent(username))
    .replace('{{password}}', encodeURIComponent(password));
}
