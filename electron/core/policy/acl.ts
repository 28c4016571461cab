import type { Capability, Operation } from '../../../shared/model/operation.ts';
import { parametersAllowed } from './check-parameters.ts';
import { mergeRules } from './merge-rules.ts';
import { comparePatterns, type PathPattern, patternMatches, readPathPattern } from './path-pattern.ts';
import type { PathRule, Policy } from './policy.ts';

/** What a set of policies grants together. Pure: it may be kept for as long as its policies stay the same. */
export interface Acl {
  allows(request: AclRequest): boolean;
  /** Seconds that a credential from this path may live if its target does not end it by itself; undefined without a limit. */
  needsKeywardenMaxTtl(path: string): number | undefined;
  /** What is granted on the path, sorted; `['deny']` when nothing is. */
  capabilities(path: string): Capability[];
  /** Whether anything may be granted on some path below the prefix (`secret/`). May say yes where patterns only look like it. */
  reaches(prefix: string): boolean;
}

/** What is asked of an Acl. */
export interface AclRequest {
  readonly operation: Operation;
  /** Without `/v1/` and a leading slash. */
  readonly path: string;
  /** The route is a protected one: `sudo` is needed as well. */
  readonly sudo?: boolean;
  /** The body, for parameter constraints on create, update and patch. */
  readonly data?: Readonly<Record<string, unknown>>;
  /** Seconds, where the answer is to be wrapped. */
  readonly wrapTtl?: number | undefined;
}

/**
 * Prepares policies for asking. One pattern alone decides a path: an exact one, else the most specific of the others.
 * The rules are VAULT dialect (`vault/acl.go`): exact, exact without a list's slash, best pattern, the same without the slash.
 */
export function compileAcl(policies: readonly Policy[]): Acl {
  const merged = mergePatterns(policies);
  const exact = new Map<string, PathRule>();
  const ranked: { readonly pattern: PathPattern; readonly rule: PathRule }[] = [];
  for (const [text, rule] of merged) {
    const pattern = readPathPattern(text);
    if (pattern === undefined) exact.set(text, rule);
    else ranked.push({ pattern, rule });
  }
  ranked.sort((a, b) => comparePatterns(a.pattern, b.pattern));

  const bestPattern = (path: string): PathRule | undefined => {
    const parts = path.split('/');
    return ranked.find(({ pattern }) => patternMatches(pattern, path, parts))?.rule;
  };
  const find = (path: string, isList: boolean): PathRule | undefined => {
    const bare = isList && path.endsWith('/') ? path.slice(0, -1) : undefined;
    return (
      exact.get(path) ??
      (bare === undefined ? undefined : exact.get(bare)) ??
      bestPattern(path) ??
      (bare === undefined ? undefined : bestPattern(bare))
    );
  };

  return {
    allows({ operation, path, sudo = false, data = {}, wrapTtl }) {
      const isList = operation === 'list';
      const rule = find(isList && !path.endsWith('/') ? `${path}/` : path, isList);
      if (!rule?.capabilities.includes(operation)) return false;
      if (sudo && !rule.capabilities.includes('sudo')) return false;
      if (!wrappingAllowed(rule, wrapTtl)) return false;
      const writes = operation === 'create' || operation === 'update' || operation === 'patch';
      return !writes || parametersAllowed(rule, data);
    },
    needsKeywardenMaxTtl: (path) => find(path, false)?.needsKeywardenMaxTtl,
    capabilities(path) {
      // Asked as for a list, as Vault does, so that the slash makes no difference to what is shown.
      const granted = find(path, true)?.capabilities ?? [];
      return granted.length === 0 ? ['deny'] : [...granted].sort();
    },
    reaches(prefix) {
      const grants = ({ capabilities }: PathRule) =>
        capabilities.length > 0 && !capabilities.includes('deny');
      for (const [text, rule] of exact) if (text.startsWith(prefix) && grants(rule)) return true;
      return ranked.some(({ pattern: { stem, firstWildcard }, rule }) => {
        const literal = stem.slice(0, firstWildcard);
        return grants(rule) && (literal.startsWith(prefix) || prefix.startsWith(literal));
      });
    },
  };
}

/** A rule that bounds wrapping asks for it: an answer that is not wrapped is outside the bounds. */
function wrappingAllowed({ minWrappingTtl, maxWrappingTtl }: PathRule, ttl: number | undefined): boolean {
  if (!minWrappingTtl && !maxWrappingTtl) return true;
  if (ttl === undefined) return false;
  return ttl >= (minWrappingTtl ?? 0) && ttl <= (maxWrappingTtl || Number.POSITIVE_INFINITY);
}

function mergePatterns(policies: readonly Policy[]): Map<string, PathRule> {
  const merged = new Map<string, PathRule>();
  for (const rule of policies.flatMap((policy) => policy.paths)) {
    // A template that nothing resolves names no path: it is dropped, as Vault does.
    if (rule.pattern.includes('{{')) continue;
    const other = merged.get(rule.pattern);
    merged.set(rule.pattern, other === undefined ? rule : mergeRules(other, rule));
  }
  return merged;
}
