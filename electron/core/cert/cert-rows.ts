import { z } from 'zod';
import { defineChange, type Migration } from '../../vault/change.ts';
import type { ReadDb } from '../../vault/state-db.ts';
import { tokenTermsSchema } from '../auth/token-terms.ts';

export const certMigration: Migration = {
  id: 'cert/001-certs',
  sql: `
    CREATE TABLE cert_roles (
      mount TEXT NOT NULL,
      name TEXT NOT NULL,
      settings TEXT NOT NULL,
      PRIMARY KEY (mount, name)
    ) STRICT;`,
};

const globs = z.array(z.string());
const role = z.strictObject({
  /** PEM: one certificate, of an authority or of the client itself. */
  certificate: z.string(),
  displayName: z.string(),
  allowedNames: globs,
  allowedCommonNames: globs,
  allowedDnsSans: globs,
  allowedEmailSans: globs,
  allowedUriSans: globs,
  allowedOrganizationalUnits: globs,
  terms: tokenTermsSchema,
});

/** Which certificates are believed, and what they get. */
export type CertRole = Readonly<z.infer<typeof role>>;

/** A certificate role was made or changed. */
export const certRoleWritten = defineChange(
  'cert/role-written@1',
  z.strictObject({ mount: z.string(), name: z.string(), role }),
  (db, changed) =>
    db.run(
      'INSERT OR REPLACE INTO cert_roles VALUES (?, ?, ?)',
      changed.mount,
      changed.name,
      JSON.stringify(changed.role),
    ),
);

/** It is gone. */
export const certRoleDeleted = defineChange(
  'cert/role-deleted@1',
  z.strictObject({ mount: z.string(), name: z.string() }),
  (db, { mount, name }) => db.run('DELETE FROM cert_roles WHERE mount = ? AND name = ?', mount, name),
);

/** The mount is gone with all its rows. */
export const certUnmounted = defineChange(
  'cert/unmounted@1',
  z.strictObject({ mount: z.string() }),
  (db, { mount }) => db.run('DELETE FROM cert_roles WHERE mount = ?', mount),
);

export const certChanges = [certRoleWritten, certRoleDeleted, certUnmounted];

/** The roles of a mount by name, or the one of that name. */
export function selectCertRoles(
  db: ReadDb,
  mount: string,
  name?: string,
): readonly { readonly name: string; readonly role: CertRole }[] {
  type Stored = { readonly name: string; readonly settings: string };
  const rows =
    name === undefined
      ? db.all<Stored>('SELECT name, settings FROM cert_roles WHERE mount = ? ORDER BY name', mount)
      : db.all<Stored>('SELECT name, settings FROM cert_roles WHERE mount = ? AND name = ?', mount, name);
  return rows.map((row) => ({ name: row.name, role: JSON.parse(row.settings) as CertRole }));
}
