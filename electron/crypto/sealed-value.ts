import { hash } from 'node:crypto';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { openBox, sealBox } from './secret-box.ts';

const VERSION = 1;
const PREFIX_LENGTH = 5;

/** Where a value belongs. Never its path: mounts move. */
export interface ValueBinding {
  readonly mount: string;
  readonly owner: string;
  readonly version: number;
}

/** Seals one value: `version || epoch || box`. FORMAT.md section 5. */
export function sealValueBytes(
  key: Uint8Array,
  epoch: number,
  nonce: Uint8Array,
  binding: ValueBinding,
  plaintext: Uint8Array,
): Uint8Array {
  const box = sealBox(key, nonce, associatedData(binding, epoch), plaintext);
  return new ByteWriter().u8(VERSION).u32(epoch).raw(box).finish();
}

/** The epoch whose key opens these sealed bytes, or undefined where they are no sealed value of this version. */
export function epochOfSealedValue(sealed: Uint8Array): number | undefined {
  if (sealed.length < PREFIX_LENGTH || sealed[0] !== VERSION) return undefined;
  return new ByteReader(sealed.subarray(1)).u32();
}

/** Opens one sealed value, or returns undefined where it does not authenticate under this binding. */
export function revealValueBytes(
  key: Uint8Array,
  epoch: number,
  binding: ValueBinding,
  sealed: Uint8Array,
): Uint8Array | undefined {
  if (epochOfSealedValue(sealed) !== epoch) return undefined;
  return openBox(key, associatedData(binding, epoch), sealed.subarray(PREFIX_LENGTH));
}

/** Names a sealed value: SHA-256 of its sealed bytes, in hex. */
export function hashSealedValue(sealed: Uint8Array): string {
  return hash('sha256', sealed, 'hex');
}

function associatedData(binding: ValueBinding, epoch: number): Uint8Array {
  return new ByteWriter()
    .text('keywarden/1/value')
    .u32(epoch)
    .text(binding.mount)
    .text(binding.owner)
    .u64(binding.version)
    .finish();
}
