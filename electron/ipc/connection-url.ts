import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import type { DatabaseKind } from '../../shared/model/database-kinds.ts';

type Tls = 'off' | 'require' | 'verify';
/** How the desktop asks for TLS, and what each kind's own clients call it. */
const SSL_MODES = { off: 'disable', require: 'require', verify: 'verify-full' } as const;
const MYSQL_TLS = { off: 'false', require: 'skip-verify', verify: 'true' } as const;

/** Where a database is, without who logs in. */
export interface DatabaseAddress {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly tls: Tls;
}

/** What the database engine is told of a connection of that kind; user and password stay placeholders. */
export function engineFields(kind: DatabaseKind, address: DatabaseAddress): Record<string, unknown> {
  switch (kind) {
    case 'postgresql':
      return { plugin_name: 'postgresql-database-plugin', connection_url: connectionUrl(address) };
    case 'mysql':
      return { plugin_name: 'mysql-database-plugin', connection_url: mysqlUrl(address) };
    case 'redis': {
      const { host, port, tls } = address;
      return {
        plugin_name: 'redis-database-plugin',
        host: checkedHost(host),
        port,
        tls: tls !== 'off',
        insecure_tls: tls === 'require',
      };
    }
  }
}

/** Writes PostgreSQL's connection URL whose user and password stay placeholders, as the database engine keeps it. */
export function connectionUrl({ host, port, database, tls }: DatabaseAddress): string {
  return `postgresql://{{username}}:{{password}}@${checkedHost(host)}:${port}/${encodeURIComponent(database)}?sslmode=${SSL_MODES[tls]}`;
}

/** MySQL's data source name: its parts are not encoded, so that what would end one is refused. */
function mysqlUrl({ host, port, database, tls }: DatabaseAddress): string {
  if (!/^[^/?\s]*$/.test(database)) {
    throw new KeywardenError('invalid-request', 'database: use a name without slashes and blanks');
  }
  return `{{username}}:{{password}}@tcp(${checkedHost(host)}:${port})/${database}?tls=${MYSQL_TLS[tls]}`;
}

/** What could end the host and begin something else would make another address than the one that was read. */
function checkedHost(host: string): string {
  if (!/^[A-Za-z0-9._:[\]-]+$/.test(host)) {
    throw new KeywardenError('invalid-request', 'host: use a name or an address');
  }
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

/** What the engine shows of a connection's address. */
export interface ShownDetails {
  readonly connection_url?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly tls?: boolean | undefined;
  readonly insecure_tls?: boolean | undefined;
}

const PLUGINS: readonly (readonly [RegExp, DatabaseKind])[] = [
  [/^mysql-/, 'mysql'],
  [/^redis-/, 'redis'],
];

/** The kind of server behind one of the engine's plugins. */
export function kindOfPlugin(plugin: string): DatabaseKind {
  return PLUGINS.find(([pattern]) => pattern.test(plugin))?.[1] ?? 'postgresql';
}

/** A connection's URL for people: without who logs in, and of the same form for every kind. */
export function shownUrl(kind: DatabaseKind, details: ShownDetails): string {
  const text = details.connection_url ?? '';
  if (kind === 'redis') {
    const { host = '', port = 6379, tls = false, insecure_tls: insecure = false } = details;
    return `${tls ? 'rediss' : 'redis'}://${host}:${port}${insecure ? '?insecure=true' : ''}`;
  }
  if (kind === 'mysql') {
    const [, address = '', rest = ''] = /^(?:.*@)?(?:tcp\(([^()]*)\))\/(.*)$/s.exec(text) ?? [];
    return address === '' ? text.replace(/^.*@/s, '') : `mysql://${address}/${rest}`;
  }
  return text.replace(/^(\w+:\/\/)[^/]*@/, '$1');
}

/** Puts a user and its password into such a URL, for a person who wants one line to paste. */
export function revealConnectionUrl(shown: string, username: string, password: string): string {
  const account = `${encodeURIComponent(username)}:${encodeURIComponent(password)}@`;
  return shown.replace(/^(\w+:\/\/)?/, (scheme) => scheme + account);
}
