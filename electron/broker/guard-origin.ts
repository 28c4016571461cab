import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { KeywardenError } from '../../shared/errors/keywarden-error.ts';

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];

/**
 * SECURITY(B1): refuses what a web page could send. A page that has its name rebound to the loopback sends its own name
 * as Host; any page that posts here sends Origin; any browser sends Sec-Fetch-Site. No app does.
 */
export function guardOrigin(request: IncomingMessage, allowedHosts: ReadonlySet<string>): void {
  const { origin, 'sec-fetch-site': site } = request.headers;
  const host = onlyHost(request.rawHeaders);
  if (origin !== undefined || site !== undefined || host === undefined)
    throw new KeywardenError('host-refused');
  const name = host.toLowerCase().replace(/:\d{1,5}$/, '');
  if (!allowedHosts.has(name)) throw new KeywardenError('host-refused');
}

/** The Host of a request that has exactly one. */
function onlyHost(rawHeaders: readonly string[]): string | undefined {
  let host: string | undefined;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i];
    if (name?.length !== 4 || name.toLowerCase() !== 'host') continue;
    if (host !== undefined) return undefined;
    host = rawHeaders[i + 1];
  }
  return host;
}

/**
 * The names under which the broker answers: the loopback's, the address that it listens on (no page can make a browser
 * send an address as the name of its own site), and names that the owner added to the listener.
 */
export function hostNames(
  listen: { readonly host: string } | undefined,
  added: readonly string[] = [],
): ReadonlySet<string> {
  const own = listen === undefined || isIP(listen.host) === 0 ? [] : [listen.host];
  return new Set([...LOOPBACK_NAMES, ...[...own, ...added].map(asHost)]);
}

function asHost(name: string): string {
  return isIP(name) === 6 ? `[${name.toLowerCase()}]` : name.toLowerCase();
}
