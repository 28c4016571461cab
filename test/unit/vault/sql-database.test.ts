import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SqlDatabase } from '../../../electron/vault/sql-database.ts';

let db: SqlDatabase;

beforeEach(async () => {
  db = await SqlDatabase.open();
  db.execute('CREATE TABLE one (id TEXT); CREATE TABLE two (id TEXT);');
});

afterEach(() => db.close());

describe('the revision of a table', () => {
  const moves = (work: () => void): { one: boolean; two: boolean } => {
    const before = { one: db.revisionOf('one'), two: db.revisionOf('two') };
    work();
    return { one: db.revisionOf('one') !== before.one, two: db.revisionOf('two') !== before.two };
  };

  it.each([
    ['INSERT INTO one (id) VALUES (1)'],
    ['insert or replace into one (id) values (1)'],
    ['REPLACE INTO one (id) VALUES (1)'],
    ['UPDATE one SET id = 2'],
    ['\n  UPDATE OR IGNORE one SET id = 2'],
    ['DELETE FROM one'],
  ])('moves when it is written to, and no other does: %s', (sql) => {
    expect(moves(() => db.run(sql))).toEqual({ one: true, two: false });
    expect(moves(() => db.run(sql))).toEqual({ one: true, two: false });
  });

  it.each([['SELECT * FROM one'], ['WITH some AS (SELECT id FROM one) SELECT * FROM some']])(
    'stays when it is read: %s',
    (sql) => {
      expect(moves(() => void db.all(sql))).toEqual({ one: false, two: false });
    },
  );

  it('moves for all when what was written is undone, by a script, and by what is not understood', () => {
    db.run('SAVEPOINT turn');
    db.run('INSERT INTO one (id) VALUES (1)');
    expect(moves(() => db.run('ROLLBACK TO turn'))).toEqual({ one: true, two: true });
    expect(moves(() => db.run('RELEASE turn'))).toEqual({ one: false, two: false });
    expect(moves(() => db.execute('DELETE FROM two'))).toEqual({ one: true, two: true });
    const written = 'WITH some AS (SELECT 1) INSERT INTO one SELECT * FROM some';
    expect(moves(() => db.run(written))).toEqual({ one: true, two: true });
  });

  it('moves for what a trigger writes, and what that sets off', () => {
    db.execute(`CREATE TABLE three (id TEXT);
      CREATE TRIGGER first AFTER INSERT ON one BEGIN UPDATE three SET id = 2; END;
      CREATE TRIGGER second AFTER UPDATE ON three BEGIN DELETE FROM two; END;`);
    expect(moves(() => db.run('INSERT INTO one (id) VALUES (1)'))).toEqual({ one: true, two: true });
    expect(moves(() => db.run('DELETE FROM two'))).toEqual({ one: false, two: true });
  });

  it('moves when a write returns rows', () => {
    expect(moves(() => void db.get('INSERT INTO one (id) VALUES (1) RETURNING id'))).toEqual({
      one: true,
      two: false,
    });
  });
});

describe('a row that is kept', () => {
  const look = () => db.lookUp<{ id: string }>('SELECT id FROM one WHERE id = ?', '1');

  it('is the same until its table may have changed, by whatever way', () => {
    expect(look()).toBeUndefined();
    db.run('INSERT INTO one (id) VALUES (?)', '1');
    const found = look();
    expect(found).toEqual({ id: '1' });
    db.run('INSERT INTO two (id) VALUES (?)', '1');
    expect(look()).toBe(found);
    db.run('SAVEPOINT turn');
    db.run('DELETE FROM one');
    expect(look()).toBeUndefined();
    db.run('ROLLBACK TO turn');
    expect(look()).toEqual({ id: '1' });
    db.run('RELEASE turn');
    db.execute('DELETE FROM one');
    expect(look()).toBeUndefined();
  });

  it('follows every table that its statement names', () => {
    const sql = 'SELECT one.id AS a, two.id AS b FROM one JOIN two ON one.id <> two.id WHERE one.id = ?';
    db.run("INSERT INTO one (id) VALUES ('1')");
    db.run("INSERT INTO two (id) VALUES ('2')");
    expect(db.lookUp(sql, '1')).toEqual({ a: '1', b: '2' });
    db.run("UPDATE two SET id = '3'");
    expect(db.lookUp(sql, '1')).toEqual({ a: '1', b: '3' });
    expect(() => db.lookUp('SELECT * FROM one, two')).toThrow(TypeError);
    expect(() => db.lookUp('DELETE FROM one RETURNING id')).toThrow(TypeError);
  });

  it('belongs to its own parameters, and cannot be changed', () => {
    db.execute(`CREATE TABLE pairs (a TEXT, b TEXT); INSERT INTO pairs VALUES ('1:x', ''), ('1', '0:');`);
    const pair = (a: string, b: string) =>
      db.lookUp<{ a: string }>('SELECT * FROM pairs WHERE a = ? AND b = ?', a, b);
    expect(pair('1:x', '')).toEqual({ a: '1:x', b: '' });
    expect(pair('1', '0:')).toEqual({ a: '1', b: '0:' });
    expect(pair('1', 'x0:')).toBeUndefined();
    expect(Object.isFrozen(pair('1', '0:'))).toBe(true);
  });

  it('is read each time where it is large', () => {
    db.run('INSERT INTO one (id) VALUES (?)', 'x'.repeat(5_000));
    const large = () => db.lookUp('SELECT id FROM one');
    expect(large()).toEqual(large());
    expect(large()).not.toBe(large());
  });
});
