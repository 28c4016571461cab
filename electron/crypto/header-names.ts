import { z } from 'zod';
import { ByteWriter } from './byte-writer.ts';
import { decodeCanonical, encodeCanonical } from './canonical-json.ts';
import { damaged } from './damaged.ts';
import type { EpochKeys } from './epoch-keys.ts';
import type { HeaderNames, SealedHeader } from './header-body.ts';
import { openBox, sealBox } from './secret-box.ts';

type NamesKey = Pick<EpochKeys, 'names'>;
type NamedHeader = Pick<SealedHeader, 'id' | 'epoch' | 'revision'>;

const names = z.strictObject({ keyholders: z.array(z.string()), vault: z.string().optional() });

/** Seals the names of a header, each one anew. FORMAT.md section 8. */
export function sealHeaderNames(
  keys: NamesKey,
  header: NamedHeader,
  { vault, keyholders }: HeaderNames,
  nonce: Uint8Array,
): Uint8Array {
  return sealBox(keys.names, nonce, associatedData(header), encodeCanonical({ keyholders, vault }));
}

/** Opens what `sealHeaderNames` made. Throws `vault-damaged`. */
export function openHeaderNames(keys: NamesKey, header: NamedHeader, box: Uint8Array): HeaderNames {
  const opened = openBox(keys.names, associatedData(header), box);
  if (!opened) throw damaged('the names in vault.kwh do not open');
  try {
    return names.parse(decodeCanonical(opened));
  } catch (error) {
    throw damaged('the names in vault.kwh do not decode', error);
  }
}

function associatedData({ id, epoch, revision }: NamedHeader): Uint8Array {
  return new ByteWriter()
    .text('keywarden/1/names')
    .raw(Buffer.from(id, 'hex'))
    .u32(epoch)
    .u64(revision)
    .finish();
}
