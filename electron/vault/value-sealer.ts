import { createHmac } from 'node:crypto';
import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import { epochOfSealedValue, revealValueBytes, sealValueBytes } from '../crypto/sealed-value.ts';
import { NONCE_LENGTH } from '../crypto/secret-box.ts';
import type { KeyRing } from './key-ring.ts';
import type { RandomBytes } from './ports.ts';
import type { ValueContext } from './vault.ts';

/** Seals and opens single values, and hashes tokens, with the keys of an open vault. */
export class ValueSealer {
  readonly #keys: KeyRing;
  readonly #random: RandomBytes;

  constructor(keys: KeyRing, random: RandomBytes) {
    this.#keys = keys;
    this.#random = random;
  }

  seal(plaintext: Uint8Array, context: ValueContext): Uint8Array {
    const { epoch, value } = this.#keys.current;
    return sealValueBytes(value, epoch, this.#random(NONCE_LENGTH), context, plaintext);
  }

  /** Throws `vault-damaged` where the bytes do not authenticate in this context. */
  reveal(sealed: Uint8Array, context: ValueContext): Uint8Array {
    const epoch = epochOfSealedValue(sealed);
    const keys = epoch === undefined ? undefined : this.#keys.ofEpoch(epoch);
    const plaintext = keys && revealValueBytes(keys.value, keys.epoch, context, sealed);
    if (!plaintext) throw new KeywardenError('vault-damaged', 'A sealed value does not open where it lies.');
    return plaintext;
  }

  /**
   * HMAC-SHA-256 in hex. SECURITY(B2): tokens are stored as this, never as themselves.
   * The key is the first epoch's for ever: apps must not have to log in anew because the vault key changed.
   */
  keyedHash(text: string): string {
    return createHmac('sha256', this.#keys.oldest.tokenHash).update(text).digest('hex');
  }

  /** A copy of the signing seed. The first epoch's for ever: what was marked must be known again years later. */
  signingSeed(): Uint8Array {
    return this.#keys.oldest.signing.slice();
  }
}
