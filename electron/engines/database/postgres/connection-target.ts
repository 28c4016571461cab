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
}

const DEFAULT_PORT = 5432;
const LOOPBACK = /^(localhost|127(?:\.\d+){3}|::1)$/;

/** Reads a connection URL, `{{username}}` and `{{password}}` filled in. Throws `invalid-request` in words, never with the URL. */
export function connectionTarget(secret: ConnectionSecret): ConnectionTarget {
  const url = parseUrl(
    secret.connectionUrl
      .replace(/\{\{\s*username\s*\}\}/g, () => encodeURIComponent(secret.username))
      .replace(/\{\{\s*password\s*\}\}/g, () => encodeURIComponent(secret.password)),
  );
  const socket = url.searchParams.get('host') ?? '';
  const host = socket.startsWith('/') ? socket : url.hostname.replace(/^\[|\]$/g, '');
  const user = decodeURIComponent(url.username) || secret.username;
  if (user === '')
    throw refused('connection_url names no user: put {{username}}:{{password}}@ before the host');
  return {
    host: host === '' ? 'localhost' : host,
    port: url.port === '' ? DEFAULT_PORT : Number(url.port),
    database: decodeURIComponent(url.pathname.slice(1)) || user,
    user,
    password: decodeURIComponent(url.password) || secret.password,
    tls: tlsOptions(url.searchParams.get('sslmode'), host, secret),
    options: url.searchParams.get('options') ?? '',
  };
}

/** The URL as it may be shown: passwords in it become stars, the placeholder stays. */
export function redactUrl(connectionUrl: string): string {
  return connectionUrl
    .replace(/^([^/]*\/\/[^/?#:]*):(?!\{\{\s*password\s*\}\}@)[^/?#]*@/, '$1:*****@')
    .replace(/([?&](?:ssl)?password=)[^&#]*/gi, '$1*****');
}

function parseUrl(text: string): URL {
  try {
    // URL knows no user without a host, which libpq allows for sockets.
    const hosted = text.replace(/^([^/]*\/\/[^/?#]*@)(?=[/?#]|$)/, '$1localhost');
    if (/^postgres(?:ql)?:\/\//.test(text)) return new URL(hosted);
  } catch {}
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
