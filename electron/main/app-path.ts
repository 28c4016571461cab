import { isAbsolute, join, relative, sep } from 'node:path';

const HOST = 'keywarden';

/**
 * Which file below `root` an app:// address names; undefined when it names none that could be served.
 *
 * The URL parser has already removed plain dot segments. What is left to refuse are encoded separators, which only
 * an attack needs, and anything that still ends outside. SECURITY(P1)
 */
export function resolveAppPath(root: string, address: string): string | undefined {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return undefined;
  }
  if (url.protocol !== 'app:' || url.host !== HOST || url.username !== '' || url.password !== '')
    return undefined;
  const segments: string[] = [];
  for (const encoded of url.pathname.slice(1).split('/')) {
    const segment = decodeSegment(encoded);
    if (segment === undefined) return undefined;
    segments.push(segment);
  }
  const names = segments.length === 1 && segments[0] === '' ? ['index.html'] : segments;
  if (names.includes('')) return undefined;
  const file = join(root, ...names);
  const below = relative(root, file);
  return below === '' || below.startsWith(`..${sep}`) || below === '..' || isAbsolute(below)
    ? undefined
    : file;
}

function decodeSegment(encoded: string): string | undefined {
  let segment: string;
  try {
    segment = decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: refusing control characters is the point.
  return /[/\\:\u0000-\u001f]/.test(segment) || /^\.+$/.test(segment) ? undefined : segment;
}
