import type { ReactNode } from 'react';

/** Something that the palette can find, and what choosing it does. */
export interface Finding {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly mono: boolean;
  readonly icon: ReactNode;
  readonly run: () => void;
}

/** What holds every word, the closest first: a name that starts with them before one that only holds them. */
export function findAmong(everything: readonly Finding[], words: string): readonly Finding[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return everything;
  return everything
    .map((finding) => ({ finding, rank: rankOf(finding, wanted) }))
    .filter((one) => one.rank > 0)
    .sort((a, b) => b.rank - a.rank)
    .map((one) => one.finding);
}

function rankOf(finding: Finding, wanted: readonly string[]): number {
  const name = finding.name.toLowerCase();
  const text = `${name} ${finding.kind.toLowerCase()}`;
  let rank = 0;
  for (const word of wanted) {
    if (!text.includes(word)) return 0;
    if (name.startsWith(word)) rank += 4;
    else if (new RegExp(`[/ ._-]${escaped(word)}`).test(name)) rank += 3;
    else rank += name.includes(word) ? 2 : 1;
  }
  return rank;
}

function escaped(word: string): string {
  return word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
