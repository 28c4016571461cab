import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import { type EpochKeys, wipeEpochKeys } from '../crypto/epoch-keys.ts';

/** The keys of an open vault, by epoch. Sealing uses the newest; reading uses the one that was sealed with. */
export class KeyRing {
  readonly #epochs: Map<number, EpochKeys>;
  #current: EpochKeys;
  readonly #oldest: EpochKeys;
  #prepared: EpochKeys | undefined;
  #wiped = false;

  constructor(epochs: readonly [EpochKeys, ...EpochKeys[]]) {
    this.#epochs = new Map(epochs.map((keys) => [keys.epoch, keys]));
    this.#current = epochs.reduce((newest, keys) => (keys.epoch > newest.epoch ? keys : newest));
    this.#oldest = epochs.reduce((oldest, keys) => (keys.epoch < oldest.epoch ? keys : oldest));
  }

  /** What is sealed now is sealed under these. */
  get current(): EpochKeys {
    this.refuseWiped();
    return this.#current;
  }

  /** Those of the vault's first epoch: tokens are hashed with them for ever. */
  get oldest(): EpochKeys {
    this.refuseWiped();
    return this.#oldest;
  }

  ofEpoch(epoch: number): EpochKeys | undefined {
    this.refuseWiped();
    return this.#epochs.get(epoch);
  }

  /** Keeps the keys of the epoch that may begin next. */
  prepare(keys: EpochKeys): void {
    if (this.#wiped) wipeEpochKeys(keys);
    if (keys.epoch <= this.current.epoch) throw new RangeError('an epoch that is not new');
    if (this.#prepared) wipeEpochKeys(this.#prepared);
    this.#prepared = keys;
  }

  /** The keys of an epoch that may begin next. */
  prepared(epoch: number): EpochKeys {
    this.refuseWiped();
    if (this.#prepared?.epoch !== epoch) throw new RangeError('an epoch that was not prepared');
    return this.#prepared;
  }

  /** A prepared epoch begins. Epochs never go back. */
  begin(epoch: number): void {
    this.#current = this.prepared(epoch);
    this.#epochs.set(epoch, this.#current);
    this.#prepared = undefined;
  }

  /** Throws `sealed` once there are no keys any more: zeros would open nothing, and seal for everybody. */
  refuseWiped(): void {
    if (this.#wiped) throw new KeywardenError('sealed');
  }

  /** SECURITY(S5): sealing leaves no key behind. */
  wipe(): void {
    this.#wiped = true;
    for (const keys of this.#epochs.values()) wipeEpochKeys(keys);
    if (this.#prepared) wipeEpochKeys(this.#prepared);
  }
}
