import { parseDuration } from '../../../shared/model/duration.ts';
import type { Capability } from '../../../shared/model/operation.ts';
import type { ParameterValue, ParameterValues, PathRule } from './policy.ts';
import type { SyntaxEntry, SyntaxNode } from './syntax-tree.ts';

/** Makes the error that points at an offset. */
export type Fail = (at: number, what: string) => Error;

const CAPABILITIES: ReadonlySet<string> = new Set<Capability>([
  'create',
  'read',
  'update',
  'patch',
  'delete',
  'list',
  'sudo',
  'deny',
]);
const LEGACY: ReadonlyMap<string, readonly Capability[]> = new Map([
  ['deny', ['deny']],
  ['read', ['read', 'list']],
  ['write', ['create', 'read', 'update', 'delete', 'list']],
  ['sudo', ['create', 'read', 'update', 'delete', 'list', 'sudo']],
]);
/** They would narrow what the path grants. Keywarden does not enforce them, so it must not seem to. */
const NOT_ENFORCED = new Set(['expiration', 'mfa_methods', 'pagination_limit', 'control_group']);

/** Checks one `path "…" { … }`. */
export function readPathRule({ key, at, value }: SyntaxEntry, fail: Fail): PathRule {
  if (value.kind !== 'object') throw fail(value.at, 'a path needs a block in braces');
  const pattern = key.replace(/^\//, '');
  if (pattern.includes('+*')) throw fail(at, `path ${JSON.stringify(key)}: "+*" is forbidden`);

  const capabilities = new Set<Capability>();
  const rule: { -readonly [K in keyof PathRule]: PathRule[K] } = { pattern, capabilities: [] };
  const seen = new Set<string>();
  for (const { key: name, at: nameAt, value: node } of value.entries) {
    if (seen.has(name)) throw fail(nameAt, `${name} is there twice`);
    seen.add(name);
    switch (name) {
      case 'capabilities':
        for (const item of readStrings(node, fail)) capabilities.add(readCapability(item, fail));
        break;
      case 'policy':
        for (const granted of readLegacy(node, fail)) capabilities.add(granted);
        break;
      case 'allowed_parameters':
        rule.allowedParameters = readParameters(node, fail);
        break;
      case 'denied_parameters':
        rule.deniedParameters = readParameters(node, fail);
        break;
      case 'required_parameters':
        rule.requiredParameters = readStrings(node, fail).map((item) => item.text.toLowerCase());
        break;
      case 'min_wrapping_ttl':
        rule.minWrappingTtl = readDuration(node, fail);
        break;
      case 'max_wrapping_ttl':
        rule.maxWrappingTtl = readDuration(node, fail);
        break;
      case 'needs_keywarden_max_ttl':
        rule.needsKeywardenMaxTtl = readDuration(node, fail);
        break;
      case 'comment':
        break;
      default:
        throw fail(nameAt, NOT_ENFORCED.has(name) ? `${name} is not supported` : `unknown key "${name}"`);
    }
  }
  if (rule.minWrappingTtl && rule.maxWrappingTtl && rule.maxWrappingTtl < rule.minWrappingTtl) {
    throw fail(at, 'max_wrapping_ttl is less than min_wrapping_ttl');
  }
  rule.capabilities = capabilities.has('deny') ? ['deny'] : [...capabilities];
  return rule;
}

interface Text {
  readonly text: string;
  readonly at: number;
}

function readCapability({ text, at }: Text, fail: Fail): Capability {
  if (!CAPABILITIES.has(text)) throw fail(at, `unknown capability ${JSON.stringify(text)}`);
  return text as Capability;
}

function readLegacy(node: SyntaxNode, fail: Fail): readonly Capability[] {
  const granted = node.kind === 'scalar' ? LEGACY.get(String(node.value)) : undefined;
  if (granted === undefined) throw fail(node.at, 'policy must be "deny", "read", "write" or "sudo"');
  return granted;
}

function readStrings(node: SyntaxNode, fail: Fail): Text[] {
  if (node.kind !== 'list') throw fail(node.at, 'expected a list of strings');
  return node.items.map((item) => {
    if (item.kind !== 'scalar' || typeof item.value !== 'string') throw fail(item.at, 'expected a string');
    return { text: item.value, at: item.at };
  });
}

function readParameters(node: SyntaxNode, fail: Fail): ParameterValues {
  if (node.kind !== 'object') throw fail(node.at, 'expected parameters, each with a list of values');
  const values = new Map<string, readonly ParameterValue[]>();
  for (const { key, at, value } of node.entries) {
    if (value.kind !== 'list') throw fail(value.at, 'expected a list of values');
    const name = key.toLowerCase();
    if (values.has(name)) throw fail(at, `parameter ${JSON.stringify(key)} is there twice`);
    values.set(name, value.items.map(plainValue));
  }
  return values;
}

function plainValue(node: SyntaxNode): ParameterValue {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map(plainValue);
    case 'object':
      return Object.fromEntries(node.entries.map((entry) => [entry.key, plainValue(entry.value)]));
    default:
      return node satisfies never;
  }
}

function readDuration(node: SyntaxNode, fail: Fail): number {
  try {
    if (node.kind === 'scalar' && (typeof node.value === 'string' || typeof node.value === 'number')) {
      const seconds = parseDuration(node.value);
      if (seconds >= 0) return seconds;
    }
  } catch {
    // Told below, with the place.
  }
  throw fail(node.at, 'that is not a duration: use seconds, or a form such as "1h30m"');
}
