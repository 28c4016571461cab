import { KeywardenError } from '../errors/keywarden-error.ts';

/**
 * One field of something in the vault, as an env file names it: `kw://<mount>/<path>#<field>[?version=N]`.
 *
 * `%`, `#` and `?` in the path, and `%` and `?` in the field, are written as in a URL (`%23`).
 */
export interface Reference {
  /** Mount and path as people write it, KV 2's `data/` left out: `secret/app/database`. */
  readonly path: string;
  readonly field: string;
  /** A version of a KV 2 secret; undefined is the newest. */
  readonly version: number | undefined;
}

const SCHEME = 'kw://';
const VERSION = /^version=([1-9]\d{0,8})$/;
const CONTROL = /\p{Cc}/u;

/** Whether a value means to be a reference (it may still be a wrong one). */
export function isReference(text: string): boolean {
  return text.startsWith(SCHEME);
}

/** Reads a reference. Throws `usage` and says what is wrong with it. */
export function parseReference(text: string): Reference {
  // Not shown: what is no reference may be a secret that was pasted in its place.
  if (!isReference(text)) throw new KeywardenError('usage', `A reference begins with ${SCHEME}.`);
  const hash = text.indexOf('#');
  if (hash < 0) throw wrong(text, 'it names no field: add #field');
  const rawPath = text.slice(SCHEME.length, hash);
  if (rawPath.includes('?')) throw wrong(text, '?version=N stands at the end, behind the field');
  const path = decode(text, rawPath);
  const [field, version] = splitVersion(text, text.slice(hash + 1));
  checkPath(text, path);
  if (field === '') throw wrong(text, 'it names no field: add #field');
  if (CONTROL.test(field)) throw wrong(text, 'the field holds a control character');
  return { path, field, version };
}

/** Writes a reference so that `parseReference` reads the same. */
export function formatReference(reference: Reference): string {
  const path = reference.path.replace(/[%#?]/g, encodeURIComponent);
  const field = reference.field.replace(/[%?]/g, encodeURIComponent);
  const version = reference.version === undefined ? '' : `?version=${reference.version}`;
  return `${SCHEME}${path}#${field}${version}`;
}

function splitVersion(text: string, tail: string): [field: string, version: number | undefined] {
  const mark = tail.indexOf('?');
  if (mark < 0) return [decode(text, tail), undefined];
  const version = VERSION.exec(tail.slice(mark + 1))?.[1];
  if (version === undefined) throw wrong(text, 'after the field only ?version=N may follow, N from 1');
  return [decode(text, tail.slice(0, mark)), Number(version)];
}

function checkPath(text: string, path: string): void {
  const segments = path.split('/');
  if (segments.length < 2 || segments.includes('')) {
    throw wrong(text, 'it needs a mount and a path, as in kw://secret/app#password');
  }
  if (segments.includes('.') || segments.includes('..')) throw wrong(text, 'its path may not hold . or ..');
  if (CONTROL.test(path)) throw wrong(text, 'the path holds a control character');
}

function decode(text: string, part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw wrong(text, 'a % stands alone: write it as %25');
  }
}

function wrong(text: string, reason: string): KeywardenError {
  return new KeywardenError('usage', `${text.slice(0, 200)} is not a reference: ${reason}.`);
}
