import { readFile } from 'node:fs/promises';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { WayIn } from '../../vault/way-in.ts';
import { type Invocation, type OptionSpec, optionText } from '../command.ts';
import { revealPassphrase } from './passphrase-file.ts';

/** Nobody's kit is longer, however it is set. */
const MAX_KIT = 4096;

/** How a command is let into a vault. */
export const WAY_IN_OPTIONS = {
  'passphrase-file': { type: 'string', value: 'FILE', help: 'a file whose one line is the passphrase' },
  'recovery-kit-file': {
    type: 'string',
    value: 'FILE',
    help: 'a file with the recovery kit, instead of the passphrase',
  },
} as const satisfies Record<string, OptionSpec>;

/** Lends the way in that the command line names and zero-fills it. Throws `usage`, `invalid-request`, `code-mistyped`. */
export async function withWayIn<T>(invocation: Invocation, use: (wayIn: WayIn) => Promise<T>): Promise<T> {
  const passphraseFile = optionText(invocation, 'passphrase-file');
  const kitFile = optionText(invocation, 'recovery-kit-file');
  if ((passphraseFile === undefined) === (kitFile === undefined)) {
    throw new KeywardenError('usage', 'Give either --passphrase-file or --recovery-kit-file.');
  }
  if (passphraseFile !== undefined) {
    const passphrase = await revealPassphrase(passphraseFile, invocation.surroundings);
    return use({ passphrase }).finally(() => passphrase.fill(0));
  }
  const bytes = await revealRecoveryKit(kitFile ?? '');
  return use({ secret: { kind: 'recovery-kit', bytes } }).finally(() => bytes.fill(0));
}

async function revealRecoveryKit(file: string): Promise<Uint8Array> {
  const { parseRecoveryKit } = await import('../../crypto/recovery-kit.ts');
  const text = await readFile(file).catch(() => {
    throw new KeywardenError('invalid-request', `The recovery kit ${file} cannot be read.`);
  });
  try {
    return parseRecoveryKit(text.subarray(0, MAX_KIT).toString('utf8'));
  } finally {
    text.fill(0);
  }
}
