import { open } from 'node:fs/promises';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { normalisedPassphrase } from '../../../shared/model/passphrase.ts';
import { type Surroundings, tell } from '../surroundings.ts';

/** Nobody types more. */
const MAX_BYTES = 1024;
const READABLE_BY_OTHERS = 0o077;

/**
 * Reads the passphrase: the file's one line, without its end. Whoever gets the bytes zero-fills them after use.
 * Throws `invalid-request` for a file that cannot be read, is empty or holds more than a line. Warns when others can read it.
 */
export async function revealPassphrase(file: string, surroundings: Surroundings): Promise<Uint8Array> {
  const opened = await open(file, 'r').catch(() => {
    throw new KeywardenError('invalid-request', `The passphrase file ${file} cannot be read.`);
  });
  try {
    const { mode } = await opened.stat();
    if (surroundings.platform !== 'win32' && (mode & READABLE_BY_OTHERS) !== 0) {
      tell(surroundings, `others can read ${file}: chmod 600 it.`);
    }
    const buffer = Buffer.alloc(MAX_BYTES + 3);
    const { bytesRead } = await opened.read(buffer, 0, buffer.length, null);
    const line = withoutLineEnd(buffer.subarray(0, bytesRead));
    if (line.length === 0)
      throw new KeywardenError('invalid-request', `The passphrase file ${file} is empty.`);
    if (line.length > MAX_BYTES || line.includes(0x0a)) {
      throw new KeywardenError('invalid-request', `The passphrase file ${file} must hold one line.`);
    }
    try {
      return normalisedPassphrase(line);
    } catch {
      throw new KeywardenError('invalid-request', `The passphrase file ${file} is not UTF-8 text.`);
    } finally {
      buffer.fill(0);
    }
  } finally {
    await opened.close();
  }
}

function withoutLineEnd(bytes: Buffer): Buffer {
  let end = bytes.length;
  if (bytes[end - 1] === 0x0a) end--;
  if (end < bytes.length && bytes[end - 1] === 0x0d) end--;
  return bytes.subarray(0, end);
}
