import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { DatabaseImage, type FrozenImage } from '../../../electron/vault/database-image.ts';
import { State } from '../../../electron/vault/state.ts';
import { valueForgotten } from '../../../electron/vault/value-changes.ts';
import { noteWritten, sampleSchema, writeNote } from './sample-schema.ts';

const bytesOf = (image: FrozenImage) => Buffer.concat([...image.take()]);

/** What a snapshot would give back. */
function imageOf(state: State): DatabaseImage {
  const image = new DatabaseImage();
  image.append(bytesOf(state.freeze()));
  return image;
}

const none = { changes: [], migrations: [] };

describe('the state', () => {
  it('keeps nothing of a forgotten value in its image: destroyed means gone', async () => {
    const state = await State.open(sampleSchema);
    for (const length of [100, 20_000]) {
      const sealed = randomBytes(length);
      const hash = state.keepValue(sealed, 1);
      expect(bytesOf(state.freeze()).includes(sealed.subarray(-40))).toBe(true);
      state.apply({ ...writeNote('a'), sequence: 1, time: 1, changes: [valueForgotten.make({ hash })] });
      expect(bytesOf(state.freeze()).includes(sealed.subarray(-40))).toBe(false);
    }
  });

  it('gives the same state from its own image', async () => {
    const state = await State.open(sampleSchema);
    state.apply({ ...writeNote('a'), sequence: 1, time: 2 });
    const again = await State.open(sampleSchema, imageOf(state));
    const row = { name: 'a', value: null, sequence: 1, time: 2 };
    expect(again.reading.all('SELECT * FROM notes')).toEqual([row]);
    again.apply({ ...writeNote('b'), sequence: 2, time: 3 });
    expect(state.reading.all('SELECT name FROM notes')).toEqual([{ name: 'a' }]);
  });

  it('runs migrations in the order of their ids, whatever the order of domains', async () => {
    const migrations = [
      { id: 'x/002-fill', sql: "INSERT INTO x VALUES ('2');" },
      { id: 'x/001-make', sql: 'CREATE TABLE x (id TEXT) STRICT;' },
    ];
    const state = await State.open({ ...none, migrations });
    expect(state.reading.all('SELECT id FROM x')).toEqual([{ id: '2' }]);
  });

  it('refuses an image that has been through migrations of a newer version', async () => {
    const newer = await State.open(sampleSchema);
    await expect(State.open(none, imageOf(newer))).rejects.toMatchObject({ code: 'vault-newer' });
  });

  it('refuses a change of a type that it does not know', async () => {
    const state = await State.open(none);
    const record = { ...writeNote('a'), sequence: 1, time: 1 };
    expect(() => state.apply(record)).toThrow(expect.objectContaining({ code: 'vault-newer' }));
  });

  it('refuses two definitions of one change, and constraints that fail only when a batch is released', async () => {
    await expect(State.open({ ...none, changes: [noteWritten, noteWritten] })).rejects.toThrow(TypeError);
    const sql = 'CREATE TABLE y (x TEXT REFERENCES z DEFERRABLE INITIALLY DEFERRED);';
    await expect(State.open({ ...none, migrations: [{ id: 'y/001', sql }] })).rejects.toThrow(TypeError);
  });
});
