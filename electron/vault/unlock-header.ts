import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import { damaged } from '../crypto/damaged.ts';
import { deriveEpochKeys, type EpochKeys, wipeEpochKeys } from '../crypto/epoch-keys.ts';
import { openFormerKey } from '../crypto/former-keys.ts';
import { openPassphraseWay, openVaultKey } from '../crypto/keyholder.ts';
import type { KdfRules } from '../crypto/passphrase-kdf.ts';
import { openSecretWay } from '../crypto/secret-way.ts';
import { checkHeaderMac, type Keyholder, type ReadHeader, type Way } from '../crypto/vault-header.ts';
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

/** The same, and by which way. */
export async function unlockHeaderBy(
  read: ReadHeader,
  wayIn: WayIn,
  rules: KdfRules,
): Promise<{ readonly keys: KeyRing; readonly way: Way }> {
  const revealed = await revealHeader(read, wayIn, rules);
  try {
    return { keys: keyRingOf(revealed), way: revealed.way };
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
  const { header } = read;
  const found = await findWay(read, vaultId, wayIn, rules);
  const secrets = [found.privateKey];
  const wipe = () => {
    for (const secret of secrets) secret.fill(0);
  };
  let newestKeys: EpochKeys | undefined;
  try {
    const key = openVaultKey(vaultId, found.keyholder, header.epoch, found.privateKey);
    secrets.push(key);
    const newest: VaultKey = { key, epoch: header.epoch };
    newestKeys = deriveEpochKeys(key, vaultId, header.epoch);
    checkHeaderMac(newestKeys.header, read);
    const former = header.former.map((sealed): VaultKey => {
      const opened = openFormerKey(newest, vaultId, sealed);
      secrets.push(opened);
      return { key: opened, epoch: sealed.epoch };
    });
    return { vaultId, ...found, vaultKeys: [newest, ...former], wipe };
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
): Promise<Pick<RevealedHeader, 'keyholder' | 'way' | 'privateKey'>> {
  for (const keyholder of header.keyholders) {
    for (const way of keyholder.ways) {
      const privateKey = await openWay(vaultId, keyholder, way, wayIn, rules);
      if (privateKey) return { keyholder, way, privateKey };
    }
  }
  throw new KeywardenError('unlock-failed');
}

async function openWay(
  vaultId: Uint8Array,
  keyholder: Keyholder,
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
