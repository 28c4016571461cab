import type { Capability } from '../../../shared/model/operation.ts';
import type { ParameterValue, ParameterValues, PathRule } from './policy.ts';

/** What two rules for the identical pattern grant together: deny wins, else more is granted, never less. */
export function mergeRules(a: PathRule, b: PathRule): PathRule {
  if (a.capabilities.includes('deny') || b.capabilities.includes('deny')) {
    return { pattern: a.pattern, capabilities: ['deny'] };
  }
  const allowed = mergeParameters(a.allowedParameters, b.allowedParameters);
  const denied = mergeParameters(a.deniedParameters, b.deniedParameters);
  const required = [...new Set([...(a.requiredParameters ?? []), ...(b.requiredParameters ?? [])])];
  const minWrappingTtl = smaller(a.minWrappingTtl, b.minWrappingTtl);
  const maxWrappingTtl = smaller(a.maxWrappingTtl, b.maxWrappingTtl);
  const limits = [a.needsKeywardenMaxTtl, b.needsKeywardenMaxTtl].filter((limit) => limit !== undefined);
  return {
    pattern: a.pattern,
    capabilities: [...new Set<Capability>([...a.capabilities, ...b.capabilities])],
    ...(allowed && { allowedParameters: allowed }),
    ...(denied && { deniedParameters: denied }),
    ...(required.length > 0 && { requiredParameters: required }),
    ...(minWrappingTtl && { minWrappingTtl }),
    ...(maxWrappingTtl && { maxWrappingTtl }),
    // Here 0 is a limit too, the strictest: no such credential at all.
    ...(limits.length > 0 && { needsKeywardenMaxTtl: Math.min(...limits) }),
  };
}

/** A policy that names no parameters does not lift another's; an empty list, any value, wins. */
function mergeParameters(a?: ParameterValues, b?: ParameterValues): ParameterValues | undefined {
  if (!a?.size) return b;
  if (!b?.size) return a;
  const merged = new Map<string, readonly ParameterValue[]>(a);
  for (const [name, values] of b) {
    const others = merged.get(name);
    const any = values.length === 0 || others?.length === 0;
    merged.set(name, any ? [] : [...(others ?? []), ...values]);
  }
  return merged;
}

/** 0 and absent both mean that nothing is set. */
function smaller(a = 0, b = 0): number {
  return a === 0 || b === 0 ? Math.max(a, b) : Math.min(a, b);
}
