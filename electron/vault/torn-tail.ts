import { FRAME_PREFIX_LENGTH, type FramePrefix } from '../crypto/frame.ts';
import type { VaultFile } from './ports.ts';

/** A sealed frame ends in a 16-byte tag: this many zeros at its end mean that the end was never written. */
const TELLING_ZEROS = 16;

/**
 * Whether what stands at `position`, which is no whole frame, was left by a write that did not finish.
 * FORMAT.md section 6; anything else there is damage.
 */
export async function endsTorn(
  file: Pick<VaultFile, 'read'>,
  position: number,
  size: number,
  prefix: FramePrefix | undefined,
): Promise<boolean> {
  const left = size - position;
  if (left < FRAME_PREFIX_LENGTH) return true;
  const declared = prefix && FRAME_PREFIX_LENGTH + prefix.boxLength;
  if (declared !== undefined && left < declared) return true;
  const zerosFrom = left - (await trailingZeros(file, position, size));
  if (zerosFrom < FRAME_PREFIX_LENGTH) return true;
  return declared !== undefined && zerosFrom < declared && left - zerosFrom >= TELLING_ZEROS;
}

async function trailingZeros(file: Pick<VaultFile, 'read'>, from: number, size: number): Promise<number> {
  const step = 65_536;
  let end = size;
  while (end > from) {
    const start = Math.max(from, end - step);
    const bytes = await file.read(start, end - start);
    const last = bytes.findLastIndex((byte) => byte !== 0);
    if (last >= 0) return size - (start + last + 1);
    end = start;
  }
  return size - from;
}
