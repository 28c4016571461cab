import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileAcl } from '../../../electron/core/policy/acl.ts';
import { fillTemplates, type PolicySubject } from '../../../electron/core/policy/fill-template.ts';
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
  /** Seconds; 0 sets no bound. */
  readonly wrapping: { readonly min: number; readonly max: number };
}
type Question = {
  operation: Operation;
  path: string;
  sudo: boolean;
  data: Record<string, string>;
  wrapTtl: number | undefined;
};
/** Which rule a decision came from: all of them must come up, or the test would prove less than it says. */
const REASONS = [
  'no pattern',
  'exact',
  'exact without the slash',
  'glob',
  'segment',
  'both',
  'merged',
  'deny',
  'sudo',
  'wrapping',
  'required',
  'denied parameter',
  'allowed parameters',
  'template',
  'dropped template',
] as const;
type Reason = (typeof REASONS)[number];
const seen = new Map<Reason | 'allowed' | 'refused', number>();
const note = (reason: Reason | 'allowed' | 'refused') => seen.set(reason, (seen.get(reason) ?? 0) + 1);

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

function naiveAllows(blocks: readonly Block[], question: Question): boolean {
  const { operation, path, sudo, data, wrapTtl } = question;
  const list = operation === 'list';
  const asked = list ? `${path.replace(/\/$/, '')}/` : path;
  const deciding = decidingPattern(
    blocks.map((block) => block.pattern),
    asked,
    list,
  );
  noteDeciding(deciding, asked);
  const rules = blocks.filter((block) => block.pattern === deciding);
  if (rules.length > 1) note('merged');
  const granted = rules.flatMap((rule) => rule.capabilities);
  const refused = (reason: Reason) => {
    note(reason);
    return false;
  };
  if (granted.includes('deny')) return refused('deny');
  if (!granted.includes(operation)) return false;
  if (sudo && !granted.includes('sudo')) return refused('sudo');
  const bound = (of: 'min' | 'max') =>
    rules.map((rule) => rule.wrapping[of]).filter((seconds) => seconds > 0);
  const [min, max] = [bound('min'), bound('max')];
  if (min.length + max.length > 0) {
    if (wrapTtl === undefined) return refused('wrapping');
    if (min.length > 0 && wrapTtl < Math.min(...min)) return refused('wrapping');
    if (max.length > 0 && wrapTtl > Math.min(...max)) return refused('wrapping');
  }
  if (!['create', 'update', 'patch'].includes(operation)) return true;

  const collect = (name: 'denied' | 'allowed', key: string) => {
    const lists = rules.map((rule) => rule[name][key]).filter((values) => values !== undefined);
    if (lists.length === 0) return undefined;
    return lists.some((values) => values.length === 0) ? [] : lists.flat();
  };
  if (rules.some((rule) => rule.required.some((key) => !(key in data)))) return refused('required');
  if (Object.keys(data).length === 0) return true;
  if (collect('denied', '*') !== undefined) return refused('denied parameter');
  const anyLimit = rules.some((rule) => Object.keys(rule.allowed).length > 0);
  return Object.entries(data).every(([key, value]) => {
    const denied = collect('denied', key);
    if (denied && fits(denied, value)) return refused('denied parameter');
    if (!anyLimit) return true;
    const allowed = collect('allowed', key);
    const fitting = allowed === undefined ? collect('allowed', '*') !== undefined : fits(allowed, value);
    return fitting || refused('allowed parameters');
  });
}

function noteDeciding(pattern: string | undefined, asked: string): void {
  if (pattern === undefined) return void note('no pattern');
  const [glob, plus] = [pattern.endsWith('*'), pattern.split('/').includes('+')];
  if (glob || plus) note(glob && plus ? 'both' : glob ? 'glob' : 'segment');
  else note(pattern === asked ? 'exact' : 'exact without the slash');
}

/** Who asks, and what each template in a path then stands for. Nothing else resolves. */
type Names = Readonly<Record<'id' | 'name' | 'team' | 'alias' | 'custom' | 'group', string>>;
const TEMPLATES: Readonly<Record<string, (names: Names) => string | undefined>> = {
  'identity.entity.id': ({ id }) => id,
  ' identity.entity.name ': ({ name }) => name,
  'identity.entity.metadata.team': ({ team }) => team,
  'identity.entity.metadata.none': () => undefined,
  'identity.entity.aliases.userpass_1.name': ({ alias }) => alias,
  'identity.entity.aliases.userpass_1.custom_metadata.k': ({ custom }) => custom,
  'identity.entity.aliases.other_2.name': () => undefined,
  'identity.groups.names.devs.id': ({ group }) => group,
  'identity.groups.names.nobodys.id': () => undefined,
  'identity.nonsense': () => undefined,
};

function subjectOf(names: Names): PolicySubject {
  const alias = { mountAccessor: 'userpass_1', id: 'i', metadata: {} };
  return {
    entity: { id: names.id, name: names.name, metadata: { team: names.team } },
    aliases: [{ ...alias, name: names.alias, customMetadata: { k: names.custom } }],
    groups: [{ id: names.group, name: 'devs', metadata: {} }],
  };
}

/** Puts names where templates stand; a block with one that stands for nothing, or for a wildcard, is none. */
function naiveFill(blocks: readonly Block[], names: Names | undefined): readonly Block[] {
  return blocks.flatMap((block) => {
    let { pattern } = block;
    if (!pattern.includes('{{')) return [block];
    for (const [template, of] of Object.entries(TEMPLATES)) {
      if (!pattern.includes(`{{${template}}}`)) continue;
      const value = names && of(names);
      if (value === undefined || value === '' || value.includes('*') || value.includes('+')) {
        note('dropped template');
        return [];
      }
      pattern = pattern.split(`{{${template}}}`).join(value);
    }
    note('template');
    return [{ ...block, pattern }];
  });
}

const name = fc.constantFrom('a', 'b', 'ab', 'a', 'a/b', '', 'a*', '+');
const names: fc.Arbitrary<Names> = fc.record({
  id: name,
  name,
  team: name,
  alias: name,
  custom: name,
  group: name,
});
const segment = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('a', 'b', 'ab', '+', '+') },
  { weight: 1, arbitrary: fc.constantFrom(...Object.keys(TEMPLATES)).map((text) => `{{${text}}}`) },
);
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
  wrapping: fc.oneof(
    { weight: 9, arbitrary: fc.constant({ min: 0, max: 0 }) },
    {
      weight: 1,
      arbitrary: fc
        .record({ min: fc.constantFrom(0, 10, 60), max: fc.constantFrom(0, 60, 300) })
        .filter(({ min, max }) => max === 0 || min <= max),
    },
  ),
});
const question: fc.Arbitrary<Question> = fc.record({
  operation: fc.constantFrom<Operation>('create', 'read', 'update', 'patch', 'delete', 'list'),
  path: fc
    .tuple(fc.array(fc.constantFrom('a', 'b', 'ab', 'aba'), { minLength: 1, maxLength: 5 }), fc.boolean())
    .map(([segments, slash]) => segments.join('/') + (slash ? '/' : '')),
  sudo: fc.boolean(),
  data: fc.dictionary(fc.constantFrom('x', 'y', 'z'), fc.constantFrom('v', 'w', 'vw', 'wv'), { maxKeys: 2 }),
  wrapTtl: fc.constantFrom(undefined, undefined, 5, 30, 100, 600),
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
        min_wrapping_ttl = ${each.wrapping.min}
        max_wrapping_ttl = "${each.wrapping.max}s"
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
      min_wrapping_ttl: `${each.wrapping.min}s`,
      max_wrapping_ttl: each.wrapping.max,
    },
  }));
  return JSON.stringify({ path });
}

/** Five requests to each set: the short form compares 10,000 decisions. `npm run test:fuzz -- --rounds N` takes N sets. */
const SETS = Number(process.env['KEYWARDEN_FUZZ_ROUNDS'] ?? 2000);
const QUESTIONS = 5;
const LONG = 3_600_000;
test(
  `${SETS} random policy sets decide as the naive implementation does`,
  () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(block, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 }),
        fc.array(question, { minLength: QUESTIONS, maxLength: QUESTIONS }),
        fc.boolean(),
        fc.option(names, { nil: undefined, freq: 5 }),
        (policies, questions, json, who) => {
          const subject = who && subjectOf(who);
          const acl = compileAcl(
            policies.map((each, i) =>
              fillTemplates(parsePolicy(`p${i}`, json ? asJson(each) : asHcl(each)), subject),
            ),
          );
          const blocks = naiveFill(policies.flat(), who);
          for (const asked of questions) {
            const expected = naiveAllows(blocks, asked);
            expect(acl.allows(asked), JSON.stringify({ policies, asked, who })).toBe(expected);
            note(expected ? 'allowed' : 'refused');
          }
        },
      ),
      { numRuns: SETS },
    );
    expect(seen.get('allowed'), 'the questions must not all be refused').toBeGreaterThan(SETS / 10);
    for (const reason of REASONS) expect(seen.get(reason) ?? 0, reason).toBeGreaterThan(0);
  },
  LONG,
);
