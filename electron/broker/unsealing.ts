import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import { readKeyTerms } from '../core/keys/key-terms.ts';
import { tellingWrongKeys } from '../core/keys/wrong-keys.ts';
import type { UnsealTries } from '../core/system/unseal-record.ts';
import { revealSharedSecret } from '../crypto/share-text.ts';
import { type KeyTerms, type MadeKeys, readUnsealKey, showKeys } from '../crypto/unseal-key.ts';
import type { WaySecret } from '../vault/way-in.ts';

/** What is behind `sys/init` and `sys/unseal`: the folder of one vault. */
export interface SealedVault {
  /** Undefined before a vault exists. */
  terms(): KeyTerms | undefined;
  /** Makes a vault that opens with these keys alone. Throws `vault-exists`. */
  create(terms: KeyTerms): Promise<{ readonly rootToken: string; readonly keys: MadeKeys }>;
  /** `tries` is what came since it was sealed. Throws `unlock-failed`. */
  open(secret: WaySecret, tries: UnsealTries): Promise<void>;
}

/** Collects keys until enough have come. */
export interface Unsealing {
  readonly progress: number;
  readonly terms: KeyTerms | undefined;
  init(body: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>>;
  /** Takes one key, or forgets those that have come (`reset`). */
  unseal(body: Readonly<Record<string, unknown>>, isOpen: () => boolean): Promise<void>;
}

/** A key is shown as the bytes of a share (threshold, number, set, value), or as a secret that opens alone. */
export function createUnsealing(vault: SealedVault): Unsealing {
  let shares = new Map<number, string>();
  let tries: UnsealTries = { keys: 0, refused: 0 };
  let queue: Promise<unknown> = Promise.resolve();
  /** One after the other: two last keys at once must not open twice. */
  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    const result = queue.then(work);
    queue = result.catch(() => undefined);
    return result;
  };
  const openWith = async (kind: WaySecret['kind'], bytes: Uint8Array): Promise<void> => {
    try {
      await vault.open({ kind, bytes }, tries);
      tries = { keys: 0, refused: 0 };
    } finally {
      bytes.fill(0);
      shares = new Map();
    }
  };
  const take = async (value: unknown): Promise<void> => {
    const key = readUnsealKey(keyField(value));
    if (key.kind === 'secret') return await openWith('recovery-kit', key.bytes);
    shares.set(key.share.x, key.text);
    if (shares.size < key.share.threshold) return;
    const texts = [...shares.values()];
    // Which of them was wrong is not known, so that all begin anew.
    shares = new Map();
    await openWith('shares', revealSharedSecret(texts));
  };
  return {
    get progress() {
      return shares.size;
    },
    get terms() {
      return vault.terms();
    },
    init: (body) =>
      alone(async () => {
        if (vault.terms() !== undefined)
          throw new KeywardenError('vault-exists', 'Vault is already initialized');
        const wanted = readKeyTerms(body, 'invalid seal configuration');
        const { rootToken, keys } = await vault.create(wanted);
        return { ...showKeys(keys), root_token: rootToken };
      }),
    unseal: (body, isOpen) =>
      alone(async () => {
        if (vault.terms() === undefined)
          throw new KeywardenError('invalid-request', 'Vault is not initialized');
        if (body['reset'] === true || body['reset'] === 'true') {
          shares = new Map();
          return;
        }
        if (isOpen()) return;
        tries = { ...tries, keys: tries.keys + 1 };
        await tellingWrongKeys(take(body['key'])).catch((thrown) => {
          tries = { ...tries, refused: tries.refused + 1 };
          throw thrown;
        });
      }),
  };
}

function keyField(value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new KeywardenError(
    'invalid-request',
    "'key' must be specified in request body as JSON, or 'reset' set to true",
  );
}
