import { describe, expect, test } from 'vitest';
import type { SecretEntry } from '../../../renderer/features/secrets/crawl-folders.ts';
import { foundLines, treeLines } from '../../../renderer/features/secrets/secret-lines.ts';

const entry = (path: string, isFolder = false): SecretEntry => ({
  name: path.split('/').filter(Boolean).at(-1) ?? path,
  path,
  isFolder,
  updatedAt: null,
  version: null,
});
const folders = new Map([
  ['', [entry('zeta'), entry('shop/', true)]],
  ['shop', [entry('shop/key10'), entry('shop/key9'), entry('shop/live/', true)]],
  ['shop/live', [entry('shop/live/stripe')]],
]);
const paths = (lines: ReturnType<typeof treeLines>): string[] => lines.map((line) => line.path);

describe('the tree of secrets', () => {
  test('a folded folder shows only itself, and stands before the secrets', () => {
    expect(paths(treeLines(folders, new Set()))).toEqual(['shop', 'zeta']);
  });

  test('an unfolded one shows what is in it, numbers in their order', () => {
    expect(paths(treeLines(folders, new Set(['shop'])))).toEqual([
      'shop',
      'shop/live',
      'shop/key9',
      'shop/key10',
      'zeta',
    ]);
  });

  test('a search finds secrets in folded folders by all of its words', () => {
    expect(paths(foundLines(folders, 'STRIPE shop'))).toEqual(['shop/live/stripe']);
    expect(paths(foundLines(folders, 'stripe zeta'))).toEqual([]);
  });
});
