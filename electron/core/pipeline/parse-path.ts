import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';

const MAX_LENGTH = 2048;
/** What looks like a token in a path is somebody's mistake: it must not reach the record. */
const TOKEN_LIKE = /\b(hv[a-z]\.|s\.|b\.)[A-Za-z0-9._-]{16,}/g;
const RECORDED_LENGTH = 512;

/** Throws `invalid-request` for a path that has a second spelling or that Vault would refuse: `..`, control characters, far too long. */
export function checkPath(path: string): void {
  if (path.length > MAX_LENGTH) throw new KeywardenError('invalid-request', 'the path is too long');
  if (path.split('/').includes('..')) {
    throw new KeywardenError('invalid-request', 'path cannot contain parent references');
  }
  if (path.startsWith('/') || path.includes('//')) {
    throw new KeywardenError('invalid-request', 'path cannot contain empty segments');
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused.
  if (/[\u0000-\u001f\u007f]/.test(path)) {
    throw new KeywardenError('invalid-request', 'path cannot contain non-printable characters');
  }
}

/** The path as the record keeps it: short, and without anything that looks like a token. */
export function recordedPath(path: string): string {
  const safe = path.replace(TOKEN_LIKE, '<redacted>');
  return safe.length > RECORDED_LENGTH ? `${safe.slice(0, RECORDED_LENGTH)}…` : safe;
}
