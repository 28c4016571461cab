import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BLOCK, DatabaseImage, type FrozenImage } from '../../../electron/vault/database-image.ts';
import { SqlDatabase } from '../../../electron/vault/sql-database.ts';

const bytesOf = (image: FrozenImage) => Buffer.concat([...image.take()]);

/** A database over the bytes of another. */
function databaseOver(bytes: Uint8Array): Promise<SqlDatabase> {
  const image = new DatabaseImage();
  image.append(bytes);
  return SqlDatabase.open(image);
}

describe('the image of a database', () => {
  it('stays as it was frozen, whatever is written before its blocks are taken', () => {
    const write = fc.record({
      at: fc.nat(5 * BLOCK),
      length: fc.integer({ min: 1, max: 2 * BLOCK }),
      fill: fc.nat(255),
    });
    const step = fc.oneof(fc.constant('freeze' as const), fc.constant('take' as const), write);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const image = new DatabaseImage();
        // As a snapshot gives them back: in Buffers, whose methods are not those of an array.
        for (const length of [BLOCK, BLOCK, 100]) image.append(Buffer.alloc(length));
        const file = image.asFile().slice();
        let model = Buffer.alloc(BLOCK * 2 + 100);
        const frozen: {
          readonly expected: Buffer;
          readonly taking: Iterator<Uint8Array>;
          readonly taken: Uint8Array[];
        }[] = [];
        for (const step of steps) {
          if (step === 'freeze') {
            frozen.push({ expected: Buffer.from(model), taking: image.freeze().take(), taken: [] });
          } else if (step === 'take') {
            for (const { taking, taken } of frozen) {
              const next = taking.next();
              if (!next.done) taken.push(next.value.slice());
            }
          } else {
            const { at, length, fill } = step;
            const start = Math.min(at, model.length);
            file.set(new Uint8Array(length).fill(fill), start);
            if (start + length > model.length) model = Buffer.concat([model], start + length);
            model.fill(fill, start, start + length);
          }
        }
        for (const { expected, taking, taken } of frozen) {
          for (let next = taking.next(); !next.done; next = taking.next()) taken.push(next.value.slice());
          expect(Buffer.concat(taken).equals(expected)).toBe(true);
        }
        expect(bytesOf(image.freeze()).equals(model)).toBe(true);
      }),
    );
  });

  it('is where the pinned SQLite really reads and writes: through growth, huge rollbacks, deletes and reopening', async () => {
    const db = await SqlDatabase.open();
    db.execute('CREATE TABLE t (id INTEGER PRIMARY KEY, x BLOB) STRICT;');
    const fill = (count: number) => {
      for (let i = 0; i < count; i++) db.run('INSERT INTO t (x) VALUES (?)', randomBytes(3_000));
    };
    const all = (database: SqlDatabase) => database.all('SELECT id, hex(x) AS x FROM t ORDER BY id');
    for (const round of [1, 2, 3]) {
      db.run('SAVEPOINT batch');
      fill(500);
      db.run('RELEASE batch');
      const kept = all(db);
      // 24 MB in one transaction, undone: more than the page cache of SQLite holds.
      db.run('SAVEPOINT batch');
      fill(8_000);
      db.run('DELETE FROM t WHERE id % 2 = 0');
      db.run('ROLLBACK TO batch');
      db.run('RELEASE batch');
      const again = await databaseOver(bytesOf(db.freeze()));
      expect(all(again), `round ${round}`).toEqual(kept);
      expect(again.get('PRAGMA integrity_check')).toEqual({ integrity_check: 'ok' });
      again.close();
      db.run('DELETE FROM t WHERE id % 3 = 0');
    }
    db.close();
  }, 60_000);

  it('is refused where SQLite has left it', async () => {
    const db = await SqlDatabase.open();
    db.execute('CREATE TABLE t (x TEXT) STRICT; VACUUM;');
    db.freeze();
    db.execute("INSERT INTO t VALUES ('x'); DROP TABLE t; VACUUM;");
    // VACUUM cuts the file: MEMFS then goes on with bytes of its own.
    expect(() => db.freeze()).toThrow('left its image');
  });
});
