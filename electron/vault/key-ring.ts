import { type EpochKeys, wipeEpochKeys } from '../crypto/epoch-keys.ts';

/** The keys of an open vault, by epoch. Sealing uses the newest; reading uses the one that was sealed with. */
export class KeyRing {
  readonly #epochs: ReadonlyMap<number, EpochKeys>;
  readonly current: EpochKeys;

  constructor(epochs: readonly [EpochKeys, ...EpochKeys[]]) {
    this.#epochs = new Map(epochs.map((keys) => [keys.epoch, keys]));
    this.current = epochs.reduce((newest, keys) => (keys.epoch > newest.epoch ? keys : newest));
  }

  ofEpoch(epoch: number): EpochKeys | undefined {
    return this.#epochs.get(epoch);
  }

  /** SECURITY(S5): sealing leaves no key behind. */
  wipe(): void {
    for (const keys of this.#epochs.values()) wipeEpochKeys(keys);
  }
}
