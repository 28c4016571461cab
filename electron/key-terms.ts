import { KeywardenError } from '../shared/errors/keywarden-error.ts';
import type { KeyTerms } from './crypto/unseal-key.ts';
import { folderLayout } from './vault/folder-layout.ts';
import { readHeaderFile } from './vault/header-file.ts';
import { nodeFiles } from './vault/node-files.ts';

/** How many keys open the vault in a folder; undefined where there is none. A vault without shares has one: its recovery kit. */
export async function keyTermsOf(directory: string): Promise<KeyTerms | undefined> {
  const read = await readHeaderFile(nodeFiles, folderLayout(directory)).catch((error: unknown) => {
    if (error instanceof KeywardenError && error.code === 'vault-missing') return undefined;
    throw error;
  });
  if (read === undefined) return undefined;
  return termsOf(read.header.keyholders.flatMap((keyholder) => keyholder.ways));
}

/** How many keys there are, and how many of them open it. */
export function termsOf(
  ways: readonly { readonly kind: string; readonly threshold?: number; readonly total?: number }[],
): KeyTerms {
  const { threshold = 1, total = 1 } = ways.find((way) => way.kind === 'shares') ?? {};
  return { threshold, total };
}
