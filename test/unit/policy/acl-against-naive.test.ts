import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileAcl } from '../../../electron/core/policy/acl.ts';
import { parsePolicy } from '../../../electron/core/policy/parse-policy.ts';
import type { Capability, Operation } from '../../../shared/model/operation.ts';

/**
 * A second implementation of the policy rules, written for being obvious: nothing is prepared, every question walks
 * over every block and compares the candidates pairwise. Both must give the same answer.
 */
interface Block {
  readonly pattern: string;
  readonly capabilities: readonly Capability[];
  readonly denied: Readonly<Record<string, readonly string[]>>;
  readonly allowed: Readonly<Record<string, readonly string[]>>;
  readonly required: readonly string[];
}
type Question = { operation: Operation; path: string; sudo: boolean; data: Record<string, string> };

const isWild = (pattern: string) => pattern.endsWith('*') || pattern.split('/').includes('+');

function matchesWild(pattern: string, path: string): boolean {
  const source = pattern
    .replace(/\*$/, '')
    .split('/')
    .map((segment) => (segment === '+' ? '[^/]*' : segment))
    .join('/');
  return new RegExp(`^${source}${pattern.endsWith('*') ? '.*' : ''}$`).test(path);
}

function loses(a: string, b: string): boolean {
  const first = (text: string) => text.search(/[+*]/);
  if (first(a) !== first(b)) return first(a) < first(b);
  const star = (text: string) => text.endsWith('*');
  if (star(a) !== star(b)) return star(a);
  const plus = (text: string) => text.split('+').length;
  if (plus(a) !== plus(b)) return plus(a) > plus(b);
  if (a.length !== b.length) return a.length < b.length;
  return a < b;
}

function decidingPattern(patterns: readonly string[], path: string, list: boolean): string | undefined {
  const exact = (wanted: string) => patterns.find((pattern) => !isWild(pattern) && pattern === wanted);
  const best = (wanted: string) =>
    patterns
      .filter((pattern) => isWild(pattern) && matchesWild(pattern, wanted))
      .reduce<string | undefined>((a, b) => (a === undefined || loses(a, b) ? b : a), undefined);
  const bare = list ? path.replace(/\/$/, '') : path;
  return exact(path) ?? exact(bare) ?? best(path) ?? best(bare);
}

const globs = (pattern: string, value: string) =>
  pattern.length < 2
    ? pattern === value
    : new RegExp(`^${pattern.replace(/^\*/, '.*').replace(/(?<=.)\*$/, '.*')}$`).test(value);
const fits = (values: readonly string[], value: string) =>
  values.length === 0 || values.some((pattern) => globs(pattern, value));

function naiveAllows(blocks: readonly Block[], { operation, path, sudo, data }: Question): boolean {
  const list = operation === 'list';
  const asked = list ? `${path.replace(/\/$/, '')}/` : path;
  const deciding = decidingPattern(
    blocks.map((block) => block.pattern),
    asked,
    list,
  );
  const rules = blocks.filter((block) => block.pattern === deciding);
  const granted = rules.flatMap((rule) => rule.capabilities);
  if (granted.includes('deny') || !granted.includes(operation)) return false;
  if (sudo && !granted.includes('sudo')) return false;
  if (!['create', 'update', 'patch'].includes(operation)) return true;

  const collect = (name: 'denied' | 'allowed', key: string) => {
    const lists = rules.map((rule) => rule[name][key]).filter((values) => values !== undefined);
    if (lists.length === 0) return undefined;
    return lists.some((values) => values.length === 0) ? [] : lists.flat();
  };
  if (rules.some((rule) => rule.required.some((key) => !(key in data)))) return false;
  if (Object.keys(data).length === 0) return true;
  if (collect('denied', '*') !== undefined) return false;
  const anyLimit = rules.some((rule) => Object.keys(rule.allowed).length > 0);
  return Object.entries(data).every(([key, value]) => {
    const denied = collect('denied', key);
    if (denied && fits(denied, value)) return false;
    if (!anyLimit) return true;
    const allowed = collect('allowed', key);
    return allowed === undefined ? collect('allowed', '*') !== undefined : fits(allowed, value);
  });
}

const segment = fc.constantFrom('a', 'b', 'ab', '+', '+');
const pattern = fc
  .tuple(fc.array(segment, { minLength: 1, maxLength: 4 }), fc.constantFrom('', '', '/', '*', '/*', 'a*'))
  .map(([segments, tail]) => segments.join('/') + tail)
  .filter((text) => !text.includes('+*') && !text.includes('+a'));
const values = fc.dictionary(
  fc.constantFrom('x', 'y', '*'),
  fc.array(fc.constantFrom('v', 'w', 'v*', '*w', '*v*'), { maxLength: 2 }),
  { maxKeys: 2 },
);
const capability = fc.constantFrom<Capability>('create', 'read', 'update', 'patch', 'delete', 'list', 'sudo');
const block: fc.Arbitrary<Block> = fc.record({
  pattern,
  capabilities: fc.oneof(
    { weight: 9, arbitrary: fc.uniqueArray(capability, { maxLength: 7 }) },
    { weight: 1, arbitrary: fc.constant<Capability[]>(['read', 'deny']) },
  ),
  denied: fc.oneof(fc.constant({}), values),
  allowed: fc.oneof(fc.constant({}), values),
  required: fc.oneof(fc.constant([]), fc.uniqueArray(fc.constantFrom('x', 'y'), { maxLength: 1 })),
});
const question: fc.Arbitrary<Question> = fc.record({
  operation: fc.constantFrom<Operation>('create', 'read', 'update', 'patch', 'delete', 'list'),
  path: fc
    .tuple(fc.array(fc.constantFrom('a', 'b', 'ab', 'aba'), { minLength: 1, maxLength: 5 }), fc.boolean())
    .map(([segments, slash]) => segments.join('/') + (slash ? '/' : '')),
  sudo: fc.boolean(),
  data: fc.dictionary(fc.constantFrom('x', 'y', 'z'), fc.constantFrom('v', 'w', 'vw', 'wv'), { maxKeys: 2 }),
});

function asHcl(blocks: readonly Block[]): string {
  const map = (entries: Block['denied']) =>
    `{ ${Object.entries(entries)
      .map(([key, list]) => `${JSON.stringify(key)} = ${JSON.stringify(list)}`)
      .join(' ')} }`;
  return blocks
    .map(
      (each) => `path "${each.pattern}" {
        capabilities = ${JSON.stringify(each.capabilities)}
        denied_parameters = ${map(each.denied)}
        allowed_parameters = ${map(each.allowed)}
        required_parameters = ${JSON.stringify(each.required)}
      }`,
    )
    .join('\n');
}

function asJson(blocks: readonly Block[]): string {
  const path = blocks.map((each) => ({
    [each.pattern]: {
      capabilities: each.capabilities,
      denied_parameters: each.denied,
      allowed_parameters: each.allowed,
      required_parameters: each.required,
    },
  }));
  return JSON.stringify({ path });
}

const SETS = Number(process.env['KEYWARDEN_FUZZ_ROUNDS'] ?? 2000);

test(`${SETS} random policy sets decide as the naive implementation does`, () => {
  const seen = { allowed: 0, refused: 0 };
  fc.assert(
    fc.property(
      fc.array(fc.array(block, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 }),
      fc.array(question, { minLength: 5, maxLength: 5 }),
      fc.boolean(),
      (policies, questions, json) => {
        const acl = compileAcl(
          policies.map((each, i) => parsePolicy(`p${i}`, json ? asJson(each) : asHcl(each))),
        );
        for (const asked of questions) {
          const expected = naiveAllows(policies.flat(), asked);
          expect(acl.allows(asked), JSON.stringify({ policies, asked })).toBe(expected);
          seen[expected ? 'allowed' : 'refused'] += 1;
        }
      },
    ),
    { numRuns: SETS },
  );
  expect(seen.allowed, 'the questions must not all be refused').toBeGreaterThan(SETS / 10);
});
