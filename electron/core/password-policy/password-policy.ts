import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { parseHcl } from '../policy/parse-hcl.ts';
import { parseJson } from '../policy/parse-json.ts';
import { decodeBase64 } from '../policy/parse-policy.ts';
import { policyError } from '../policy/policy-error.ts';
import type { SyntaxEntry, SyntaxNode } from '../policy/syntax-tree.ts';

/** What the passwords of a policy are made of. */
export interface PasswordPolicy {
  /** In characters. */
  readonly length: number;
  readonly rules: readonly CharsetRule[];
  /** Every character of any rule, once. */
  readonly characters: readonly string[];
}

/** So many of these characters at least. */
export interface CharsetRule {
  readonly characters: readonly string[];
  readonly least: number;
}

const LONGEST = 128;
const MOST_CHARACTERS = 256;
const MOST_TEXT = 16 * 1024;
/** Bits. Whoever has a server's hashes tries as many passwords as their machines can, for as long as they like. */
const WEAKEST = 64;
/** Characters. */
const SHORT = 20;

/**
 * Reads a password policy in Vault's dialect, HCL or JSON, either of them maybe in base64: a `length`, and blocks
 * `rule "charset"` with `charset` and `min-chars`. Throws `policy-invalid`, also for one that allows weak passwords.
 */
export function parsePasswordPolicy(text: string): PasswordPolicy {
  const raw = decodeBase64(text) ?? text;
  const fail: Fail = (at, words) => policyError(raw, at, words);
  if (raw.length > MOST_TEXT) throw fail(0, `longer than ${MOST_TEXT} characters`);
  const entries = /^\uFEFF?\s*\{/.test(raw) ? parseJson(raw) : parseHcl(raw);
  let length: number | undefined;
  const rules: CharsetRule[] = [];
  for (const { key, at, value } of entries) {
    if (key === 'length') length = readCount(value, 1, LONGEST, fail);
    else if (key === 'rule') rules.push(...objects(value, fail).map((rule) => readRule(rule, fail)));
    else throw fail(at, `unknown key ${JSON.stringify(key)}`);
  }
  if (length === undefined) throw fail(0, 'missing length');
  const characters = [...new Set(rules.flatMap((rule) => rule.characters))];
  if (characters.length < 2) throw fail(0, 'at least one rule "charset" is needed, with several characters');
  if (characters.length > MOST_CHARACTERS)
    throw fail(0, `more than ${MOST_CHARACTERS} characters to choose from`);
  const policy = { length, rules, characters };
  refuseWeak(policy);
  return policy;
}

/** What a person should know of a policy that is allowed all the same. */
export function passwordPolicyWarnings({ length }: PasswordPolicy): readonly string[] {
  return length >= SHORT ? [] : [`its passwords are short: ${SHORT} characters or more are advised`];
}

function refuseWeak(policy: PasswordPolicy): void {
  const { length, rules, characters } = policy;
  const bound = rules.reduce((sum, { least }) => sum + least, 0);
  if (bound > length) {
    throw new KeywardenError(
      'policy-invalid',
      `its rules ask for ${bound} characters, and its length is ${length}`,
    );
  }
  // With the places of what the rules ask for fixed, at least so many passwords remain; all are equally likely.
  const free = (length - bound) * Math.log2(characters.length);
  const bits = rules.reduce((sum, rule) => sum + rule.least * Math.log2(rule.characters.length), free);
  if (bits >= WEAKEST) return;
  throw new KeywardenError(
    'policy-invalid',
    `its passwords could be guessed: they hold ${Math.floor(bits)} bits, and ${WEAKEST} are the least; ` +
      'make them longer or allow more characters',
  );
}

type Fail = (at: number, words: string) => Error;

/** A block is an object of objects; JSON repeats blocks as a list. */
function objects(node: SyntaxNode, fail: Fail): readonly SyntaxEntry[] {
  if (node.kind === 'object') return node.entries;
  if (node.kind === 'list') return node.items.flatMap((item) => objects(item, fail));
  throw fail(node.at, 'rule needs a kind and a block');
}

function readRule({ key, at, value }: SyntaxEntry, fail: Fail): CharsetRule {
  if (key !== 'charset') throw fail(at, `unknown rule ${JSON.stringify(key)}: there is "charset" alone`);
  if (value.kind === 'list' && value.items.length === 1 && value.items[0]) {
    return readRule({ key, at, value: value.items[0] }, fail);
  }
  if (value.kind !== 'object') throw fail(value.at, 'rule "charset" needs a block');
  let characters: readonly string[] = [];
  let least = 0;
  for (const entry of value.entries) {
    if (entry.key === 'charset') characters = readCharacters(entry.value, fail);
    else if (entry.key === 'min-chars') least = readCount(entry.value, 0, LONGEST, fail);
    else throw fail(entry.at, `unknown key ${JSON.stringify(entry.key)}`);
  }
  if (characters.length === 0) throw fail(at, 'rule "charset" needs a charset');
  return { characters, least };
}

function readCharacters(node: SyntaxNode, fail: Fail): readonly string[] {
  const text = node.kind === 'scalar' ? node.value : undefined;
  if (typeof text !== 'string' || text === '') throw fail(node.at, 'charset must be a text');
  if (/\p{C}|[^\P{Z} ]/u.test(text)) throw fail(node.at, 'charset may hold printable characters only');
  return [...new Set(text)];
}

function readCount(node: SyntaxNode, least: number, most: number, fail: Fail): number {
  const value = node.kind === 'scalar' ? Number(node.value) : Number.NaN;
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw fail(node.at, `must be a whole number from ${least} to ${most}`);
}
