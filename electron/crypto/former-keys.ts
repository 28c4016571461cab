import { ByteWriter } from './byte-writer.ts';
import { damaged } from './damaged.ts';
import { deriveSubkey } from './epoch-keys.ts';
import { openBox, sealBox } from './secret-box.ts';

/** An earlier vault key, sealed under the newest: whoever opens the vault reads all of its past. FORMAT.md section 8. */
export function sealFormerKey(
  newest: { readonly key: Uint8Array; readonly epoch: number },
  vaultId: Uint8Array,
  former: { readonly key: Uint8Array; readonly epoch: number },
  nonce: Uint8Array,
): Uint8Array {
  const key = deriveSubkey(newest.key, vaultId, 'keywarden/1/former');
  const box = sealBox(key, nonce, associatedData(vaultId, former.epoch, newest.epoch), former.key);
  key.fill(0);
  return box;
}

/** Opens what `sealFormerKey` made. Throws `vault-damaged`. */
export function openFormerKey(
  newest: { readonly key: Uint8Array; readonly epoch: number },
  vaultId: Uint8Array,
  former: { readonly box: Uint8Array; readonly epoch: number },
): Uint8Array {
  const key = deriveSubkey(newest.key, vaultId, 'keywarden/1/former');
  const opened = openBox(key, associatedData(vaultId, former.epoch, newest.epoch), former.box);
  key.fill(0);
  if (opened?.length !== 32) throw damaged(`the key of epoch ${former.epoch} in vault.kwh does not open`);
  return opened;
}

function associatedData(vaultId: Uint8Array, epoch: number, newest: number): Uint8Array {
  return new ByteWriter().text('keywarden/1/former').raw(vaultId).u32(epoch).u32(newest).finish();
}
