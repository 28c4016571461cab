import type { ConnectionOptions } from 'node:tls';
import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';
import type { ConnectionSecret } from '../database-plugin.ts';

/** Where and as whom to connect. */
export interface MysqlTarget {
  readonly host: string;
  readonly port: number;
  /** A socket's path, or ''. */
  readonly socket: string;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly tls: ConnectionOptions | false;
}

const DEFAULT_PORT = 3306;
const LOOPBACK = /^(localhost|127(?:\.\d+){3}|::1)$/;
/** `user:password@protocol(address)/database?parameters`, as the Go driver reads it: the last `@` and `/` count. */
const DSN = /^(?:(.*)@)?(?:(tcp|unix)(?:\(([^()]*)\))?)?\/([^/?]*)(?:\?(.*))?$/s;

/**
 * Reads a data source name as Vault's MySQL plugins take it. Its parts are not percent-encoded, and the placeholders are
 * filled in after it was taken apart, so that a password may hold anything. Throws `invalid-request`, never with the text.
 */
export function mysqlTarget(secret: ConnectionSecret): MysqlTarget {
  const parts = DSN.exec(secret.connectionUrl);
  if (!parts) throw refused('connection_url must look like {{username}}:{{password}}@tcp(host:3306)/');
  const [, account = '', protocol = 'tcp', address = '', database = '', query = ''] = parts;
  const colon = account.indexOf(':');
  const user = filled(colon < 0 ? account : account.slice(0, colon), secret) || secret.username;
  const password = colon < 0 ? secret.password : filled(account.slice(colon + 1), secret);
  if (user === '')
    throw refused('connection_url names no user: put {{username}}:{{password}}@ before tcp(…)');
  const socket = protocol === 'unix' ? address : '';
  const { host, port } = protocol === 'unix' ? { host: 'localhost', port: 0 } : hostAndPort(address);
  const local = socket !== '' || LOOPBACK.test(host);
  const tls = tlsOptions(new URLSearchParams(query).get('tls'), local, secret);
  return { host, port, socket, database, user, password, tls };
}

/** The name as it may be shown: a password in it becomes stars, the placeholder stays. */
export function redactDsn(connectionUrl: string): string {
  const account = /^(.*)@/s.exec(connectionUrl)?.[1];
  const colon = account?.indexOf(':') ?? -1;
  if (account === undefined || colon < 0) return connectionUrl;
  if (/^\{\{\s*password\s*\}\}$/.test(account.slice(colon + 1))) return connectionUrl;
  return `${account.slice(0, colon)}:*****${connectionUrl.slice(account.length)}`;
}

function filled(text: string, { username, password }: ConnectionSecret): string {
  return text
    .replace(/\{\{\s*(username|password)\s*\}\}/g, (_, name) => (name === 'username' ? username : password))
    .trim();
}

function hostAndPort(address: string): { host: string; port: number } {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]*))(?::(\d{1,5}))?$/.exec(address) ?? [];
  if (bracketed === undefined && plain === undefined) {
    throw refused('the address in connection_url must look like tcp(host:3306)');
  }
  return { host: bracketed || plain || 'localhost', port: port ? Number(port) : DEFAULT_PORT };
}

/** The Go driver's values; without one, TLS with a checked certificate everywhere but on this machine. */
function tlsOptions(
  mode: string | null,
  isLocal: boolean,
  secret: ConnectionSecret,
): ConnectionOptions | false {
  const own: ConnectionOptions = {
    ...(secret.tlsCa === '' ? {} : { ca: secret.tlsCa }),
    ...(secret.tlsCertificate === '' ? {} : { cert: secret.tlsCertificate, key: secret.privateKey }),
  };
  switch (mode ?? (isLocal && secret.tlsCa === '' && secret.tlsCertificate === '' ? 'false' : 'true')) {
    case 'false':
      return false;
    case 'skip-verify':
      return { ...own, rejectUnauthorized: false };
    case 'true':
      return { ...own, rejectUnauthorized: true };
    default:
      throw refused('tls must be true, false or skip-verify');
  }
}

function refused(words: string): KeywardenError {
  return new KeywardenError('invalid-request', words);
}
