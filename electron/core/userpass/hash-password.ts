import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { deriveFromPassphrase, type KdfParameters, type KdfRules } from '../../crypto/passphrase-kdf.ts';
import type { PasswordKdf } from './user-rows.ts';

/** Argon2id for logins over the network, as OWASP's password storage sheet has it: each costs us memory too. KiB. */
export const PASSWORD_KDF: KdfParameters = { memory: 19_456, passes: 2, lanes: 1 };
const RULES: KdfRules = { least: PASSWORD_KDF, most: { memory: 262_144, passes: 8, lanes: 4 }, target: 0 };
/** Threads are few and memory is dear: more than this wait, and more than those are turned away. SECURITY(B2) */
const AT_ONCE = 2;
const WAITING_AT_MOST = 64;

/** Hashes passwords off the event loop, a few at a time. Throws `too-many-requests`. */
export type HashPassword = (password: string, kdf: PasswordKdf) => Promise<Uint8Array>;

/** A hasher with its own queue. */
export function createPasswordHasher(): HashPassword {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (password, { salt, ...parameters }) => {
    if (running >= AT_ONCE) {
      if (waiting.length >= WAITING_AT_MOST) throw new KeywardenError('too-many-requests');
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running += 1;
    const bytes = new TextEncoder().encode(password);
    try {
      return await deriveFromPassphrase(bytes, Buffer.from(salt, 'hex'), parameters, RULES);
    } finally {
      bytes.fill(0);
      // Whoever waits longest takes over the place.
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
