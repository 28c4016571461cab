import { expect, test } from 'vitest';
import { compileRoutes, matchRoute } from '../../../electron/core/pipeline/match-route.ts';
import type { Route } from '../../../electron/core/route.ts';
import type { Operation } from '../../../shared/model/operation.ts';

const route = (pattern: string, ...operations: Operation[]): Route => ({
  pattern,
  help: 'A route.',
  operations: Object.fromEntries(operations.map((operation) => [operation, {}])),
});
const table = compileRoutes([
  route(':rest*', 'read'),
  route('data/:path*', 'read', 'update'),
  route('metadata/:path*', 'read', 'list'),
  route('role', 'list'),
  route('role/:name', 'read'),
  route('role/:name/id', 'read'),
  route('role/login', 'read'),
  route('mounts/:path*', 'read'),
  route('mounts/:path*/tune', 'read'),
  route('lookup', 'update'),
  { ...route('lookup', 'list'), sudo: true },
]);

test.each<[Operation, string, string, Record<string, string>]>([
  ['read', 'data/a', 'data/:path*', { path: 'a' }],
  ['read', 'data/a/b/c', 'data/:path*', { path: 'a/b/c' }],
  ['read', 'data', ':rest*', { rest: 'data' }],
  ['list', 'metadata', 'metadata/:path*', { path: '' }],
  ['list', 'metadata/a/', 'metadata/:path*', { path: 'a' }],
  ['read', 'role/login', 'role/login', {}],
  ['read', 'role/x', 'role/:name', { name: 'x' }],
  ['read', 'role/x/id', 'role/:name/id', { name: 'x' }],
  ['read', 'role/x/other', ':rest*', { rest: 'role/x/other' }],
  ['read', 'mounts/a/b', 'mounts/:path*', { path: 'a/b' }],
  ['read', 'mounts/a/b/tune', 'mounts/:path*/tune', { path: 'a/b' }],
  ['delete', 'data/a', 'data/:path*', { path: 'a' }],
])('%s %s goes to %s', (operation, path, pattern, captures) => {
  const found = matchRoute(table, path, operation);
  expect(found?.route.pattern).toBe(pattern);
  expect(found?.captures).toEqual(captures);
});

test('of two routes with one pattern the one with the operation serves', () => {
  expect(matchRoute(table, 'lookup', 'update')?.route.sudo).toBeUndefined();
  expect(matchRoute(table, 'lookup', 'list')?.route.sudo).toBe(true);
  expect(matchRoute(table, 'lookup', 'create')?.route.sudo).toBeUndefined();
});
