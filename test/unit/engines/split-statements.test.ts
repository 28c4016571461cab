import fc from 'fast-check';
import { expect, it } from 'vitest';
import { splitStatements } from '../../../electron/engines/database/postgres/split-statements.ts';

it.each([
  ['SELECT 1', ['SELECT 1']],
  ['SELECT 1; SELECT 2;', ['SELECT 1', 'SELECT 2']],
  ['  ;;  ', []],
  ["SELECT ';'; SELECT 2", ["SELECT ';'", 'SELECT 2']],
  ["SELECT 'it''s; fine'; SELECT 2", ["SELECT 'it''s; fine'", 'SELECT 2']],
  ["SELECT E'a\\'; b'; SELECT 2", ["SELECT E'a\\'; b'", 'SELECT 2']],
  ["SELECT 'a\\'; SELECT 2", ["SELECT 'a\\'", 'SELECT 2']],
  ['GRANT "a;b" TO c; SELECT 2', ['GRANT "a;b" TO c', 'SELECT 2']],
  ['DO $$ BEGIN a; b; END $$; SELECT 2', ['DO $$ BEGIN a; b; END $$', 'SELECT 2']],
  ['DO $x$ a; $$ b; $x$; SELECT 2', ['DO $x$ a; $$ b; $x$', 'SELECT 2']],
  ['SELECT $1; SELECT a$b$; SELECT 2', ['SELECT $1', 'SELECT a$b$', 'SELECT 2']],
  ['SELECT 1 -- one; two\n; SELECT 2', ['SELECT 1 -- one; two', 'SELECT 2']],
  ['SELECT 1 /* a; /* b; */ c; */; SELECT 2', ['SELECT 1 /* a; /* b; */ c; */', 'SELECT 2']],
  ['SELECT 1; -- done', ['SELECT 1']],
  ['BEGIN; SELECT 1; /* so */ commit work; START  TRANSACTION; SELECT 2; END', ['SELECT 1', 'SELECT 2']],
  ["COMMIT PREPARED 'x'; ENDLESS", ["COMMIT PREPARED 'x'", 'ENDLESS']],
  [
    'CREATE FUNCTION f() BEGIN ATOMIC SELECT 1; SELECT 2; END',
    ['CREATE FUNCTION f() BEGIN ATOMIC SELECT 1; SELECT 2; END'],
  ],
  ["SELECT 'open; quote", ["SELECT 'open; quote"]],
])('%j comes apart as PostgreSQL would take it', (text, statements) => {
  expect(splitStatements(text)).toEqual(statements);
});

it('whatever is quoted stays in one piece', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      const quoted = `SELECT '${a.replaceAll("'", "''")}', "${b.replaceAll('"', '""')}"`;
      expect(splitStatements(`${quoted};${quoted}`)).toEqual([quoted, quoted]);
    }),
  );
});
