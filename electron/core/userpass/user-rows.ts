import { z } from 'zod';
import { defineChange, type Migration } from '../../vault/change.ts';
import type { ReadDb } from '../../vault/state-db.ts';
import type { ValueHash } from '../../vault/vault.ts';
import { type TokenTerms, tokenTermsSchema } from '../auth/token-terms.ts';

export const userMigration: Migration = {
  id: 'userpass/001-users',
  sql: `
    CREATE TABLE userpass_users (
      mount TEXT NOT NULL,
      name TEXT NOT NULL,
      terms TEXT NOT NULL,
      kdf TEXT NOT NULL,
      -- The Argon2id hash, sealed: what a changed password leaves is erased like any other value.
      secret TEXT NOT NULL,
      generation INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      last_login_at INTEGER,
      PRIMARY KEY (mount, name)
    ) STRICT;`,
};

const kdf = z.strictObject({
  memory: z.number().int(),
  passes: z.number().int(),
  lanes: z.number().int(),
  salt: z.string(),
});

/** How the password's hash was made: `memory` in KiB, `salt` in hex. */
export type PasswordKdf = z.infer<typeof kdf>;

/** A user was made or changed. */
export const userWritten = defineChange(
  'userpass/user-written@1',
  z.strictObject({
    mount: z.string(),
    name: z.string(),
    terms: tokenTermsSchema,
    kdf,
    secret: z.string(),
    generation: z.number().int(),
  }),
  (db, user, { time }) =>
    db.run(
      `INSERT INTO userpass_users (mount, name, terms, kdf, secret, generation, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (mount, name) DO UPDATE SET terms = excluded.terms, kdf = excluded.kdf, secret = excluded.secret,
         generation = excluded.generation`,
      user.mount,
      user.name,
      JSON.stringify(user.terms),
      JSON.stringify(user.kdf),
      user.secret,
      user.generation,
      time,
    ),
);

/** A user is gone; the tokens of earlier logins live out their time. */
export const userDeleted = defineChange(
  'userpass/user-deleted@1',
  z.strictObject({ mount: z.string(), name: z.string() }),
  (db, { mount, name }) => db.run('DELETE FROM userpass_users WHERE mount = ? AND name = ?', mount, name),
);

/** Somebody logged in. */
export const userLoggedIn = defineChange(
  'userpass/logged-in@1',
  z.strictObject({ mount: z.string(), name: z.string() }),
  (db, { mount, name }, { time }) =>
    db.run('UPDATE userpass_users SET last_login_at = ? WHERE mount = ? AND name = ?', time, mount, name),
);

/** The mount is gone with all its users. */
export const usersUnmounted = defineChange(
  'userpass/unmounted@1',
  z.strictObject({ mount: z.string() }),
  (db, { mount }) => db.run('DELETE FROM userpass_users WHERE mount = ?', mount),
);

export const userChanges = [userWritten, userDeleted, userLoggedIn, usersUnmounted];

/** Somebody with a name and a password. */
export interface UserRow {
  readonly name: string;
  readonly terms: TokenTerms;
  readonly kdf: PasswordKdf;
  readonly secret: ValueHash;
  readonly generation: number;
}

interface StoredUser {
  readonly name: string;
  readonly terms: string;
  readonly kdf: string;
  readonly secret: ValueHash;
  readonly generation: number;
}

/** The users of a mount, or the one of that name, which is in lower case already. */
export function selectUsers(db: ReadDb, mount: string, name?: string): readonly UserRow[] {
  const rows =
    name === undefined
      ? db.all<StoredUser>('SELECT * FROM userpass_users WHERE mount = ? ORDER BY name', mount)
      : db.all<StoredUser>('SELECT * FROM userpass_users WHERE mount = ? AND name = ?', mount, name);
  return rows.map((row) => ({
    name: row.name,
    terms: JSON.parse(row.terms) as TokenTerms,
    kdf: JSON.parse(row.kdf) as PasswordKdf,
    secret: row.secret,
    generation: row.generation,
  }));
}

/** What the sealed hash is bound to. */
export function userContext(mount: string, { name, generation }: Pick<UserRow, 'name' | 'generation'>) {
  return { mount, owner: `user:${name}`, version: generation };
}
