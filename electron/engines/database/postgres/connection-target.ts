import type { ConnectionOptions } from 'node:tls';
import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';
import type { ConnectionSecret } from '../database-plugin.ts';

/** Where and as whom to connect. */
export interface ConnectionTarget {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly tls: ConnectionOptions | false;
  /** The `options` of a start-up packet, such as `-c search_path=app`. */
  readonly options: string;
  /** The further hosts of the URL: copies of the first, where its users can log in too. */
  readonly replicas: readonly Pick<ConnectionTarget, 'host' | 'port' | 'tls'>[];
}

const DEFAULT_PORT = 5432;
const LOOPBACK = /^(localhost|127(?:\.\d+){3}|::1)$/;

/** Reads a connection URL, `{{username}}` and `{{password}}` filled in. Throws `invalid-request` in words, never with the URL. */
export function connectionTarget(secret: ConnectionSecret): ConnectionTarget {
  const [url, ...others] = parseUrls(
    secret.connectionUrl
      .replace(/\{\{\s*username\s*\}\}/g, () => encodeURIComponent(secret.username))
      .replace(/\{\{\s*password\s*\}\}/g, () => encodeURIComponent(secret.password)),
  );
  const user = decodeURIComponent(url.username) || secret.username;
  if (user === '')
    throw refused('connection_url names no user: put {{username}}:{{password}}@ before the host');
  return {
    ...placeOf(url, secret),
    database: decodeURIComponent(url.pathname.slice(1)) || user,
    user,
    password: decodeURIComponent(url.password) || secret.password,
    options: url.searchParams.get('options') ?? '',
    replicas: others.map((other) => placeOf(other, secret)),
  };
}

/** All servers of a connection as one text, in no order: the first may have changed places with another. */
export function addressOf({ host, port, replicas }: ConnectionTarget): string {
  const all = [{ host, port }, ...replicas];
  return all
    .map((server) => `${server.host}:${server.port}`)
    .sort()
    .join(',');
}

function placeOf(url: URL, secret: ConnectionSecret): Pick<ConnectionTarget, 'host' | 'port' | 'tls'> {
  const socket = url.searchParams.get('host') ?? '';
  const host = socket.startsWith('/') ? socket : url.hostname.replace(/^\[|\]$/g, '');
  return {
    host: host === '' ? 'localhost' : host,
    port: url.port === '' ? DEFAULT_PORT : Number(url.port),
    tls: tlsOptions(url.searchParams.get('sslmode'), host, secret),
  };
}

/** The URL as it may be shown: passwords in it become stars, the placeholder stays. */
export function redactUrl(connectionUrl: string): string {
  return connectionUrl
    .replace(/^([^/]*\/\/[^/?#:]*):(?!\{\{\s*password\s*\}\}@)[^/?#]*@/, '$1:*****@')
    .replace(/([?&](?:ssl)?password=)[^&#]*/gi, '$1*****');
}

/** One for each host: libpq takes several, `host1:5432,host2:5433`, which `URL` does not. */
function parseUrls(text: string): [URL, ...URL[]] {
  const [, start, hosts, rest] = /^(postgres(?:ql)?:\/\/(?:[^/?#]*@)?)([^/?#]*)(.*)$/s.exec(text) ?? [];
  if (start !== undefined && hosts !== undefined && rest !== undefined) {
    try {
      // Nor does it know a user without a host, which libpq allows for sockets.
      const parse = (host: string) => new URL(`${start}${host === '' ? 'localhost' : host}${rest}`);
      const [first = '', ...others] = hosts.split(',');
      return [parse(first), ...others.map(parse)];
    } catch {}
  }
  throw refused('connection_url must look like postgresql://{{username}}:{{password}}@host:5432/database');
}

/** libpq's modes; without one, TLS with a checked certificate everywhere but on this machine. */
function tlsOptions(mode: string | null, host: string, secret: ConnectionSecret): ConnectionOptions | false {
  const local = host === '' || host.startsWith('/') || LOOPBACK.test(host);
  const chosen = mode ?? (local && secret.tlsCa === '' ? 'disable' : 'verify-full');
  const own: ConnectionOptions = {
    ...(secret.tlsCa === '' ? {} : { ca: secret.tlsCa }),
    ...(secret.tlsCertificate === '' ? {} : { cert: secret.tlsCertificate, key: secret.privateKey }),
  };
  switch (chosen) {
    case 'disable':
      return false;
    case 'require':
      return { ...own, rejectUnauthorized: secret.tlsCa !== '', checkServerIdentity: () => undefined };
    case 'verify-ca':
      return { ...own, checkServerIdentity: () => undefined };
    case 'verify-full':
      return own;
    default:
      throw refused('sslmode must be disable, require, verify-ca or verify-full');
  }
}

function refused(words: string): KeywardenError {
  return new KeywardenError('invalid-request', words);
}
