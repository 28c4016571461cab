/** A connection as the form holds it: everything as typed. */
export interface ConnectionParts {
  readonly host: string;
  readonly port: string;
  readonly database: string;
  readonly username: string;
  readonly password: string;
  readonly tls: 'off' | 'require' | 'verify';
}

/** Takes a `postgres://` URL apart, as one pastes it from a dashboard; null for anything else. */
export function partsOfUrl(text: string): Partial<ConnectionParts> | null {
  if (!/^postgres(?:ql)?:\/\//i.test(text)) return null;
  let url: URL;
  try {
    // The browser takes only its own schemes apart, so the URL is read as if it were one of those.
    url = new URL(text.replace(/^postgres(?:ql)?:/i, 'http:'));
  } catch {
    return null;
  }
  const mode = url.searchParams.get('sslmode');
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: portOf(text, url.port),
    ...(url.pathname.length > 1 && { database: decodeURIComponent(url.pathname.slice(1)) }),
    ...(url.username !== '' && { username: decodeURIComponent(url.username) }),
    ...(url.password !== '' && { password: decodeURIComponent(url.password) }),
    ...(mode !== null && { tls: tlsOf(mode) }),
  };
}

/** An `http:` URL leaves out port 80, which here means what it says. */
function portOf(text: string, port: string): string {
  if (port !== '') return port;
  return /^[^/]*\/\/[^/?#]*:80(?:[/?#]|$)/.test(text) ? '80' : '5432';
}

function tlsOf(mode: string): ConnectionParts['tls'] {
  if (mode === 'disable') return 'off';
  return mode.startsWith('verify') ? 'verify' : 'require';
}
