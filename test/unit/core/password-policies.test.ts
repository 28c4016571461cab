import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { generatePassword } from '../../../electron/core/password-policy/generate-password.ts';
import { parsePasswordPolicy } from '../../../electron/core/password-policy/password-policy.ts';
import { type CoreWorld, openCoreWorld } from './support/core-world.ts';

const random = (length: number) => new Uint8Array(randomBytes(length));
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const TEXT = `
length = 24
rule "charset" { charset = "${LETTERS}" min-chars = 1 }
rule "charset" {
  charset   = "0123456789"
  min-chars = 3
}
rule "charset" { charset = "!@#$%" }
`;

describe('a password policy', () => {
  let world: CoreWorld;
  beforeEach(async () => {
    world = await openCoreWorld();
  });

  test('is kept as it was written, listed, used and removed', async () => {
    const at = 'sys/policies/password';
    expect(await world.refusal(world.root, 'list', at)).toMatch(/^not-found/);
    expect((await world.ask(world.root, 'update', `${at}/Strong`, { policy: TEXT })).status).toBe(204);
    expect(await world.data(world.root, 'read', `${at}/Strong`)).toEqual({ policy: TEXT });
    expect(await world.data(world.root, 'list', at)).toEqual({ keys: ['Strong'] });
    const { password } = (await world.data(world.root, 'read', `${at}/Strong/generate`)) as {
      password: string;
    };
    expect(password).toMatch(/^(?=(?:.*\d){3})(?=.*[a-z])[a-z0-9!@#$%]{24}$/);
    await world.ask(world.root, 'delete', `${at}/Strong`);
    for (const path of [`${at}/Strong`, `${at}/Strong/generate`]) {
      expect(await world.refusal(world.root, 'read', path)).toMatch(/^not-found/);
    }
  });

  test('may be asked for passwords by whoever may read that path, and by nobody else', async () => {
    await world.ask(world.root, 'update', 'sys/policies/password/strong', { policy: TEXT });
    const generates = 'path "sys/policies/password/strong/generate" { capabilities = ["read"] }';
    const token = await world.tokenFor(generates);
    expect(await world.data(token, 'read', 'sys/policies/password/strong/generate')).toHaveProperty(
      'password',
    );
    expect(await world.refusal(token, 'read', 'sys/policies/password/strong')).toMatch(/^policy-denied/);
  });

  test('that is short is kept and warned of; one that is weak or that luck would have to keep is refused', async () => {
    const write = (policy: string) => world.ask(world.root, 'update', 'sys/policies/password/p', { policy });
    const short = `length = 16 rule "charset" { charset = "${LETTERS}" }`;
    expect((await write(short)).envelope?.warnings).toEqual([expect.stringMatching(/short/)]);
    await expect(write(`length = 12 rule "charset" { charset = "${LETTERS}" }`)).rejects.toThrow(/56 bits/);
    const lucky = `length = 30 rule "charset" { charset = "${LETTERS}" } rule "charset" { charset = "012" min-chars = 25 }`;
    await expect(write(lucky)).rejects.toThrow(/hardly any|bits/);
  });
});

test.each([
  [
    'JSON',
    `{"length": 24, "rule": [{"charset": {"charset": "${LETTERS}", "min-chars": 2}}, {"charset": [{"charset": "01"}]}]}`,
  ],
  ['JSON with one rule', `{"length": 24, "rule": {"charset": {"charset": "${LETTERS}01"}}}`],
  ['base64', Buffer.from(`length = 24\nrule "charset" { charset = "${LETTERS}01" }`).toString('base64')],
])('a policy in %s is the same', (_, text) => {
  expect(parsePasswordPolicy(text)).toMatchObject({ length: 24, characters: [...LETTERS, '0', '1'] });
});

test.each([
  ['length = 0', /line 1, column 10: must be a whole number/],
  ['rule "charset" { charset = "abc" }', /missing length/],
  ['length = 30', /at least one rule/],
  ['length = 30 rule "charset" { charset = "a" }', /several characters/],
  ['length = 30 rule "charset" { min-chars = 2 }', /needs a charset/],
  ['length = 30 rule "words" { charset = "ab" }', /unknown rule "words"/],
  ['length = 30 rule "charset" { charset = "ab" max-chars = 2 }', /unknown key "max-chars"/],
  ['length = 30 rule "charset" { charset = "a\\tb" }', /printable/],
  ['length = 30 rules = 2', /unknown key "rules"/],
  [
    `length = 20 rule "charset" { charset = "${LETTERS}" min-chars = 15 } rule "charset" { charset = "01" min-chars = 15 }`,
    /ask for 30/,
  ],
  // What its rules ask for makes it weak, and not how many characters there are.
  [
    `length = 40 rule "charset" { charset = "${LETTERS}" } rule "charset" { charset = "01" min-chars = 40 }`,
    /40 bits/,
  ],
])('refused in words: %s', (text, words) => {
  expect(() => parsePasswordPolicy(text)).toThrow(words);
});

test('each password that a policy allows is equally likely', () => {
  // Two characters, one of them a digit at least: aa is not allowed, the other three are.
  const policy = {
    length: 2,
    characters: ['a', '1'],
    rules: [
      { characters: ['a', '1'], least: 0 },
      { characters: ['1'], least: 1 },
    ],
  };
  const seen = new Map<string, number>();
  const draws = 30_000;
  for (let draw = 0; draw < draws; draw += 1) {
    const password = generatePassword(policy, random);
    seen.set(password, (seen.get(password) ?? 0) + 1);
  }
  expect([...seen.keys()].sort()).toEqual(['11', '1a', 'a1']);
  // Seven standard deviations.
  for (const count of seen.values())
    expect(Math.abs(count - draws / 3)).toBeLessThan(7 * Math.sqrt((draws * 2) / 9));
});

test('characters beyond ASCII count as one each', () => {
  const policy = parsePasswordPolicy(`length = 30 rule "charset" { charset = "äöüß€😀${LETTERS}" }`);
  expect(generatePassword(policy, random)).toMatch(/^[äöüß€😀a-z]{30}$/u);
  expect([...generatePassword(policy, random)]).toHaveLength(30);
});
