import { KeywardenError } from '../../shared/errors/keywarden-error.ts';

/** An error that names the damaged part: `ledger/00000001.kwl, record 17`. Never what is inside it. */
export function damaged(what: string, cause?: unknown): KeywardenError {
  return new KeywardenError('vault-damaged', `The vault is damaged: ${what}.`, { cause });
}

/** Checks the first nine bytes that every file has. FORMAT.md section 1. */
export function checkMagic(bytes: Uint8Array, magic: string, version: number, name: string): void {
  if (bytes.length < 9 || Buffer.from(bytes.subarray(0, 8)).toString('latin1') !== magic) {
    throw damaged(`${name} is not what its name says`);
  }
  const found = bytes[8] ?? 0;
  if (found > version) throw new KeywardenError('vault-newer');
  if (found < 1) throw damaged(`${name} has no version`);
}
