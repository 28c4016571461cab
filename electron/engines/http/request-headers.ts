import type { HeaderLine } from '../../core/exchange.ts';
import { keyHeader } from './key-placement.ts';
import type { Upstream } from './upstream-rows.ts';

/**
 * What would make the upstream serve another method or path than the one that was allowed, or part of an answer, in which a
 * key could be echoed piece by piece; and what the proxy writes itself.
 */
const DROPPED =
  /^(?:host|authorization|accept-encoding|content-length|range|request-range|if-range|a-im|expect|x-http-method(?:-override)?|x-method-override|x-original-(?:url|uri|host|method)|x-rewrite-url|x-forwarded-.*|forwarded|x-real-ip)$/i;

/** The headers for the upstream: the client's, as far as they concern it, with the real key and with framing of our own. */
export function requestHeaders(
  { baseUrl, placement }: Upstream,
  key: string,
  {
    method,
    headers,
    hasBody,
  }: { readonly method: string; readonly headers: readonly HeaderLine[]; readonly hasBody: boolean },
): readonly string[] {
  const own = keyHeader(placement, key);
  const ownName = own?.[0].toLowerCase();
  const passed = headers.filter(
    // Many servers take an underscore for a dash, some any sign: such a name could be any of those that are dropped.
    ([name]) => !DROPPED.test(name) && /^[a-z\d-]+$/i.test(name) && name.toLowerCase() !== ownName,
  );
  const lines: HeaderLine[] = [
    ['Host', new URL(baseUrl).host],
    ...passed,
    ['Accept-Encoding', 'identity'],
    ...framing(method, headers, hasBody),
    ...(own ? [own] : []),
  ];
  return lines.flat();
}

function framing(method: string, headers: readonly HeaderLine[], hasBody: boolean): readonly HeaderLine[] {
  const length = headers.find(([name]) => name.toLowerCase() === 'content-length');
  if (hasBody) return [length ?? ['Transfer-Encoding', 'chunked']];
  return /^(?:POST|PUT|PATCH)$/.test(method) ? [['Content-Length', '0']] : [];
}

/** The query for the upstream, with the key where that is how it travels. Begins with `?`, or is empty. */
export function requestQuery({ placement }: Upstream, key: string, rawQuery: string): string {
  if (placement.auth !== 'query') return rawQuery === '' ? '' : `?${rawQuery}`;
  const others = rawQuery.split('&').filter((pair) => pair !== '' && !isNamed(pair, placement.parameter));
  return `?${[...others, `${placement.parameter}=${encodeURIComponent(key)}`].join('&')}`;
}

/** Whether a pair of a query has this name, in any spelling. */
export function isNamed(pair: string, parameter: string): boolean {
  const name = pair.split('=', 1)[0] ?? '';
  try {
    return decodeURIComponent(name.replaceAll('+', ' ')).trim().toLowerCase() === parameter.toLowerCase();
  } catch {
    return true;
  }
}
