import { readFile } from 'node:fs/promises';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { WayIn, WaySecret } from '../../vault/way-in.ts';
import { type Invocation, type OptionSpec, optionText } from '../command.ts';
import { revealPassphrase } from './passphrase-file.ts';

/** Nobody's kit, nor all shares together, are longer, however they are set. */
const MAX_SECRET = 4096;

/** How a command is let into a vault. */
export const WAY_IN_OPTIONS = {
  'passphrase-file': { type: 'string', value: 'FILE', help: 'a file whose one line is the passphrase' },
  'recovery-kit-file': {
    type: 'string',
    value: 'FILE',
    help: 'a file with the recovery kit, instead of the passphrase',
  },
  'shares-file': {
    type: 'string',
    value: 'FILE',
    help: 'a file with enough shares, one a line, instead of the passphrase',
  },
} as const satisfies Record<string, OptionSpec>;

/** Lends the way in that the command line names and zero-fills it. Throws `usage`, `invalid-request`, `code-mistyped`. */
export async function withWayIn<T>(invocation: Invocation, use: (wayIn: WayIn) => Promise<T>): Promise<T> {
  const passphraseFile = optionText(invocation, 'passphrase-file');
  const kitFile = optionText(invocation, 'recovery-kit-file');
  const sharesFile = optionText(invocation, 'shares-file');
  if ([passphraseFile, kitFile, sharesFile].filter((file) => file !== undefined).length !== 1) {
    throw new KeywardenError(
      'usage',
      'Give one of --passphrase-file, --recovery-kit-file and --shares-file.',
    );
  }
  if (passphraseFile !== undefined) {
    const passphrase = await revealPassphrase(passphraseFile, invocation.surroundings);
    return use({ passphrase }).finally(() => passphrase.fill(0));
  }
  const secret = await (sharesFile === undefined
    ? revealSecret('recovery-kit', kitFile ?? '')
    : revealSecret('shares', sharesFile));
  return use({ secret }).finally(() => secret.bytes.fill(0));
}

async function revealSecret(kind: 'recovery-kit' | 'shares', file: string): Promise<WaySecret> {
  const { parseRecoveryKit } = await import('../../crypto/recovery-kit.ts');
  const { revealSharedSecret } = await import('../../crypto/share-text.ts');
  const what = kind === 'shares' ? 'The file of shares' : 'The recovery kit';
  const content = await readFile(file).catch(() => {
    throw new KeywardenError('invalid-request', `${what} ${file} cannot be read.`);
  });
  try {
    const text = content.subarray(0, MAX_SECRET).toString('utf8');
    if (kind === 'recovery-kit') return { kind, bytes: parseRecoveryKit(text) };
    return { kind, bytes: revealSharedSecret(text.split(/\r?\n/).filter((line) => line.trim() !== '')) };
  } finally {
    content.fill(0);
  }
}
