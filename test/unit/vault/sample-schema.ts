import { z } from 'zod';
import { defineChange, type StateSchema } from '../../../electron/vault/change.ts';
import type { Actor, RecordDraft } from '../../../electron/vault/vault.ts';

/** A small domain for the vault's tests: notes with a sealed body. */
export const noteWritten = defineChange(
  'note/written@1',
  z.strictObject({ name: z.string(), value: z.string().nullable() }),
  (db, { name, value }, { sequence, time }) =>
    db.run(
      'INSERT OR REPLACE INTO notes (name, value, sequence, time) VALUES (?, ?, ?, ?)',
      name,
      value,
      sequence,
      time,
    ),
);

export const sampleSchema: StateSchema = {
  changes: [noteWritten],
  migrations: [
    {
      id: 'note/001-notes',
      sql: 'CREATE TABLE notes (name TEXT NOT NULL PRIMARY KEY, value TEXT, sequence INTEGER NOT NULL, time INTEGER NOT NULL) STRICT;',
    },
  ],
};

const actor: Actor = { kind: 'token', id: 'accessor-1', name: 'tester' };

export function writeNote(name: string, value: string | null = null): RecordDraft {
  return {
    actor,
    operation: 'update',
    path: `note/${name}`,
    outcome: 'ok',
    requestId: `request-${name}`,
    changes: [noteWritten.make({ name, value })],
  };
}
