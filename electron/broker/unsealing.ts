import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import { encodeShare, parseShare, revealSharedSecret } from '../crypto/share-text.ts';
import type { WaySecret } from '../vault/way-in.ts';

/** How many keys there are, and how many of them open. */
export interface KeyTerms {
  readonly threshold: number;
  readonly total: number;
}

/** What is behind `sys/init` and `sys/unseal`: the folder of one vault. */
export interface SealedVault {
  /** Undefined before a vault exists. */
  terms(): KeyTerms | undefined;
  /** Makes a vault that opens with these keys alone. Throws `vault-exists`. */
  create(terms: KeyTerms): Promise<{ readonly rootToken: string; readonly keys: MadeKeys }>;
  /** Throws `unlock-failed`. */
  open(secret: WaySecret): Promise<void>;
}

/** One secret that opens alone, or the texts of shares. */
export type MadeKeys = { readonly secret: Uint8Array } | { readonly shares: readonly string[] };

/** Collects keys until enough have come. */
export interface Unsealing {
  readonly progress: number;
  readonly terms: KeyTerms | undefined;
  init(body: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>>;
  /** Takes one key, or forgets those that have come (`reset`). */
  unseal(body: Readonly<Record<string, unknown>>, isOpen: () => boolean): Promise<void>;
}

const SECRET_LENGTH = 32;
const SHARE_LENGTH = 38;

/** A key is shown as the bytes of a share (threshold, number, set, value), or as a secret that opens alone. */
export function createUnsealing(vault: SealedVault): Unsealing {
  let shares = new Map<number, string>();
  let queue: Promise<unknown> = Promise.resolve();
  /** One after the other: two last keys at once must not open twice. */
  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    const result = queue.then(work);
    queue = result.catch(() => undefined);
    return result;
  };
  const openWith = async (kind: WaySecret['kind'], bytes: Uint8Array): Promise<void> => {
    try {
      await vault.open({ kind, bytes });
    } finally {
      bytes.fill(0);
      shares = new Map();
    }
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
        const total = readCount(body, 'secret_shares');
        const threshold = readCount(body, 'secret_threshold');
        if (threshold > total || (total > 1 && threshold < 2)) {
          throw new KeywardenError('invalid-request', 'invalid seal configuration: invalid threshold');
        }
        const { rootToken, keys } = await vault.create({ threshold, total });
        const bytes = 'secret' in keys ? [Buffer.from(keys.secret)] : keys.shares.map(shareBytes);
        return {
          keys: bytes.map((key) => key.toString('hex')),
          keys_base64: bytes.map((key) => key.toString('base64')),
          root_token: rootToken,
        };
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
        const key = readKey(body['key']);
        if (key.length === SECRET_LENGTH) return await openWith('recovery-kit', new Uint8Array(key));
        const text = shareText(key);
        const share = parseShare(text);
        shares.set(share.x, text);
        if (shares.size < share.threshold) return;
        const texts = [...shares.values()];
        // Which of them was wrong is not known, so that all begin anew.
        shares = new Map();
        await openWith('shares', revealSharedSecret(texts));
      }),
  };
}

function readCount(body: Readonly<Record<string, unknown>>, name: string): number {
  const count = Number(body[name] ?? Number.NaN);
  if (Number.isInteger(count) && count >= 1 && count <= 16) return count;
  throw new KeywardenError('invalid-request', `${name} must be a whole number from 1 to 16`);
}

function readKey(value: unknown): Buffer {
  if (typeof value !== 'string' || value === '') {
    throw new KeywardenError(
      'invalid-request',
      "'key' must be specified in request body as JSON, or 'reset' set to true",
    );
  }
  const isHex = /^(?:[0-9a-f]{2})+$/i.test(value);
  const bytes = Buffer.from(value, isHex ? 'hex' : 'base64');
  if (bytes.length === SECRET_LENGTH || bytes.length === SHARE_LENGTH) return bytes;
  throw new KeywardenError('invalid-request', "'key' must be a valid hex or base64 string");
}

function shareBytes(text: string): Buffer {
  const { threshold, x, set, y } = parseShare(text);
  return Buffer.concat([Buffer.from([threshold, x]), Buffer.from(set, 'hex'), y]);
}

function shareText(bytes: Buffer): string {
  const [threshold = 0, x = 0] = bytes;
  return encodeShare({
    threshold,
    x,
    set: bytes.subarray(2, 6).toString('hex'),
    y: new Uint8Array(bytes.subarray(6)),
  });
}
