import { hkdfSync } from 'node:crypto';

/** The keys of one epoch, each for one purpose. `epoch` counts from 1. */
export interface EpochKeys {
  readonly epoch: number;
  readonly ledger: Uint8Array;
  readonly segment: Uint8Array;
  readonly snapshot: Uint8Array;
  readonly value: Uint8Array;
  readonly tokenHash: Uint8Array;
  readonly signing: Uint8Array;
  readonly header: Uint8Array;
  readonly names: Uint8Array;
  readonly seen: Uint8Array;
  readonly backup: Uint8Array;
}

/** 32 bytes for one purpose: HKDF-SHA-256 with the vault id as salt. FORMAT.md section 3 lists the labels. */
export function deriveSubkey(secret: Uint8Array, salt: Uint8Array, label: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, salt, label, 32));
}

/** Derives all keys of an epoch from its 32-byte vault key; `vaultId` is the 16 raw bytes. */
export function deriveEpochKeys(vaultKey: Uint8Array, vaultId: Uint8Array, epoch: number): EpochKeys {
  const derive = (purpose: string) => deriveSubkey(vaultKey, vaultId, `keywarden/1/${purpose}/${epoch}`);
  return {
    epoch,
    ledger: derive('ledger'),
    segment: derive('segment'),
    snapshot: derive('snapshot'),
    value: derive('value'),
    tokenHash: derive('token-hash'),
    signing: derive('signing'),
    header: derive('header'),
    names: derive('names'),
    seen: derive('seen'),
    backup: derive('backup'),
  };
}

/** Overwrites the keys with zeros. SECURITY(S5) */
export function wipeEpochKeys(keys: EpochKeys): void {
  const { epoch: _, ...secrets } = keys;
  for (const key of Object.values(secrets)) key.fill(0);
}
