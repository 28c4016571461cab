import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { HeaderLine } from '../../core/exchange.ts';
import { maskText } from './key-mask.ts';
import { isNamed } from './request-headers.ts';
import type { Upstream } from './upstream-rows.ts';

/**
 * Hop-by-hop (RFC 9110 section 7.6.1), what speaks for the address that the client sees and not for the upstream's, and
 * cookies: all upstreams would share the broker's.
 */
const DROPPED =
  /^(?:connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|set-cookie2?|alt-svc|strict-transport-security|refresh|clear-site-data|cache-control|www-authenticate|access-control-.*|x-vault-.*|x-keywarden-.*)$/i;
const REDIRECTS = new Set([300, 301, 302, 303, 305, 307, 308]);

/** What the upstream's answer came with. */
export interface Head {
  readonly status: number;
  readonly headers: readonly HeaderLine[];
}

/**
 * The headers for the client: places at the upstream become places behind the proxy, the key is masked. Throws
 * `upstream-failed` for a redirect to anywhere else.
 */
export function responseHeaders(
  upstream: Upstream,
  proxyPath: string,
  patterns: readonly Buffer[],
  { status, headers }: Head,
): readonly HeaderLine[] {
  const named = new Set(
    headers
      .filter(([name]) => name.toLowerCase() === 'connection')
      .flatMap(([, value]) => value.split(',').map((part) => part.trim().toLowerCase())),
  );
  const lines: HeaderLine[] = [];
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    if (DROPPED.test(name) || named.has(lower) || maskText(name, patterns) !== name) continue;
    if (lower === 'location' || lower === 'content-location') {
      const place = rewritePlace(upstream, proxyPath, value);
      if (place !== undefined) lines.push([name, maskText(place, patterns)]);
      else if (lower === 'location' && REDIRECTS.has(status)) {
        throw new KeywardenError('upstream-failed', 'the upstream redirects to another place than itself');
      }
      continue;
    }
    const shown = lower === 'link' ? rewriteLinks(upstream, proxyPath, value) : value;
    lines.push([name, maskText(shown, patterns)]);
  }
  return [...lines, ['Cache-Control', 'no-store']];
}

/** A place below the upstream's base URL as a client of the proxy spells it; undefined for any other. */
export function rewritePlace(upstream: Upstream, proxyPath: string, place: string): string | undefined {
  const base = new URL(upstream.baseUrl);
  if (!URL.canParse(place, base.href)) return undefined;
  const url = new URL(place, base.href);
  const isBelow = url.origin === base.origin && url.pathname.startsWith(base.pathname);
  if (!isBelow || url.username !== '' || url.password !== '') return undefined;
  const { placement } = upstream;
  const pairs = url.search.slice(1).split('&');
  const kept =
    placement.auth === 'query' ? pairs.filter((pair) => !isNamed(pair, placement.parameter)) : pairs;
  const query = kept.join('&');
  return `${proxyPath}${url.pathname.slice(base.pathname.length)}${query === '' ? '' : `?${query}`}${url.hash}`;
}

/** Web links (RFC 8288), by which clients turn pages. */
function rewriteLinks(upstream: Upstream, proxyPath: string, value: string): string {
  return value.replace(/<([^<>]*)>/g, (whole, target: string) => {
    const place = rewritePlace(upstream, proxyPath, target);
    return place === undefined ? whole : `<${place}>`;
  });
}
