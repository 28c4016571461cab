import { DATABASE_KINDS, type DatabaseKind, URL_SCHEMES } from '../../../shared/model/database-kinds.ts';

/** A connection as the form holds it: everything as typed. */
export interface ConnectionParts {
  readonly kind: DatabaseKind;
  readonly host: string;
  readonly port: string;
  readonly database: string;
  readonly username: string;
  readonly password: string;
  readonly tls: 'off' | 'require' | 'verify';
}

const USUAL_PORTS = { postgresql: '5432', mysql: '3306', redis: '6379' } as const;

/** Takes a database's URL apart, as one pastes it from a dashboard; null for anything else. */
export function partsOfUrl(text: string): Partial<ConnectionParts> | null {
  const scheme = /^(\w+):\/\//.exec(text)?.[1]?.toLowerCase() ?? '';
  const kind = DATABASE_KINDS.find((one) => URL_SCHEMES[one].includes(scheme));
  if (!kind) return null;
  let url: URL;
  try {
    // The browser takes only its own schemes apart, so the URL is read as if it were one of those.
    url = new URL(text.replace(/^\w+:/, 'http:'));
  } catch {
    return null;
  }
  const tls = tlsOf(kind, scheme, url.searchParams);
  return {
    kind,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: portOf(text, url.port) ?? USUAL_PORTS[kind],
    ...(url.pathname.length > 1 && { database: decodeURIComponent(url.pathname.slice(1)) }),
    ...(url.username !== '' && { username: decodeURIComponent(url.username) }),
    ...(url.password !== '' && { password: decodeURIComponent(url.password) }),
    ...(tls !== null && { tls }),
  };
}

/** An `http:` URL leaves out port 80, which here means what it says. */
function portOf(text: string, port: string): string | null {
  if (port !== '') return port;
  return /^[^/]*\/\/[^/?#]*:80(?:[/?#]|$)/.test(text) ? '80' : null;
}

function tlsOf(
  kind: DatabaseKind,
  scheme: string,
  parameters: URLSearchParams,
): ConnectionParts['tls'] | null {
  if (kind === 'redis') {
    if (scheme === 'redis') return 'off';
    return parameters.get('insecure') === 'true' ? 'require' : 'verify';
  }
  const mode = parameters.get(kind === 'mysql' ? 'tls' : 'sslmode');
  if (mode === null) return null;
  if (mode === 'disable' || mode === 'false') return 'off';
  return mode.startsWith('verify') || mode === 'true' ? 'verify' : 'require';
}
