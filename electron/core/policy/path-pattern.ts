/** A pattern with `*` or `+`, ready to match and to be ranked. */
export interface PathPattern {
  /** Without the last `*`. */
  readonly stem: string;
  readonly isPrefix: boolean;
  /** Split at slashes when a segment may be `+`; undefined for a plain prefix. */
  readonly segments: readonly string[] | undefined;
  /** Where the first `+` or `*` stands. */
  readonly firstWildcard: number;
  readonly plusCount: number;
}

/** Undefined when the pattern is exact. A `*` elsewhere than last, or a `+` within a segment, is an ordinary character. */
export function readPathPattern(pattern: string): PathPattern | undefined {
  const hasPlus = /^\+(?:\/|$)|\/\+/.test(pattern);
  const isPrefix = pattern.endsWith('*');
  if (!hasPlus && !isPrefix) return undefined;
  const stem = isPrefix ? pattern.slice(0, -1) : pattern;
  const segments = hasPlus ? stem.split('/') : undefined;
  return {
    stem,
    isPrefix,
    segments,
    firstWildcard: hasPlus ? stem.indexOf('+') : stem.length,
    plusCount: segments?.filter((segment) => segment === '+').length ?? 0,
  };
}

/** Whether the path is one that the pattern means. `parts` is the path split at slashes. */
export function patternMatches(pattern: PathPattern, path: string, parts: readonly string[]): boolean {
  const { segments, isPrefix } = pattern;
  if (segments === undefined) return path.startsWith(pattern.stem);
  if (isPrefix ? segments.length > parts.length : segments.length !== parts.length) return false;
  return segments.every((segment, index) => {
    const part = parts[index] ?? '';
    if (segment === '+' || segment === part) return true;
    return isPrefix && index === segments.length - 1 && part.startsWith(segment);
  });
}

/** Sorts so that the pattern that wins comes first: the five tie-breaks in Vault's order. */
export function comparePatterns(a: PathPattern, b: PathPattern): number {
  return (
    b.firstWildcard - a.firstWildcard ||
    Number(a.isPrefix) - Number(b.isPrefix) ||
    a.plusCount - b.plusCount ||
    b.stem.length - a.stem.length ||
    (a.stem < b.stem ? 1 : -1)
  );
}
