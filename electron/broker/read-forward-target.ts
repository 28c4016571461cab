import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import { LIMITS } from './limits.ts';
import { keycardIn } from './shown-keycard.ts';

/** The address of a request that goes on to somebody else. */
export interface ForwardTarget {
  /** Decoded, without `/v1/`: what policies speak of. */
  readonly path: string;
  /** The same, as it came. */
  readonly rawPath: string;
  /** Without what shows the keycard, and without `?`. */
  readonly rawQuery: string;
}

const PREFIX = '/v1/';
/** Visible ASCII: all that may stand in an address. */
const VISIBLE = /^[\x21-\x7e]*$/;
/** A slash, backslash, dot, percent or control character in disguise: a second reader might see another path. */
const DISGUISED = /%(?:2[ef5]|5c|[01][0-9a-f]|7f)/i;

/**
 * Takes an address apart that is read by two: what the policies are asked about must be what the upstream will serve, so
 * that whatever could be read in two ways is refused, and nothing is put right. Throws `invalid-request`.
 */
export function readForwardTarget(url: string): ForwardTarget {
  const refuse = (): never => {
    throw new KeywardenError('invalid-request', 'this path could be read in two ways');
  };
  // A URL in absolute form names another host.
  if (url.length > LIMITS.url || !VISIBLE.test(url) || url.includes('#') || !url.startsWith(PREFIX)) refuse();
  const mark = url.indexOf('?');
  const rawPath = url.slice(PREFIX.length, mark === -1 ? undefined : mark);
  if (DISGUISED.test(rawPath) || rawPath.includes('\\')) refuse();
  const segments = rawPath.split('/');
  // The last may be empty: a slash at the end.
  if (segments.some((part, at) => part === '.' || part === '..' || (part === '' && at < segments.length - 1)))
    refuse();
  let path: string;
  try {
    path = decodeURIComponent(rawPath);
  } catch {
    return refuse();
  }
  // Some servers take `..;` for `..`, and some a wide or small form of a sign for the sign itself.
  const folded = path.normalize('NFKC');
  const parts = folded.split('/');
  if (parts.length !== segments.length || folded.includes('\\')) refuse();
  if (parts.some((part) => /^\.\.?(?:;|$)/.test(part))) refuse();
  const pairs = mark === -1 ? [] : url.slice(mark + 1).split('&');
  return { path, rawPath, rawQuery: pairs.filter((pair) => keycardIn(pair) === undefined).join('&') };
}
