import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { defineChange, type Migration } from '../../vault/change.ts';
import type { ReadDb } from '../../vault/state-db.ts';
import { type PasswordPolicy, parsePasswordPolicy } from './password-policy.ts';

export const passwordPolicyMigration: Migration = {
  id: 'password-policies/001-policies',
  sql: 'CREATE TABLE password_policies (name TEXT NOT NULL PRIMARY KEY, text TEXT NOT NULL) STRICT;',
};

/** A password policy was written, new or again; the text is kept as it was sent. */
export const passwordPolicyWritten = defineChange(
  'password-policies/written@1',
  z.strictObject({ name: z.string(), text: z.string() }),
  (db, { name, text }) =>
    db.run('INSERT OR REPLACE INTO password_policies (name, text) VALUES (?, ?)', name, text),
);

/** A password policy is gone; what names it makes no passwords until it names another. */
export const passwordPolicyDeleted = defineChange(
  'password-policies/deleted@1',
  z.strictObject({ name: z.string() }),
  (db, { name }) => db.run('DELETE FROM password_policies WHERE name = ?', name),
);

export const passwordPolicyChanges = [passwordPolicyWritten, passwordPolicyDeleted];

/** The text of a password policy. */
export function findPasswordPolicyText(db: ReadDb, name: string): string | undefined {
  return db.get<{ text: string }>('SELECT text FROM password_policies WHERE name = ?', name)?.text;
}

/** The names of all password policies, sorted. */
export function passwordPolicyNames(db: ReadDb): readonly string[] {
  return db.all<{ name: string }>('SELECT name FROM password_policies ORDER BY name').map(({ name }) => name);
}

/** The password policy of that name. Throws `invalid-request` where there is none. */
export function requirePasswordPolicy(db: ReadDb, name: string): PasswordPolicy {
  const text = findPasswordPolicyText(db, name);
  if (text === undefined) throw new KeywardenError('invalid-request', `there is no password policy ${name}`);
  return parsePasswordPolicy(text);
}
