import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';
import type { ConnectionFields, ConnectionSecret } from '../database-plugin.ts';

/** Where the server keeps its users over a restart: in its ACL file where it has one, in its configuration, or nowhere. */
export type Persistence = 'aclfile' | 'rewrite' | 'none';

/** Where and as whom to connect. */
export interface RedisTarget {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly tls: ConnectionOptions | undefined;
  readonly persistence: Persistence;
}

const DEFAULT_PORT = 6379;
const MODES: readonly string[] = ['aclfile', 'rewrite', 'none'];

/** Makes the URL of Vault's fields, `redis://host:port` or `rediss://…`. */
export function redisUrl(fields: ConnectionFields, before: string): string | undefined {
  const { host, port, tls, insecure_tls: insecure, persistence_mode: mode } = fields;
  if ([host, port, tls, insecure, mode].every((field) => field === undefined)) return undefined;
  const url = parseUrl(before === '' ? 'redis://localhost' : before);
  const secure = tls ?? url.protocol === 'rediss:';
  const at = `${host ?? url.host.replace(/:\d+$/, '')}:${port ?? (url.port || DEFAULT_PORT)}`;
  const query = new URLSearchParams();
  if (insecure ?? url.searchParams.get('insecure') === 'true') query.set('insecure', 'true');
  const persistence = mode?.toLowerCase() ?? url.searchParams.get('persistence') ?? '';
  if (persistence !== '') query.set('persistence', persistence);
  return `${secure ? 'rediss' : 'redis'}://${at}${query.size > 0 ? `?${query}` : ''}`;
}

/** Reads a configuration. Throws `invalid-request` in words, never with a password. */
export function redisTarget(secret: ConnectionSecret): RedisTarget {
  const url = parseUrl(secret.connectionUrl);
  if (url.password !== '') throw refused('give the password in the field password, not in the URL');
  const persistence = url.searchParams.get('persistence') ?? 'aclfile';
  if (!MODES.includes(persistence)) throw refused('persistence_mode must be aclfile, rewrite or none');
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? DEFAULT_PORT : Number(url.port),
    user: secret.username === '' ? 'default' : secret.username,
    password: secret.password,
    tls: url.protocol === 'rediss:' ? tlsOptions(url, secret) : undefined,
    persistence: persistence as Persistence,
  };
}

/** What Vault shows of such a connection. */
export function redisDetails(shownUrl: string): Record<string, unknown> {
  const url = parseUrl(shownUrl);
  return {
    host: url.hostname,
    port: url.port === '' ? DEFAULT_PORT : Number(url.port),
    tls: url.protocol === 'rediss:',
    insecure_tls: url.searchParams.get('insecure') === 'true',
    persistence_mode: url.searchParams.get('persistence') ?? 'aclfile',
  };
}

function parseUrl(text: string): URL {
  try {
    if (/^rediss?:\/\/[^/]/.test(text)) return new URL(text);
  } catch {}
  throw refused('give host and port, or a connection_url such as redis://host:6379');
}

function tlsOptions(url: URL, secret: ConnectionSecret): ConnectionOptions {
  return {
    // An address is no name: TLS checks it against the certificate's addresses by itself.
    ...(isIP(url.hostname.replace(/^\[|\]$/g, '')) === 0 ? { servername: url.hostname } : {}),
    ...(secret.tlsCa === '' ? {} : { ca: secret.tlsCa }),
    ...(secret.tlsCertificate === '' ? {} : { cert: secret.tlsCertificate, key: secret.privateKey }),
    rejectUnauthorized: url.searchParams.get('insecure') !== 'true',
  };
}

function refused(words: string): KeywardenError {
  return new KeywardenError('invalid-request', words);
}
