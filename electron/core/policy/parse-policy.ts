import { parseHcl } from './parse-hcl.ts';
import { parseJson } from './parse-json.ts';
import { type Fail, readPathRule } from './path-rule.ts';
import type { PathRule, Policy } from './policy.ts';
import { policyError } from './policy-error.ts';
import type { SyntaxEntry, SyntaxNode } from './syntax-tree.ts';

/** Far more than any policy, far less than what would hold up a turn. */
const MAX_LENGTH = 256 * 1024;

/**
 * Reads a policy, HCL 1 or JSON (a text whose first character is `{`), either of them maybe in base64.
 * Throws `policy-invalid`, saying line and column. What it does not know it refuses: a policy must never
 * mean less than its author thinks.
 */
export function parsePolicy(name: string, text: string): Policy {
  const raw = decodeBase64(text) ?? text;
  const fail: Fail = (at, what) => policyError(raw, at, what);
  if (raw.length > MAX_LENGTH) throw fail(0, `longer than ${MAX_LENGTH} characters`);
  const entries = /^\uFEFF?\s*\{/.test(raw) ? parseJson(raw) : parseHcl(raw);
  return { name, raw, paths: entries.flatMap((entry) => readTopEntry(entry, fail)) };
}

function readTopEntry({ key, at, value }: SyntaxEntry, fail: Fail): PathRule[] {
  if (key === 'path') return objectEntries(value, fail).map((entry) => readPathRule(entry, fail));
  if (key !== 'name') throw fail(at, `unknown key ${JSON.stringify(key)}`);
  if (value.kind !== 'scalar' || typeof value.value !== 'string')
    throw fail(value.at, 'name must be a string');
  // What the policy is called is decided by where it is written, as in Vault.
  return [];
}

/** `path` may also hold a list of objects: so does JSON write repeated blocks. */
function objectEntries(node: SyntaxNode, fail: Fail): readonly SyntaxEntry[] {
  if (node.kind === 'object') return node.entries;
  if (node.kind === 'list') return node.items.flatMap((item) => objectEntries(item, fail));
  throw fail(node.at, 'path needs a pattern and a block');
}

/** A policy's text that came in base64; undefined when it did not. */
export function decodeBase64(text: string): string | undefined {
  const packed = text.replace(/[\r\n]/g, '');
  if (packed === '' || packed.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(packed)) return undefined;
  return Buffer.from(packed, 'base64').toString('utf8');
}
