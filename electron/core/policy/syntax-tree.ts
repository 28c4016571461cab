/** HCL 1 has comments, heredocs, bare words and `=`; JSON has none of them. */
export type Notation = 'hcl' | 'json';

/** What both notations, HCL 1 and JSON, parse to. Every node knows its offset, so that later checks can point at it. */
export type SyntaxNode =
  | { readonly kind: 'scalar'; readonly at: number; readonly value: string | number | boolean | null }
  | { readonly kind: 'list'; readonly at: number; readonly items: readonly SyntaxNode[] }
  | { readonly kind: 'object'; readonly at: number; readonly entries: readonly SyntaxEntry[] };

/** `key = value`. A block `path "x" { … }` is `path = { "x" = { … } }`, as HCL 1 itself sees it. */
export interface SyntaxEntry {
  readonly key: string;
  readonly at: number;
  readonly value: SyntaxNode;
}

/** Deeper than any policy needs, and far from the end of the stack. */
export const MAX_NESTING = 32;
