import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkUsernameTemplate,
  makeUsername,
  USUAL_TEMPLATE,
} from '../../../electron/core/username-template/make-username.ts';

const random = (length: number) => new Uint8Array(randomBytes(length));
const order = {
  displayName: 'approle-shop app',
  roleName: 'read only',
  now: 1_700_000_000_123,
  random,
  longest: 63,
};
const made = (template: string, more: Partial<typeof order> = {}) =>
  makeUsername({ ...order, ...more, template });

it('the usual name is Vault’s', () => {
  expect(made(USUAL_TEMPLATE)).toMatch(/^v-approle--read-onl-[A-Za-z0-9]{20}-1700000000$/);
});

it.each([
  ['{{.DisplayName}}-{{random 20}}', /^approle-shop-app-\w{20}$/],
  ['{{ .RoleName | uppercase | replace " " "_" }}.{{ random 12 }}', /^READ_ONLY\.\w{12}$/],
  ['{{printf "%s-%s" (.RoleName) (uuid)}}', /^read-only-[0-9a-f-]{36}$/],
  ['app {{- " " -}} {{ random 8 }}_{{ unix_time }}', /^app-\w{8}_1700000000$/],
  ['{{ unix_time_millis }}{{random 9}}', /^1700000000123\w{9}$/],
  ['{{ random 30 | sha256 | truncate 40 }}', /^[0-9a-f]{40}$/],
  ['{{ printf "%s%s" .DisplayName (random 40) | truncate_sha256 30 }}', /^approle-shop-app\w{6}[0-9a-f]{8}$/],
  ['{{ `raw "text"` }}{{ random 8 }}', /^raw--text-\w{8}$/],
])('%s', (template, shape) => {
  expect(made(template)).toMatch(shape);
});

describe('is refused in words', () => {
  it.each([
    ['{{ random 20', 'does not end'],
    ['{{ }}{{random 20}}', 'empty action'],
    ['{{ .Secret }}{{random 20}}', 'asks for .Secret'],
    ['{{ .constructor }}{{random 20}}', 'asks for .constructor'],
    ['{{ hostname }}{{random 20}}', 'asks for hostname'],
    ['{{ toString }}{{random 20}}', 'asks for toString'],
    ['{{ ( random 20 }}', 'does not end'],
    ['{{ random 20 ) }}', 'a ) too many'],
    ['{{ random "x" }}', 'needs a number'],
    ['{{ "a" | .RoleName }}{{random 20}}', 'no function'],
    ['{{ printf "%s" }}{{random 20}}', 'more %s'],
    ['{{ printf "%x" 1 }}{{random 20}}', 'may use %s'],
    ['{{ replace "" "x" "y" }}{{random 20}}', 'replaces nothing'],
    ['{{ $x := 1 }}', 'not understood'],
    [`${'('.repeat(20)}`, 'at least 8'],
    [`{{ ${'('.repeat(20)} random 20 ${')'.repeat(20)} }}`, 'too many parentheses'],
    ['x'.repeat(2000), 'is longer'],
    ['app', 'at least 8 random characters'],
    ['{{ unix_time }}-{{ .RoleName }}', 'at least 8 random characters'],
    ['{{ random 7 }}', 'at least 8 random characters'],
    ['{{ printf "%s_%s" .RoleName (random 20) | truncate 11 }}', 'at least 8 random characters'],
  ])('%s', (template, words) => {
    expect(() => checkUsernameTemplate(template, 63, random)).toThrow(words);
  });
});

it('a name is refused where long names of others push the random text out of it', () => {
  const template = '{{.DisplayName}}-{{random 20}}';
  expect(() => made(template, { displayName: 'd'.repeat(60) })).toThrow('at least 8 random');
  expect(() => made(template, { longest: 16 })).toThrow('within 16');
});

it('whatever the template and the names are, a name is of the safe letters and never the same twice', () => {
  const piece = fc.constantFrom(
    '{{.RoleName}}',
    '{{.DisplayName | truncate 9}}',
    "'; DROP",
    '{{random 9}}',
    '-',
    'ü',
    '{{uuid}}',
  );
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 6 }),
      fc.string(),
      fc.string(),
      (pieces, displayName, roleName) => {
        const template = `{{random 10}}${pieces.join('')}`;
        const names = [made(template, { displayName, roleName }), made(template, { displayName, roleName })];
        for (const name of names) expect(name).toMatch(/^[A-Za-z0-9_.-]{10,63}$/);
        expect(new Set(names).size).toBe(2);
      },
    ),
  );
});

it('no text makes the reader do anything but answer or refuse', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), (text) => {
      try {
        made(`{{${text}}}`);
      } catch (error) {
        expect(error).toMatchObject({ code: 'invalid-request' });
      }
    }),
    { numRuns: 500 },
  );
});
