import { describe, expect, test } from 'vitest';
import { compileAcl } from '../../../electron/core/policy/acl.ts';
import { parsePolicy } from '../../../electron/core/policy/parse-policy.ts';
import type { Operation } from '../../../shared/model/operation.ts';

const acl = (...texts: readonly string[]) => compileAcl(texts.map((text, i) => parsePolicy(`p${i}`, text)));
/** `pattern:capability,…` separated by spaces. */
const rules = (short: string) =>
  acl(
    short
      .split(' ')
      .map((part) => {
        const [pattern, list] = part.split(':');
        return `path "${pattern}" { capabilities = ${JSON.stringify(list?.split(',').filter(Boolean))} }`;
      })
      .join('\n'),
  );

describe('one pattern decides a path', () => {
  test.each([
    // the rules, the path, what is granted there
    ['a/b:read', 'a/b', 'read'],
    ['a/b:read', 'a/bc', 'deny'],
    ['a/b:read', 'a/b/c', 'deny'],
    ['/a/b:read', 'a/b', 'read'],
    ['a/b*:read', 'a/b', 'read'],
    ['a/b*:read', 'a/bc/d/e', 'read'],
    ['*:read', 'anything/at/all', 'read'],
    ['a/*:read', 'a', 'deny'],
    ['a/+/c:read', 'a/b/c', 'read'],
    ['a/+/c:read', 'a/b/x/c', 'deny'],
    ['a/+:read', 'a/b/c', 'deny'],
    ['+/b:read', 'a/b', 'read'],
    ['+:read', 'a', 'read'],
    ['+:read', 'a/b', 'deny'],
    ['a/+/c*:read', 'a/b/cd/e', 'read'],
    ['a/b+/c:read', 'a/bx/c', 'deny'],
    ['a/b+/c:read', 'a/b+/c', 'read'],
    ['a/*/c:read', 'a/b/c', 'deny'],
    // exact beats any pattern
    ['a/b:read a/*:update a/+:list', 'a/b', 'read'],
    ['a/b: a/*:update', 'a/b', 'deny'],
    // the loser has the earlier first + or *
    ['a/b*:read a/+:list', 'a/bc', 'read'],
    ['a/b/*:read a/+/c:list', 'a/b/c', 'read'],
    ['a/*:read a/b*:list', 'a/bc', 'list'],
    // … then ends in *
    ['a/+/b:read a/+/b*:list', 'a/x/b', 'read'],
    ['a/+:read a/*:list', 'a/x', 'read'],
    // … then has more +
    ['a/+/b/c:read a/+/+/c:list', 'a/x/b/c', 'read'],
    // … then is shorter
    ['a/+/b*:read a/+/bc*:list', 'a/x/bcd', 'list'],
    // … then is smaller
    ['a/+/b/+:read a/+/+/b:list', 'a/x/b/b', 'read'],
    // deny in the pattern that decides, and only there
    ['a/*:read a/b/*:deny', 'a/b/c', 'deny'],
    ['a/*:deny a/b/*:read', 'a/b/c', 'read'],
  ])('of %s on %s: %s', (short, path, granted) => {
    expect(rules(short).capabilities(path)).toEqual([granted]);
  });

  test.each([
    ['a/b/:list', 'a/b', true],
    ['a/b/:list', 'a/b/', true],
    ['a/b:list', 'a/b/', true],
    ['a/b: a/b/:list', 'a/b', true],
    ['a/b:list a/b/:', 'a/b', false],
    ['a/+:list', 'a/b', true],
    ['a/+/:list', 'a/b', true],
    ['a/b: a/*:list', 'a/b', false],
    ['a/+/: a/+:list', 'a/b', false],
  ])('a list under %s of %s is let through: %s', (short, path, allowed) => {
    expect(rules(short).allows({ operation: 'list', path })).toBe(allowed);
  });

  test('only a list falls back to the pattern without a slash', () => {
    expect(rules('a/b:read').allows({ operation: 'read', path: 'a/b/' })).toBe(false);
  });
});

describe('identical patterns of several policies', () => {
  test('grant the union', () => {
    const both = acl('path "a/*" { capabilities = ["read"] }', 'path "/a/*" { capabilities = ["list"] }');
    expect(both.capabilities('a/x')).toEqual(['list', 'read']);
  });

  test('deny when one of them denies, whichever comes first', () => {
    const [grant, deny] = ['path "a" { policy = "write" }', 'path "a" { policy = "deny" }'];
    expect(acl(grant, deny, grant).capabilities('a')).toEqual(['deny']);
    expect(acl(deny, grant).allows({ operation: 'read', path: 'a' })).toBe(false);
  });

  test('merge parameters: any value wins, and silence does not lift a limit', () => {
    const write = (path: string, values: string) => `path "${path}" { capabilities = ["update"] ${values} }`;
    const merged = acl(
      write('a', 'allowed_parameters = { x = ["1"] y = ["1"] }'),
      write('a', 'allowed_parameters = { x = ["2"] y = [] } required_parameters = ["x"]'),
      write('a', ''),
    );
    const allows = (data: Record<string, unknown>) => merged.allows({ operation: 'update', path: 'a', data });
    expect([{ x: '1' }, { x: '2', y: '9' }, { x: '3' }, { x: '1', z: '1' }, { y: '1' }].map(allows)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});

describe('parameters', () => {
  const check = (values: string, data: Record<string, unknown>, operation: Operation = 'update') =>
    acl(`path "a" { capabilities = ["create", "update", "patch", "read"] ${values} }`).allows({
      operation,
      path: 'a',
      data,
    });
  test.each([
    ['required_parameters = ["X"]', {}, false],
    ['required_parameters = ["x"]', { X: 1 }, true],
    ['denied_parameters = { "*" = [] }', { any: 1 }, false],
    ['denied_parameters = { "*" = [] }', {}, true],
    ['denied_parameters = { x = [] }', { X: 1 }, false],
    ['denied_parameters = { x = ["bad*"] }', { x: 'bad luck' }, false],
    ['denied_parameters = { x = ["bad"] }', { x: 'good' }, true],
    ['denied_parameters = { x = [5] }', { x: '5' }, false],
    ['denied_parameters = { x = ["5"] }', { x: 5 }, false],
    ['denied_parameters = { x = [] }', { X: 1, x: 2 }, false],
    ['denied_parameters = { x = [] } allowed_parameters = { x = [] }', { x: 1 }, false],
    ['allowed_parameters = { x = [] }', { x: 'any' }, true],
    ['allowed_parameters = { x = [] }', { y: 'any' }, false],
    ['allowed_parameters = { x = ["*end"] }', { x: 'the end' }, true],
    ['allowed_parameters = { x = ["*mid*"] }', { x: 'a mid b' }, true],
    ['allowed_parameters = { x = ["start*"] }', { x: 'no start' }, false],
    ['allowed_parameters = { x = ["*"] }', { x: 'z' }, false],
    ['allowed_parameters = { "*" = [] }', { y: 1 }, true],
    ['allowed_parameters = { x = ["1"] "*" = [] }', { y: 1, x: '1' }, true],
    ['allowed_parameters = { x = ["1"] "*" = [] }', { x: '2' }, false],
    ['allowed_parameters = { x = [["a", "b"]] }', { x: ['a', 'b'] }, true],
    ['allowed_parameters = { x = [{ a = 1 b = 2 }] }', { x: { b: 2, a: 1 } }, true],
    ['allowed_parameters = { x = [true] }', { x: 'true' }, true],
    ['allowed_parameters = { x = [""] }', { x: null }, false],
  ])('%s lets %j through: %s', (values, data, allowed) => {
    expect(check(values, data)).toBe(allowed);
    expect(check(values, data, 'patch')).toBe(allowed);
    expect(check(values, data, 'create')).toBe(allowed);
    expect(check(values, data, 'read'), 'reading is not constrained').toBe(true);
  });
});

test('a protected path needs sudo beside the operation', () => {
  const with_ = rules('sys/x:update,sudo sys/y:update sys/z:sudo');
  const allows = (path: string) => with_.allows({ operation: 'update', path, sudo: true });
  expect(['sys/x', 'sys/y', 'sys/z'].map(allows)).toEqual([true, false, false]);
});

test('a template that nothing resolves grants nothing', () => {
  const templated = acl('path "secret/{{identity.entity.id}}/*" { policy = "read" }');
  expect(templated.capabilities('secret/{{identity.entity.id}}/x')).toEqual(['deny']);
});

test('no policies grant nothing', () => {
  expect(compileAcl([]).capabilities('a')).toEqual(['deny']);
  expect(compileAcl([]).allows({ operation: 'read', path: 'a' })).toBe(false);
});

test.each([
  ['secret/data/app:read', true],
  ['secret/data/app:deny', false],
  ['secret/*:list', true],
  ['*:read', true],
  ['s*:read', true],
  ['secret/+/app:read', true],
  ['+/data/app:read', true],
  ['secrets/app:read', false],
  ['database/creds/*:read', false],
])('%s reaches something below secret/: %s', (text, reached) => {
  expect(rules(text).reaches('secret/')).toBe(reached);
});
