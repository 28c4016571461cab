import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import { LIMITS } from './limits.ts';

/** The address line of a request, taken apart. */
export interface Target {
  /** Decoded, without `/v1/`. */
  readonly path: string;
  readonly query: Readonly<Record<string, string | string[]>>;
}

const PREFIX = '/v1/';
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f]/;

/**
 * Takes the address apart, strictly: what does not decode is refused, never guessed. Throws `not-found` outside `/v1/`.
 * Slashes in a row are one, as behind Vault's own door: `read('/secret/…')` makes two of a client's.
 */
export function readTarget(url: string): Target {
  if (url.length > LIMITS.url) throw new KeywardenError('invalid-request', 'the address is too long');
  if (!url.startsWith('/') || url.includes('#')) throw new KeywardenError('invalid-request');
  const mark = url.indexOf('?');
  const path = decode(mark === -1 ? url : url.slice(0, mark));
  if (!path.startsWith(PREFIX)) throw new KeywardenError('not-found');
  if (path.includes('..')) {
    throw new KeywardenError('invalid-request', 'path cannot contain parent references');
  }
  if (CONTROL.test(path))
    throw new KeywardenError('invalid-request', 'path cannot contain control characters');
  const clean = path
    .slice(PREFIX.length)
    .replace(/^\/+/, '')
    .replace(/\/{2,}/g, '/');
  return { path: clean, query: readQuery(mark === -1 ? '' : url.slice(mark + 1)) };
}

/** Reads `a=1&b=2`, as in a query or a form; a name that comes again makes a list. */
export function readQuery(text: string): Record<string, string | string[]> {
  if (text === '') return {};
  const values = new Map<string, string | string[]>();
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const mark = pair.indexOf('=');
    const name = decodeForm(mark === -1 ? pair : pair.slice(0, mark));
    const value = decodeForm(mark === -1 ? '' : pair.slice(mark + 1));
    const earlier = values.get(name);
    values.set(name, earlier === undefined ? value : [earlier, value].flat());
    if (values.size > LIMITS.queryParameters)
      throw new KeywardenError('invalid-request', 'too many parameters');
  }
  return Object.fromEntries(values);
}

function decodeForm(text: string): string {
  return decode(text.replaceAll('+', ' '));
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new KeywardenError('invalid-request', 'the address is not percent-encoded UTF-8');
  }
}
