import type { ParameterValue, PathRule } from './policy.ts';

/** Whether the rule's parameter constraints let this body through: required, then denied, then allowed. */
export function parametersAllowed(rule: PathRule, data: Readonly<Record<string, unknown>>): boolean {
  const given = Object.entries(data).map(([name, value]) => [name.toLowerCase(), value] as const);
  const names = new Set(given.map(([name]) => name));
  if (rule.requiredParameters?.some((name) => !names.has(name))) return false;
  if (given.length === 0) return true;

  const denied = rule.deniedParameters;
  if (denied?.has('*')) return false;
  for (const [name, value] of given) {
    const values = denied?.get(name);
    if (values !== undefined && isAmong(value, values)) return false;
  }

  const allowed = rule.allowedParameters;
  if (!allowed?.size) return true;
  const othersAllowed = allowed.has('*');
  return given.every(([name, value]) => {
    const values = allowed.get(name);
    return values === undefined ? othersAllowed : isAmong(value, values);
  });
}

function isAmong(value: unknown, values: readonly ParameterValue[]): boolean {
  return values.length === 0 || values.some((pattern) => valueMatches(pattern, value));
}

/**
 * Scalars are compared as text, because bodies are read with weak types: `"5"` and `5` are the same to an engine, so
 * they must be the same here, or a denied value would come in by the other spelling.
 */
function valueMatches(pattern: ParameterValue, value: unknown): boolean {
  if (isScalar(pattern) && isScalar(value)) {
    return typeof pattern === 'string'
      ? globMatches(pattern, String(value))
      : String(pattern) === String(value);
  }
  return canonical(pattern) === canonical(value);
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function globMatches(pattern: string, text: string): boolean {
  if (pattern.length < 2) return pattern === text;
  const head = pattern.startsWith('*');
  const tail = pattern.endsWith('*');
  const core = pattern.slice(head ? 1 : 0, tail ? -1 : undefined);
  if (head && tail) return text.includes(core);
  if (head) return text.endsWith(core);
  return tail ? text.startsWith(core) : text === pattern;
}

/** JSON with sorted names: equal text means deeply equal. */
function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_name, part: unknown) =>
      part !== null && typeof part === 'object' && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
        : part,
    ) ?? 'undefined'
  );
}
