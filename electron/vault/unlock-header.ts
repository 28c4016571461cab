import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import { damaged } from '../crypto/damaged.ts';
import { deriveEpochKeys, type EpochKeys, wipeEpochKeys } from '../crypto/epoch-keys.ts';
import { openFormerKey } from '../crypto/former-keys.ts';
import type { SealedKeyholder, Way } from '../crypto/header-body.ts';
import { openPassphraseWay, openVaultKey } from '../crypto/keyholder.ts';
import type { KdfRules } from '../crypto/passphrase-kdf.ts';
import { openSecretWay } from '../crypto/secret-way.ts';
import {
  type Keyholder,
  openVaultHeader,
  type ReadHeader,
  type VaultHeader,
} from '../crypto/vault-header.ts';
import { KeyRing } from './key-ring.ts';
import { parseVaultId } from './vault-id.ts';
import type { WayIn } from './way-in.ts';

/** A vault key and the epoch that it is of. */
export interface VaultKey {
  readonly epoch: number;
  readonly key: Uint8Array;
}

/** All that a way in leads to. Whoever gets it wipes it as soon as may be. */
export interface RevealedHeader {
  readonly vaultId: Uint8Array;
  readonly header: VaultHeader;
  readonly keyholder: Keyholder;
  readonly way: Way;
  readonly privateKey: Uint8Array;
  /** The newest first. */
  readonly vaultKeys: readonly [VaultKey, ...VaultKey[]];
  wipe(): void;
}

/** The bytes of the id in a header that was parsed already. */
export function vaultIdOf({ header }: ReadHeader): Uint8Array {
  const id = parseVaultId(header.id);
  if (!id) throw damaged('vault.kwh has no id');
  return id;
}

/**
 * Opens the vault's keys with a way in, and only then trusts the header. The ring's user wipes it.
 * Throws `unlock-failed` for every way in that opens nothing, `vault-damaged` where the header was tampered with.
 */
export async function unlockHeader(read: ReadHeader, wayIn: WayIn, rules: KdfRules): Promise<KeyRing> {
  return (await unlockHeaderBy(read, wayIn, rules)).keys;
}

/** The same, by which way, and the whole header. */
export async function unlockHeaderBy(
  read: ReadHeader,
  wayIn: WayIn,
  rules: KdfRules,
): Promise<{ readonly keys: KeyRing } & Pick<RevealedHeader, 'way' | 'header'>> {
  const revealed = await revealHeader(read, wayIn, rules);
  try {
    return { keys: keyRingOf(revealed), way: revealed.way, header: revealed.header };
  } finally {
    revealed.wipe();
  }
}

/** The derived keys of every epoch. */
function keyRingOf({ vaultId, vaultKeys: [newest, ...former] }: RevealedHeader): KeyRing {
  const derive = ({ key, epoch }: VaultKey) => deriveEpochKeys(key, vaultId, epoch);
  return new KeyRing([derive(newest), ...former.map(derive)]);
}

/** The private key and the vault keys themselves, behind a header whose MAC was checked. Throws as `unlockHeader` does. */
export async function revealHeader(read: ReadHeader, wayIn: WayIn, rules: KdfRules): Promise<RevealedHeader> {
  const vaultId = vaultIdOf(read);
  const { epoch, former: sealedFormer } = read.header;
  const { index, keyholder: sealed, way, privateKey } = await findWay(read, vaultId, wayIn, rules);
  const secrets = [privateKey];
  const wipe = () => {
    for (const secret of secrets) secret.fill(0);
  };
  let newestKeys: EpochKeys | undefined;
  try {
    const key = openVaultKey(vaultId, sealed, epoch, privateKey);
    secrets.push(key);
    const newest: VaultKey = { key, epoch };
    newestKeys = deriveEpochKeys(key, vaultId, epoch);
    const header = openVaultHeader(newestKeys, read);
    const former = sealedFormer.map((box): VaultKey => {
      const opened = openFormerKey(newest, vaultId, box);
      secrets.push(opened);
      return { key: opened, epoch: box.epoch };
    });
    const keyholder: Keyholder = { ...sealed, name: header.keyholders[index]?.name ?? '' };
    return { vaultId, header, keyholder, way, privateKey, vaultKeys: [newest, ...former], wipe };
  } catch (error) {
    wipe();
    throw error;
  } finally {
    if (newestKeys) wipeEpochKeys(newestKeys);
  }
}

async function findWay(
  { header }: ReadHeader,
  vaultId: Uint8Array,
  wayIn: WayIn,
  rules: KdfRules,
): Promise<{
  readonly index: number;
  readonly keyholder: SealedKeyholder;
  readonly way: Way;
  readonly privateKey: Uint8Array;
}> {
  for (const [index, keyholder] of header.keyholders.entries()) {
    for (const way of keyholder.ways) {
      const privateKey = await openWay(vaultId, keyholder, way, wayIn, rules);
      if (privateKey) return { index, keyholder, way, privateKey };
    }
  }
  throw new KeywardenError('unlock-failed');
}

async function openWay(
  vaultId: Uint8Array,
  keyholder: SealedKeyholder,
  way: Way,
  wayIn: WayIn,
  rules: KdfRules,
): Promise<Uint8Array | undefined> {
  if ('passphrase' in wayIn) {
    if (way.kind !== 'passphrase') return undefined;
    return openPassphraseWay(vaultId, keyholder, way, wayIn.passphrase, rules);
  }
  if (way.kind === 'passphrase' || way.kind !== wayIn.secret.kind) return undefined;
  return openSecretWay(vaultId, keyholder, way, wayIn.secret.bytes);
}
