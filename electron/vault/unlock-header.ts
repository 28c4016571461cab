import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import { damaged } from '../crypto/damaged.ts';
import { deriveEpochKeys, type EpochKeys, wipeEpochKeys } from '../crypto/epoch-keys.ts';
import { openFormerKey } from '../crypto/former-keys.ts';
import { openPassphraseWay, openVaultKey } from '../crypto/keyholder.ts';
import type { KdfRules } from '../crypto/passphrase-kdf.ts';
import { checkHeaderMac, type Keyholder, type ReadHeader } from '../crypto/vault-header.ts';
import { KeyRing } from './key-ring.ts';
import { parseVaultId } from './vault-id.ts';

/** The bytes of the id in a header that was parsed already. */
export function vaultIdOf({ header }: ReadHeader): Uint8Array {
  const id = parseVaultId(header.id);
  if (!id) throw damaged('vault.kwh has no id');
  return id;
}

/**
 * Opens the vault's keys with a passphrase, and only then trusts the header.
 * Throws `unlock-failed` for every passphrase that opens nothing, `vault-damaged` where the header was tampered with.
 */
export async function unlockHeader(
  read: ReadHeader,
  passphrase: Uint8Array,
  rules: KdfRules,
): Promise<KeyRing> {
  const vaultId = vaultIdOf(read);
  const { keyholder, privateKey } = await findKeyholder(read, vaultId, passphrase, rules);
  let key: Uint8Array | undefined;
  let newest: EpochKeys | undefined;
  try {
    key = openVaultKey(vaultId, keyholder, read.header.epoch, privateKey);
    newest = deriveEpochKeys(key, vaultId, read.header.epoch);
    checkHeaderMac(newest.header, read);
    return new KeyRing([newest, ...formerKeys(read, vaultId, key)]);
  } catch (error) {
    if (newest) wipeEpochKeys(newest);
    throw error;
  } finally {
    privateKey.fill(0);
    key?.fill(0);
  }
}

function formerKeys({ header }: ReadHeader, vaultId: Uint8Array, key: Uint8Array): readonly EpochKeys[] {
  return header.former.map((sealed) => {
    const opened = openFormerKey({ key, epoch: header.epoch }, vaultId, sealed);
    const keys = deriveEpochKeys(opened, vaultId, sealed.epoch);
    opened.fill(0);
    return keys;
  });
}

async function findKeyholder(
  { header }: ReadHeader,
  vaultId: Uint8Array,
  passphrase: Uint8Array,
  rules: KdfRules,
): Promise<{ readonly keyholder: Keyholder; readonly privateKey: Uint8Array }> {
  for (const keyholder of header.keyholders) {
    for (const way of keyholder.ways) {
      const privateKey = await openPassphraseWay(vaultId, keyholder, way, passphrase, rules);
      if (privateKey) return { keyholder, privateKey };
    }
  }
  throw new KeywardenError('unlock-failed');
}
