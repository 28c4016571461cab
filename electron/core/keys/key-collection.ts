import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { revealSharedSecret } from '../../crypto/share-text.ts';
import { readUnsealKey } from '../../crypto/unseal-key.ts';
import type { WaySecret } from '../../vault/way-in.ts';

/** Collects keys until enough have come. Which of them is wrong is not known before, and then all begin anew. */
export class KeyCollection {
  readonly required: number;
  #shares = new Map<number, string>();

  constructor(required: number) {
    this.required = required;
  }

  get progress(): number {
    return this.#shares.size;
  }

  /**
   * Takes one key; the secret once enough have come, which is its taker's to zero-fill. Throws `invalid-request` for what is
   * no key, was given already, or is of another kind than the vault's.
   */
  take(text: string): WaySecret | undefined {
    if (text === '') {
      throw new KeywardenError('invalid-request', "'key' must be specified in request body as JSON");
    }
    const key = readUnsealKey(text);
    if ((key.kind === 'secret') !== (this.required === 1)) {
      throw new KeywardenError('invalid-request', 'this is not one of the keys of this vault');
    }
    if (key.kind === 'secret') return { kind: 'recovery-kit', bytes: key.bytes };
    if (this.#shares.has(key.share.x)) {
      throw new KeywardenError(
        'invalid-request',
        'given key has already been provided during this generation operation',
      );
    }
    this.#shares.set(key.share.x, key.text);
    if (this.#shares.size < this.required) return undefined;
    const texts = [...this.#shares.values()];
    this.forget();
    return { kind: 'shares', bytes: revealSharedSecret(texts) };
  }

  forget(): void {
    this.#shares = new Map();
  }
}
