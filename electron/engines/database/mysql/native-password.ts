import { createHash } from 'node:crypto';

/**
 * What MariaDB and older MySQL store instead of a password (`mysql_native_password`): `*` and SHA1(SHA1(password)) in hex,
 * so that no password travels in a statement or lands in a log. Without a salt, so only for passwords that nobody could guess.
 */
export function nativePasswordHash(password: string): string {
  const once = createHash('sha1').update(password).digest();
  return `*${createHash('sha1').update(once).digest('hex').toUpperCase()}`;
}
